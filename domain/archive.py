"""Orders of the past, searched page by page: each page is found by its key, so the last costs what the first does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from domain import lane
from domain.listing import OPEN, TO_SHIP, OrderRow, filled
from domain.models import Customer, Order, OrderLine, Payment, Product, Shipment
from domain.models.orders import OrderState
from domain.policy import current_policy
from domain.rules.numbering import check_letter, digits, well_formed
from domain.rules.ponumbers import spellings
from domain.seeing import seen_by
from domain.values import Actor

STATES: Mapping[str, tuple[OrderState, ...]] = {
    "open": OPEN,
    "done": (OrderState.CLOSED, OrderState.SHORT_CLOSED),
    "gone": (OrderState.CANCELLED, OrderState.REJECTED),
}
READY = "ready"
"""What may be sent now, another key beside those of ``STATES``."""
MATCHES = 50
PAYMENTS = 20
_LIKE = "LOWER(name) LIKE LOWER(?) ESCAPE '!'"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: any text, days on which it was ordered, a key of ``STATES``; after the order ``before``."""

    text: str = ""
    start: date | None = None
    end: date | None = None
    state: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order with the moments of its stages; ``links`` is the generation of its links that is good."""

    row: OrderRow
    links: int
    placed_at: datetime
    decided_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    parcels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastPage:
    """The newest orders that were found, and whether there are more behind them; ``customer`` if all are of one."""

    orders: tuple[PastOrder, ...]
    more: bool
    customer: int | None


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that came in, or was found not to have."""

    at: datetime
    amount: Decimal
    remark: str


async def past_orders(actor: Actor, search: Search, *, limit: int) -> PastPage:
    """The orders that are looked for, as far as this person may see them."""
    condition, values, customer = await _condition(actor, search)
    rows = await lane.fetch(Order, f"WHERE {condition} ORDER BY id DESC LIMIT ?", *values, limit + 1)
    return PastPage(tuple(await _staged(rows[:limit])), len(rows) > limit, customer)


async def payments_of(customer: int, search: Search) -> tuple[Paid, ...]:
    """What a customer paid within the days that are looked for, the newest first."""
    within, values = _within("at", search)
    where = " AND ".join(["customer_id = ?", *within])
    rows = await lane.fetch(Payment, f"WHERE {where} ORDER BY id DESC LIMIT ?", customer, *values, PAYMENTS)
    return tuple(Paid(row.at, row.amount, row.remark) for row in rows)


async def lines_of(numbers: Sequence[str]) -> dict[str, list[OrderLine]]:
    """The lines of these orders, by number."""
    orders = {row.id: row.number for row in await lane.fetch(Order, "WHERE number IN ?", list(numbers))}
    found: dict[str, list[OrderLine]] = {number: [] for number in numbers}
    for line in await lane.fetch(OrderLine, "WHERE order_id IN ? ORDER BY order_id, position", list(orders)):
        found[orders[line.order_id]].append(line)
    return found


async def _condition(actor: Actor, search: Search) -> tuple[str, list[object], int | None]:
    seen, values = seen_by(actor)
    days, moments = _within("placed_at", search)
    where = [seen, *days]
    values += moments
    if search.state in STATES:
        where.append("state IN ?")
        values.append(list(STATES[search.state]))
    if search.state == READY:
        where.append(TO_SHIP)
    if search.before:
        where.append('id < (SELECT b.id FROM "order" b WHERE b.number = ?)')
        values.append(search.before)
    customer = await _own(actor)
    if search.text:
        words, given, named = await _meant(search.text, actor)
        where.append(words)
        values += given
        customer = customer or named
    return " AND ".join(where), values, customer


async def _own(actor: Actor) -> int | None:
    found = await lane.rows("SELECT id FROM customer WHERE code = ?", actor.customer) if actor.customer else ()
    return int(found[0][0]) if found else None


_UNDER = "WHERE waybill = ? OR rides_with IN (SELECT id FROM shipment WHERE waybill = ?)"
"""What left under a waybill: of the order that bears it, and of those that ride with it."""
_UNDER_PO = 'SELECT 1 FROM "order" WHERE po IN ?'


async def _meant(text: str, actor: Actor) -> tuple[str, list[object], int | None]:
    """The one thing that a text means: a number, a waybill, a customer's number, a product, for staff a customer.

    Else it is a word of a remark.
    Each is asked of an index by itself; any of them in one question would be a walk through the whole past.
    """
    serial = digits(text)
    number = well_formed(text) or (f"SO{serial}{check_letter(serial)}" if serial else None)
    if number and await lane.rows('SELECT 1 FROM "order" WHERE number = ?', number):
        return "number = ?", [number], None
    if parcels := await lane.fetch(Shipment, _UNDER, text.upper(), text.upper()):
        return "id IN ?", [[one.order_id for one in parcels]], None
    seen, mine = seen_by(actor)
    # A number of another customer's must not hide the goods that are called like it.
    if await lane.rows(" AND ".join((_UNDER_PO, seen)), spellings(text), *mine):
        return "po IN ?", [spellings(text)], None
    like = "%" + "".join("!" + sign if sign in "!%_" else sign for sign in text) + "%"
    goods = await lane.fetch(Product, f"WHERE ({_LIKE} OR LOWER(sku) = LOWER(?)) LIMIT ?", like, text, MATCHES)
    if goods:
        return _with_goods(actor), [[one.sku for one in goods]], None
    if actor.is_staff:
        rest = f"WHERE ({_LIKE} OR LOWER(code) = LOWER(?)) ORDER BY id LIMIT ?"
        found = [one for one in await lane.fetch(Customer, rest, like, text, MATCHES) if actor.may_see(one.code)]
        return "customer_id IN ?", [[one.id for one in found]], found[0].id if len(found) == 1 else None
    return "remark LIKE ? ESCAPE '!'", [like], None


def _with_goods(actor: Actor) -> str:
    # Of few orders each is asked for the product, of all orders the product for its orders.
    if actor.sees_everything:
        return "id IN (SELECT l.order_id FROM orderline l WHERE l.sku IN ?)"
    return 'EXISTS (SELECT 1 FROM orderline l WHERE l.order_id = "order".id AND l.sku IN ?)'


def _within(column: str, search: Search) -> tuple[list[str], list[object]]:
    where: list[str] = []
    values: list[object] = []
    if search.start:
        where.append(f"{column} >= ?")
        values.append(_moment(search.start))
    if search.end:
        where.append(f"{column} < ?")
        values.append(_moment(search.end + timedelta(days=1)))
    return where, values


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), current_policy().zone).astimezone(UTC)


async def _staged(rows: Sequence[Order]) -> list[PastOrder]:
    if not rows:
        return []
    sent: dict[int, list[Shipment]] = {row.id: [] for row in rows}
    for parcel in await lane.fetch(Shipment, "WHERE order_id IN ? ORDER BY id", list(sent)):
        sent[parcel.order_id].append(parcel)
    listed = await filled(rows)
    return [_past(order, row, sent[order.id]) for order, row in zip(rows, listed, strict=True)]


def _past(order: Order, row: OrderRow, parcels: Sequence[Shipment]) -> PastOrder:
    arrived = [one.delivered_at for one in parcels if one.delivered_at is not None]
    return PastOrder(
        row,
        order.links,
        order.placed_at,
        order.decided_at,
        min((one.shipped_at for one in parcels), default=None),
        max(arrived) if len(arrived) == len(parcels) and arrived else None,
        tuple(f"{one.carrier} {one.label or ''}".strip() for one in parcels),
    )
