"""Which day may honestly be named: from stock, lead time and the working week; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.values import DeliveryKind, DeliveryWish

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Supply:
    """How a line is covered: all from stock, or the rest after ``lead_days``."""

    covered: bool
    lead_days: int


def promise(supplies: Iterable[Supply], *, today: date, wish: DeliveryWish | None) -> date:
    """The day on which everything can be there: the latest line decides, and never before the day that is wanted.

    Goods in stock can be there on the next working day, the rest on the one after its lead time. Who names no day
    is promised the working day after the next, or their deadline when that is sooner.
    """
    earliest = max((_arrival(supply, today) for supply in supplies), default=next_workday(today))
    first = wish.start or wish.date if wish is not None and wish.kind is not DeliveryKind.BY else None
    if first is None:
        first = next_workday(next_workday(today))
        if wish is not None and wish.last_day is not None:
            first = min(first, wish.last_day)
    return max(earliest, first)


def _arrival(supply: Supply, today: date) -> date:
    return next_workday(today if supply.covered else today + timedelta(days=supply.lead_days))


def next_workday(day: date) -> date:
    """The first day after ``day`` that is no Saturday or Sunday."""
    after = day + timedelta(days=1)
    while after.weekday() >= SATURDAY:
        after += timedelta(days=1)
    return after
