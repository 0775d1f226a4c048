"""Lots (批次) as parts of other people's moves: what lies in which, what is taken, kept to the balance of the shelf."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from tortoise.expressions import F

from domain import lane
from domain.lane import Script, Statement
from domain.loterrors import LotDiffers, LotNeeded, LotOver, LotsExpired, LotUnwanted
from domain.models import PickLine, Product, ShipmentLine, Stock, StockLot
from domain.models.picking import UNDER_WAY
from domain.models.scaled import grains, ungrained
from domain.policy import shop_day
from domain.rules.lots import Batch, Lot, Taken, Wish, first_expired, taken_of
from domain.stockerrors import StockRefused

ZERO = Decimal(0)
_PUT = "UPDATE stocklot SET on_hand = on_hand + ? WHERE sku = ? AND warehouse = ? AND code = ?"
_OUT = f"{_PUT} AND on_hand + ? >= 0"
_LEFT = "SELECT on_hand FROM stocklot WHERE sku = ? AND warehouse = ? AND code = ?"


def fit(sku: str, batch: Batch | None, *, by_lot: bool, now: datetime) -> None:
    """Refuse goods that come in without the lot that their product wants, with one too many, or too old."""
    if by_lot and batch is None:
        raise LotNeeded(sku)
    if batch is not None and not by_lot:
        raise LotUnwanted(sku, batch.code)
    if batch is not None and batch.expires_on is not None and batch.expires_on < shop_day(now):
        raise LotOver(sku, batch.code, batch.expires_on)


def shifted(sku: str, warehouse: str, batch: Batch, qty: Decimal, *, now: datetime) -> Script[None]:
    """Put so much into a lot, or take it out; never more than is in it."""
    g = grains(qty)
    here = (sku, warehouse, batch.code)
    if qty < 0:
        done = yield Statement(_OUT, (g, *here, g))
        if not done.count:
            left = yield Statement(_LEFT, here)
            raise StockRefused(sku, -qty, ungrained(left.rows[0][0]) if left.rows else ZERO)
        return
    row = {"sku": sku, "warehouse": warehouse, "code": batch.code, "expires_on": batch.expires_on, "received_at": now}
    yield lane.insert(StockLot, [row], then="ON CONFLICT (sku, warehouse, code) DO NOTHING")
    yield Statement(_PUT, (g, *here))


async def known_as(sku: str, batch: Batch) -> Batch:
    """The lot with the day that it is known with, in whichever warehouse; refused when another day was named."""
    row = await StockLot.filter(sku=sku, code=batch.code).order_by("id").first()
    if row is None:
        return batch
    if batch.expires_on not in {None, row.expires_on}:
        raise LotDiffers(sku, batch.code, row.expires_on)
    return replace(batch, expires_on=row.expires_on)


async def lots_wanted(came: Iterable[str], named: Mapping[str, Batch], *, now: datetime) -> dict[str, Batch]:
    """The lots in which several products come in; one that wants a lot and has none is refused, and the other way."""
    wanting = {str(sku) for sku in await Product.filter(sku__in=list(came), lots=True).values_list("sku", flat=True)}
    for sku in sorted({*wanting, *named}):
        fit(sku, named.get(sku), by_lot=sku in wanting, now=now)
    return {sku: await known_as(sku, lot) for sku, lot in named.items()}


async def lots_of(sku: str, warehouse: str | None = None) -> list[Lot]:
    """What is left of each lot, the one that came first in front."""
    rows = StockLot.filter(sku=sku, on_hand__gt=ZERO, **({"warehouse": warehouse} if warehouse else {})).order_by("id")
    return [Lot(row.code, row.on_hand, row.expires_on, row.warehouse) for row in await rows]


async def in_lot(sku: str, warehouse: str, code: str) -> tuple[Decimal, Decimal]:
    """How much of a lot may be sold, and how much has expired."""
    row = await StockLot.get_or_none(sku=sku, warehouse=warehouse, code=code)
    return (row.on_hand, row.expired) if row is not None else (ZERO, ZERO)


async def count_expired(sku: str, warehouse: str, code: str, difference: Decimal) -> Decimal:
    """Let a difference that was counted be one of what has expired, where anything has; how much of it."""
    row = await StockLot.get_or_none(sku=sku, warehouse=warehouse, code=code, expired__gt=ZERO)
    part = max(difference, -row.expired) if row is not None else ZERO
    if row is not None:
        changed = await StockLot.filter(id=row.id, expired=row.expired).update(expired=row.expired + part)
        assert changed, f"{code}: a locked lot changed"
    return part


async def out_of(sku: str, warehouse: str, qty: Decimal, shelves: Iterable[Stock], *, now: datetime) -> list[Taken]:
    """The lots that free goods of one warehouse are taken from; one without a code when the product lies in none."""
    if not any(shelf.by_lot for shelf in shelves if shelf.sku == sku):
        return [Taken(sku, "", qty, warehouse=warehouse)]
    lots = await lots_of(sku, warehouse)
    found = first_expired(sku, lots, qty, today=shop_day(now), wish=Wish(spoken=await spoken_for(sku)))
    have = sum((one.qty for one in found), ZERO)
    if have < qty:
        raise StockRefused(sku, qty, have)
    return list(found)


async def consume_lots(
    sku: str, qty: Decimal, shelves: Sequence[Stock], wish: Wish, *, today: date
) -> tuple[Taken, ...]:
    """Take reserved goods off their shelves lot by lot; for use by whoever has locked the product."""
    room = {shelf.warehouse: shelf.reserved for shelf in shelves}
    found = first_expired(sku, await lots_of(sku), qty, today=today, wish=replace(wish, room=room))
    have = sum((one.qty for one in found), ZERO)
    if have < qty:
        raise LotsExpired(sku, qty, have)
    for one in found:
        g = grains(one.qty)
        lot = StockLot.filter(sku=sku, warehouse=one.warehouse, code=one.code, on_hand__gte=one.qty)
        shelf = Stock.filter(sku=sku, warehouse=one.warehouse, reserved__gte=one.qty, on_hand__gte=one.qty)
        done = await lot.update(on_hand=F("on_hand") - g)
        done += await shelf.update(reserved=F("reserved") - g, on_hand=F("on_hand") - g)
        assert done == 2, f"{sku}: a lot changed that was locked"
    return found


async def lots_back(line: int, fresh: str) -> dict[str, Batch]:
    """By product: the lot that what comes back of an order line belongs to.

    When it was sent out of several nobody knows which, and it is a ``fresh`` one that lasts as long as the first of
    them to expire.
    """
    found: dict[str, list[Taken]] = {}
    for lots in await ShipmentLine.filter(line_id=line, lots__isnull=False).values_list("lots", flat=True):
        for one in taken_of(lots):
            found.setdefault(one.sku, []).append(one)
    back = {}
    for sku, sent in found.items():
        first = min(sent, key=lambda one: one.expires_on or date.max)
        code = first.code if len({one.code for one in sent}) == 1 else fresh
        back[sku] = Batch(code, first.expires_on)
    return back


async def spoken_for(sku: str, order: int | None = None) -> Mapping[str, Decimal]:
    """How much of each lot stands on picking lists that are under way, but for those of this order."""
    rows = PickLine.filter(pick__state__in=UNDER_WAY, lots__isnull=False)
    if order is not None:
        rows = rows.exclude(pick__order_id=order)
    found: dict[str, Decimal] = {}
    for lots in await rows.values_list("lots", flat=True):
        for one in taken_of(lots):
            if one.sku == sku:
                found[one.code] = found.get(one.code, ZERO) + one.qty
    return found
