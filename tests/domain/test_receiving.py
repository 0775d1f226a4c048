"""Signing for goods: what came is counted, more than was sent is refused, the rest can be signed for later."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain import claiming, receiving, shipping, tracking
from domain.commands import Fault
from domain.errors import NotAllowed, NothingToReceive, OrderNotFound, QuantityRefused
from domain.models import Claim, Event
from domain.models.returns import ClaimKind
from domain.parcelerrors import AlreadyClaimed, OverReturned
from domain.values import Trace
from tests.shop import NOW, Cast, Order, Shipment, a_product, an_order, events_of, goods, line, lines_of, scan

DAY = timedelta(days=1)

WAYBILL = "SF1234567890123"


@pytest.fixture
async def number(cast: Cast) -> str:
    """An order of four boxes that is on its way."""
    await a_product(stock=1000)
    number = (await an_order(cast.wang, line(qty=4, unit="箱"))).number
    await shipping.ship(number, None, WAYBILL, None, by=cast.qiang, now=NOW)
    return number


async def signed(number: str, by, *lines, remark: str | None = None) -> receiving.Received:
    return await receiving.receive_goods(number, lines or None, remark, by=by, now=NOW)


async def state_of(number: str) -> tuple[str, list[int]]:
    return (await Order.get(number=number)).state, [int(row.delivered) for row in await lines_of(number)]


async def test_everything_is_signed_for(cast: Cast, number: str):
    received = await signed(number, cast.receiver, remark="破1")
    assert (received.goods, received.remark) == ("A100 4箱", "破1")
    assert await state_of(number) == ("closed", [200])
    parcel = await Shipment.get(order__number=number)
    assert (parcel.state, parcel.received_by, parcel.delivered_at) == ("delivered", "小收", NOW)
    event = await Event.get(kind="GoodsReceived")
    assert (event.order_number, event.facts["remark"], event.by) == (number, "破1", "小收")


async def test_only_what_came_is_counted_and_the_rest_can_follow(cast: Cast, number: str):
    received = await signed(number, cast.receiver, goods(base=150, qty=3, unit="箱"))
    assert (received.goods, received.remark) == ("A100 3箱", "A100 3箱")
    assert await state_of(number) == ("accepted", [150])
    assert (await signed(number, cast.receiver)).goods == "A100 1箱"
    assert await state_of(number) == ("closed", [200])
    with pytest.raises(NothingToReceive):
        await signed(number, cast.receiver)


async def test_a_message_that_is_worked_on_again_signs_and_claims_once(cast: Cast, number: str):
    async def said(cause: str) -> receiving.Received:
        box, broken = goods(base=50, qty=1, unit="箱"), Fault("broken", Decimal(1))
        return await receiving.receive_goods(number, [box], None, [broken], by=cast.receiver, now=NOW, cause=cause)

    first = await said("main:1#0")
    assert await said("main:1#0") == first
    assert (await state_of(number), await Claim.all().count()) == (("accepted", [50]), 1)
    await said("main:2#0")
    assert (await state_of(number), await Claim.all().count()) == (("accepted", [100]), 2)


async def test_a_message_that_is_worked_on_again_sends_back_once(cast: Cast, number: str):
    async def said(cause: str) -> claiming.Claimed:
        wanted, kind = [goods(base=50, qty=1, unit="箱")], ClaimKind.RETURN
        return await claiming.ask_return(number, kind, wanted, "", by=cast.wang, now=NOW, cause=cause)

    await signed(number, cast.receiver)
    first = await said("main:1#0")
    assert (await said("main:1#0"), await Claim.all().count()) == (first, 1)
    assert (await said("main:2#0")).claim != first.claim
    assert (await events_of(number)).count("ClaimMade") == 2


async def said_to_be(kind: str, qty: int, number: str, by) -> receiving.Received:
    return await receiving.receive_goods(number, None, None, [Fault(kind, Decimal(qty))], by=by, now=NOW)


async def arrived(number: str) -> None:
    parcel = await Shipment.get(order__number=number)
    told = Trace("shunfeng", WAYBILL, "polling", (scan(NOW, "3", "已签收"),))
    await tracking.apply_trace(parcel.id, told, now=NOW)


async def test_what_is_short_is_claimed_and_paid_back_once(cast: Cast, number: str):
    await said_to_be("short", 1, number, cast.receiver)
    for again in (said_to_be("short", 1, number, cast.receiver), signed(number, cast.receiver)):
        with pytest.raises(AlreadyClaimed) as no:
            await again
        assert (no.value.goods, no.value.claims, no.value.left) == ("A100 1箱", "R1", "")
    await claiming.decide("R1", None, by=cast.li, now=NOW)
    assert await state_of(number) == ("closed", [200])
    with pytest.raises(NothingToReceive):
        await said_to_be("short", 1, number, cast.receiver)
    with pytest.raises(OverReturned):
        await claiming.ask_return(number, ClaimKind.RETURN, [goods(base=200)], "", by=cast.wang, now=NOW)
    await claiming.ask_return(number, ClaimKind.RETURN, [goods(base=150)], "", by=cast.wang, now=NOW)
    assert sum([one.credit for one in await Claim.all()]) == (await Order.get(number=number)).total


async def test_what_was_refused_may_be_signed_for_and_claimed_anew(cast: Cast, number: str):
    await said_to_be("short", 1, number, cast.receiver)
    await claiming.decide("R1", "再找找", by=cast.li, now=NOW)
    assert [kind for _, kind, _ in (await said_to_be("short", 1, number, cast.receiver)).claims] == ["short"]
    await claiming.decide("R2", "在门卫那里", by=cast.li, now=NOW)
    assert (await signed(number, cast.receiver)).goods == "A100 1箱"
    assert await state_of(number) == ("closed", [200])


async def test_of_what_the_carrier_delivered_nothing_is_claimed_twice(cast: Cast, number: str):
    """It counts as arrived, and what goes back of it cannot be short or broken as well."""
    await arrived(number)
    await claiming.ask_return(number, ClaimKind.RETURN, [goods(base=100)], "", by=cast.wang, now=NOW)
    with pytest.raises(AlreadyClaimed) as no:
        await said_to_be("broken", 3, number, cast.receiver)
    assert (no.value.goods, no.value.claims, no.value.left) == ("A100 2箱", "R1", "2箱")
    faults = [Fault("short", Decimal(1)), Fault("broken", Decimal(2))]
    with pytest.raises(AlreadyClaimed):
        await receiving.receive_goods(number, None, None, faults, by=cast.receiver, now=NOW)
    await receiving.receive_goods(number, None, None, [faults[0]], by=cast.receiver, now=NOW)
    with pytest.raises(OverReturned) as over:
        await claiming.ask_return(number, ClaimKind.RETURN, [goods(base=100)], "", by=cast.wang, now=NOW)
    assert over.value.left == 50


async def test_what_is_claimed_of_one_parcel_is_not_taken_off_the_next(cast: Cast):
    await a_product(stock=1000)
    number = (await an_order(cast.wang, line(qty=4, unit="箱"))).number
    for waybill in (WAYBILL, WAYBILL[:-1] + "9"):
        await shipping.ship(number, None, waybill, [goods(base=100)], by=cast.qiang, now=NOW)
        got = await said_to_be("short", 1, number, cast.receiver)
        assert got.goods == "A100 1箱"
    with pytest.raises(AlreadyClaimed):
        await signed(number, cast.receiver)
    assert (await state_of(number), await Claim.all().count()) == (("accepted", [100]), 2)


async def test_a_quantity_without_a_product_is_that_of_the_only_one(cast: Cast, number: str):
    await signed(number, cast.receiver, goods(sku=None, base=50))
    assert await state_of(number) == ("accepted", [50])


@pytest.mark.parametrize("said", [goods(base=201), goods(base=0), goods(base=-1), goods("B200", base=1)])
async def test_more_than_was_sent_is_refused(cast: Cast, number: str, said):
    with pytest.raises(QuantityRefused):
        await signed(number, cast.receiver, said)
    assert await state_of(number) == ("accepted", [0])


async def test_the_same_goods_twice_in_one_breath_are_more_than_was_sent(cast: Cast, number: str):
    with pytest.raises(QuantityRefused):
        await signed(number, cast.receiver, goods(base=150), goods(base=100))


async def test_what_the_carrier_delivered_is_signed_for_once_more(cast: Cast, number: str):
    parcel = await Shipment.get(order__number=number)
    scans = (scan(NOW, "3", "已签收"),)
    await tracking.apply_trace(parcel.id, Trace("shunfeng", WAYBILL, "polling", scans), now=NOW)
    assert await state_of(number) == ("closed", [200])
    received = await signed(number, cast.wang, goods(base=150, qty=3, unit="箱"), remark="少1箱")
    assert received.remark == "A100 3箱 少1箱"
    assert await state_of(number) == ("closed", [200])
    assert (await Shipment.get(id=parcel.id)).received_by == "小王"
    with pytest.raises(NothingToReceive):
        await signed(number, cast.wang)
    assert (await events_of(number)).count("GoodsReceived") == 1


async def test_nothing_on_its_way_is_nothing_to_sign_for(cast: Cast):
    await a_product(stock=10)
    waiting = (await an_order(cast.wang)).number
    with pytest.raises(NothingToReceive):
        await signed(waiting, cast.wang)


@pytest.mark.parametrize("who", ["boss", "wang", "receiver", "li", "manager"])
async def test_who_may_sign(cast: Cast, number: str, who: str):
    assert (await signed(number, getattr(cast, who))).number == number


@pytest.mark.parametrize(
    ("who", "refusal"), [("payer", NotAllowed), ("qiang", NotAllowed), ("lu", NotAllowed), ("other", OrderNotFound)]
)
async def test_who_may_not_sign(cast: Cast, number: str, who: str, refusal: type[Exception]):
    with pytest.raises(refusal):
        await signed(number, getattr(cast, who))
    assert await state_of(number) == ("accepted", [0])


async def test_of_several_boxes_a_receipt_is_assumed_once_and_not_before_the_last_is_there(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.wang, line(qty=10))).number
    waybills = ("SF1234567890123", "SF1234567890124")
    await shipping.ship(number, None, waybills[0], None, by=cast.qiang, now=NOW, more=waybills[1:])
    boxes = await Shipment.all().order_by("id")
    for box, later in ((boxes[1], NOW + DAY * 4), (boxes[0], NOW + DAY * 8)):
        told = Trace("", box.waybill or "", "check", (scan(later - DAY * 4, "3", "已签收"),))
        await tracking.apply_trace(box.id, told, now=later - DAY * 4)
        expected = int(box is boxes[0])
        assert await receiving.assume_receipts(DAY * 3, now=later) == expected
    assert await receiving.assume_receipts(DAY * 3, now=NOW + DAY * 9) == 0
    assert {row.received_by for row in await Shipment.all()} == {"assumed"}
    assert (await events_of(number)).count("ReceiptAssumed") == 1
