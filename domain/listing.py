"""Orders in lists: under way, waiting for a decision, waiting for dispatch; and the figures that staff ask for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain import lane
from domain.commands import Report
from domain.models import Customer, Order, OrderLine, Shipment, Stock
from domain.models.orders import OrderState
from domain.policy import current_policy, shop_day
from domain.queries import seen_by, visible
from domain.rules.lifecycle import FINAL, Axes, axes
from domain.rules.review import Reason
from domain.values import Actor, Period
from domain.wording import goods_of

OPEN = tuple(state for state in OrderState if state not in FINAL)
LISTED = 50


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list."""

    number: str
    customer: str
    customer_name: str
    state: OrderState
    total: Decimal
    promised: date | None
    goods: str
    reasons: tuple[Reason, ...]
    axes: Axes


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
    seen, values = seen_by(actor)
    where = [seen, "state IN ?"]
    values.append(OPEN)
    if customer:
        where.append("customer_id = (SELECT id FROM customer WHERE code = ?)")
        values.append(customer)
    if skus:
        where.append("id IN (SELECT order_id FROM orderline WHERE sku IN ?)")
        values.append(list(skus))
    rest = f"WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?"
    return await _filled(await lane.fetch(Order, rest, *values, limit))


async def all_orders(*, customer: str | None = None, state: str | None = None) -> list[OrderRow]:
    """The newest orders of everybody; for the command line, not for a person in chat."""
    orders = Order.all()
    if customer:
        orders = orders.filter(customer__code=customer)
    if state:
        orders = orders.filter(state=OrderState(state))
    return await _rows(orders.order_by("-id").limit(LISTED))


async def orders_to_review(actor: Actor) -> list[OrderRow]:
    """Orders that wait for a decision, oldest first."""
    return await _rows(_to_review(actor).order_by("id").limit(LISTED))


def _to_review(actor: Actor) -> QuerySet[Order]:
    return visible(actor).filter(state=OrderState.AWAITING_APPROVAL)


async def orders_to_ship(actor: Actor) -> list[OrderRow]:
    """Accepted orders of which something is reserved and may go, by promised day."""
    return await _rows(_to_ship(actor).order_by("promised_date", "id").limit(LISTED))


async def count_to_ship(actor: Actor) -> int:
    """How many orders may go."""
    return await _to_ship(actor).count()


def _to_ship(actor: Actor) -> QuerySet[Order]:
    ready = Subquery(OrderLine.filter(reserved__gt=Decimal(0)).values("order_id"))
    return visible(actor).filter(state=OrderState.ACCEPTED, id__in=ready)


async def orders_on_the_way(actor: Actor) -> list[OrderRow]:
    """Orders of which a parcel is out and not signed for by a person."""
    unsigned = Subquery(Shipment.filter(received_by__in=["", "carrier"]).values("order_id"))
    return await _rows(visible(actor).filter(id__in=unsigned).order_by("-id").limit(LISTED))


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
            return Figures(report.metric, None, Decimal(await _to_ship(actor).count()))
        case "pending_approval":
            return Figures(report.metric, None, Decimal(await _to_review(actor).count()))
        case "low_stock":
            return await _low_stock(report.metric)
        case "top_products":
            return await _top_products(report, actor, period)
        case "shipments":
            return await _shipments(report, actor, period)
        case _:
            return await _sales(report, actor, period)


async def _rows(orders: QuerySet[Order]) -> list[OrderRow]:
    return await _filled(await orders)


async def _filled(orders: Sequence[Order]) -> list[OrderRow]:
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


def _within(report: Report, actor: Actor, period: Period) -> QuerySet[Order]:
    start, end = _span(period)
    orders = visible(actor).filter(placed_at__gte=start, placed_at__lt=end)
    orders = orders.exclude(state__in=[OrderState.CANCELLED, OrderState.REJECTED])
    return orders.filter(customer__code=report.customer) if report.customer else orders


async def _sales(report: Report, actor: Actor, period: Period) -> Figures:
    orders = _within(report, actor, period)
    if report.skus:
        lines = OrderLine.filter(order_id__in=Subquery(orders.values("id")), sku__in=list(report.skus))
        rows = await lines.values_list("sku", "base_qty", "amount", "order_id")
        by_sku = tuple((sku, sum((row[1] for row in rows if row[0] == sku), Decimal(0))) for sku in report.skus)
        total = sum((row[2] for row in rows), Decimal(0))
        return Figures(report.metric, period, total, len({row[3] for row in rows}), by_sku)
    totals = [row.total for row in await orders.only("id", "total")]
    return Figures(report.metric, period, sum(totals, Decimal(0)), len(totals))


async def _shipments(report: Report, actor: Actor, period: Period) -> Figures:
    orders = visible(actor)
    if report.customer:
        orders = orders.filter(customer__code=report.customer)
    start, end = _span(period)
    sent = Shipment.filter(shipped_at__gte=start, shipped_at__lt=end, order_id__in=Subquery(orders.values("id")))
    count = await sent.count()
    return Figures(report.metric, period, Decimal(count), count)


async def _top_products(report: Report, actor: Actor, period: Period) -> Figures:
    orders = _within(report, actor, period)
    rows = await OrderLine.filter(order_id__in=Subquery(orders.values("id"))).values_list("sku", "name", "amount")
    by_name: dict[str, Decimal] = {}
    for sku, name, amount in rows:
        by_name[f"{sku} {name}"] = by_name.get(f"{sku} {name}", Decimal(0)) + amount
    top = sorted(by_name.items(), key=lambda item: -item[1])[:5]
    return Figures(report.metric, period, sum(by_name.values(), Decimal(0)), len(by_name), tuple(top))


async def _low_stock(metric: str) -> Figures:
    rows = await Stock.all()
    free: dict[str, Decimal] = {}
    for row in rows:
        free[row.sku] = free.get(row.sku, Decimal(0)) + row.free
    low = sorted(free.items(), key=lambda item: item[1])[:5]
    return Figures(metric, None, Decimal(sum(1 for value in free.values() if value <= 0)), len(free), tuple(low))
