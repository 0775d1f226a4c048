"""The reads of chat and pages: who somebody is, which order is meant, and an order as it is now."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.errors import OrderNotFound, OrderUnclear
from domain.models import Event, Identity, Order, OrderLine, Shipment
from domain.orderviews import Happening, LineView, OrderView, ScanView, ShipmentView
from domain.rules.lifecycle import axes
from domain.rules.numbering import check_letter, digits, well_formed
from domain.rules.review import Reason
from domain.values import SYSTEM, Actor, Address
from domain.wording import goods_of, rest_of

CANDIDATES = 6
REMEMBERED = 2000


async def actor_of(address: Address) -> Actor:
    """Who this is; a stranger when the identity belongs to nobody, or to somebody who left."""
    row = await Identity.get_or_none(account=address.account, openid=address.openid).select_related(
        "staff", "contact__customer"
    )
    if row is not None and row.staff is not None and row.staff.active:
        staff = row.staff
        return Actor(
            staff.name,
            staff.role_set,
            identity=row.id,
            staff=staff.id,
            customers=frozenset(staff.customers),
            address=address,
        )
    if row is not None and row.contact is not None and row.contact.active and row.contact.customer.active:
        contact = row.contact
        return Actor(
            contact.name,
            frozenset({contact.role}),
            identity=row.id,
            contact=contact.id,
            customer=contact.customer.code,
            address=address,
        )
    return Actor(name="", identity=row.id if row is not None else None, address=address)


def visible(actor: Actor) -> QuerySet[Order]:
    """The orders that may be shown to this person; every read of orders by a person starts here."""
    orders = Order.all()
    if actor == SYSTEM or actor.sees_everything:
        return orders
    if actor.is_staff:
        return orders.filter(Q(customer__code__in=sorted(actor.customers)) | Q(placed_by_staff_id=actor.staff))
    return orders.filter(customer__code=actor.customer or "")


async def find_order(text: str, actor: Actor) -> str:
    """The stored number of the order that somebody means: whole, without its letter, or its last digits if unique.

    Last digits are looked for among the newest orders that this person may see. Whoever may not see an order is
    answered as if it did not exist.
    """
    serial = digits(text)
    whole = well_formed(text) or (f"SO{serial}{check_letter(serial)}" if serial else None)
    if whole is None:
        raise OrderNotFound(text)
    mine = visible(actor)
    if await mine.filter(number=whole).exists():
        return whole
    newest = await mine.order_by("-id").limit(REMEMBERED).values_list("number", flat=True)
    found = [str(number) for number in newest if str(number)[:-1].endswith(serial)] if not well_formed(text) else []
    if not found:
        raise OrderNotFound(text)
    if len(found) > 1:
        raise OrderUnclear(text, tuple(found[:CANDIDATES]))
    return found[0]


async def order_view(number: str) -> OrderView:
    """An order as it is now; whether it may be shown is the caller's question."""
    order = await Order.get_or_none(number=number).select_related("customer")
    if order is None:
        raise OrderNotFound(number)
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    shipments = await Shipment.filter(order_id=order.id).order_by("id").prefetch_related("events")
    history = await Event.filter(order_number=number).order_by("id")
    return OrderView(
        number=order.number,
        customer=order.customer.code,
        customer_name=order.customer.name,
        state=order.state,
        placed_at=order.placed_at,
        placed_by=order.placed_by,
        channel=order.channel,
        requested=order.requested_date,
        promised=order.promised_date,
        currency=order.currency,
        total=order.total,
        verdict=str(order.review.get("verdict", "")),
        reasons=tuple(Reason(r["code"], r["facts"]) for r in order.review.get("reasons", ())),
        axes=axes(lines),
        lines=tuple(_line(line) for line in lines),
        shipments=tuple(_shipment(row) for row in shipments),
        history=tuple(Happening(row.at, row.kind, row.by, row.facts) for row in history),
        goods=goods_of(lines),
        rest=rest_of(lines) if any(line.shipped for line in lines) else "",
        ship_to=order.ship_to,
        remark=order.remark,
        reason=order.reason,
        decided_by=order.decided_by,
        decided_at=order.decided_at,
    )


def _line(line: OrderLine) -> LineView:
    return LineView(
        sku=line.sku,
        name=line.name,
        qty=line.qty,
        unit=line.unit,
        base_qty=line.base_qty,
        base_unit=line.base_unit,
        unit_price=line.unit_price,
        price_unit=line.price_unit,
        price_source=line.price_source,
        amount=line.amount,
        reserved=line.reserved,
        shipped=line.shipped,
        delivered=line.delivered,
        cancelled=line.cancelled,
    )


def _shipment(row: Shipment) -> ShipmentView:
    scans = sorted(row.events, key=lambda event: (event.at, event.id))
    return ShipmentView(
        number=row.number,
        carrier=row.carrier,
        waybill=row.waybill,
        state=row.state,
        shipped_at=row.shipped_at,
        eta=row.eta,
        delivered_at=row.delivered_at,
        events=tuple(ScanView(e.at, e.state, e.text, e.place) for e in scans),
    )
