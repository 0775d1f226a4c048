"""Lots (批次) of a product: asked for or given up, looked at, and taken out of what may be sold once they expire."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tortoise.expressions import Q

from domain import lane
from domain.allocating import locked
from domain.errors import ProductNotFound
from domain.kin import locked_to_take_away
from domain.kits import refuse_kit
from domain.loterrors import LotsInUse
from domain.models import Product, Stock, StockLot
from domain.policy import shop_day
from domain.rationing import make_room
from domain.recording import record
from domain.restocking import fill_short
from domain.rules.lots import OPENING, Batch
from domain.rules.rights import STOCKING, require
from domain.shelving import Move, moved
from domain.stockevents import LotExpired
from domain.stocking import warehouse_named
from domain.transaction import transact
from domain.values import SYSTEM, Actor, plain

ZERO = Decimal(0)
AT_ONCE = 100
"""So many lots at most expire in one run."""


@dataclass(frozen=True, slots=True)
class LotView:
    """A lot as it lies in one warehouse: ``left`` may be sold, ``expired`` may not."""

    code: str
    warehouse: str
    left: Decimal
    expired: Decimal
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Lots:
    """The lots of a product; ``wanted`` is whether it asks for them."""

    sku: str
    name: str
    unit: str
    wanted: bool
    lots: tuple[LotView, ...] = ()


async def lots(sku: str) -> Lots:
    """The lots of a product of which something is left, first what expires first."""
    product = await Product.get_or_none(sku=sku)
    if product is None:
        raise ProductNotFound(sku)
    rows = [row for row in await StockLot.filter(sku=sku).order_by("id") if row.on_hand or row.expired]
    rows.sort(key=lambda row: row.expires_on or date.max)
    return Lots(sku, product.name, product.base_unit, product.lots, tuple(map(_view, rows)))


async def first_to_expire(most: int) -> list[tuple[str, LotView]]:
    """The lots of all products that expire next, or lie expired, with the code of their product."""
    rows = StockLot.filter(Q(on_hand__gt=ZERO) | Q(expired__gt=ZERO), expires_on__isnull=False)
    return [(row.sku, _view(row)) for row in await rows.order_by("expires_on", "id").limit(most)]


async def place_of(text: str | None, sku: str) -> tuple[str, str | None]:
    """The warehouse, and the lot of the product, that words beside it name: 北仓 L2301, either of them, or neither."""
    words = (text or "").upper().split()
    rows = await StockLot.filter(sku=sku, code__in=words).order_by("id") if words else []
    code = next((word for word in words if any(row.code == word for row in rows)), None)
    if code is None:
        return await warehouse_named(text), None
    rest = " ".join(word for word in words if word != code)
    places = {row.warehouse for row in rows if row.code == code}
    return places.pop() if not rest and len(places) == 1 else await warehouse_named(rest), code


async def want_lots(sku: str, wanted: bool, *, by: Actor, now: datetime) -> Lots:
    """Let a product lie in lots from now on, or no longer; what lies there already is a lot of its own."""
    require(by, STOCKING)
    await transact(lambda: set_lots(sku, wanted=wanted, now=now))
    return await lots(sku)


async def set_lots(sku: str, *, wanted: bool, now: datetime) -> None:
    """What ``want_lots`` does, inside the transaction of the caller."""
    product = await Product.filter(sku=sku).select_for_update().first()
    if product is None:
        raise ProductNotFound(sku)
    refuse_kit(product)
    shelves = await locked([sku])
    if not wanted:
        left = sum((row.expired for row in await StockLot.filter(sku=sku)), ZERO)
        if left:
            raise LotsInUse(sku, left)
        await StockLot.filter(sku=sku).delete()
    await Product.filter(sku=sku).update(lots=wanted)
    await Stock.filter(sku=sku).update(by_lot=wanted)
    for shelf in shelves:
        if wanted and not shelf.by_lot and shelf.on_hand:
            row = StockLot(sku=sku, warehouse=shelf.warehouse, code=OPENING, received_at=now, on_hand=shelf.on_hand)
            await row.save()


async def write_lots(wanted: Mapping[str, bool], *, now: datetime) -> None:
    """Let these products lie in lots or not, as a catalogue says, inside the transaction of the caller."""
    there = {row.sku for row in await Product.filter(lots=True)} if wanted else set()
    for sku, want in sorted(wanted.items()):
        if want != (sku in there):
            await set_lots(sku, wanted=want, now=now)


def _view(row: StockLot) -> LotView:
    return LotView(row.code, row.warehouse, row.on_hand, row.expired, row.expires_on)


async def expire_lots(now: datetime) -> int:
    """Take what has expired out of what may be sold, for good; how many lots. Harmless to run twice.

    Orders that held it get other goods, the last in the queue is short and asked of purchasing again.
    """
    old = StockLot.filter(expires_on__lt=shop_day(now), on_hand__gt=ZERO).order_by("expires_on", "id").limit(AT_ONCE)
    return sum([await _expired(row.id, now) for row in await old])


async def _expired(number: int, now: datetime) -> int:
    return await transact(lambda: _expire(number, now))


async def _expire(number: int, now: datetime) -> int:
    seen = await StockLot.get(id=number)
    shelves = await locked_to_take_away(seen.sku)
    row = await StockLot.get(id=number)
    shelf = next(one for one in shelves if one.warehouse == row.warehouse)
    if not row.on_hand or not shelf.by_lot:
        return 0
    left = shelf.on_hand - row.on_hand
    losses = await make_room(shelf, left, by=SYSTEM.name, now=now) if left < shelf.reserved else ()
    gone = Move(row.sku, -row.on_hand, "expiry", None, row.warehouse, row.code, lot=Batch(row.code))
    await lane.within(moved(gone, by=SYSTEM.name, now=now))
    await StockLot.filter(id=number).update(expired=row.expired + row.on_hand)
    product = await Product.get(sku=row.sku)
    event = LotExpired(
        sku=row.sku,
        name=product.name,
        lot=row.code,
        goods=f"{plain(row.on_hand)}{product.base_unit}",
        orders="、".join(dict.fromkeys(loss.order for loss in losses)),
    )
    await record(event, by=SYSTEM.name, at=now)
    for sku in sorted({row.sku, *(sku for loss in losses for sku in loss.freed)}):
        await fill_short(sku)
    return 1
