"""What was ordered in a period, and where one product stands over several orders: the reads behind such questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from domain import lane
from domain.listing import OrderRow, filled
from domain.models import Order, OrderLine, Shipment, ShipmentLine
from domain.models.orders import OrderState
from domain.models.scaled import uncents, ungrained
from domain.policy import current_policy
from domain.rules.kits import ONE
from domain.rules.lifecycle import FINAL
from domain.rules.tracking import ParcelState
from domain.seeing import seen_by
from domain.values import Actor, Period
from domain.wording import entered

GONE = (OrderState.CANCELLED, OrderState.REJECTED)
OPEN = tuple(state for state in OrderState if state not in FINAL)
LATELY = timedelta(days=30)
"""What was ordered before and has arrived is no answer to the question whether something was sent."""
_TOTALS = 'SELECT COALESCE(SUM(total), 0), COUNT(*) FROM "order"'
_ORDERS = 'SELECT id FROM "order"'
_BOUGHT = (
    "SELECT sku, MAX(name), MAX(base_unit), SUM(base_qty - cancelled), SUM(amount), COUNT(DISTINCT order_id)"
    " FROM orderline"
)


@dataclass(frozen=True, slots=True)
class Bought:
    """A product over a period: how much in base units, what it cost, in how many orders."""

    sku: str
    name: str
    qty: Decimal
    unit: str
    worth: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class History:
    """The orders of a period that stood: how many, what they cost, the newest of them, and the products asked about."""

    period: Period
    count: int
    total: Decimal
    rows: tuple[OrderRow, ...]
    goods: tuple[Bought, ...] = ()


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One product of one order: what was ordered, what has left and with whom, what is still to come.

    ``boxes`` left together under waybills of their own, ``arrived`` of them are there. With ``kit`` it is in so many of
    these, and amounts are of kits.
    """

    order: str
    ordered: str
    shipped: str
    rest: str
    promised: date | None
    carrier: str = ""
    waybill: str = ""
    state: ParcelState | None = None
    boxes: int = 1
    arrived: int = 0
    kit: str = ""


async def history(
    actor: Actor, period: Period, *, customer: str | None = None, skus: Sequence[str] = (), limit: int
) -> History:
    """What was ordered within these days, as far as this person may see it."""
    seen, values = seen_by(actor)
    where = [seen, "placed_at >= ?", "placed_at < ?", "state NOT IN ?"]
    values += [*_moments(period), [state.value for state in GONE]]
    if customer:
        where.append("customer_id = (SELECT id FROM customer WHERE code = ?)")
        values.append(customer)
    if skus:
        where.append("id IN (SELECT order_id FROM orderline WHERE sku IN ?)")
        values.append(list(skus))
    condition = " AND ".join(where)
    ((total, count),) = await lane.rows(f"{_TOTALS} WHERE {condition}", *values)
    newest = await lane.fetch(Order, f"WHERE {condition} ORDER BY id DESC LIMIT ?", *values, limit)
    goods = await _bought(condition, values, skus) if skus else ()
    return History(period, int(count), uncents(int(total)), tuple(await filled(newest)), goods)


async def whereabouts(actor: Actor, sku: str, *, now: datetime, limit: int) -> list[Whereabouts]:
    """Where a product stands, alone and in kits, in the orders under way or placed lately, the newest first."""
    seen, values = seen_by(actor)
    named = [sku, *[kit for (kit,) in await lane.rows("SELECT kit FROM kituse WHERE part = ? ORDER BY kit", sku)]]
    values += [list(OPEN), now.astimezone(UTC) - LATELY, [state.value for state in GONE], named]
    condition = f"{seen} AND (state IN ? OR placed_at >= ?) AND state NOT IN ?"
    with_it = "id IN (SELECT order_id FROM orderline WHERE sku IN ?)"
    orders = await lane.fetch(Order, f"WHERE {condition} AND {with_it} ORDER BY id DESC LIMIT ?", *values, limit)
    if not orders:
        return []
    found = await lane.fetch(
        OrderLine, "WHERE order_id IN ? AND sku IN ? ORDER BY position", [o.id for o in orders], named
    )
    lines = [line for line in found if sku == line.sku or sku in line.goods(ONE)]
    parcels = await _parcels([line.id for line in lines])
    here = [(order, [line for line in lines if line.order_id == order.id]) for order in orders]
    apart = [(order, [line for line in mine if line.sku == one]) for order, mine in here for one in named]
    return [_where(order, mine, parcels, sku) for order, mine in apart if mine]


async def _bought(condition: str, values: Sequence[object], skus: Sequence[str]) -> tuple[Bought, ...]:
    within = f"WHERE order_id IN ({_ORDERS} WHERE {condition}) AND sku IN ?"
    found = await lane.rows(f"{_BOUGHT} {within} GROUP BY sku", *values, list(skus))
    return tuple(
        Bought(str(sku), str(name), ungrained(int(qty)), str(unit), uncents(int(worth)), int(orders))
        for sku, name, unit, qty, worth, orders in found
    )


async def _parcels(lines: Sequence[int]) -> dict[int, list[Shipment]]:
    """By order line: the latest parcel that has some of it, with those that left together with it behind."""
    parts = await lane.fetch(ShipmentLine, "WHERE line_id IN ? ORDER BY id", list(lines)) if lines else []
    if not parts:
        return {}
    first = [part.shipment_id for part in parts]
    together: dict[int, list[Shipment]] = {}
    for row in await lane.fetch(Shipment, "WHERE id IN ? OR part_of IN ? ORDER BY id", first, first):
        together.setdefault(row.id if row.part_of is None else row.part_of, []).append(row)
    return {part.line_id: together[part.shipment_id] for part in parts}


def _where(order: Order, lines: Sequence[OrderLine], parcels: dict[int, list[Shipment]], sku: str) -> Whereabouts:
    first = lines[0]
    boxes = next((parcels[line.id] for line in reversed(lines) if line.id in parcels), [])
    parcel = boxes[0] if boxes else None
    due = sum((line.base_qty - line.cancelled for line in lines), Decimal(0))
    shipped, rest = sum((line.shipped for line in lines), Decimal(0)), sum((line.open for line in lines), Decimal(0))
    return Whereabouts(
        order.number,
        entered(first, due),
        entered(first, shipped) if shipped else "",
        entered(first, rest) if rest > 0 else "",
        order.promised_date,
        carrier=parcel.carrier if parcel else "",
        waybill=(parcel.label or "") if parcel else "",
        state=parcel.state if parcel else None,
        boxes=max(len(boxes), 1),
        arrived=sum(box.state == ParcelState.DELIVERED for box in boxes),
        kit=first.sku if first.sku != sku else "",
    )


def _moments(period: Period) -> tuple[datetime, datetime]:
    zone = current_policy().zone
    days = (period.start, period.end + timedelta(days=1))
    start, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in days)
    return start, end
