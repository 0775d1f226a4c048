"""The receiver's own word that the goods are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.commands import Wanted
from domain.delivering import delivered
from domain.errors import NothingToReceive, OrderNotFound, QuantityRefused
from domain.events import GoodsReceived
from domain.models import Order, Shipment, ShipmentLine
from domain.recording import record
from domain.transaction import transact
from domain.values import Actor, plain


@dataclass(frozen=True, slots=True)
class Received:
    """What was signed for."""

    number: str
    goods: str
    remark: str


async def receive_goods(
    number: str, lines: Sequence[Wanted] | None, remark: str | None, *, by: Actor, now: datetime
) -> Received:
    """Sign for every parcel of an order that is on its way; a smaller quantity or a remark is kept and told.

    More than was sent is refused. A parcel that the carrier has reported as delivered can still be signed for once.
    """
    return await transact(lambda: _receive(number, lines or (), remark or "", by, now))


async def _receive(number: str, lines: Sequence[Wanted], remark: str, by: Actor, now: datetime) -> Received:
    order = await Order.get_or_none(number=number).select_related("customer")
    if order is None or not by.may_see(order.customer.code):
        raise OrderNotFound(number)
    parcels = await Shipment.filter(order_id=order.id, received_by__in=["", "carrier"])
    if not parcels:
        raise NothingToReceive(number)
    parts = await ShipmentLine.filter(shipment_id__in=[p.id for p in parcels]).select_related("line")
    said = _checked(parts, lines)
    for parcel in parcels:
        await delivered(order, parcel, at=now, by=by.name)
        await Shipment.filter(id=parcel.id).update(received_by=by.name)
    goods = "、".join(f"{part.line.sku} {plain(part.qty / part.line.ratio)}{part.line.unit}" for part in parts)
    remark = " ".join(filter(None, [said, remark]))
    event = GoodsReceived(order=number, shipment=parcels[-1].number, goods=goods, remark=remark)
    await record(event, by=by.name, at=now)
    return Received(number, goods, remark)


def _checked(parts: Sequence[ShipmentLine], lines: Sequence[Wanted]) -> str:
    sent: dict[str, Decimal] = {}
    for part in parts:
        sent[part.line.sku] = sent.get(part.line.sku, Decimal(0)) + part.qty
    told = []
    for line in lines:
        base = line.base_qty if line.base_qty is not None else line.qty
        sku = line.sku or (next(iter(sent)) if len(sent) == 1 else None)
        if base is None or sku is None:
            continue
        if base > sent.get(sku, Decimal(0)):
            raise QuantityRefused(sku, base, sent.get(sku, Decimal(0)))
        told.append(f"{sku} {plain(line.qty or base)}{line.unit or ''}")
    return "、".join(told)
