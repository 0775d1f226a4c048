"""A waybill or carrier that was written down wrongly, put right: watched anew, the customer is told the right one."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from domain.consignments import riders
from domain.errors import WaybillRefused
from domain.holding import held
from domain.labels import Label, recognised
from domain.models import Order, Shipment, TrackingEvent
from domain.models.shipments import ParcelState
from domain.parcelerrors import NoParcel, ParcelArrived, ParcelUnclear, SharedParcel
from domain.parcelevents import ParcelRelabelled
from domain.recording import brought_about, record
from domain.rules.rights import SHIPPING, require
from domain.rules.tracking import FINAL, lane_of
from domain.rules.waybills import normal
from domain.subscribing import first_query
from domain.transaction import transact
from domain.values import Actor


@dataclass(frozen=True, slots=True)
class Relabelled:
    """A parcel under its right number; ``repeated`` when that was its number all along."""

    number: str
    carrier: str
    waybill: str
    before: str
    repeated: bool = False


async def relabel(
    number: str,
    parcel: str | None,
    carrier: str | None,
    waybill: str | None,
    *,
    by: Actor,
    now: datetime,
    cause: str = "",
) -> Relabelled:
    """Put the number or the carrier of a parcel right: the one named by its old number, or the only one under way.

    Once per ``cause``: a second call is answered as the first.
    """
    require(by, SHIPPING)

    async def work() -> Relabelled:
        order = await held(number, by)
        for facts in await brought_about(number, ParcelRelabelled, cause):
            return Relabelled(number, facts["carrier"], facts["waybill"], facts["before"])
        return await _relabel(order, parcel, carrier, waybill, by=by, now=now, source=cause)

    try:
        return await transact(work)
    except IntegrityError:
        raise WaybillRefused(waybill or "", taken=True) from None


async def _relabel(
    order: Order,
    parcel: str | None,
    carrier: str | None,
    waybill: str | None,
    *,
    by: Actor,
    now: datetime,
    source: str,
) -> Relabelled:
    number = order.number
    row = await _meant(order, parcel, waybill)
    label = recognised(carrier, waybill or row.label)
    if row.rides_with is not None:
        first = await Shipment.get(id=row.rides_with).select_related("order")
        raise SharedParcel(number, first.order.number)
    before = f"{row.carrier} {row.waybill}"
    new = label.waybill or ""
    if (label.carrier, new) == (row.carrier, row.waybill):
        return Relabelled(number, row.carrier, new, before, repeated=True)
    if row.delivered_at is not None or row.state in FINAL:
        raise ParcelArrived(number, row.waybill or "")
    await _write(order, row, label, now)
    for order_number, shipment in [(number, row.number), *await _ridden(row, label)]:
        event = ParcelRelabelled(
            order=order_number, shipment=shipment, carrier=label.carrier, waybill=new, before=before
        )
        await record(event, by=by, at=now, source=source)
    return Relabelled(number, label.carrier, new, before)


async def _meant(order: Order, parcel: str | None, waybill: str | None) -> Shipment:
    rows = [row for row in await Shipment.filter(order_id=order.id).order_by("id") if row.label]
    named = normal(parcel) if parcel else None
    if named is not None:
        rows = [row for row in rows if row.label == named]
    else:
        same = [row for row in rows if waybill and row.label == normal(waybill)]
        rows = same or [row for row in rows if row.delivered_at is None and row.state not in FINAL] or rows[-1:]
    if not rows:
        raise NoParcel(order.number, parcel or "")
    if len(rows) > 1:
        raise ParcelUnclear(order.number, tuple(row.label or "" for row in rows))
    return rows[0]


async def _write(order: Order, row: Shipment, label: Label, now: datetime) -> None:
    """A new token as well: what is still pushed for the wrong number must not be taken for news of this parcel."""
    new: dict[str, Any] = {
        "carrier": label.carrier,
        "waybill": label.waybill,
        "carrier_said": label.said,
        "lane": lane_of(label.carrier, order.customer.city),
        "hook_token": secrets.token_urlsafe(18),
        "watched": "wanted",
        "watch_tries": 0,
        "watch_next_at": now,
        "query_next_at": first_query(now),
        "service": "",
        "relabelled_at": now,
        "gave_up_at": None,
        "quiet_at": None,
    }
    if label.waybill != row.waybill:
        # What was heard so far was said of a parcel of somebody else.
        await TrackingEvent.filter(shipment_id=row.id).delete()
        new |= {"state": ParcelState.HANDED_OVER, "first_scan_at": None, "last_news_at": None, "asked_at": None}
    await Shipment.filter(id=row.id).update(**new)


async def _ridden(row: Shipment, label: Label) -> list[tuple[str, str]]:
    """What rides with the parcel bears the right waybill as well: its orders and shipments."""
    aboard = await riders(row.id)
    new: dict[str, Any] = {"carrier": label.carrier, "shared": label.waybill or ""}
    if label.waybill != row.waybill:
        await TrackingEvent.filter(shipment_id__in=[one.id for one in aboard]).delete()
        new |= {"state": ParcelState.HANDED_OVER, "first_scan_at": None, "last_news_at": None}
    await Shipment.filter(rides_with=row.id).update(**new)
    return [(one.order.number, one.number) for one in aboard]
