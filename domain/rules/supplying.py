"""Which goods that are on their way serve which line, and so when each line can be whole; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from domain.rules.workdays import next_workday


@dataclass(frozen=True, slots=True)
class Arrival:
    """Goods that come to us on a day, by a document: a purchase order or a work order."""

    sku: str
    on: date
    qty: Decimal
    by: str


@dataclass(frozen=True, slots=True)
class Want:
    """A line that is short: its place in the queue, how much it lacks, and when it is served if nothing is coming.

    That day is ``named``, or reckoned from today because the one that was named has passed.
    """

    line: int
    sku: str
    place: tuple[date, int, int]
    qty: Decimal
    otherwise: date
    named: bool = True


@dataclass(frozen=True, slots=True)
class Served:
    """When a line can be with the customer, and the last document that it waits for; none when nothing is coming.

    Nobody is ``sure`` of a day where that document is overdue, or where what was never bought has run out of time.
    """

    line: int
    on: date
    by: str | None
    sure: bool = True


def served(wants: Iterable[Want], arrivals: Iterable[Arrival], *, today: date) -> dict[int, Served]:
    """Deal what is coming to those who lack it, first in the queue first; by line.

    What is overdue comes nobody knows when: it is reckoned with like what has not been bought yet.
    """
    coming = sorted(arrivals, key=lambda a: (a.on, a.by))
    found = {}
    for want in sorted(wants, key=lambda w: w.place):
        found[want.line], coming = _serve(want, coming, today)
    return found


def _serve(want: Want, coming: list[Arrival], today: date) -> tuple[Served, list[Arrival]]:
    """When this line is whole, and what is left of what is coming."""
    lacking, last, rest = want.qty, None, []
    for arrival in coming:
        part = min(arrival.qty, lacking) if arrival.sku == want.sku else Decimal(0)
        lacking -= part
        last = arrival if part > 0 else last
        rest.append(replace(arrival, qty=arrival.qty - part) if part > 0 else arrival)
    usual = max(want.otherwise, next_workday(today))
    if lacking > 0 or last is None:
        return Served(want.line, usual, None, sure=want.named), rest
    if last.on < today:
        return Served(want.line, usual, last.by, sure=False), rest
    return Served(want.line, next_workday(last.on), last.by), rest


def without(expected: date | None, lead_days: int, *, today: date) -> date:
    """The day for goods that nobody has ordered yet: as it was said, or by their lead time when that has passed."""
    usual = next_workday(today + timedelta(days=lead_days))
    return expected if expected is not None and expected > today else usual


@dataclass(frozen=True, slots=True)
class Available:
    """How much more can be promised from a day on, by which document; the first is what is free today."""

    on: date | None
    qty: Decimal
    by: str = ""


def promisable(free: Decimal, lacking: Decimal, arrivals: Iterable[Arrival]) -> tuple[Available, ...]:
    """What may be promised by date (可承诺量): what comes serves those who wait first, the rest adds up."""
    found = [Available(None, free)]
    total = free
    for arrival in sorted(arrivals, key=lambda a: (a.on, a.by)):
        used = min(lacking, arrival.qty)
        lacking -= used
        if arrival.qty > used:
            total += arrival.qty - used
            found.append(Available(arrival.on, total, arrival.by))
    return tuple(found)
