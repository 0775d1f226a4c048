"""Which day may honestly be named: from stock, lead time and the working week; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.rules.workdays import next_workday
from domain.values import DeliveryKind, DeliveryWish


@dataclass(frozen=True, slots=True)
class Supply:
    """How a line is covered: all from stock, or the rest after ``lead_days``, or sooner by goods that come anyway.

    ``coming`` is the day on which those can be with the customer.
    """

    covered: bool
    lead_days: int
    coming: date | None = None


def promise(supplies: Iterable[Supply], *, today: date, wish: DeliveryWish | None) -> date:
    """The day on which everything can be there: the latest line decides, and never before the day that is wanted.

    Goods in stock can be there on the next working day, the rest on the one after its lead time. Who names no day
    is promised the working day after the next, or their deadline when that is sooner.
    """
    earliest = max((arrival(supply, today) for supply in supplies), default=next_workday(today))
    return max(earliest, wished(wish, today=today))


def wished(wish: DeliveryWish | None, *, today: date) -> date:
    """The first day that is wanted: as it was said, else the working day after the next, or a sooner deadline."""
    first = wish.start or wish.date if wish is not None and wish.kind is not DeliveryKind.BY else None
    if first is not None:
        return first
    usual = next_workday(next_workday(today))
    return min(usual, wish.last_day) if wish is not None and wish.last_day is not None else usual


def arrival(supply: Supply, today: date) -> date:
    """The first day on which a line can be there, whatever is wished."""
    usual = next_workday(today if supply.covered else today + timedelta(days=supply.lead_days))
    return usual if supply.covered or supply.coming is None else min(usual, supply.coming)
