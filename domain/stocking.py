"""Goods that come in, move or are counted: every change is a move in the ledger, and who waits gets theirs at once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tortoise.exceptions import IntegrityError

from domain import lane
from domain.allocating import locked
from domain.counted import refuse_broken_of
from domain.errors import (
    ProductNotFound,
    QuantityRefused,
)
from domain.kin import locked_with_kits
from domain.kits import refuse_kit
from domain.loterrors import LotNeeded
from domain.lots import fit, known_as, out_of
from domain.measure import refuse_odd
from domain.models import Product, Stock, StockMove, Warehouse
from domain.restocking import fill_short
from domain.rules.lots import OPENING, Batch
from domain.rules.rights import CORRECTING, STOCKING, require
from domain.shelving import MAIN, Move, moved
from domain.stockerrors import (
    MoveNotReversible,
    StockRefused,
    WarehouseUnknown,
)
from domain.transaction import transact
from domain.values import Actor

__all__ = [
    "MAIN", "Booked", "Counted", "open_warehouse", "receive_stock", "reverse_move", "set_stock", "take_in", "transfer",
    "warehouse_named", "write_counts",
]  # fmt: skip

MOST = Decimal(99_999)
MAIN_NAMES = frozenset({MAIN, "主仓", "总仓", "主仓库"})
"""What people call the main warehouse."""
REVERSIBLE = frozenset({"receipt", "count"})
_BOUGHT_OR_MADE = re.compile(r"[PW]\d+")


@dataclass(frozen=True, slots=True)
class Counted:
    """A quantity that lies in a warehouse, in base units, of one lot where the product lies in lots."""

    sku: str
    qty: Decimal
    warehouse: str = MAIN
    lot: Batch | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """A move in the ledger, the balance of the product after it, and how many waiting lines gained."""

    move: int
    goods: Counted
    on_hand: Decimal
    free: Decimal
    gained: int = 0
    repeated: bool = False


async def receive_stock(
    sku: str, qty: Decimal, *, document: str = "", warehouse: str = MAIN, by: Actor, now: datetime
) -> int:
    """Put goods on the shelf and give them to the orders that wait; how many lines gained."""
    return (await take_in(Counted(sku, qty, warehouse), None, document=document, by=by, now=now)).gained


async def take_in(goods: Counted, cause: str | None, *, document: str = "", by: Actor, now: datetime) -> Booked:
    """Put goods on the shelf, once per ``cause``: a second call finds the first."""
    require(by, STOCKING)
    product = await Product.get_or_none(sku=goods.sku)
    if product is None:
        raise ProductNotFound(goods.sku)
    refuse_kit(product)
    fit(goods.sku, goods.lot, by_lot=product.lots, now=now)
    refuse_odd(goods.sku, goods.qty, product.base_unit)
    refuse_broken_of(product, goods.qty)
    lot = await known_as(goods.sku, goods.lot) if goods.lot else None
    move = Move(goods.sku, goods.qty, "receipt", cause, goods.warehouse, document, lot=lot)
    return await _once(move, by.name, now)


async def reverse_move(number: int, *, by: Actor, now: datetime) -> Booked:
    """Take a receipt or the difference of a count back by a move against it; refused once the goods are promised.

    What a purchase or a work order brought in stays, for they count it as received or made: a count puts it right.
    """
    require(by, STOCKING)
    row = await StockMove.get_or_none(id=number)
    if row is None or row.kind not in REVERSIBLE:
        raise MoveNotReversible(number, done=False)
    if row.kind == "receipt" and _BOUGHT_OR_MADE.fullmatch(row.document or ""):
        raise MoveNotReversible(number, done=False, document=row.document or "", sku=row.sku)
    if await StockMove.filter(reverses=number).exists():
        raise MoveNotReversible(number, done=True)
    lot = Batch(row.lot or OPENING)
    move = Move(row.sku, -row.qty, "reversal", f"reversal:{number}", row.warehouse, row.document, number, lot)
    booked = await _once(move, by.name, now)
    if booked.repeated:
        raise MoveNotReversible(number, done=True)
    return booked


async def transfer(goods: Counted, to: str, cause: str, *, by: Actor, now: datetime) -> Booked:
    """Carry free goods from one warehouse to another: two moves that belong together, once per ``cause``."""
    require(by, STOCKING)
    refuse_odd(goods.sku, goods.qty)
    if goods.warehouse == to:
        raise QuantityRefused(goods.sku, goods.qty, MOST)

    async def work() -> Booked:
        shelves = await locked([goods.sku])
        number = 0
        for one in await out_of(goods.sku, goods.warehouse, goods.qty, shelves, now=now):
            lot = Batch(one.code, one.expires_on)
            out = Move(goods.sku, -one.qty, "transfer", f"{cause}:out:{one.code}", goods.warehouse, lot=lot)
            await lane.within(moved(out, by=by.name, now=now))
            into = replace(out, qty=one.qty, cause=f"{cause}:in:{one.code}", warehouse=to)
            number = await lane.within(moved(into, by=by.name, now=now))
        return await _booked(number, Counted(goods.sku, goods.qty, to), 0)

    try:
        return await transact(work)
    except (IntegrityError, StockRefused):
        before = await StockMove.filter(cause__startswith=f"{cause}:in:").order_by("-id")
        if not before:
            raise
        done = Counted(goods.sku, sum((row.qty for row in before), Decimal(0)), to)
        return replace(await _booked(before[0].id, done, 0), repeated=True)


async def warehouse_named(text: str | None) -> str:
    """The code of a warehouse given by name or code; the main one when none is given."""
    if not text:
        return MAIN
    known = {row.code.upper(): row for row in await Warehouse.all()}
    named = {row.name.upper(): row for row in known.values()}
    found = known.get(text.upper()) or named.get(text.upper())
    if found is None and text.upper() not in MAIN_NAMES:
        raise WarehouseUnknown(text, tuple(row.name for row in known.values()))
    return found.code if found is not None else MAIN


async def open_warehouse(name: str, *, by: Actor) -> bool:
    """Open a warehouse under this name; False when there is one."""
    require(by, CORRECTING)
    return (await Warehouse.get_or_create(code=name.upper()[:32], defaults={"name": name}))[1]


async def set_stock(rows: Iterable[Counted], *, by: Actor, now: datetime) -> int:
    """Set balances to what was counted, each by one move of the difference; how many changed.

    Never below what is reserved: that would break a promise, and is refused.
    """
    require(by, STOCKING)
    counted = list(rows)
    return await transact(lambda: write_counts(counted, by.name, now))


async def write_counts(rows: list[Counted], by: str, now: datetime) -> int:
    """What ``set_stock`` does, inside the transaction of the caller."""
    changed = 0
    await locked_with_kits({row.sku for row in rows})
    for row in sorted(rows, key=lambda r: (r.sku, r.warehouse)):
        balance = await Stock.get_or_none(sku=row.sku, warehouse=row.warehouse)
        if balance is not None and balance.by_lot and balance.on_hand != row.qty:
            raise LotNeeded(row.sku)
        difference = row.qty - (balance.on_hand if balance else Decimal(0))
        if difference == 0:
            continue
        try:
            await lane.within(moved(Move(row.sku, difference, "count", None, row.warehouse), by=by, now=now))
        except StockRefused:
            raise QuantityRefused(row.sku, row.qty, MOST) from None
        changed += 1
        if difference > 0:
            await fill_short(row.sku)
    return changed


async def _once(move: Move, by: str, now: datetime) -> Booked:
    async def work() -> Booked:
        await locked_with_kits([move.sku])
        number = await lane.within(moved(move, by=by, now=now))
        gained = await fill_short(move.sku) if move.qty > 0 else 0
        return await _booked(number, Counted(move.sku, abs(move.qty), move.warehouse), gained)

    try:
        return await transact(work)
    except (IntegrityError, StockRefused) as error:
        return await _before(move, error)


async def _before(move: Move, error: Exception) -> Booked:
    """What this cause did the first time; the present error when it did nothing yet."""
    row = await StockMove.get_or_none(cause=move.cause) if move.cause else None
    if row is None:
        raise error
    return replace(await _booked(row.id, Counted(row.sku, abs(row.qty), row.warehouse), 0), repeated=True)


async def _booked(number: int, goods: Counted, gained: int) -> Booked:
    rows = await Stock.filter(sku=goods.sku)
    on_hand = sum((row.on_hand for row in rows), Decimal(0))
    return Booked(number, goods, on_hand, sum((row.free for row in rows), Decimal(0)), gained)
