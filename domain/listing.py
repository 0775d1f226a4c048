"""Orders in lists: under way, waiting for a decision, waiting for dispatch; and the figures that staff ask for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import lane
from domain.models import Customer, Order, OrderLine, SubmittedChange
from domain.models.orders import OrderState
from domain.rules.lifecycle import FINAL, Axes, axes
from domain.rules.review import Reason
from domain.seeing import seen_by, visible
from domain.values import Actor
from domain.wording import goods_of

OPEN = tuple(state for state in OrderState if state not in FINAL)
LISTED = 50

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
