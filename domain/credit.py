"""Where a customer stands with us: what they owe and since when; reads only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from domain import lane
from domain.models import Customer
from domain.models.scaled import uncents
from domain.policy import current_policy, shop_day
from domain.rules.credit import Credit, Sent, overdue
from domain.rules.lifecycle import OrderState
from domain.values import Actor, Role

STOOD = (OrderState.ACCEPTED, OrderState.ON_HOLD, OrderState.CLOSED, OrderState.SHORT_CLOSED)
"""States of orders that are owed for."""

# The worth of what was sent, in cents; what is sent is never cancelled, so nothing is divided by nothing.
_WORTH = "SUM(CAST(l.amount AS DOUBLE PRECISION) * p.qty / (l.base_qty - l.cancelled))"
_PARCELS = """
FROM shipment s JOIN shipmentline p ON p.shipment_id = s.id JOIN orderline l ON l.id = p.line_id
JOIN "order" o ON o.id = s.order_id
WHERE o.customer_id = ? AND o.state IN ? AND l.base_qty > l.cancelled AND s.shipped_at < ?
"""
_BALANCE = f"""
SELECT (SELECT COALESCE(SUM(total), 0) FROM "order" WHERE customer_id = ? AND state IN ?) AS taken,
       (SELECT COALESCE(SUM(amount), 0) FROM payment WHERE customer_id = ?) AS paid,
       (SELECT COALESCE({_WORTH}, 0) {_PARCELS}) AS due
"""  # noqa: S608 - words of our own
_REPS = "SELECT id, customers, price_limit FROM staff WHERE active ORDER BY id"
_ALL_AT_ONCE = f"""
SELECT s.id, s.customers, s.price_limit, b.taken, b.paid, b.due
FROM ({_BALANCE}) b LEFT JOIN staff s ON s.active ORDER BY s.id
"""  # noqa: S608 - words of our own
_SENT = f"SELECT s.shipped_at, {_WORTH} {_PARCELS} GROUP BY s.id, s.shipped_at"


async def credit_of(customer: Customer, *, now: datetime) -> Credit:
    """What a customer owes at this moment, and what of it is overdue."""
    (balance,) = await lane.rows(_BALANCE, *_asked(customer, now))
    return await _credit(customer, balance, now)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an order: the ``rep`` of its customer, what they owe, how far its writer may go in prices."""

    rep: int | None
    credit: Credit
    price_limit: Decimal | None


async def around(customer: Customer, *, by: Actor, now: datetime) -> Around:
    """The rep who looks after a customer, what the customer owes (nothing without terms), the limit of the writer."""
    free = customer.credit_limit is None and customer.credit_days is None
    rows = await lane.rows(_REPS) if free else await lane.rows(_ALL_AT_ONCE, *_asked(customer, now))
    rep = next((row[0] for row in rows if row[0] is not None and customer.code in json.loads(row[1])), None)
    credit = Credit() if free else await _credit(customer, rows[0][3:], now)
    return Around(rep, credit, _price_limit(by, {row[0]: row[2] for row in rows}))


def _price_limit(by: Actor, own: Mapping[int | None, int | None]) -> Decimal | None:
    if Role.MANAGER in by.roles:
        return Decimal(100)
    found = own.get(by.staff) if by.staff is not None else None
    return None if found is None else Decimal(found)


def _asked(customer: Customer, now: datetime) -> tuple[object, ...]:
    states = [state.value for state in STOOD]
    return customer.id, states, customer.id, customer.id, states, _cut(customer, now)


def _cut(customer: Customer, now: datetime) -> datetime | None:
    """What was sent before this moment is overdue; None without terms."""
    if customer.credit_days is None:
        return None
    first = shop_day(now) - timedelta(days=customer.credit_days)
    return datetime.combine(first, time(), current_policy().zone).astimezone(now.tzinfo)


async def _credit(customer: Customer, balance: lane.Row, now: datetime) -> Credit:
    taken, paid, due = (uncents(round(amount)) for amount in balance)
    limit = None if customer.credit_limit is None else Decimal(customer.credit_limit)
    if due <= paid or customer.credit_days is None:
        return Credit(limit, taken - paid)
    parcels = await lane.rows(_SENT, *_asked(customer, now)[3:])
    sent = [Sent(shop_day(_moment(at)), uncents(round(worth))) for at, worth in parcels]
    late, days = overdue(sent, paid, customer.credit_days, shop_day(now))
    return Credit(limit, taken - paid, late, days)


def _moment(stored: datetime | str) -> datetime:
    # SQLite keeps moments as text.
    return datetime.fromisoformat(stored) if isinstance(stored, str) else stored
