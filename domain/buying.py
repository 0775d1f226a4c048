"""From what is missing to goods on the shelf: purchase orders by supplier, moved in time, received in parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from domain import lane
from domain.counted import refuse_broken
from domain.errors import DatePassed
from domain.kin import locked_with_kits
from domain.lots import lots_wanted
from domain.measure import refuse_odd
from domain.models import Product, PurchaseItem, PurchaseOrder, StockMove
from domain.models.scaled import grains
from domain.needing import missing
from domain.policy import shop_day
from domain.recording import first_effect, record
from domain.restocking import fill_short
from domain.rules.lots import Batch
from domain.rules.rights import BUYING, STOCKING, require
from domain.rules.workdays import next_workday
from domain.shelving import MAIN, Move, moved
from domain.stockerrors import NothingToBuy, OverReceived, PurchaseNotFound
from domain.stockevents import GoodsArrived, PurchaseMoved
from domain.transaction import transact
from domain.values import Actor, plain

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Need:
    """What has to be bought of a product, beyond what is coming, and the orders that wait for it."""

    sku: str
    name: str
    unit: str
    qty: Decimal
    supplier: str
    lead_days: int
    orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase order as it is: goods as (code, name, left, ordered, unit), late by the shop's calendar."""

    number: str
    supplier: str
    state: str
    expected: date
    goods: tuple[tuple[str, str, Decimal, Decimal, str], ...]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a purchase order, all that was left when no ``parts`` are named, where it lies and in which lots."""

    parts: Mapping[str, Decimal] | None = None
    warehouse: str = MAIN
    lots: Mapping[str, Batch] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Goods of a purchase order that came: (code, quantity, unit), the lines that gained, what is still to come."""

    number: str
    goods: tuple[tuple[str, Decimal, str], ...]
    gained: int
    left: tuple[tuple[str, Decimal, str], ...]
    repeated: bool = False


async def needs() -> list[Need]:
    """What has to be bought, by supplier and product: for orders, and for goods that are made."""
    found = await missing()
    products = await Product.filter(sku__in=list(found.bought)).order_by("supplier", "sku") if found.bought else []
    return [need_of(row, found.bought[row.sku], found.orders.get(row.sku, ())) for row in products]


async def open_purchases() -> list[Purchase]:
    """What has been ordered and has not all come, by expected day."""
    rows = await PurchaseOrder.filter(state="open").prefetch_related("items").order_by("expected_on", "id")
    return [_view(row, sorted(row.items, key=lambda i: i.id)) for row in rows]


async def purchase(number: str) -> Purchase:
    """One purchase order by number."""
    row = await _found(number)
    return _view(row, await PurchaseItem.filter(order_id=row.id).order_by("id"))


async def buy(supplier: str, cause: str, *, by: Actor, now: datetime) -> Purchase:
    """Order from a supplier all that is missing of theirs, once per ``cause``; refused when nothing is any more."""
    require(by, BUYING)
    try:
        return await transact(lambda: _buy(supplier, cause, by, now))
    except (IntegrityError, NothingToBuy):
        first = await PurchaseOrder.get_or_none(cause=cause)
        if first is None:
            raise
        return await purchase(first.number)


async def reschedule(number: str, day: date, *, by: Actor, now: datetime) -> Purchase:
    """Keep the day that the supplier names now; who waits for the goods is told by the promises that move."""
    require(by, BUYING)
    if day < shop_day(now):
        raise DatePassed(day)
    return await transact(lambda: _reschedule(number, day, by, now))


async def receive(number: str, came: Came, cause: str, *, by: Actor, now: datetime) -> Arrived:
    """Put what came of a purchase order on the shelf, all of it or the parts named, once per ``cause``."""
    require(by, STOCKING)
    try:
        return await transact(lambda: _receive(number, came, cause, by, now))
    except (IntegrityError, OverReceived, PurchaseNotFound):
        before = await StockMove.filter(cause__startswith=f"{cause}:").order_by("id")
        if not before:
            raise
        return await _arrived_before(number, came, cause, before)


async def close(number: str, *, by: Actor, now: datetime) -> Purchase:
    """Expect nothing more of a purchase order; what is still missing has to be bought anew."""
    require(by, BUYING)

    async def work() -> Purchase:
        row = await _held(number)
        await PurchaseOrder.filter(id=row.id).update(state="closed")
        await record(PurchaseMoved(purchase=row.number, supplier=row.supplier, expected=None), by=by, at=now)
        return replace(_view(row, await PurchaseItem.filter(order_id=row.id).order_by("id")), state="closed")

    return await transact(work)


async def _buy(supplier: str, cause: str, by: Actor, now: datetime) -> Purchase:
    # Whoever orders from this supplier at the same time waits here, and then finds that nothing is missing.
    await Product.filter(supplier=supplier).order_by("id").select_for_update()
    wanted = [need for need in await needs() if need.supplier == supplier]
    if not wanted:
        raise NothingToBuy(supplier)
    return await placed(supplier, wanted, cause, by, now)


async def placed(supplier: str, wanted: Sequence[Need], cause: str, by: Actor, now: datetime) -> Purchase:
    """Write the purchase order, inside the transaction of the caller."""
    day = next_workday(shop_day(now) + timedelta(days=max(need.lead_days for need in wanted) - 1))
    row = await PurchaseOrder.create(
        supplier=supplier, expected_on=day, first_expected=day, cause=cause, ordered_by=by.name, ordered_at=now
    )
    items = [PurchaseItem(order_id=row.id, sku=n.sku, name=n.name, unit=n.unit, qty=n.qty) for n in wanted]
    await lane.within(_inserted(items))
    await record(PurchaseMoved(purchase=row.number, supplier=supplier, expected=day.isoformat()), by=by, at=now)
    return _view(row, items)


def _inserted(items: Sequence[PurchaseItem]) -> lane.Script[None]:
    yield lane.insert_models(items)


async def _reschedule(number: str, day: date, by: Actor, now: datetime) -> Purchase:
    row = await _held(number)
    if row.expected_on != day:
        await PurchaseOrder.filter(id=row.id).update(expected_on=day)
        row.expected_on = day
        await record(PurchaseMoved(purchase=row.number, supplier=row.supplier, expected=day.isoformat()), by=by, at=now)
    return _view(row, await PurchaseItem.filter(order_id=row.id).order_by("id"))


async def _receive(number: str, put: Came, cause: str, by: Actor, now: datetime) -> Arrived:
    row = await _held(number)
    items = await PurchaseItem.filter(order_id=row.id).order_by("id")
    came = {item.sku: item.left for item in items if item.left > 0} if put.parts is None else dict(put.parts)
    known = {item.sku: item for item in items}
    for sku, qty in came.items():
        item = known.get(sku)
        if item is None or qty <= 0 or qty > item.left:
            raise OverReceived(row.number, sku, qty, item.left if item else ZERO)
        refuse_odd(sku, qty, item.unit)
        if put.parts is not None:
            refuse_broken(sku, qty, item.unit, begun=item.qty)
    await locked_with_kits(came)
    lots = await lots_wanted(came, put.lots, now=now)
    gained = 0
    for sku, qty in sorted(came.items()):
        move = Move(sku, qty, "receipt", f"{cause}:{sku}", put.warehouse, row.number, lot=lots.get(sku))
        await lane.within(moved(move, by=by.name, now=now))
        await PurchaseItem.filter(id=known[sku].id).update(received=F("received") + grains(qty))
        known[sku].received += qty
        gained += await fill_short(sku)
    left = _left(items)
    if not left:
        await PurchaseOrder.filter(id=row.id).update(state="received")
    goods = tuple((sku, qty, known[sku].unit) for sku, qty in came.items())
    words = "、".join(f"{sku} {plain(qty)}{unit}" for sku, qty, unit in goods)
    await record(GoodsArrived(purchase=row.number, goods=words, gained=gained), by=by, at=now, source=cause)
    return Arrived(row.number, goods, gained, left)


async def _arrived_before(number: str, put: Came, cause: str, moves: Sequence[StockMove]) -> Arrived:
    """What came the first time, as it was said then."""
    items = {row.sku: row for row in await PurchaseItem.filter(order_id=_id(number)).order_by("id")}
    came = {row.sku: row.qty for row in moves}
    goods = tuple((sku, came[sku], items[sku].unit) for sku in (put.parts or items) if sku in came)
    told = await first_effect(GoodsArrived, cause, heard_at=moves[0].at)
    gained = int(told.facts["gained"]) if told is not None else 0
    return Arrived(number, goods, gained, _left(list(items.values())), repeated=True)


async def _held(number: str) -> PurchaseOrder:
    """The open purchase order, nobody else's to change until the end of the transaction."""
    row = await PurchaseOrder.filter(id=_id(number)).select_for_update().first()
    if row is None or row.state != "open":
        raise PurchaseNotFound(number, row.state if row else "")
    return row


async def _found(number: str) -> PurchaseOrder:
    row = await PurchaseOrder.get_or_none(id=_id(number))
    if row is None:
        raise PurchaseNotFound(number, "")
    return row


def _id(number: str) -> int:
    digits = number.upper().removeprefix("P")
    return int(digits) if digits.isdigit() and len(digits) < 10 else 0


def need_of(row: Product, qty: Decimal, orders: Sequence[str] = ()) -> Need:
    """A product as something to be bought."""
    return Need(row.sku, row.name, row.base_unit, qty, row.supplier, row.lead_days, tuple(dict.fromkeys(orders)))


def _view(row: PurchaseOrder, items: Sequence[PurchaseItem]) -> Purchase:
    goods = tuple((item.sku, item.name, item.left, item.qty, item.unit) for item in items)
    return Purchase(row.number, row.supplier, row.state, row.expected_on, goods)


def _left(items: Sequence[PurchaseItem]) -> tuple[tuple[str, Decimal, str], ...]:
    return tuple((item.sku, item.left, item.unit) for item in items if item.left > 0)
