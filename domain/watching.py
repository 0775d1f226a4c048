"""What waits too long in the business: the reads behind the alerts; how long is too long is not decided here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tortoise.expressions import F, Q, Subquery
from tortoise.queryset import QuerySet

from domain import silence
from domain.incoming import arrivals_of, waiting_lines
from domain.models import (
    Approval,
    Order,
    OrderLine,
    Product,
    PurchaseOrder,
    PurchaseRequest,
    Shipment,
    StockLot,
    WorkOrder,
)
from domain.rules.lifecycle import OrderState
from domain.rules.waybills import candidates_of
from domain.silence import Patience
from domain.values import plain

MOST = 500
ZERO = Decimal(0)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something about an order that is not as it should be since a moment; ``subject`` tells it from its like."""

    subject: str
    order: str | None
    customer: str
    rep: int | None
    since: datetime
    facts: dict[str, str] = field(default_factory=dict)


async def held_orders(before: datetime) -> list[Condition]:
    """Orders that have waited for a decision since ``before`` or longer."""
    states = (OrderState.AWAITING_APPROVAL, OrderState.IN_REVIEW)
    # Who was asked is reminded by the approval itself; here remain those that nobody was asked about.
    asked = Approval.filter(live=True, approver_id__isnull=False)
    held = Order.filter(state__in=states, placed_at__lte=before, number__not_in=Subquery(asked.values("order_number")))
    rows = await held.select_related("customer").limit(MOST)
    return [_of(row, row.number, row.placed_at, {}) for row in rows]


async def unscanned_parcels(before: datetime) -> list[Condition]:
    """Parcels with a waybill, handed over at ``before`` or earlier, that no carrier has scanned."""
    rows = await _with_order(silence.unscanned(before))
    return [_of(row.order, row.number, row.relabelled_at or row.shipped_at, _parcel(row)) for row in rows]


async def silent_parcels(patience: Patience, *, now: datetime) -> list[Condition]:
    """Parcels on their way of which the carrier has said nothing for longer than is usual on their lane."""
    rows = await silence.unusual(await _with_order(silence.unheard(patience, now=now)), patience, now=now)
    return [
        _of(
            row.order,
            row.number,
            row.last_news_at or row.shipped_at,
            _parcel(row) | {"silent": silence.hours(row, now)},
        )
        for row in rows
    ]


async def given_up_parcels(*, scanned: bool) -> list[Condition]:
    """Parcels that a service does not watch any more: ``scanned`` once and never again, or never at all."""
    rows = await _with_order(silence.given_up(scanned=scanned))
    return [_of(row.order, row.number, row.gave_up_at or row.shipped_at, _parcel(row) | _others(row)) for row in rows]


async def troubled_parcels(since: datetime) -> list[Condition]:
    """Parcels that a carrier has trouble with, or brings back; those of which nothing was heard since are left out."""
    rows = await _with_order(silence.troubled(since))
    why = await silence.reasons(rows)
    return [
        _of(
            row.order,
            f"{row.number}:{row.state}:{why.get(row.id, '')}",
            row.last_news_at or row.shipped_at,
            _parcel(row) | {"state": row.state.value, "reason": why.get(row.id, "")},
        )
        for row in rows
    ]


async def overdue_orders(today: date) -> list[Condition]:
    """Accepted orders that were promised for a day before ``today`` and are not wholly with the customer."""
    late = Order.filter(state=OrderState.ACCEPTED, promised_date__lt=today).select_related("customer")
    rows = await late.order_by("promised_date", "id").limit(MOST)
    missing = await _undelivered([row.id for row in rows])
    return [
        _of(row, row.number, _close_of(row.promised_date), {"promised": row.promised_date.isoformat()})
        for row in rows
        if row.promised_date and row.id in missing
    ]


async def late_purchases(today: date) -> list[Condition]:
    """Purchase orders of which goods were expected before ``today`` and have not come."""
    rows = await PurchaseOrder.filter(state="open", expected_on__lt=today).order_by("expected_on", "id").limit(MOST)
    return [
        Condition(
            row.number,
            None,
            row.supplier,
            None,
            _close_of(row.expected_on),
            {"sku": row.number, "name": row.supplier, "expected": row.expected_on.isoformat()},
        )
        for row in rows
    ]


async def expiring_lots(within: timedelta, *, today: date) -> list[Condition]:
    """Lots of which something is left that expire ``within`` that time, or that lie expired and are not dealt with."""
    there = StockLot.filter(Q(on_hand__gt=ZERO) | Q(expired__gt=ZERO), expires_on__lte=today + within)
    rows = await there.order_by("expires_on", "id").limit(MOST)
    names = {row.sku: row for row in await Product.filter(sku__in=list({row.sku for row in rows}))} if rows else {}
    return [_expiring(row, names[row.sku], row.expires_on or today, within, today) for row in rows]


def _expiring(row: StockLot, product: Product, day: date, within: timedelta, today: date) -> Condition:
    over = day < today
    facts = {
        "sku": row.sku,
        "name": product.name,
        "lot": row.code,
        "left": f"{plain(row.expired if over and row.expired else row.on_hand)}{product.base_unit}",
        "expires": day.isoformat(),
        "over": "1" if over else "",
    }
    # Another condition once it has expired: whoever dealt with the warning has something else to do then.
    return Condition(f"{row.id}:{'over' if over else 'soon'}", None, "", None, _close_of(day - within - ONE_DAY), facts)


async def late_works() -> list[Condition]:
    """Work orders that will be finished on or after the day promised to those who wait for them."""
    rows = await WorkOrder.filter(forecast__gte=F("due")).exclude(state="done").order_by("due", "id").limit(MOST)
    return [
        Condition(
            row.number,
            None,
            row.name,
            None,
            row.ordered_at,
            {"sku": row.number, "name": f"{row.sku} {row.name}", "expected": row.forecast.isoformat()},
        )
        for row in rows
        if row.forecast is not None
    ]


async def short_lines(*, today: date) -> list[Condition]:
    """Lines of accepted orders that are not covered by stock, and what comes for them, if it is enough."""
    uncovered = OrderLine.filter(
        order__state=OrderState.ACCEPTED, base_qty__gt=F("shipped") + F("cancelled") + F("reserved")
    )
    rows = await uncovered.select_related("order__customer").order_by("id").limit(MOST)
    if not rows:
        return []
    skus = {sku for row in rows for sku in row.goods(row.short)}
    coming = {one.line.id: one.served.by for one in await waiting_lines(skus, today=today) if one.served.by}
    days = {one.by: one.on.isoformat() for one in await arrivals_of(skus)} if coming else {}
    requests = await PurchaseRequest.filter(line_id__in=[row.id for row in rows])
    latest = sorted(requests, key=lambda request: (request.expected_on or date.min, request.id))
    asked = {request.line_id: request.expected_on.isoformat() for request in latest if request.expected_on}
    made = await made_among({row.sku for row in rows})
    found = []
    for row in rows:
        by = coming.get(row.id, "")
        facts = _short(row) | {
            "expected": days.get(by) or asked.get(row.id, ""),
            "coming": by,
            "made": made.get(row.sku, ""),
        }
        found.append(_of(row.order, short_subject(row.order.number, row.sku), row.order.placed_at, facts))
    return found


async def made_among(skus: Collection[str]) -> dict[str, str]:
    """Those of these products that are made here and not bought."""
    rows = await Product.filter(sku__in=list(skus), make_or_buy="make").values_list("sku", flat=True)
    return {str(sku): "1" for sku in rows}


def short_subject(order: str, sku: str) -> str:
    """How a shortage of one product in one order is told from others."""
    return f"{order}:{sku}"


def _short(line: OrderLine) -> dict[str, str]:
    return {
        "sku": line.sku,
        "name": line.name,
        "missing": plain(line.short),
        "unit": line.base_unit,
    }


def _parcel(row: Shipment) -> dict[str, str]:
    return {"shipment": row.number, "carrier": row.carrier, "waybill": row.label or ""}


def _others(row: Shipment) -> dict[str, str]:
    """Whose waybill it might be instead."""
    return {"others": "、".join(one for one in candidates_of(row.waybill or "") if one != row.carrier)}


def _close_of(day: date) -> datetime:
    # The evening in China; a moment that lies inside the day wherever the shop may be.
    return datetime.combine(day, time(10), UTC)


def _of(order: Order, subject: str, since: datetime, facts: dict[str, str]) -> Condition:
    customer = order.customer
    name = customer.short_names[0] if customer.short_names else customer.name
    return Condition(subject, order.number, name, order.rep_id, since, facts)


async def _with_order(found: QuerySet[Shipment]) -> list[Shipment]:
    return await found.select_related("order__customer").order_by("id").limit(MOST)


async def _undelivered(orders: Iterable[int]) -> set[int]:
    ids = list(orders)
    if not ids:
        return set()
    open_lines = OrderLine.filter(order_id__in=ids, base_qty__gt=F("delivered") + F("cancelled"))
    return {line.order_id for line in await open_lines.only("id", "order_id")}
