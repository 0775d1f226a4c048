"""Goods that have arrived: counted on their lines, as many as came; the order is closed when nothing is open."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from tortoise.expressions import F

from domain.models import Order, OrderLine, Shipment, ShipmentLine
from domain.models.scaled import grains
from domain.models.shipments import ParcelState
from domain.rules.lifecycle import Step, after, may
from domain.submitting import overtaken
from domain.values import SYSTEM, Actor


async def parcel_arrived(order: Order, shipment: Shipment, *, at: datetime, by: str, now: datetime) -> bool:
    """Count a parcel as delivered, once; False when it was before. For use while the order is held."""
    if not await mark_arrived(shipment, at=at, by=by):
        return False
    parts = await ShipmentLine.filter(shipment_id=shipment.id)
    await count_arrived(order, {part.line_id: part.qty for part in parts}, by=SYSTEM, now=now)
    return True


async def mark_arrived(shipment: Shipment, *, at: datetime, by: str) -> bool:
    """Say when a parcel arrived, once, without counting what was in it; False when it was said before."""
    first = await Shipment.filter(id=shipment.id, delivered_at__isnull=True).update(
        delivered_at=at, received_by=by, state=ParcelState.DELIVERED
    )
    return bool(first)


async def count_arrived(order: Order, amounts: Mapping[int, Decimal], *, by: Actor, now: datetime) -> None:
    """Count so much of each line (by id) as delivered, never more than was sent, and close the order that is done."""
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    for line in lines:
        amount = min(amounts.get(line.id, Decimal(0)), line.shipped - line.delivered)
        if amount > 0:
            await OrderLine.filter(id=line.id).update(delivered=F("delivered") + grains(amount))
            line.delivered += amount
    await close_if_done(order, lines, by=by, now=now)


async def close_if_done(order: Order, lines: Sequence[OrderLine], *, by: Actor, now: datetime) -> None:
    """Close an order of which everything has arrived; a change of it that still waits is about no order any more."""
    if any(line.delivered < line.base_qty - line.cancelled for line in lines) or not may(order.state, Step.CLOSE):
        return
    order.state = after(order.state, Step.CLOSE)
    await Order.filter(id=order.id).update(state=order.state)
    await overtaken(order.number, by=by, now=now)
