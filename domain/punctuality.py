"""On-time delivery (准时率): of the days that were promised, first and last, how many were kept; reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from domain import lane
from domain.policy import current_policy
from domain.rules.lifecycle import STOOD
from domain.values import day_of

_ORDERS = (
    "SELECT id, state, promised_date AS last_day, COALESCE(first_promised, promised_date) AS first_day"
    ' FROM "order" WHERE promised_date IS NOT NULL AND state IN ?'
)
_DAYS = "SELECT last_day FROM orders UNION SELECT first_day FROM orders"
_ARRIVED = (
    "SELECT last_day, first_day, CASE WHEN o.state = 'closed'"
    " OR (o.state = 'short_closed' AND COUNT(s.id) = COUNT(s.delivered_at)) THEN MAX(s.delivered_at) END AS there"
    " FROM orders o LEFT JOIN shipment s ON s.order_id = o.id GROUP BY o.id, last_day, first_day, o.state"
)


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How many of the days that are over or were met: ``first`` by the day named first, ``last`` by the last one."""

    last: Decimal
    last_due: int
    last_kept: int
    first: Decimal
    first_due: int
    first_kept: int


async def punctuality(condition: str, values: Sequence[object], *, today: date) -> Punctuality:
    """Of the orders that a condition on their table leaves; what is neither over nor there counts nowhere.

    An order is there on the day on which the last of it arrived, once it is over. The database counts, aside: a month
    may have a hundred thousand orders.
    """
    orders = f"WITH orders AS ({_ORDERS} AND {condition})"
    about = ([state.value for state in STOOD], *values)
    days = await lane.rows_aside(f"{orders} {_DAYS}", *about)
    ends = [piece for (day,) in days for piece in _with_its_end(day)]
    counts = f"{_counted('last_day', ends)}, {_counted('first_day', ends)}"
    sql = f"{orders}, arrived AS ({_ARRIVED}) SELECT {counts} FROM arrived"  # noqa: S608 - words of our own
    ((due, kept, first_due, first_kept),) = await lane.rows_aside(sql, *about, today, *ends, today, *ends)
    return Punctuality(_share(kept, due), due, kept, _share(first_kept, first_due), first_due, first_kept)


def _counted(day: str, ends: Sequence[object]) -> str:
    """How many such days are over or were met, and how many were met; the last branch tells PostgreSQL the kind."""
    end = f"CASE {day} {'WHEN ? THEN ? ' * (len(ends) // 2)}ELSE there END" if ends else "there"
    return f"COUNT(CASE WHEN there IS NOT NULL OR {day} < ? THEN 1 END), COUNT(CASE WHEN there < {end} THEN 1 END)"


def _with_its_end(day: Any) -> Iterable[object]:
    """A day, and the moment at which it is over in the shop: in UTC, for SQLite compares moments as text."""
    given = day_of(day)
    yield given
    yield datetime.combine(given + timedelta(days=1), time(), current_policy().zone).astimezone(UTC)


def _share(kept: int, due: int) -> Decimal:
    return (Decimal(100 * kept) / due if due else Decimal(0)).quantize(Decimal("0.1"))
