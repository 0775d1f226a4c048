"""The reads of chat and pages: who somebody is, which order is meant, and an order as it is now."""

import json
from collections.abc import Sequence

from tortoise.queryset import QuerySet

from domain import lane
from domain.errors import OrderNotFound, OrderUnclear
from domain.models import Customer, Event, Order, OrderLine, Shipment, TrackingEvent
from domain.orderviews import Happening, LineView, OrderView, ScanView, ShipmentView
from domain.rules.lifecycle import FINAL, axes
from domain.rules.numbering import check_letter, digits, well_formed
from domain.rules.ponumbers import spellings
from domain.rules.review import Reason
from domain.seeing import newest_numbers, visible
from domain.values import Actor, Address, Role
from domain.wording import goods_of, rest_of

CANDIDATES = 6
# Of everybody who is tied to this identity only those who are active: a member of staff, or a contact of a customer.
_WHO = """
SELECT i.id, s.id AS staff, s.name AS staff_name, s.roles, s.customers,
       c.id AS contact, c.name AS contact_name, c.role, k.code"""
_TIED = """
FROM (SELECT CAST(? AS text) AS account, CAST(? AS text) AS openid) a
LEFT JOIN identity i ON i.account = a.account AND i.openid = a.openid
LEFT JOIN staff s ON s.id = i.staff_id AND s.active
LEFT JOIN contact c ON c.id = i.contact_id AND c.active
LEFT JOIN customer k ON k.id = c.customer_id AND k.active
"""
_KNOWN = 9
REMEMBERED = 2000


async def actor_of(address: Address) -> Actor:
    """Who this is; a stranger when the identity belongs to nobody, or to somebody who left."""
    return (await actor_beside(address))[0]


async def actor_beside(address: Address, beside: Sequence[str] = (), joined: str = "") -> tuple[Actor, lane.Row]:
    """The same, and more about the address from the same question.

    ``beside`` are expressions over what is ``joined`` to the address ``a``, or over the customer ``k``.
    """
    sql = ", ".join((_WHO, *beside)) + _TIED + joined
    (row,) = await lane.rows(sql, address.account, address.openid)
    return _actor(address, row[:_KNOWN]), row[_KNOWN:]


def _actor(address: Address, row: lane.Row) -> Actor:
    identity, staff, name, roles, customers, contact, contact_name, contact_role, customer = row
    if staff is not None:
        return Actor(
            name,
            frozenset(Role(role) for role in json.loads(roles)),
            identity=identity,
            staff=staff,
            customers=frozenset(json.loads(customers)),
            address=address,
        )
    if customer is not None:
        return Actor(
            contact_name,
            frozenset({Role(contact_role)}),
            identity=identity,
            contact=contact,
            customer=customer,
            address=address,
        )
    return Actor(name="", identity=identity, address=address)


_WANTED = (
    "(SELECT changes FROM submittedchange WHERE order_number = number AND submittedchange.state = 'waiting' LIMIT 1)"
)


async def find_order(text: str, actor: Actor) -> str:
    """The stored number of the order that somebody means: whole, without its letter, or its last digits if unique.

    What is no number of ours is one of the customer's own (PO-889).

    Last digits are looked for among the newest orders that this person may see. Whoever may not see an order is
    answered as if it did not exist.
    """
    serial = digits(text)
    whole = well_formed(text) or (f"SO{serial}{check_letter(serial)}" if serial else None)
    mine = visible(actor)
    if whole is None:
        return await _by_reference(text, mine)
    if await mine.filter(number=whole).exists():
        return whole
    if well_formed(text):
        raise OrderNotFound(text)
    found = [number for number in await newest_numbers(actor, REMEMBERED) if number[:-1].endswith(serial)]
    if not found:
        raise OrderNotFound(text)
    if len(found) > 1:
        raise OrderUnclear(text, tuple(found[:CANDIDATES]))
    return found[0]


async def _by_reference(text: str, mine: QuerySet[Order]) -> str:
    """The order of this number of its customer's; of several the one that is still open."""
    rows = await mine.filter(po__in=spellings(text)).order_by("-id").limit(CANDIDATES)
    found = [row.number for row in rows if row.state not in FINAL] or [row.number for row in rows]
    if not found:
        raise OrderNotFound(text)
    if len(found) > 1:
        raise OrderUnclear(text, tuple(found))
    return found[0]


async def order_view(number: str) -> OrderView:
    """An order as it is now; whether it may be shown is the caller's question."""
    found = await lane.fetch_beside(Order, (_WANTED,), "WHERE number = ?", number)
    if not found:
        raise OrderNotFound(number)
    ((order, (wanted,)),) = found
    (customer,) = await lane.fetch(Customer, "WHERE id = ?", order.customer_id)
    lines = await lane.fetch(OrderLine, "WHERE order_id = ? ORDER BY position", order.id)
    shipments = await lane.fetch(Shipment, "WHERE order_id = ? ORDER BY id", order.id)
    scans = await _scans(shipments)
    history = await lane.fetch(Event, "WHERE order_number = ? ORDER BY id", number)
    return OrderView(
        number=order.number,
        customer=customer.code,
        customer_name=customer.name,
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
        shipments=tuple(_shipment(row, scans.get(row.id, [])) for row in shipments),
        history=tuple(Happening(row.at, row.kind, row.by, row.facts) for row in history),
        goods=goods_of(lines),
        rest=rest_of(lines) if any(line.shipped for line in lines) else "",
        ship_to=order.ship_to,
        remark=order.remark,
        po=order.po or "",
        wanted=tuple(json.loads(wanted)) if wanted else (),
        reason=order.reason,
        decided_by=order.decided_by,
        decided_at=order.decided_at,
        hold_reason=order.hold_reason or "",
        held_by=order.held_by or "",
        rules=int(order.review.get("version", 0)),
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
        price_facts=line.price_facts or {},
        amount=line.amount,
        reserved=line.reserved,
        shipped=line.shipped,
        delivered=line.delivered,
        cancelled=line.cancelled,
        parts=line.kit,
    )


async def _scans(shipments: Sequence[Shipment]) -> dict[int, list[TrackingEvent]]:
    found: dict[int, list[TrackingEvent]] = {}
    if shipments:
        ids = [row.id for row in shipments]
        for event in await lane.fetch(TrackingEvent, "WHERE shipment_id IN ? ORDER BY at, id", ids):
            found.setdefault(event.shipment_id, []).append(event)
    return found


def _shipment(row: Shipment, scans: Sequence[TrackingEvent]) -> ShipmentView:
    return ShipmentView(
        number=row.number,
        carrier=row.carrier,
        waybill=row.label,
        state=row.state,
        shipped_at=row.shipped_at,
        eta=row.eta,
        delivered_at=row.delivered_at,
        events=tuple(ScanView(e.at, e.state, e.text, e.place) for e in scans),
    )
