"""Goods of several orders that leave in one parcel to one address."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.exceptions import IntegrityError

from domain.errors import OrderNotFound, WaybillRefused
from domain.labels import Label, recognised
from domain.models import Order, Shipment
from domain.parcelerrors import OtherPlace
from domain.rules.rights import SHIPPING, require
from domain.seeing import visible
from domain.shipping import Shipped, sent
from domain.transaction import transact
from domain.values import Actor


async def ship_together(
    numbers: Sequence[str], carrier: str | None, waybill: str | None, *, by: Actor, now: datetime
) -> list[Shipped]:
    """Send what is reserved of these orders in one parcel: all of them or none, each told to its own people.

    An order that left in this parcel before stays as it is, so that another one can be put to it.
    """
    require(by, SHIPPING)
    label = recognised(carrier, waybill)
    try:
        return await transact(lambda: _together(list(dict.fromkeys(numbers)), label, by, now))
    except IntegrityError:
        raise WaybillRefused(label.waybill or "", taken=True) from None


async def _together(numbers: Sequence[str], label: Label, by: Actor, now: datetime) -> list[Shipped]:
    await _one_place(numbers, by)
    known = await Shipment.get_or_none(waybill=label.waybill).select_related("order") if label.waybill else None
    if known is not None and known.order.number not in numbers:
        raise WaybillRefused(label.waybill or "", taken=True)
    first = known.order.number if known is not None else numbers[0]
    gone = {first: await sent(first, label, by=by, now=now)}
    parcel = await Shipment.get(number=gone[first].shipment)
    for number in sorted(set(numbers) - {first}):
        gone[number] = await sent(number, label, by=by, now=now, aboard=parcel)
    return [gone[number] for number in numbers]


async def _one_place(numbers: Sequence[str], by: Actor) -> None:
    """One box has one address: refuse what goes to somebody else, or somewhere else."""
    orders = {order.number: order for order in await visible(by).filter(number__in=list(numbers))}
    for number in numbers:
        if number not in orders:
            raise OrderNotFound(number)
        if _place(orders[number]) != _place(orders[numbers[0]]):
            raise OtherPlace(number, numbers[0])


def _place(order: Order) -> tuple[int, str]:
    return order.customer_id, "".join(str(order.ship_to.get("address") or "").split())
