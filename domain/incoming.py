"""What is on its way to us, and what of it can still be promised; reads only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain import lane
from domain.models import Order, OrderLine, Product, PurchaseRequest
from domain.rules.allocation import Claim
from domain.rules.supplying import Arrival, Served, Want, served, without

ZERO = Decimal(0)
_COMING = (
    "SELECT sku, expected_on, qty, document FROM ("
    "SELECT i.sku, o.expected_on, i.qty - i.received AS qty, 'P' || o.id AS document FROM purchaseitem i"
    " JOIN purchaseorder o ON o.id = i.order_id WHERE o.state = 'open' AND i.qty > i.received"
    " UNION ALL SELECT sku, forecast, qty - good, 'W' || id FROM workorder"
    " WHERE state <> 'done' AND qty > good AND forecast IS NOT NULL) coming"
)
_SHORT = (
    "WHERE base_qty > shipped + cancelled + reserved"
    " AND order_id IN (SELECT id FROM \"order\" WHERE state = 'accepted')"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that is short, its order, and when it can be whole."""

    line: OrderLine
    order: Order
    served: Served


async def arrivals_of(skus: Collection[str] | None = None) -> list[Arrival]:
    """Everything that is bought or made and has not come, or what of these products is."""
    rows = await lane.rows(_COMING) if skus is None else await lane.rows(f"{_COMING} WHERE sku IN ?", list(skus))
    return [Arrival(sku, _day(on), Decimal(qty).scaleb(-3), document) for sku, on, qty, document in rows]


async def waiting_lines(skus: Collection[str] | None, *, today: date) -> list[Waiting]:
    """Every line of an accepted order that is short, and when it can be whole by what is coming."""
    where = _SHORT if skus is None else f"{_SHORT} AND sku IN ?"
    lines = await lane.fetch(OrderLine, f"{where} ORDER BY id", *([] if skus is None else [list(skus)]))
    if not lines:
        return []
    orders = {row.id: row for row in await lane.fetch(Order, "WHERE id IN ?", {line.order_id for line in lines})}
    wants = await _wants(lines, orders, today)
    found = served(wants, await arrivals_of({line.sku for line in lines}), today=today)
    return [Waiting(line, orders[line.order_id], found[line.id]) for line in lines]


async def _wants(lines: Sequence[OrderLine], orders: Mapping[int, Order], today: date) -> list[Want]:
    leads = {
        row.sku: row.lead_days for row in await lane.fetch(Product, "WHERE sku IN ?", {line.sku for line in lines})
    }
    asked = await lane.fetch(PurchaseRequest, "WHERE line_id IN ? AND state = 'open'", [line.id for line in lines])
    expected = {row.line_id: row.expected_on for row in asked}
    return [
        Want(
            line=line.id,
            sku=line.sku,
            place=place_of(orders[line.order_id], line),
            qty=line.short,
            otherwise=without(expected.get(line.id), leads.get(line.sku, 0), today=today),
        )
        for line in lines
    ]


def place_of(order: Order, line: OrderLine) -> tuple[date, int, int]:
    """The place of a line in the queue for its product."""
    return Claim(line.id, order.number, order.first_promised, order.priority, line.id, line.reserved, line.short).place


async def lacking_of(skus: Collection[str]) -> dict[str, Decimal]:
    """How much of each product accepted orders are short of."""
    lacking: dict[str, Decimal] = {}
    for line in await lane.fetch(OrderLine, f"{_SHORT} AND sku IN ?", list(skus)):
        lacking[line.sku] = lacking.get(line.sku, ZERO) + line.short
    return lacking


async def days_for(lacking: Mapping[str, Decimal], *, today: date) -> dict[str, date]:
    """When so much more of each product could be with a customer, behind everybody who waits for it already.

    Products of which too little is coming are left out: their lead time decides.
    """
    if not lacking:
        return {}
    lines = await lane.fetch(OrderLine, f"{_SHORT} AND sku IN ?", list(lacking))
    last = (date.max, 0, 0)
    before = [Want(line.id, line.sku, (date.min, 0, line.id), line.short, date.max) for line in lines]
    mine = [Want(-n, sku, last, qty, date.max) for n, (sku, qty) in enumerate(lacking.items(), 1)]
    found = served([*before, *mine], await arrivals_of(lacking), today=today)
    return {want.sku: found[want.line].on for want in mine if found[want.line].by is not None}


def _day(value: date | str) -> date:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value
