"""Which day may honestly be named: from stock, lead time and the working week; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Supply:
    """How a line is covered: all from stock, or the rest after ``lead_days``."""

    covered: bool
    lead_days: int


def promise(supplies: Iterable[Supply], *, today: date, wanted: date | None) -> date:
    """The day on which everything can be there: the latest line decides, and never before the day that is wanted.

    Goods in stock arrive on the next working day; the rest after its lead time and one working day more.
    """
    earliest = max((_arrival(supply, today) for supply in supplies), default=next_workday(today))
    return earliest if wanted is None else max(earliest, wanted)


def _arrival(supply: Supply, today: date) -> date:
    return next_workday(today if supply.covered else today + timedelta(days=supply.lead_days))


def next_workday(day: date) -> date:
    """The first day after ``day`` that is no Saturday or Sunday."""
    after = day + timedelta(days=1)
    while after.weekday() >= SATURDAY:
        after += timedelta(days=1)
    return after
