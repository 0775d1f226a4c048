"""Which orders may be shown to somebody; every read of orders by a person starts here."""

from collections.abc import Sequence

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import lane
from domain.models import Order
from domain.values import SYSTEM, Actor

_ORDER_IDS = 'SELECT id FROM "order"'
_ORDER_NUMBERS = 'SELECT number FROM "order"'
_ORDER_NUMBERED = 'SELECT id, number FROM "order"'


def visible(actor: Actor) -> QuerySet[Order]:
    """The orders that may be shown to this person; every read of orders by a person starts here."""
    orders = Order.all()
    if actor == SYSTEM or actor.sees_everything:
        return orders
    if actor.is_staff:
        return orders.filter(Q(customer__code__in=sorted(actor.customers)) | Q(placed_by_staff_id=actor.staff))
    return orders.filter(customer__code=actor.customer or "")


def seen_by(actor: Actor, also: str = "", given: Sequence[object] = ()) -> tuple[str, list[object]]:
    """The same as ``visible``, as a condition on the table of orders with its values, for the fast lane.

    ``also``, with the values ``given``, leaves few of somebody's orders by an index: of a rep each reason is then asked
    by its own, for neither database takes one for both at once.
    """
    reasons = _reasons(actor)
    values = [value for _, own in reasons for value in (*own, *given)]
    if also and len(reasons) > 1:
        return f"id IN ({' UNION '.join(f'{_ORDER_IDS} WHERE {one} AND {also}' for one, _ in reasons)})", values
    seen = " OR ".join(one for one, _ in reasons)
    return (f"{seen} AND {also}" if also else f"({seen})"), values


def numbers_seen_by(actor: Actor) -> tuple[str, list[object]]:
    """The numbers of the same orders as a query with its values, each reason by its own index."""
    reasons = _reasons(actor)
    pieces = [f"{_ORDER_NUMBERS} WHERE {one}" for one, _ in reasons]
    return " UNION ".join(pieces), [value for _, own in reasons for value in own]


async def newest_numbers(actor: Actor, most: int) -> list[str]:
    """The numbers of the newest orders that this person may see, the newest first."""
    reasons = _reasons(actor)
    pieces = [
        f"SELECT * FROM ({_ORDER_NUMBERED} WHERE {one} ORDER BY id DESC LIMIT ?) AS of{n}"  # noqa: S608 - words of our own
        for n, (one, _) in enumerate(reasons)
    ]
    values = [value for _, own in reasons for value in (*own, most)]
    found = await lane.rows(f"{' UNION '.join(pieces)} ORDER BY id DESC LIMIT ?", *values, most)
    return [str(number) for _, number in found]


def _reasons(actor: Actor) -> list[tuple[str, list[object]]]:
    """Why orders may be shown to this person, one condition with its values for each reason."""
    if actor == SYSTEM or actor.sees_everything:
        return [("1 = 1", [])]
    if not actor.is_staff:
        return [("customer_id = (SELECT id FROM customer WHERE code = ?)", [actor.customer or ""])]
    mine = "customer_id IN (SELECT id FROM customer WHERE code IN ?)"
    return [(mine, [sorted(actor.customers)]), ("placed_by_staff_id = ?", [actor.staff])]
