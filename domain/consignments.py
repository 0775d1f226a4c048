"""Parcels that belong together: several that left at once for one order, and one that carries several orders."""

from collections.abc import Sequence

from tortoise.expressions import Q

from domain.models import Shipment, TrackingEvent
from domain.models.shipments import ParcelState
from domain.rules.tracking import FINAL, WRONG


async def riders(parcel: int) -> list[Shipment]:
    """What is of other orders in a parcel, with those orders."""
    return await Shipment.filter(rides_with=parcel).order_by("id").select_related("order")


async def mates_of(row: Shipment) -> list[Shipment]:
    """The other parcels that left with this one for the same order."""
    first = row.id if row.part_of is None else row.part_of
    return await Shipment.filter(Q(id=first) | Q(part_of=first)).exclude(id=row.id).order_by("id")


def all_there(mates: Sequence[Shipment]) -> bool:
    """Whether every other parcel has arrived."""
    return all(one.state is ParcelState.DELIVERED for one in mates)


async def news(scans: Sequence[TrackingEvent], mates: Sequence[Shipment]) -> list[TrackingEvent]:
    """Of statuses that a parcel entered, those to tell: trouble of each parcel, what goes well the first time only.

    That the goods are there is told when the last parcel has come to its end.
    """
    fresh = [scan for scan in scans if scan.first_in_state]
    if not fresh or not mates:
        return fresh
    before = TrackingEvent.filter(shipment_id__in=[one.id for one in mates], first_in_state=True)
    told = {str(state) for state in await before.values_list("state", flat=True)}
    ended = all(one.state in FINAL for one in mates)
    return [
        scan
        for scan in fresh
        if scan.state in WRONG or (ended if scan.state is ParcelState.DELIVERED else scan.state.value not in told)
    ]
