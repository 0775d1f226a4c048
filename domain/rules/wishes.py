"""How one person wants to be told: each kind of notice at once, gathered or not at all; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from domain.rules.workdays import is_workday

LONGEST_REST = 60
"""Days; more holidays in a row nobody has."""
EVENING = time(18)
"""When what was gathered is told to those who set no time."""


class Way(StrEnum):
    """What is done with a kind of notice: told at once, gathered into one message, not told."""

    ON = "on"
    DIGEST = "digest"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one person has set (通知设置); what is not named is told as usual.

    ``quiet`` is from when to when they are not to be disturbed, in shop time, an early end is the next morning;
    ``rest_days``: nor on days on which the shop does not work.
    """

    ways: Mapping[str, Way] = field(default_factory=dict, hash=False)
    digest_at: time = EVENING
    quiet: tuple[time, time] | None = None
    rest_days: bool = False

    def with_way(self, kind: str, way: Way) -> "Wishes":
        """The same, with one kind set anew."""
        return replace(self, ways={**self.ways, kind: way})

    def next_digest(self, now: datetime, zone: tzinfo) -> datetime:
        """When what is gathered now will be told."""
        local = now.astimezone(zone)
        today = datetime.combine(local.date(), self.digest_at, zone)
        return (today if today > local else today + timedelta(days=1)).astimezone(UTC)

    def quiet_until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When this person may be disturbed again; None when they may be now."""
        moment, end = now.astimezone(zone), None
        for _ in range(LONGEST_REST):
            after = self._pause(moment)
            if after is None:
                break
            moment = end = after
        return end.astimezone(UTC) if end is not None else None

    def _pause(self, local: datetime) -> datetime | None:
        """The end of the rest day or of the quiet hours that this moment lies in."""
        day, next_day = local.date(), local.date() + timedelta(days=1)
        if self.rest_days and not is_workday(day):
            return datetime.combine(next_day, time(), local.tzinfo)
        if self.quiet is None:
            return None
        (start, end), at = self.quiet, local.time()
        if start < end:
            return datetime.combine(day, end, local.tzinfo) if start <= at < end else None
        if at >= start:
            return datetime.combine(next_day, end, local.tzinfo)
        return datetime.combine(day, end, local.tzinfo) if at < end else None

    def kept(self) -> dict[str, Any]:
        """As a column keeps it."""
        return {
            "ways": {kind: way.value for kind, way in self.ways.items()},
            "digest_at": self.digest_at.isoformat("minutes"),
            "quiet": [at.isoformat("minutes") for at in self.quiet or ()],
            "rest_days": self.rest_days,
        }


NOTHING_SET = Wishes()


def wishes_of(kept: Mapping[str, Any] | None) -> Wishes:
    """What a column keeps; nothing set where it is empty."""
    if not kept:
        return NOTHING_SET
    quiet = [time.fromisoformat(at) for at in kept.get("quiet", ())]
    return Wishes(
        {kind: Way(way) for kind, way in kept.get("ways", {}).items()},
        time.fromisoformat(kept.get("digest_at", "18:00")),
        (quiet[0], quiet[1]) if quiet else None,
        bool(kept.get("rest_days")),
    )
