"""The shop's own settings that rules need, set once at start: its time zone, its thresholds, how long links live."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Policy:
    """``approval_above`` in the shop's currency; ``unusual_factor`` times the usual quantity is unusual.

    ``link_life`` is how long a link to an order's page opens it. ``count_above`` is the worth at list prices above
    which the difference of a count is for a manager to decide. Who is asked what to do about goods that lack has
    ``shortage_patience``, then ``shortage_default`` is done. Photos go when their claim has been closed for
    ``photo_life``, which is None to keep them for ever.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    approval_above: Decimal | None = None
    unusual_factor: Decimal = Decimal(5)
    link_life: timedelta = timedelta(days=30)
    count_above: Decimal = Decimal(1000)
    shortage_patience: timedelta = timedelta(hours=24)
    shortage_default: str = "send"
    photo_life: timedelta | None = timedelta(days=365)


_policy = Policy()


def set_policy(policy: Policy) -> None:
    """Set the policy of this process, once at start."""
    global _policy  # noqa: PLW0603
    _policy = policy


def current_policy() -> Policy:
    """The policy in force."""
    return _policy


def shop_day(now: datetime) -> date:
    """The calendar day in the shop."""
    return now.astimezone(_policy.zone).date()
