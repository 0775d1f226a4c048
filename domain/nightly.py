"""The copy of every night: made once a day, and only so many of the last days and weeks are kept."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from domain.safekeeping import Manifest, back_up, manifest_of

_PREFIX = "nightly-"
_FORM = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Nightly:
    """Where the copies lie, at which hour of the shop they are due, and how many days and weeks are kept."""

    folder: Path
    zone: tzinfo
    hour: int
    days: int
    weeks: int


async def keep_nightly(url: str, wish: Nightly, *, version: str, now: datetime) -> Manifest | None:
    """Make the copy that is due and drop those that are too old; None when the last one is recent enough.

    A night that was missed is made up for as soon as somebody asks. Other files in the folder are left alone.
    """
    there = await asyncio.to_thread(copies, wish.folder)
    if there and max(there) >= _due(wish, now):
        return None
    made = await back_up(url, wish.folder / f"{_PREFIX}{now.astimezone(UTC):{_FORM}}", version=version, now=now)
    await asyncio.to_thread(_drop, wish)
    return made


def copies(folder: Path) -> dict[datetime, Path]:
    """The whole copies in a folder, by the moment at which they were made."""
    found = {}
    for manifest in folder.glob(f"{_PREFIX}*.manifest.json"):
        file = manifest.with_name(manifest.name.removesuffix(".manifest.json"))
        if file.exists():
            found[datetime.strptime(file.name, f"{_PREFIX}{_FORM}").replace(tzinfo=UTC)] = file
    return found


def kept(moments: Iterable[datetime], *, zone: tzinfo, days: int, weeks: int) -> set[datetime]:
    """The last copy of each of the last ``days`` days and of each of the ``weeks`` weeks that have one."""
    by_day: dict[object, datetime] = {}
    by_week: dict[object, datetime] = {}
    for moment in sorted(moments):
        here = moment.astimezone(zone)
        by_day[here.date()] = moment
        by_week[here.isocalendar()[:2]] = moment
    return {*list(by_day.values())[-days:], *(list(by_week.values())[-weeks:] if weeks else ())}


def _due(wish: Nightly, now: datetime) -> datetime:
    """The last moment at which a copy was due."""
    here = now.astimezone(wish.zone)
    today = here.replace(hour=wish.hour, minute=0, second=0, microsecond=0)
    return today if today <= here else today - timedelta(days=1)


def _drop(wish: Nightly) -> None:
    there = copies(wish.folder)
    stay = kept(there, zone=wish.zone, days=wish.days, weeks=wish.weeks)
    for moment, file in there.items():
        if moment not in stay:
            file.unlink()
            manifest_of(file).unlink()
    for left in wish.folder.glob(f"{_PREFIX}*.part"):
        left.unlink()
