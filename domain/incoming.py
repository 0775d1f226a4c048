"""What is on its way to us, and what of it can still be promised; reads only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain import lane
from domain.models import Order, OrderLine, Product, PurchaseRequest
from domain.models.scaled import ungrained
from domain.recording import first_effect
from domain.rules.allocation import Claim
from domain.rules.supplying import Arrival, Served, Want, served, without
from domain.stockevents import GoodsArrived
from domain.values import day_of

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
_WITH = "sku IN (SELECT sku FROM product WHERE sku IN ? UNION ALL SELECT kit FROM kituse WHERE part IN ?)"
_FREE = "SELECT sku, SUM(on_hand - reserved) FROM stock WHERE sku IN ? GROUP BY sku"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that is short, its order, and when it can be whole."""

    line: OrderLine
    order: Order
    served: Served


async def arrivals_of(skus: Collection[str] | None = None) -> list[Arrival]:
    """Everything that is bought or made and has not come, or what of these products is."""
    rows = await lane.rows(_COMING) if skus is None else await lane.rows(f"{_COMING} WHERE sku IN ?", list(skus))
    return [Arrival(sku, day_of(on), Decimal(qty).scaleb(-3), document) for sku, on, qty, document in rows]


async def waiting_lines(skus: Collection[str] | None, *, today: date) -> list[Waiting]:
    """Every line of an accepted order that is short, and when it can be whole by what is coming.

    A kit waits for the last of its parts.
    """
    lines = await _short_lines(skus)
    if not lines:
        return []
    orders = {row.id: row for row in await lane.fetch(Order, "WHERE id IN ?", {line.order_id for line in lines})}
    needed = {sku for line in lines for sku in line.goods(line.short)}
    wants = await _wants(lines, orders, needed, today)
    arrivals = [*await at_hand(lines, today), *await arrivals_of(needed)]
    found = served([want for _, want in wants], arrivals, today=today)
    latest: dict[int, Served] = {}
    for line, want in wants:
        one = found[want.line]
        if line not in latest or one.on > latest[line].on:
            latest[line] = one
    return [Waiting(line, orders[line.order_id], latest[line.id]) for line in lines]


async def days_expected(skus: Collection[str], *, today: date) -> dict[tuple[str, str], date]:
    """When the last of what accepted orders lack of these products comes to us, as it stands today; by order and
    product."""
    waiting = await waiting_lines(skus, today=today) if skus else []
    comes = {one.by: one.on for one in await arrivals_of(skus)} if waiting else {}
    found: dict[tuple[str, str], date] = {}
    for one in waiting:
        day = max(comes.get(one.served.by or "", one.served.on), today)
        for sku in {one.line.sku, *one.line.goods(one.line.short)}:
            found[one.order.number, sku] = max(found.get((one.order.number, sku), day), day)
    return found


async def _short_lines(skus: Collection[str] | None) -> list[OrderLine]:
    if skus is None:
        return await lane.fetch(OrderLine, f"{_SHORT} ORDER BY id")
    return await lane.fetch(OrderLine, f"{_SHORT} AND {_WITH} ORDER BY id", list(skus), list(skus))


async def at_hand(lines: Sequence[OrderLine], today: date) -> list[Arrival]:
    """What is free of the parts of kits, which wait for others."""
    parts = sorted({part.sku for line in lines for part in line.kit})
    found = await lane.rows(_FREE, parts) if parts else ()
    return [Arrival(sku, today, ungrained(int(free)), "") for sku, free in found if free > 0]


async def _wants(
    lines: Sequence[OrderLine], orders: Mapping[int, Order], needed: Collection[str], today: date
) -> list[tuple[int, Want]]:
    """What each line lacks, by the id of the line; wants have numbers of their own."""
    leads = {row.sku: row.lead_days for row in await lane.fetch(Product, "WHERE sku IN ?", list(needed))}
    asked = await lane.fetch(PurchaseRequest, "WHERE line_id IN ? AND state = 'open'", [line.id for line in lines])
    expected = {(row.line_id, row.sku): row.expected_on for row in asked}
    lacking = ((line, sku, qty) for line in lines for sku, qty in line.goods(line.short).items())
    return [
        (
            line.id,
            Want(
                line=number,
                sku=sku,
                place=place_of(orders[line.order_id], line),
                qty=qty,
                otherwise=without(expected.get((line.id, sku)), leads.get(sku, 0), today=today),
                named=(expected.get((line.id, sku)) or today) > today,
            ),
        )
        for number, (line, sku, qty) in enumerate(lacking)
    ]


def place_of(order: Order, line: OrderLine) -> tuple[date, int, int]:
    """The place of a line in the queue for its product."""
    return Claim(line.id, order.number, order.first_promised, order.priority, line.id, line.reserved, line.short).place


async def lacking_of(skus: Collection[str]) -> dict[str, Decimal]:
    """How much of each product accepted orders are short of."""
    lacking: dict[str, Decimal] = {}
    for line in await _short_lines(skus):
        for sku, qty in line.goods(line.short).items():
            lacking[sku] = lacking.get(sku, ZERO) + qty
    return lacking


async def days_for(lacking: Mapping[str, Decimal], *, today: date) -> dict[str, date]:
    """When so much more of each product could be with a customer, behind everybody who waits for it already.

    Products of which too little is coming, or is overdue, are left out: their lead time decides.
    """
    if not lacking:
        return {}
    lines = await _short_lines(lacking)
    last = (date.max, 0, 0)
    ahead = ((line, sku, qty) for line in lines for sku, qty in line.goods(line.short).items())
    before = [Want(n, sku, (date.min, 0, line.id), qty, date.max) for n, (line, sku, qty) in enumerate(ahead)]
    mine = [Want(-n, sku, last, qty, date.max) for n, (sku, qty) in enumerate(lacking.items(), 1)]
    found = served([*before, *mine], await arrivals_of(lacking), today=today)
    coming = ((want.sku, found[want.line]) for want in mine)
    return {sku: one.on for sku, one in coming if one.by is not None and one.sure}


async def arrived_by(cause: str, *, heard_at: datetime) -> str | None:
    """The purchase of which a message that names none has brought goods already."""
    event = await first_effect(GoodsArrived, cause, heard_at=heard_at)
    return str(event.facts["purchase"]) if event is not None else None
