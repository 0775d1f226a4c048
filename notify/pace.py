"""How fast each way of each account may be used by this process: a bucket for each, and what is urgent never waits."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from notify.models import Delivery
from notify.notices import URGENT
from notify.quotas import Way

Rates = Mapping[str, float]
"""Sends a second by channel; a channel that is not named, or at zero, has no limit of ours."""


class Pace:
    """Buckets that fill up to what may go in one second, one send at least; urgent sends may leave a debt."""

    def __init__(self, rates: Rates) -> None:
        self._rates = {channel: rate for channel, rate in rates.items() if rate > 0}
        self._left: dict[Way, tuple[float, datetime]] = {}

    def dry(self, *, now: datetime) -> list[Way]:
        """The ways that nothing but what is urgent may take now."""
        return [way for way in self._left if self._balance(way, now) < 1]

    def allowed(self, rows: Sequence[Delivery], *, now: datetime) -> tuple[list[Delivery], list[Delivery]]:
        """Those of these, in their order, that may go now, and those that have to wait."""
        go: list[Delivery] = []
        wait: list[Delivery] = []
        for row in rows:
            (go if self._take(row, now) else wait).append(row)
        return go, wait

    def _take(self, row: Delivery, now: datetime) -> bool:
        way = (row.account, row.channel)
        if row.channel not in self._rates:
            return True
        left = self._balance(way, now)
        if left < 1 and row.rank != URGENT:
            return False
        self._left[way] = (left - 1, now)
        return True

    def _balance(self, way: Way, now: datetime) -> float:
        rate = self._rates[way[1]]
        full = max(rate, 1.0)
        left, since = self._left.get(way, (full, now))
        return min(full, left + rate * (now - since).total_seconds())
