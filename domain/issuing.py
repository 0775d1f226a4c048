"""Goods of an order leave their shelves, lot by lot where they lie in lots: which to pick, and the ledger of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from domain.allocating import consume
from domain.lots import lots_of, spoken_for
from domain.models import Order, OrderLine, PickLine, Shipment, Stock, StockMove
from domain.policy import shop_day
from domain.rules.lots import Taken, Wish, first_expired, taken_of

ZERO = Decimal(0)
Wishes = Mapping[tuple[int, str], Wish]
"""By order line and product: which lots were picked for it."""


async def wishes_of(shipment: Shipment, shelves: Iterable[Stock]) -> Wishes:
    """The lots that were picked for a parcel, and those picked for others; no read when nothing lies in lots."""
    skus = {shelf.sku for shelf in shelves if shelf.by_lot}
    if not skus:
        return {}
    picked: dict[tuple[int, str], dict[str, Decimal]] = {}
    rows = PickLine.filter(pick__order_id=shipment.order_id, pick__shipment=shipment.number, lots__isnull=False)
    for row in await rows:
        for one in taken_of(row.lots):
            lots = picked.setdefault((row.line_id, one.sku), {})
            lots[one.code] = lots.get(one.code, ZERO) + one.qty
    spoken = {sku: await spoken_for(sku, shipment.order_id) for sku in sorted(skus)}
    lines = {line for line, _ in picked}
    wished = {(line, sku): Wish(None, picked.get((line, sku), {}), spoken[sku]) for line in lines for sku in skus}
    return wished | {(0, sku): Wish(spoken=spoken[sku]) for sku in skus}


async def lots_to_pick(
    order: Order, lines: Iterable[OrderLine], wanted: Mapping[int, Decimal], *, now: datetime
) -> dict[int, list[dict[str, str]]]:
    """By order line: the lots to take what is wanted from, as they are kept; nothing for what lies in none."""
    goods = [(line.id, sku, qty) for line in lines for sku, qty in line.goods(wanted.get(line.id, ZERO)).items() if qty]
    rooms: dict[str, dict[str, Decimal]] = {}
    for shelf in await Stock.filter(sku__in=list({sku for _, sku, _ in goods}), by_lot=True):
        rooms.setdefault(shelf.sku, {})[shelf.warehouse] = shelf.reserved
    spoken = {sku: dict(await spoken_for(sku, order.id)) for sku in rooms}
    found: dict[int, list[dict[str, str]]] = {}
    for line, sku, qty in goods:
        if sku in rooms:
            wish = Wish(rooms[sku], spoken=spoken[sku])
            for one in first_expired(sku, await lots_of(sku), qty, today=shop_day(now), wish=wish):
                found.setdefault(line, []).append(one.kept())
                spoken[sku][one.code] = spoken[sku].get(one.code, ZERO) + one.qty
    return found


async def issue(
    line: OrderLine, qty: Decimal, shipment: Shipment, wishes: Wishes, *, by: str, now: datetime
) -> list[dict[str, str]] | None:
    """Book so much of a line out of the shelves; the lots of it, as they are kept, None when it lies in none."""
    lots: list[dict[str, str]] = []
    for sku, amount in sorted(line.goods(qty).items()):
        named = f"{line.id}:{sku}" if line.parts else f"{line.id}"
        wish = wishes.get((line.id, sku)) or wishes.get((0, sku)) or Wish()
        for one in await consume(sku, amount, wish, today=shop_day(now)):
            cause = ":".join(filter(None, ("issue", shipment.number, named, one.warehouse, one.code)))
            row = _row(one, shipment.number, cause)
            await StockMove.create(**row, by=by, at=now)
            lots += [one.kept()] if one.code else []
    return lots or None


def _row(one: Taken, document: str, cause: str) -> dict[str, Any]:
    row = {"sku": one.sku, "warehouse": one.warehouse, "qty": -one.qty, "kind": "issue", "lot": one.code}
    return row | {"document": document, "cause": cause}
