"""Orders in lists: under way, waiting for a decision, waiting for dispatch; and the figures that staff ask for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain import lane
from domain.commands import Report
from domain.models import Customer, Order, OrderLine, Shipment, SubmittedChange
from domain.models.orders import OrderState
from domain.models.scaled import uncents, ungrained
from domain.policy import current_policy, shop_day
from domain.queries import seen_by, visible
from domain.rules.lifecycle import FINAL, Axes, axes
from domain.rules.review import Reason
from domain.values import Actor, Period
from domain.wording import goods_of

OPEN = tuple(state for state in OrderState if state not in FINAL)
LISTED = 50

_TOTALS = 'SELECT COALESCE(SUM(total), 0), COUNT(*) FROM "order"'
_ORDERS = 'SELECT id FROM "order"'
_LINES = "SELECT COALESCE(SUM(amount), 0), COUNT(DISTINCT sku), COUNT(DISTINCT order_id) FROM orderline"
_SOLD = "SELECT sku, SUM(base_qty) FROM orderline"
_BEST = "SELECT sku, MAX(name), SUM(amount) AS worth FROM orderline"
_HELD = "EXISTS (SELECT 1 FROM event e WHERE e.order_number = number AND e.kind = 'OrderHeld')"
_JUDGED = f'SELECT COUNT(*), COALESCE(SUM(CASE WHEN {_HELD} THEN 1 ELSE 0 END), 0) FROM "order"'  # noqa: S608 - words of our own
_FREE = "SELECT sku, SUM(on_hand - reserved) AS free FROM stock GROUP BY sku ORDER BY free, sku"

_RESERVED = 'EXISTS (SELECT 1 FROM orderline r WHERE r.order_id = "order".id AND r.reserved > 0)'
_SHORT = (
    'EXISTS (SELECT 1 FROM orderline s WHERE s.order_id = "order".id'
    " AND s.base_qty > s.shipped + s.cancelled + s.reserved)"
)
TO_SHIP = f"state = 'accepted' AND {_RESERVED} AND NOT (ship_whole AND {_SHORT})"
"""Accepted orders of which something is reserved and may go; asked line by line, whatever lies in the past."""
_UNSIGNED = "FROM shipment s WHERE s.received_by IN ('', 'carrier')"
_HAS_UNSIGNED = f'EXISTS (SELECT 1 {_UNSIGNED} AND s.order_id = "order".id)'


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list; with ``changes`` it is what they would make of it."""

    number: str
    customer: str
    customer_name: str
    state: OrderState
    total: Decimal
    promised: date | None
    goods: str
    reasons: tuple[Reason, ...]
    axes: Axes
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """An aggregated answer: a main figure, and rows of (name, value) beneath it."""

    metric: str
    period: Period | None
    value: Decimal
    count: int = 0
    rows: tuple[tuple[str, Decimal], ...] = ()


async def open_orders(
    actor: Actor, *, customer: str | None = None, skus: Collection[str] = (), limit: int = LISTED
) -> list[OrderRow]:
    """Orders under way that this person may see, newest first."""
    seen, values = seen_by(actor, "state IN ?", [OPEN])
    where = [seen]
    if customer:
        where.append("customer_id = (SELECT id FROM customer WHERE code = ?)")
        values.append(customer)
    if skus:
        where.append("id IN (SELECT order_id FROM orderline WHERE sku IN ?)")
        values.append(list(skus))
    rest = f"WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?"
    return await filled(await lane.fetch(Order, rest, *values, limit))


async def all_orders(*, customer: str | None = None, state: str | None = None) -> list[OrderRow]:
    """The newest orders of everybody; for the command line, not for a person in chat."""
    orders = Order.all()
    if customer:
        orders = orders.filter(customer__code=customer)
    if state:
        orders = orders.filter(state=OrderState(state))
    return await rows_of(orders.order_by("-id").limit(LISTED))


async def to_review(actor: Actor) -> QuerySet[Order]:
    """Orders that wait for a decision, or a change of which does."""
    held = Q(state=OrderState.AWAITING_APPROVAL)
    # Named one by one: with a question in this place PostgreSQL walks through all orders there are.
    changed = await SubmittedChange.filter(state="waiting").values_list("order_number", flat=True)
    stands = Q(number__in=changed, state__in=(OrderState.ACCEPTED, OrderState.ON_HOLD))
    return visible(actor).filter(held | stands if changed else held)


async def orders_to_ship(actor: Actor) -> list[OrderRow]:
    """Accepted orders of which something is reserved and may go, by promised day."""
    return await _listed(actor, TO_SHIP, "promised_date, id")


async def count_to_ship(actor: Actor) -> int:
    """How many orders may go."""
    seen, values = seen_by(actor, TO_SHIP)
    ((count,),) = await lane.rows(f'SELECT COUNT(*) FROM "order" WHERE {seen}', *values)  # noqa: S608 - words of our own
    return int(count)


async def orders_on_the_way(actor: Actor) -> list[OrderRow]:
    """Orders of which a parcel is out and not signed for by a person."""
    # Of all there are the few are found by their parcels, of somebody's own their parcels by them.
    which = f"id IN (SELECT s.order_id {_UNSIGNED})" if actor.sees_everything else _HAS_UNSIGNED
    return await _listed(actor, which, "id DESC")


async def _listed(actor: Actor, which: str, order: str) -> list[OrderRow]:
    seen, values = seen_by(actor, which)
    return await filled(await lane.fetch(Order, f"WHERE {seen} ORDER BY {order} LIMIT ?", *values, LISTED))


async def last_order_of(customer: str) -> str | None:
    """The newest order of a customer that stood."""
    stood = (OrderState.ACCEPTED, OrderState.CLOSED, OrderState.SHORT_CLOSED, OrderState.AWAITING_APPROVAL)
    row = await Order.filter(customer__code=customer, state__in=stood).order_by("-id").first()
    return row.number if row is not None else None


async def figures(report: Report, actor: Actor, *, now: datetime) -> Figures:
    """The figure that was asked for, over what this person may see; the default period is today."""
    today = shop_day(now)
    period = report.period or Period(today, today)
    match report.metric:
        case "pending_shipment":
            return Figures(report.metric, None, Decimal(await count_to_ship(actor)))
        case "pending_approval":
            return Figures(report.metric, None, Decimal(await (await to_review(actor)).count()))
        case "low_stock":
            return await _low_stock(report.metric)
        case "top_products":
            return await _top_products(report, actor, period)
        case "touchless":
            return await _untouched(report, actor, period)
        case "shipments":
            return await _shipments(report, actor, period)
        case _:
            return await _sales(report, actor, period)


async def rows_of(orders: QuerySet[Order]) -> list[OrderRow]:
    """These orders as they stand in lists."""
    return await filled(await orders)


async def filled(orders: Sequence[Order]) -> list[OrderRow]:
    """The rows of a list, with their customers and goods; two reads, however many there are."""
    if not orders:
        return []
    customers = {row.id: row for row in await lane.fetch(Customer, "WHERE id IN ?", {o.customer_id for o in orders})}
    lines: dict[int, list[OrderLine]] = {order.id: [] for order in orders}
    for line in await lane.fetch(OrderLine, "WHERE order_id IN ? ORDER BY order_id, position", list(lines)):
        lines[line.order_id].append(line)
    return [_row(order, customers[order.customer_id], lines[order.id]) for order in orders]


def _row(order: Order, customer: Customer, lines: Sequence[OrderLine]) -> OrderRow:
    return OrderRow(
        order.number,
        customer.code,
        customer.short_names[0] if customer.short_names else customer.name,
        order.state,
        order.total,
        order.promised_date,
        goods_of(lines),
        tuple(Reason(r["code"], r["facts"]) for r in order.review.get("reasons", ())),
        axes(lines),
    )


def _moments(period: Period) -> tuple[datetime, datetime]:
    zone = current_policy().zone
    after = period.end + timedelta(days=1)
    start = datetime(period.start.year, period.start.month, period.start.day, tzinfo=zone)
    return start, datetime(after.year, after.month, after.day, tzinfo=zone)


def _span(period: Period) -> tuple[datetime, datetime]:
    # In UTC, as moments are stored: SQLite compares them as text.
    zone = current_policy().zone
    days = (period.start, period.end + timedelta(days=1))
    start, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in days)
    return start, end


def _within(report: Report, actor: Actor, period: Period) -> tuple[str, list[object]]:
    """The orders that a figure is about, as a condition with its values."""
    seen, values = seen_by(actor)
    where = [seen, "placed_at >= ?", "placed_at < ?", "state NOT IN ?"]
    values += [*_span(period), [OrderState.CANCELLED.value, OrderState.REJECTED.value]]
    if report.customer:
        where.append("customer_id = (SELECT id FROM customer WHERE code = ?)")
        values.append(report.customer)
    return " AND ".join(where), values


async def _sales(report: Report, actor: Actor, period: Period) -> Figures:
    condition, values = _within(report, actor, period)
    if not report.skus:
        ((total, count),) = await lane.rows(f"{_TOTALS} WHERE {condition}", *values)
        return Figures(report.metric, period, uncents(int(total)), int(count))
    lines = f"WHERE order_id IN ({_ORDERS} WHERE {condition}) AND sku IN ?"
    skus = list(report.skus)
    ((worth, _, count),) = await lane.rows(f"{_LINES} {lines}", *values, skus)
    sold = {sku: ungrained(int(qty)) for sku, qty in await lane.rows(f"{_SOLD} {lines} GROUP BY sku", *values, skus)}
    rows = tuple((sku, sold.get(sku, Decimal(0))) for sku in skus)
    return Figures(report.metric, period, uncents(int(worth)), int(count), rows)


async def _untouched(report: Report, actor: Actor, period: Period) -> Figures:
    """How many of a hundred orders passed the review by themselves, whatever became of them afterwards."""
    seen, values = seen_by(actor)
    condition = f"WHERE {seen} AND placed_at >= ? AND placed_at < ?"
    ((placed, held),) = await lane.rows(f"{_JUDGED} {condition}", *values, *_span(period))
    share = Decimal(100 * (placed - int(held))) / placed if placed else Decimal(0)
    return Figures(report.metric, period, share.quantize(Decimal("0.1")), placed, (("held", Decimal(int(held))),))


async def _shipments(report: Report, actor: Actor, period: Period) -> Figures:
    orders = visible(actor)
    if report.customer:
        orders = orders.filter(customer__code=report.customer)
    start, end = _span(period)
    sent = Shipment.filter(shipped_at__gte=start, shipped_at__lt=end, order_id__in=Subquery(orders.values("id")))
    count = await sent.count()
    return Figures(report.metric, period, Decimal(count), count)


async def _top_products(report: Report, actor: Actor, period: Period) -> Figures:
    condition, values = _within(report, actor, period)
    lines = f"WHERE order_id IN ({_ORDERS} WHERE {condition})"
    ((worth, skus, _),) = await lane.rows(f"{_LINES} {lines}", *values)
    best = await lane.rows(f"{_BEST} {lines} GROUP BY sku ORDER BY worth DESC, sku LIMIT 5", *values)
    top = tuple((f"{sku} {name}", uncents(int(amount))) for sku, name, amount in best)
    return Figures(report.metric, period, uncents(int(worth)), int(skus), top)


async def _low_stock(metric: str) -> Figures:
    free = [(str(sku), ungrained(int(left))) for sku, left in await lane.rows(_FREE)]
    return Figures(metric, None, Decimal(sum(1 for _, left in free if left <= 0)), len(free), tuple(free[:5]))
