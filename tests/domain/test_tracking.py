"""What carriers say: kept as it came, every scan once, every status told once, the order closed at the end."""

import asyncio
import json
import os
import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from domain import receiving, shipping, subscribing, tracking
from domain.models import CarrierPush, Event, OrderLine, TrackingEvent
from domain.models.shipments import ParcelState
from domain.values import Trace
from tests.shop import NOW, Cast, Order, Shipment, a_product, an_order, events_of, goods, line, lines_of, scan

WAYBILL = "SF1234567890123"
HOUR = timedelta(hours=1)
PUSHES = int(os.environ.get("GENDAN_TEST_PUSHES", "250"))
"""How many come in disorder; ``make properties`` sends a thousand."""


def trace(*scans: tuple[str, str], waybill: str = WAYBILL, status: str = "polling", **more) -> Trace:
    """A journey with one scan an hour: (code, text)."""
    told = tuple(scan(NOW + HOUR * n, code, text) for n, (code, text) in enumerate(scans, start=1))
    return Trace("shunfeng", waybill, status, told, **more)


JOURNEY = (("1", "已揽收"), ("0", "到达中转"), ("0", "离开中转"), ("5", "派送中"), ("3", "已签收"))


@pytest.fixture
async def parcel(cast: Cast) -> Shipment:
    await a_product(stock=100)
    number = (await an_order(cast.wang, line(qty=10))).number
    sent = await shipping.ship(number, None, WAYBILL, None, by=cast.qiang, now=NOW)
    return await Shipment.get(number=sent.shipment).select_related("order")


async def told() -> list[str]:
    """The parcel states that people were told of, in order."""
    return [row.facts["state"] for row in await Event.filter(kind="ParcelMoved").order_by("id")]


async def test_a_journey_is_told_step_by_step_and_ends_the_order(parcel: Shipment):
    for n in range(1, len(JOURNEY) + 1):
        assert await tracking.apply_trace(parcel.id, trace(*JOURNEY[:n]), now=NOW + HOUR * n) == 1
    assert await told() == ["collected", "in_transit", "out_for_delivery", "delivered"]
    await parcel.refresh_from_db()
    assert (parcel.state, parcel.delivered_at, parcel.received_by) == ("delivered", NOW + HOUR * 5, "carrier")
    assert (parcel.first_scan_at, parcel.last_news_at) == (NOW + HOUR, NOW + HOUR * 5)
    [row] = await lines_of(parcel.order.number)
    assert row.delivered == 10
    assert (await Order.get(id=parcel.order_id)).state == "closed"


async def test_a_push_that_comes_again_changes_nothing(parcel: Shipment):
    whole = trace(*JOURNEY)
    counts = await asyncio.gather(*(tracking.apply_trace(parcel.id, whole, now=NOW) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 5]
    assert await TrackingEvent.all().count() == 5
    assert await told() == ["collected", "in_transit", "out_for_delivery", "delivered"]
    assert (await OrderLine.get(order_id=parcel.order_id)).delivered == 10


async def test_a_late_scan_is_kept_and_tells_nothing(parcel: Shipment):
    await tracking.apply_trace(parcel.id, trace(*JOURNEY[:4]), now=NOW)
    late = Trace("shunfeng", WAYBILL, "polling", (scan(NOW + timedelta(minutes=30), "2", "地址不详"),))
    assert await tracking.apply_trace(parcel.id, late, now=NOW) == 1
    await parcel.refresh_from_db()
    assert parcel.state == "out_for_delivery"
    assert "problem" not in await told()
    assert parcel.last_news_at == NOW + HOUR * 4


async def test_trouble_comes_and_passes_and_is_told_once(parcel: Shipment):
    await tracking.apply_trace(
        parcel.id, trace(("1", "揽收"), ("2", "电话不通"), ("0", "再派"), ("2", "电话又不通"), ("5", "派送")), now=NOW
    )
    assert await told() == ["collected", "problem", "in_transit", "out_for_delivery"]


async def test_what_was_delivered_stays_delivered(parcel: Shipment):
    await tracking.apply_trace(parcel.id, trace(*JOURNEY), now=NOW)
    more = Trace("shunfeng", WAYBILL, "polling", (scan(NOW + HOUR * 9, "0", "运输中"),))
    await tracking.apply_trace(parcel.id, more, now=NOW)
    await parcel.refresh_from_db()
    assert parcel.state == "delivered"
    assert await told() == ["collected", "in_transit", "out_for_delivery", "delivered"]


async def test_another_kind_of_trouble_is_told_as_well(parcel: Shipment):
    await tracking.apply_trace(
        parcel.id, trace(("1", "揽收"), ("206", "联系不上"), ("209", "破损"), ("206", "又")), now=NOW
    )
    told = await Event.filter(kind="ParcelMoved").order_by("id")
    assert [(row.facts["state"], row.facts["reason"]) for row in told][1:] == [
        ("problem", "unreachable"),
        ("problem", "damaged"),
    ]


async def test_what_comes_back_after_it_was_delivered_is_told(parcel: Shipment):
    await tracking.apply_trace(parcel.id, trace(*JOURNEY), now=NOW)
    back = Trace(
        "shunfeng", WAYBILL, "polling", (scan(NOW + HOUR * 9, "6", "退回"), scan(NOW + HOUR * 10, "4", "退签"))
    )
    await tracking.apply_trace(parcel.id, back, now=NOW)
    await parcel.refresh_from_db()
    assert parcel.state == "returned"
    assert (await told())[-3:] == ["delivered", "returning", "returned"]
    await tracking.apply_trace(parcel.id, trace(*JOURNEY), now=NOW)
    assert len(await told()) == 6


async def test_a_person_who_named_the_carrier_is_not_corrected(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.wang, line(qty=10))).number
    sent = await shipping.ship(number, "韵达", "4312345678901", None, by=cast.qiang, now=NOW)
    mine = await Shipment.get(number=sent.shipment)
    await tracking.apply_trace(mine.id, Trace("yunda", "", "abort", corrected="中通"), now=NOW)
    await mine.refresh_from_db()
    assert (mine.carrier, mine.watched) == ("韵达", "wanted")


async def test_hundreds_of_pushes_in_disorder_leave_one_list_and_one_notice_each(parcel: Shipment):
    journey = (
        ("101", "已下单"), ("103", "已揽收"), ("0", "发往集散中心"), ("1002", "到达集散中心"), ("0", "离开集散中心"),
        ("1001", "到达深圳"), ("5", "派送中"), ("206", "联系不上收件人"), ("5", "再次派送"), ("501", "已放快递柜"),
        ("304", "已取出"),
    )  # fmt: skip
    chance = random.Random(20261124)
    whole = len(journey)
    for _ in range(PUSHES):
        kind = chance.random()
        until = chance.randint(1, whole)
        body = json.dumps(journey[:until])
        await push(parcel, body[: chance.randrange(len(body))] if kind < 0.1 else body, genuine=kind >= 0.05)
    while await tracking.process_pushes({"fake": read}, now=NOW):
        pass
    rows = await TrackingEvent.filter(shipment_id=parcel.id).order_by("at")
    assert [(row.code, row.text) for row in rows] == list(journey)
    assert await told() == [
        "collected", "in_transit", "arrived_city", "out_for_delivery", "problem", "ready_for_pickup", "delivered",
    ]  # fmt: skip
    assert (await OrderLine.get(order_id=parcel.order_id)).delivered == 10
    await parcel.refresh_from_db()
    assert parcel.state is ParcelState.DELIVERED
    assert await CarrierPush.filter(processed_at=None).count() == 0


async def test_a_push_of_many_parcels_finds_each_by_its_waybill(cast: Cast, parcel: Shipment):
    second = (await an_order(cast.wang, line(qty=10))).number
    other = await shipping.ship(second, "送货", None, None, by=cast.qiang, now=NOW)

    def many(_: str) -> tuple[Trace, ...]:
        mine, theirs = trace(("1", "揽收")), trace(("1", "装车"))
        return mine, replace(theirs, waybill="", shipment=other.shipment), trace(("1", "x"), waybill="SF000000000000")

    await tracking.keep_push("fake", "", "{}", True, now=NOW)
    assert await tracking.process_pushes({"fake": many}, now=NOW) == 1
    assert (await CarrierPush.get()).outcome == {"new": 2, "unknown": 1}
    assert (await Shipment.get(number=other.shipment)).state is ParcelState.COLLECTED


async def test_a_parcel_is_asked_about_when_nothing_is_heard_and_never_twice_in_half_an_hour(parcel: Shipment):
    assert not await subscribing.due_queries(now=NOW + HOUR)
    [asked] = await subscribing.due_queries(now=NOW + tracking.QUIET)
    assert (asked.waybill, asked.tail) == (WAYBILL, "8000")
    now = NOW + tracking.QUIET
    assert not await subscribing.due_queries(now=now)
    await subscribing.want_news([parcel.id], now=now + timedelta(minutes=29))
    assert not await subscribing.due_queries(now=now + timedelta(minutes=29))
    await subscribing.want_news([parcel.id], now=now + timedelta(minutes=30))
    assert await subscribing.due_queries(now=now + timedelta(minutes=30))
    await tracking.apply_trace(parcel.id, trace(*JOURNEY), now=now)
    assert not await subscribing.due_queries(now=NOW + HOUR * 999)


async def test_a_parcel_of_sixty_days_is_asked_about_no_more(parcel: Shipment):
    late = NOW + subscribing.LONGEST
    assert not await subscribing.due_queries(now=late)
    assert not await subscribing.due_queries(now=late + HOUR * 99)


async def test_a_returned_parcel_is_not_delivered(parcel: Shipment):
    await tracking.apply_trace(
        parcel.id, trace(("1", "揽收"), ("6", "退回中"), ("0", "退回运输"), ("4", "退签")), now=NOW
    )
    assert await told() == ["collected", "returning", "returned"]
    assert (await OrderLine.get(order_id=parcel.order_id)).delivered == 0
    assert (await Order.get(id=parcel.order_id)).state == "accepted"


async def test_news_of_another_parcel_is_not_taken(parcel: Shipment):
    assert await tracking.apply_trace(parcel.id, trace(*JOURNEY, waybill="SF9999999999999"), now=NOW) == 0
    assert await tracking.apply_trace(parcel.id, trace(*JOURNEY[:1], waybill="sf1234567890123"), now=NOW) == 1


async def test_two_last_parcels_that_arrive_at_once_close_the_order(cast: Cast):
    await a_product(stock=100)
    for n in range(4):
        number = (await an_order(cast.wang, line(qty=10))).number
        waybills = [f"SF777777777{n}001", f"SF777777777{n}002"]
        parcels = []
        for waybill in waybills:
            sent = await shipping.ship(number, None, waybill, [goods(base=5)], by=cast.qiang, now=NOW)
            parcels.append(await Shipment.get(number=sent.shipment))
        await asyncio.gather(
            *(
                tracking.apply_trace(p.id, trace(("3", "签收"), waybill=waybill), now=NOW)
                for p, waybill in zip(parcels, waybills, strict=True)
            )
        )
        assert (await Order.get(number=number)).state == "closed"


async def test_the_expected_day_and_the_right_carrier_come_from_the_service(parcel: Shipment):
    await tracking.apply_trace(parcel.id, trace(*JOURNEY[:1], eta=date(2026, 11, 30)), now=NOW)
    await tracking.apply_trace(parcel.id, trace(status="abort", corrected="中通"), now=NOW)
    await parcel.refresh_from_db()
    assert (parcel.eta, parcel.carrier, parcel.watched) == (date(2026, 11, 30), "中通", "yes")


async def test_a_watch_that_was_given_up_is_asked_for_again_but_not_for_ever(parcel: Shipment):
    for n in range(tracking.MOST_WATCHES):
        await tracking.apply_trace(parcel.id, trace(status="abort"), now=NOW)
        assert not await subscribing.due_watches(now=NOW)
        [again] = await subscribing.due_watches(now=NOW + tracking.WATCH_AGAIN)
        assert (again.waybill, again.tail) == (WAYBILL, "8000")
        await subscribing.note_watched(again.shipment, "ok", now=NOW)
        assert n < 9
    await tracking.apply_trace(parcel.id, trace(status="abort"), now=NOW)
    assert not await subscribing.due_watches(now=NOW + HOUR * 99)


async def test_a_watch_is_asked_for_until_it_is_had_or_refused(parcel: Shipment):
    [watch] = await subscribing.due_watches(now=NOW)
    await subscribing.note_watched(watch.shipment, "500", again_at=NOW + HOUR, now=NOW)
    assert not await subscribing.due_watches(now=NOW)
    assert await subscribing.due_watches(now=NOW + HOUR)
    await subscribing.note_watched(watch.shipment, "701", now=NOW)
    assert not await subscribing.due_watches(now=NOW + HOUR * 9)
    assert (await events_of(parcel.order.number))[-1] == "CarrierUnreachable"


async def push(parcel: Shipment, body: str, *, genuine: bool = True, now: datetime = NOW) -> int:
    return await tracking.keep_push("fake", parcel.hook_token, body, genuine, now=now)


def read(body: str) -> tuple[Trace, ...]:
    """A parser as the carriers' room has them."""
    return (trace(*[tuple(one) for one in json.loads(body)]),)


async def test_pushes_are_read_in_order_once(parcel: Shipment):
    for n in (1, 2, 2):
        await push(parcel, json.dumps(JOURNEY[:n]))
    assert await tracking.process_pushes({"fake": read}, now=NOW) == 3
    assert [row.outcome for row in await CarrierPush.all().order_by("id")] == [{"new": 1}, {"new": 1}, {"new": 0}]
    assert await tracking.process_pushes({"fake": read}, now=NOW) == 0


async def test_a_bad_push_stands_in_nobodys_way(parcel: Shipment):
    def crashes(body: str) -> tuple[Trace, ...]:
        if body == "bad":
            raise RecursionError
        return read(body)

    await push(parcel, "bad")
    await push(parcel, "not json")
    await tracking.keep_push("nobody", parcel.hook_token, "{}", True, now=NOW)
    await tracking.keep_push("fake", "no-such-token", "[]", True, now=NOW)
    await push(parcel, json.dumps(JOURNEY[:1]))
    assert await tracking.process_pushes({"fake": crashes}, now=NOW) == 5
    outcomes = [row.outcome for row in await CarrierPush.all().order_by("id")]
    assert outcomes == [
        {"unreadable": "RecursionError"},
        {"unreadable": "JSONDecodeError"},
        {"unreadable": "KeyError"},
        {"refused": "unknown token"},
        {"new": 1},
    ]


async def test_a_forged_push_is_kept_and_never_read(parcel: Shipment):
    await push(parcel, json.dumps(JOURNEY), genuine=False)
    assert await tracking.process_pushes({"fake": read}, now=NOW) == 0
    assert (await CarrierPush.get()).outcome == {"refused": "signature"}
    await parcel.refresh_from_db()
    assert parcel.state is ParcelState.HANDED_OVER


async def test_the_salt_is_known_for_our_tokens_only(parcel: Shipment):
    assert await tracking.salt_of(parcel.hook_token) == parcel.salt
    assert await tracking.salt_of("x" * 24) is None


async def test_who_signed_before_the_carrier_spoke_is_not_counted_twice(cast: Cast, parcel: Shipment):
    await receiving.receive_goods(parcel.order.number, None, None, by=cast.receiver, now=NOW)
    await tracking.apply_trace(parcel.id, trace(*JOURNEY), now=NOW)
    assert (await OrderLine.get(order_id=parcel.order_id)).delivered == 10
    assert "delivered" not in await told()
