"""Silence about parcels, and numbers put right: told once, whichever database and however often it is looked at."""

import asyncio
from datetime import timedelta

import pytest

from domain import reassuring, relabelling, shipping, silence, subscribing, tracking
from domain.errors import NotAllowed, OrderNotFound, WaybillRefused
from domain.models import Event
from domain.parcelerrors import NoParcel, ParcelArrived
from domain.silence import Patience
from tests.domain.test_tracking import HOUR, JOURNEY, WAYBILL, trace
from tests.shop import NOW, Cast, Shipment, a_product, an_order, line

PATIENCE = Patience()
OTHER = "SF1234567890999"


@pytest.fixture
async def parcel(cast: Cast) -> Shipment:
    await a_product(stock=100)
    number = (await an_order(cast.wang, line(qty=10))).number
    sent = await shipping.ship(number, None, WAYBILL, None, by=cast.qiang, now=NOW)
    return await Shipment.get(number=sent.shipment).select_related("order")


async def quiet() -> list[str]:
    return [row.facts["kind"] for row in await Event.filter(kind="ParcelQuiet").order_by("id")]


async def test_silence_is_told_once_until_something_is_heard(parcel: Shipment):
    assert await reassuring.reassure(PATIENCE, now=NOW + HOUR * 23) == 0
    looks = [reassuring.reassure(PATIENCE, now=NOW + HOUR * 24) for _ in range(4)]
    assert sum(await asyncio.gather(*looks)) == 1
    assert await reassuring.reassure(PATIENCE, now=NOW + HOUR * 90) == 0
    await tracking.apply_trace(parcel.id, trace(JOURNEY[0]), now=NOW + HOUR * 91)
    assert await reassuring.reassure(PATIENCE, now=NOW + HOUR * 91) == 1
    assert await quiet() == ["unscanned", "silent"]


async def test_a_journey_that_ended_well_teaches_its_lane(parcel: Shipment):
    assert parcel.lane == "顺丰>深圳"
    await tracking.apply_trace(parcel.id, trace(*JOURNEY), now=NOW)
    await parcel.refresh_from_db()
    assert parcel.longest_gap == 3600
    assert await silence.unusual([parcel], PATIENCE, now=NOW + HOUR * 53) == [parcel]
    assert await silence.unusual([parcel], PATIENCE, now=NOW + HOUR * 52) == []


async def test_a_number_put_right_is_watched_under_the_new_one(cast: Cast, parcel: Shipment):
    await tracking.apply_trace(parcel.id, trace(*JOURNEY[:2]), now=NOW)
    await tracking.apply_trace(parcel.id, trace(status="abort"), now=NOW + HOUR)
    done = await relabelling.relabel(parcel.order.number, None, None, OTHER, by=cast.qiang, now=NOW + HOUR * 2)
    assert (done.waybill, done.before, done.repeated) == (OTHER, f"顺丰 {WAYBILL}", False)
    row = await Shipment.get(id=parcel.id)
    assert (row.state, row.last_news_at, row.gave_up_at, row.watch_tries) == ("handed_over", None, None, 0)
    assert row.hook_token != parcel.hook_token
    [watch] = await subscribing.due_watches(now=NOW + HOUR * 2)
    assert watch.waybill == OTHER
    assert await tracking.apply_trace(parcel.id, trace(*JOURNEY), now=NOW + HOUR * 3) == 0
    assert await silence.unscanned(NOW + HOUR * 2 - timedelta(seconds=1)).count() == 0
    assert await silence.unscanned(NOW + HOUR * 2).count() == 1


async def test_another_carrier_of_the_same_number_keeps_what_was_heard(cast: Cast, parcel: Shipment):
    await tracking.apply_trace(parcel.id, trace(*JOURNEY[:2]), now=NOW)
    await relabelling.relabel(parcel.order.number, None, "京东", None, by=cast.qiang, now=NOW + HOUR)
    row = await Shipment.get(id=parcel.id)
    assert (row.carrier, row.carrier_said, row.waybill, row.state) == ("京东", True, WAYBILL, "in_transit")


async def test_what_cannot_be_put_right(cast: Cast, parcel: Shipment):
    number = parcel.order.number
    second = (await an_order(cast.wang, line(qty=10))).number
    with pytest.raises(NoParcel):
        await relabelling.relabel(second, None, None, OTHER, by=cast.qiang, now=NOW)
    await shipping.ship(second, None, OTHER, None, by=cast.qiang, now=NOW)
    with pytest.raises(WaybillRefused):
        await relabelling.relabel(number, None, None, OTHER, by=cast.qiang, now=NOW)
    with pytest.raises(NotAllowed):
        await relabelling.relabel(number, None, None, "SF1234567890777", by=cast.wang, now=NOW)
    with pytest.raises(OrderNotFound):
        await relabelling.relabel("SO9999X", None, None, OTHER, by=cast.qiang, now=NOW)
    await tracking.apply_trace(parcel.id, trace(*JOURNEY), now=NOW)
    with pytest.raises(ParcelArrived):
        await relabelling.relabel(number, None, None, "SF1234567890777", by=cast.qiang, now=NOW)
