"""The one clock of the simulated world, which can be moved forward but never back."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
"""Quotas start anew at midnight here, wherever the machine stands."""


class Clock:
    """Tells the time as an aware UTC datetime; `source` may be another program's own clock."""

    def __init__(self, source: Callable[[], datetime] | None = None) -> None:
        self._source = source or _wall
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """The moment it is in the simulated world."""
        return self._source() + self._ahead

    def epoch(self) -> int:
        """The moment as whole Unix seconds, the form the platform writes everywhere."""
        return int(self().timestamp())

    def forward(self, step: timedelta) -> datetime:
        """Move the world ahead by `step` and tell the new time; a negative step is an error."""
        if step < timedelta():
            raise ValueError("the clock never goes back")
        self._ahead += step
        return self()

    def beijing_day(self) -> str:
        """The calendar day on which quotas count, as YYYY-MM-DD."""
        return self().astimezone(BEIJING).date().isoformat()


def _wall() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
