"""Goods that come in or are counted: every change is a move in the ledger, and waiting orders get theirs at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tortoise.expressions import F

from domain.allocating import locked
from domain.errors import ProductNotFound, QuantityRefused
from domain.models import Product, Stock, StockMove
from domain.models.scaled import grains
from domain.restocking import fill_short
from domain.rules.rights import STOCKING, require
from domain.transaction import transact
from domain.values import Actor

MAIN = "MAIN"


@dataclass(frozen=True, slots=True)
class Counted:
    """A quantity that lies in a warehouse, in base units."""

    sku: str
    qty: Decimal
    warehouse: str = MAIN


async def receive_stock(
    sku: str, qty: Decimal, *, document: str = "", warehouse: str = MAIN, by: Actor, now: datetime
) -> int:
    """Put goods on the shelf and give them to the orders that wait; how many lines gained."""
    require(by, STOCKING)
    return await transact(lambda: _receive(Counted(sku, qty, warehouse), document, by.name, now))


async def set_stock(rows: Iterable[Counted], *, by: Actor, now: datetime) -> int:
    """Set balances to what was counted, each by one move of the difference; how many changed.

    Never below what is reserved: that would break a promise, and is refused.
    """
    require(by, STOCKING)
    counted = list(rows)
    return await transact(lambda: write_counts(counted, by.name, now))


async def _receive(goods: Counted, document: str, by: str, now: datetime) -> int:
    sku, qty = goods.sku, goods.qty
    if not await Product.filter(sku=sku).exists():
        raise ProductNotFound(sku)
    if qty <= 0:
        raise QuantityRefused(sku, qty, Decimal(99_999))
    await locked([sku])
    await _move(sku, goods.warehouse, qty, kind="receipt", document=document, by=by, now=now)
    return await fill_short(sku)


async def write_counts(rows: list[Counted], by: str, now: datetime) -> int:
    """What ``set_stock`` does, inside the transaction of the caller."""
    changed = 0
    for row in sorted(rows, key=lambda r: (r.sku, r.warehouse)):
        await locked([row.sku])
        balance = await Stock.get_or_none(sku=row.sku, warehouse=row.warehouse)
        difference = row.qty - (balance.on_hand if balance else Decimal(0))
        if difference == 0 and balance is not None:
            continue
        await _move(row.sku, row.warehouse, difference, kind="count", document="", by=by, now=now)
        changed += 1
        if difference > 0:
            await fill_short(row.sku)
    return changed


async def _move(
    sku: str, warehouse: str, difference: Decimal, *, kind: str, document: str, by: str, now: datetime
) -> None:
    g = grains(difference)
    here = Stock.filter(sku=sku, warehouse=warehouse)
    if not await here.filter(on_hand__gte=F("reserved") - g).update(on_hand=F("on_hand") + g):
        balance = await here.first()
        if balance is not None or difference < 0:
            raise QuantityRefused(sku, (balance.on_hand if balance else Decimal(0)) + difference, Decimal(99_999))
        await Stock.create(sku=sku, warehouse=warehouse, on_hand=difference)
    if difference:
        await StockMove.create(
            sku=sku, warehouse=warehouse, qty=difference, kind=kind, document=document, by=by, at=now
        )
