"""The receiver's own word that the goods are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.commands import Wanted
from domain.delivering import count_arrived, mark_arrived
from domain.errors import NothingToReceive, QuantityRefused
from domain.events import GoodsReceived
from domain.holding import held
from domain.models import OrderLine, Shipment, ShipmentLine
from domain.recording import record
from domain.rules.rights import SIGNING, require
from domain.transaction import transact
from domain.values import Actor, plain
from domain.wording import entered

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Received:
    """What was signed for."""

    number: str
    goods: str
    remark: str


async def receive_goods(
    number: str, lines: Sequence[Wanted] | None, remark: str | None, *, by: Actor, now: datetime
) -> Received:
    """Sign for what is on its way of an order: all of it, or the lines named and no more than that.

    More than was sent is refused. What was not named stays open and can be signed for later. A parcel that the carrier
    has reported as delivered can still be signed for once; what is named then is kept as a remark.
    """
    require(by, SIGNING)
    return await transact(lambda: _receive(number, lines or (), remark or "", by, now))


async def _receive(number: str, named: Sequence[Wanted], remark: str, by: Actor, now: datetime) -> Received:
    order = await held(number, by)
    parcels = await Shipment.filter(order_id=order.id, received_by__in=["", "carrier"]).order_by("id")
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    left = {line.id: line.shipped - line.delivered for line in lines}
    unsigned = await _unsigned(parcels, left)
    if not any(unsigned.values()):
        raise NothingToReceive(number)
    signed = _named(lines, unsigned, named) if named else unsigned
    for parcel in parcels:
        await mark_arrived(parcel, at=now, by=by.name)
        await Shipment.filter(id=parcel.id).update(received_by=by.name)
    await count_arrived(order, {line: min(amount, left[line]) for line, amount in signed.items()})
    goods = "、".join(f"{line.sku} {entered(line, signed[line.id])}" for line in lines if signed.get(line.id))
    remark = " ".join(filter(None, [_said(named), remark]))
    parcel_number = parcels[-1].number if parcels else ""
    await record(GoodsReceived(order=number, shipment=parcel_number, goods=goods, remark=remark), by=by, at=now)
    return Received(number, goods, remark)


async def _unsigned(parcels: Sequence[Shipment], left: dict[int, Decimal]) -> dict[int, Decimal]:
    """By line: what is on its way, and what the carrier says has come but nobody signed for."""
    reported = [parcel.id for parcel in parcels if parcel.delivered_at is not None]
    unsigned = dict(left)
    for part in await ShipmentLine.filter(shipment_id__in=reported) if reported else ():
        unsigned[part.line_id] += part.qty
    return unsigned


def _named(lines: Sequence[OrderLine], unsigned: dict[int, Decimal], named: Sequence[Wanted]) -> dict[int, Decimal]:
    room, signed = dict(unsigned), dict.fromkeys(unsigned, ZERO)
    for wanted in named:
        sku = wanted.sku or _only_sku(lines)
        base = wanted.base_qty if wanted.base_qty is not None else wanted.qty
        if sku is None or base is None:
            continue
        mine = [line for line in lines if line.sku == sku]
        most = sum((room[line.id] for line in mine), ZERO)
        if base <= 0 or base > most:
            raise QuantityRefused(sku, base, most, mine[0].base_unit if mine else "")
        for line in mine:
            part = min(room[line.id], base)
            room[line.id] -= part
            signed[line.id] += part
            base -= part
    return signed if any(signed.values()) else unsigned


def _only_sku(lines: Sequence[OrderLine]) -> str | None:
    skus = {line.sku for line in lines}
    return skus.pop() if len(skus) == 1 else None


def _said(named: Sequence[Wanted]) -> str:
    known = [line for line in named if line.qty is not None or line.base_qty is not None]
    return "、".join(f"{w.sku or w.text} {plain(w.qty or w.base_qty or ZERO)}{w.unit or ''}".strip() for w in known)
