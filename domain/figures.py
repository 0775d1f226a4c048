"""The figures that staff ask for: sales, what was sold most, what is short, what waits."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tortoise.expressions import Subquery

from domain import lane
from domain.commands import Report
from domain.listing import count_to_ship, to_review
from domain.models import Shipment
from domain.models.orders import OrderState
from domain.models.scaled import uncents, ungrained
from domain.policy import current_policy, shop_day
from domain.punctuality import punctuality
from domain.seeing import seen_by, visible
from domain.values import Actor, Period

_TOTALS = 'SELECT COALESCE(SUM(total), 0), COUNT(*) FROM "order"'
_ORDERS = 'SELECT id FROM "order"'
_LINES = "SELECT COALESCE(SUM(amount), 0), COUNT(DISTINCT sku), COUNT(DISTINCT order_id) FROM orderline"
_SOLD = "SELECT sku, SUM(base_qty) FROM orderline"
_BEST = "SELECT sku, MAX(name), SUM(amount) AS worth FROM orderline"
_HELD = "EXISTS (SELECT 1 FROM event e WHERE e.order_number = number AND e.kind = 'OrderHeld')"
_JUDGED = f'SELECT COUNT(*), COALESCE(SUM(CASE WHEN {_HELD} THEN 1 ELSE 0 END), 0) FROM "order"'  # noqa: S608 - words of our own
_HAS = 'EXISTS (SELECT 1 FROM orderline l WHERE l.order_id = "order".id AND l.base_qty > l.cancelled AND l.sku IN ?)'
_FREE = "SELECT sku, SUM(on_hand - reserved) AS free FROM stock GROUP BY sku ORDER BY free, sku"

LOOKED_BACK = timedelta(days=29)
"""How far on-time delivery looks back when nobody names a period: nothing that was ordered today is late."""


@dataclass(frozen=True, slots=True)
class Figures:
    """An aggregated answer: a main figure, and rows of (name, value) beneath it."""

    metric: str
    period: Period | None
    value: Decimal
    count: int = 0
    rows: tuple[tuple[str, Decimal], ...] = ()


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
        case "on_time":
            return await _on_time(report, actor, report.period or Period(today - LOOKED_BACK, today), today)
        case "shipments":
            return await _shipments(report, actor, period)
        case _:
            return await _sales(report, actor, period)


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


async def _on_time(report: Report, actor: Actor, period: Period, today: date) -> Figures:
    """How many of a hundred promised days were kept, by the last day named; in the rows by the first."""
    condition, values = _within(report, actor, period)
    if report.skus:
        condition, values = f"{condition} AND {_HAS}", [*values, list(report.skus)]
    found = await punctuality(condition, values, today=today)
    counts = {"kept": found.last_kept, "first_kept": found.first_kept, "first_due": found.first_due}
    rows = (("first", found.first), *((name, Decimal(count)) for name, count in counts.items()))
    return Figures(report.metric, period, found.last, found.last_due, rows)


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
