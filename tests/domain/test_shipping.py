"""Parcels: they take what their order has reserved, once per waybill, and never more."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain import ordering, shipping
from domain.dealerrors import PartlySent
from domain.errors import NotAllowed, NothingToShip, OrderNotFound, ShipmentRefused, StepRefused, WaybillRefused
from domain.models import ShipmentLine, StockMove
from tests.shop import (
    NOW,
    Cast,
    Order,
    Shipment,
    a_product,
    an_order,
    balance,
    check_the_books,
    events_of,
    goods,
    line,
    lines_of,
    shelved,
)

WAYBILL = "SF1234567890123"


async def shipped(cast: Cast, number: str, waybill: str | None = WAYBILL, carrier: str | None = None, *lines):
    return await shipping.ship(number, carrier, waybill, lines or None, by=cast.qiang, now=NOW)


async def test_a_whole_order_leaves(cast: Cast):
    await a_product("A100", stock=1000)
    await a_product("B200", stock=100)
    number = (await an_order(cast.wang, line("A100", 4, "箱"), line("B200", 10))).number
    sent = await shipped(cast, number)
    assert (sent.carrier, sent.waybill, sent.goods) == ("顺丰", WAYBILL, "A100 4箱、B200 10个")
    assert (sent.eta, sent.rest, sent.repeated) == (date(2026, 11, 25), "", False)
    assert await balance("A100") == (800, 0)
    assert [(row.reserved, row.shipped) for row in await lines_of(number)] == [(0, 200), (0, 10)]
    moves = await StockMove.filter(kind="issue").order_by("sku")
    assert [(move.sku, move.qty, move.document) for move in moves] == [
        ("A100", -200, sent.shipment),
        ("B200", -10, sent.shipment),
    ]
    parcel = await Shipment.get(number=sent.shipment)
    assert (parcel.tail, parcel.watched, parcel.watch_next_at) == ("8000", "wanted", NOW)
    assert len(parcel.hook_token) >= 22
    assert (await events_of(number))[-1] == "OrderShipped"


async def test_without_a_waybill_a_message_that_is_worked_on_again_sends_once(cast: Cast):
    await a_product(stock=1000)
    number = (await an_order(cast.wang, line(qty=4, unit="箱"))).number

    async def said(cause: str) -> shipping.Shipped:
        return await shipping.ship(number, "自提", None, [goods(base=50)], by=cast.qiang, now=NOW, cause=cause)

    first, again = await said("main:1#0"), await said("main:1#0")
    assert (again.shipment, again.goods, first.repeated, again.repeated) == (first.shipment, first.goods, False, True)
    assert [row.shipped for row in await lines_of(number)] == [50]
    assert not (await said("main:2#0")).repeated
    assert [row.shipped for row in await lines_of(number)] == [100]


async def test_an_order_leaves_in_parts(cast: Cast):
    await a_product(stock=1000)
    number = (await an_order(cast.wang, line(qty=4, unit="箱"))).number
    first = await shipped(cast, number, "SF1000000000001", None, goods(base=150))
    assert (first.goods, first.rest) == ("A100 3箱", "A100 1箱")
    second = await shipped(cast, number, "SF1000000000002", None, goods(base=7))
    assert (second.goods, second.rest) == ("A100 7个", "A100 43个")
    third = await shipped(cast, number, "SF1000000000003")
    assert (third.goods, third.rest) == ("A100 43个", "")
    assert [first.shipment, second.shipment, third.shipment] == [f"{number}-{n}" for n in (1, 2, 3)]
    with pytest.raises(NothingToShip):
        await shipped(cast, number, "SF1000000000004")


async def test_what_is_short_stays(cast: Cast):
    await a_product(stock=30)
    number = (await an_order(cast.wang, line(qty=50))).number
    sent = await shipped(cast, number)
    assert (sent.goods, sent.rest) == ("A100 30个", "A100 20个")
    assert await balance() == (0, 0)


async def test_the_same_waybill_is_the_same_parcel(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.wang, line(qty=10))).number
    first = await shipped(cast, number)
    again = await shipped(cast, number, "sf 1234-5678-90123")
    assert again.repeated
    assert (again.shipment, again.goods, again.waybill) == (first.shipment, first.goods, WAYBILL)
    assert await balance() == (90, 0)
    assert (await events_of(number)).count("OrderShipped") == 1


async def test_many_who_ship_the_same_at_once_ship_it_once(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.wang, line(qty=10))).number
    same = await asyncio.gather(*(shipped(cast, number) for _ in range(5)))
    assert sorted(one.repeated for one in same) == [False, True, True, True, True]
    other = (await an_order(cast.wang, line(qty=10))).number
    outcomes = await asyncio.gather(
        *(shipped(cast, other, f"SF200000000000{n}") for n in range(5)), return_exceptions=True
    )
    assert sum(isinstance(one, shipping.Shipped) for one in outcomes) == 1
    assert sum(isinstance(one, NothingToShip) for one in outcomes) == 4


async def test_a_waybill_belongs_to_one_order(cast: Cast):
    await a_product(stock=100)
    numbers = [(await an_order(cast.wang)).number for _ in range(4)]
    outcomes = await asyncio.gather(*(shipped(cast, number) for number in numbers), return_exceptions=True)
    assert sum(isinstance(one, shipping.Shipped) for one in outcomes) == 1
    refused = [one for one in outcomes if isinstance(one, WaybillRefused)]
    assert len(refused) == 3
    assert all(one.taken for one in refused)
    assert await balance() == (99, 3)


async def test_shipping_and_cancelling_at_once_do_one_of_both(cast: Cast):
    await a_product(stock=100)
    for n in range(4):
        number = (await an_order(cast.wang, line(qty=10))).number
        outcomes = await asyncio.gather(
            shipped(cast, number, f"SF300000000000{n}"),
            ordering.cancel_order(number, "", by=cast.wang, now=NOW),
            return_exceptions=True,
        )
        assert sum(isinstance(one, PartlySent | StepRefused | NothingToShip) for one in outcomes) == 1, outcomes
        await check_the_books()


@pytest.mark.parametrize("carrier", ["自提", "送货"])
async def test_what_is_fetched_or_brought_needs_no_waybill(cast: Cast, carrier: str):
    await a_product(stock=100)
    number = (await an_order(cast.wang)).number
    sent = await shipped(cast, number, None, carrier)
    assert (sent.carrier, sent.waybill, sent.eta) == (carrier, None, None)
    assert (await Shipment.get(number=sent.shipment)).watched == "no"
    with pytest.raises(NothingToShip):
        await shipped(cast, number, None, carrier)


async def test_a_named_carrier_wins_over_the_shape(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.wang)).number
    assert (await shipped(cast, number, "YT1234567890123", "德邦")).carrier == "德邦"


@pytest.mark.parametrize(
    ("waybill", "carrier"),
    [
        (None, None),
        (None, "顺丰"),
        ("123456789012", None),
        ("13800138000", "顺丰"),
        ("20261124", "顺丰"),
        ("AB", "顺丰"),
    ],
)
async def test_what_is_no_waybill_is_refused(cast: Cast, waybill: str | None, carrier: str | None):
    await a_product(stock=100)
    number = (await an_order(cast.wang)).number
    for text in (waybill, number) if waybill and carrier else (waybill,):
        with pytest.raises(WaybillRefused) as no:
            await shipped(cast, number, text, carrier)
        assert not no.value.taken
    assert await balance() == (100, 1)


@pytest.mark.parametrize(
    "asked", [goods(base=31), goods(base=0), goods(base=-1), goods("B200", 1), goods("X", 1), goods(qty=3)]
)
async def test_more_than_is_reserved_does_not_leave(cast: Cast, asked):
    await a_product(stock=30)
    await a_product("B200", stock=10)
    number = (await an_order(cast.wang, line(qty=50))).number
    with pytest.raises(ShipmentRefused):
        await shipped(cast, number, WAYBILL, None, asked)
    assert await balance() == (30, 30)
    assert not await Shipment.all().count()


async def test_a_product_named_twice_is_not_sent_twice(cast: Cast):
    await a_product(stock=30)
    number = (await an_order(cast.wang, line(qty=30))).number
    with pytest.raises((ShipmentRefused, NothingToShip)):
        await shipped(cast, number, WAYBILL, None, goods(base=20), goods(base=20))
    assert await balance() == (30, 30)


async def test_a_product_on_two_lines_is_taken_from_both(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.wang, line(qty=1, unit="箱"), line(qty=30))).number
    sent = await shipped(cast, number, WAYBILL, None, goods(base=60))
    assert sent.goods == "A100 1箱、A100 10个"
    assert sorted(part.qty for part in await ShipmentLine.all()) == [10, 50]


async def test_goods_leave_the_warehouses_in_which_they_are_reserved(cast: Cast):
    await a_product(stock=30)
    await shelved("A100", 25, warehouse="NORTH")
    number = (await an_order(cast.wang, line(qty=50))).number
    await shipped(cast, number)
    issued = {move.warehouse: move.qty for move in await StockMove.filter(kind="issue")}
    assert issued == {"MAIN": -30, "NORTH": -20}


@pytest.mark.parametrize("who", ["wang", "li", "chen", "cai", "lu"])
async def test_who_may_not_ship_is_refused(cast: Cast, who: str):
    await a_product(stock=30)
    number = (await an_order(cast.wang)).number
    with pytest.raises(NotAllowed):
        await shipping.ship(number, None, WAYBILL, None, by=getattr(cast, who), now=NOW)


async def test_a_held_or_missing_order_is_not_shipped(cast: Cast):
    await a_product(stock=30)
    held = (await an_order(cast.li, line(price="1"))).number
    with pytest.raises(StepRefused):
        await shipped(cast, held)
    with pytest.raises(OrderNotFound):
        await shipped(cast, "SO9999Z")


async def test_an_order_of_which_something_left_is_not_cancelled(cast: Cast):
    await a_product(stock=30)
    number = (await an_order(cast.wang, line(qty=20))).number
    await shipped(cast, number, WAYBILL, None, goods(base=1))
    with pytest.raises(PartlySent) as refused:
        await ordering.cancel_order(number, "", by=cast.wang, now=NOW + timedelta(minutes=1))
    assert refused.value.rest == "A100 19个"
    assert (await Order.get(number=number)).state == "accepted"
    assert await balance() == (Decimal(29), Decimal(19))
