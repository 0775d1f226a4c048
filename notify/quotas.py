"""How many sends of each way the platform counted today, kept in the database, and which ways near the quota."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from domain import lane
from domain.errors import DeliveryFailed
from domain.lane import Statement
from domain.transaction import transact_one
from domain.watching import Condition
from notify.models import SendCount
from notify.retry import QUOTA_ZONE

Way = tuple[str, str]
"""An account and a channel of it."""
WARN_AT = 0.8
UNKEPT = 100
"""So many sends are counted in memory before they are kept, and lost to the count if the process dies: it warns, the
platform decides."""

_ADD = "INSERT INTO send_count (account, channel, day, used) VALUES "
_TO_OTHERS = " ON CONFLICT (account, channel, day) DO UPDATE SET used = send_count.used + excluded.used"


class Meter:
    """Counts what this process sent; it costs nothing until a hundred sends have come together or nothing is due."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, str, str]] = Counter()

    def count(self, way: Way, failure: DeliveryFailed | None, *, now: datetime) -> None:
        """Count a try that the platform has seen, whatever it said."""
        if failure is None or failure.maybe_sent or isinstance(failure.code, int):
            self._counted[(*way, day_of(now))] += 1

    async def keep(self, *, least: int = 1) -> None:
        """Add what was counted to what all processes counted, if it is so much."""
        if self._counted.total() < least:
            return
        counted, self._counted = self._counted, Counter()
        rows = ", ".join(["(?, ?, ?, ?)"] * len(counted))
        values = [value for way, used in sorted(counted.items()) for value in (*way, used)]
        await transact_one(Statement(_ADD + rows + _TO_OTHERS, values))


def day_of(now: datetime) -> str:
    """The day on which the platform counts a call made now."""
    return now.astimezone(QUOTA_ZONE).date().isoformat()


async def used_today(*, now: datetime) -> dict[Way, int]:
    """The count of each way, of all processes."""
    rows = await lane.fetch(SendCount, "WHERE day = ?", day_of(now))
    return {(row.account, row.channel): row.used for row in rows}


async def nearly_spent(quotas: Mapping[str, int], *, now: datetime, share: float = WARN_AT) -> list[Condition]:
    """The ways of which such a share of the day's quota is used; each day is a condition of its own."""
    found = []
    for (account, channel), used in (await used_today(now=now)).items():
        quota = quotas.get(channel, 0)
        if quota and used >= quota * share:
            facts = {"channel": channel, "used": str(used), "quota": str(quota)}
            found.append(Condition(f"{account}:{channel}:{day_of(now)}", None, "", None, now, facts))
    return found


async def forget_counts(*, now: datetime) -> int:
    """Drop the counts of days that are over."""
    return await SendCount.filter(day__lt=day_of(now)).delete()
