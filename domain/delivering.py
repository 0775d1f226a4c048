"""Goods that have arrived: counted on their lines; the order is closed when nothing is open."""

from datetime import datetime

from tortoise.expressions import F

from domain.models import Order, OrderLine, Shipment, ShipmentLine
from domain.models.scaled import grains
from domain.models.shipments import ParcelState
from domain.rules.lifecycle import OrderState, Step, after, may


async def delivered(order: Order, shipment: Shipment, *, at: datetime, by: str) -> bool:
    """Count a parcel as delivered, once; False when it was before. For use inside a transaction."""
    first = await Shipment.filter(id=shipment.id, delivered_at__isnull=True).update(
        delivered_at=at, received_by=by, state=ParcelState.DELIVERED
    )
    if not first:
        return False
    for part in await ShipmentLine.filter(shipment_id=shipment.id):
        await OrderLine.filter(id=part.line_id).update(delivered=F("delivered") + grains(part.qty))
    lines = await OrderLine.filter(order_id=order.id)
    if all(line.delivered >= line.base_qty - line.cancelled for line in lines) and may(order.state, Step.CLOSE):
        await Order.filter(id=order.id, state=OrderState.ACCEPTED).update(
            state=after(OrderState.ACCEPTED, Step.CLOSE), version=F("version") + 1
        )
    return True
