"""Where a customer stands with us: what of what they owe is overdue, and since when; reads only.

What they owe stands with them (``domain/owing.py``). What of it is not due yet is what has not been sent and what was
sent within the term: so the reads grow with open orders and the term, never with the history.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from domain import lane
from domain.models import Customer
from domain.models.scaled import uncents
from domain.policy import current_policy, shop_day
from domain.rules.credit import Credit, Sent, days_late
from domain.rules.lifecycle import OrderState
from domain.values import Actor, Role

UNDER_WAY = (OrderState.ACCEPTED.value, OrderState.ON_HOLD.value)
MOST = 500
"""So many parcels are looked at to find the oldest that was not paid for."""

# The worth of what was sent, in cents; what is sent is never cancelled, so nothing is divided by nothing.
_WORTH = "COALESCE(SUM(CAST(l.amount AS DOUBLE PRECISION) * p.qty / (l.base_qty - l.cancelled)), 0)"
_PARCELS = """
FROM shipment s JOIN shipmentline p ON p.shipment_id = s.id
JOIN orderline l ON l.id = p.line_id AND l.base_qty > l.cancelled
"""
_REPS = "SELECT id, customers, price_limit FROM staff WHERE active ORDER BY id"


def _not_due(whose: str) -> str:
    """The cents that a customer need not pay yet: values are states, states, and the moment before which it was due."""
    return f"""
    (SELECT COALESCE(SUM(total), 0) FROM "order" WHERE customer_id = {whose} AND state IN ?)
    - (SELECT {_WORTH} {_PARCELS} JOIN "order" o ON o.id = s.order_id WHERE o.customer_id = {whose} AND o.state IN ?)
    + (SELECT {_WORTH} {_PARCELS} WHERE s.customer_id = {whose} AND s.shipped_at >= ?)
    """  # noqa: S608 - words of our own


_ONE = f"SELECT {_not_due('c.id')} FROM customer c WHERE c.id = ?"  # noqa: S608 - words of our own
_ALL_AT_ONCE = f"""
SELECT s.id, s.customers, s.price_limit, {_not_due("c.id")}
FROM customer c LEFT JOIN staff s ON s.active WHERE c.id = ? ORDER BY s.id
"""  # noqa: S608 - words of our own
_DUE = f"""
SELECT c.id, c.owed - ({_not_due("c.id")}) FROM customer c WHERE c.credit_days = ? AND c.owed > 0 AND c.active
"""  # noqa: S608 - words of our own
_SENT = f"""
SELECT s.shipped_at, {_WORTH} {_PARCELS} WHERE s.customer_id = ? AND s.shipped_at < ?
GROUP BY s.id, s.shipped_at ORDER BY s.shipped_at DESC LIMIT {MOST}
"""


async def credit_of(customer: Customer, *, now: datetime) -> Credit:
    """What a customer owes at this moment, and what of it is overdue."""
    if customer.credit_days is None or customer.owed <= 0:
        return _free(customer)
    ((waiting,),) = await lane.rows(_ONE, *_asked(customer.credit_days, now), customer.id)
    return await _credit(customer, waiting, now)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an order: the ``rep`` of its customer, what they owe, how far its writer may go in prices."""

    rep: int | None
    credit: Credit
    price_limit: Decimal | None


async def around(customer: Customer, *, by: Actor, now: datetime) -> Around:
    """The rep who looks after a customer, what the customer owes, the limit of the writer; one read."""
    if customer.credit_days is None or customer.owed <= 0:
        rows = await lane.rows(_REPS)
        credit = _free(customer)
    else:
        rows = await lane.rows(_ALL_AT_ONCE, *_asked(customer.credit_days, now), customer.id)
        credit = await _credit(customer, rows[0][3], now)
    rep = next((row[0] for row in rows if row[0] is not None and customer.code in json.loads(row[1])), None)
    return Around(rep, credit, _price_limit(by, {row[0]: row[2] for row in rows}))


async def due_by_customer(days: int, *, now: datetime) -> dict[int, Decimal]:
    """What all customers who have to pay after so many days should have paid by now, by id."""
    rows = await lane.rows(_DUE, *_asked(days, now), days)
    return {row: uncents(round(due)) for row, due in rows if round(due) > 0}


def _price_limit(by: Actor, own: Mapping[int | None, int | None]) -> Decimal | None:
    if Role.MANAGER in by.roles:
        return Decimal(100)
    found = own.get(by.staff) if by.staff is not None else None
    return None if found is None else Decimal(found)


def _asked(days: int, now: datetime) -> tuple[object, ...]:
    return UNDER_WAY, UNDER_WAY, _cut(days, now)


def _cut(days: int, now: datetime) -> datetime:
    """What was sent before this moment is overdue."""
    first = shop_day(now) - timedelta(days=days)
    return datetime.combine(first, time(), current_policy().zone).astimezone(now.tzinfo)


def _free(customer: Customer) -> Credit:
    return Credit(None if customer.credit_limit is None else Decimal(customer.credit_limit), customer.owed)


async def _credit(customer: Customer, waiting: float, now: datetime) -> Credit:
    standing, days = _free(customer), customer.credit_days or 0
    late = uncents(round(customer.owed * 100 - Decimal(waiting)))
    if late <= 0:
        return standing
    parcels = await lane.rows(_SENT, customer.id, _cut(days, now))
    sent = [Sent(shop_day(_moment(at)), uncents(round(worth))) for at, worth in parcels]
    return Credit(standing.limit, standing.owed, late, days_late(sent, late, days, shop_day(now)))


def _moment(stored: datetime | str) -> datetime:
    # SQLite keeps moments as text.
    return datetime.fromisoformat(stored) if isinstance(stored, str) else stored
