"""How one person wants to be told: each kind of notice at once, gathered or not at all; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

EVENING = time(18)
"""When what was gathered is told to those who set no time."""


class Way(StrEnum):
    """What is done with a kind of notice: told at once, gathered into one message, not told."""

    ON = "on"
    DIGEST = "digest"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one person has set (通知设置); whatever is not named is told at once."""

    ways: Mapping[str, Way] = field(default_factory=dict, hash=False)
    digest_at: time = EVENING

    def way(self, kind: str) -> Way:
        """What is to be done with this kind."""
        return self.ways.get(kind, Way.ON)

    def with_way(self, kind: str, way: Way) -> "Wishes":
        """The same, with one kind set anew."""
        return replace(self, ways={**self.ways, kind: way})

    def next_digest(self, now: datetime, zone: tzinfo) -> datetime:
        """When what is gathered now will be told."""
        local = now.astimezone(zone)
        today = datetime.combine(local.date(), self.digest_at, zone)
        return today if today > local else today + timedelta(days=1)

    def kept(self) -> dict[str, Any]:
        """As a column keeps it."""
        return {
            "ways": {kind: way.value for kind, way in self.ways.items() if way is not Way.ON},
            "digest_at": self.digest_at.isoformat("minutes"),
        }


NOTHING_SET = Wishes()


def wishes_of(kept: Mapping[str, Any] | None) -> Wishes:
    """What a column keeps; nothing set where it is empty."""
    if not kept:
        return NOTHING_SET
    return Wishes(
        {kind: Way(way) for kind, way in kept.get("ways", {}).items()},
        time.fromisoformat(kept.get("digest_at", "18:00")),
    )
