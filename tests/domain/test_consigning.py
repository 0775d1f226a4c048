"""One box with the goods of several orders: one address, and what is said of the box is said of all that is in it."""

import pytest

from domain import consigning, tracking
from domain.errors import OrderNotFound
from domain.models import Event
from domain.parcelerrors import OtherPlace
from domain.values import Trace
from tests.shop import NOW, Cast, Order, Shipment, a_customer, a_product, an_order, line, scan

WAYBILL = "YD1234567890123"


async def two_orders(cast: Cast) -> list[str]:
    await a_product(stock=100)
    return [(await an_order(cast.wang, line(qty=qty))).number for qty in (10, 20)]


async def test_what_goes_elsewhere_or_to_somebody_else_is_not_put_into_the_box(cast: Cast):
    first, second = await two_orders(cast)
    await Order.filter(number=second).update(ship_to={"address": "苏州 工业园 1 号"})
    with pytest.raises(OtherPlace) as no:
        await consigning.ship_together([first, second], "韵达", WAYBILL, by=cast.qiang, now=NOW)
    assert (no.value.number, no.value.first) == (second, first)
    await a_customer("C777")
    theirs = (await an_order(cast.manager, line(qty=5), customer="C777")).number
    with pytest.raises(OtherPlace):
        await consigning.ship_together([first, theirs], "韵达", WAYBILL, by=cast.qiang, now=NOW)
    with pytest.raises(OrderNotFound):
        await consigning.ship_together([first, "SO9999K"], "韵达", WAYBILL, by=cast.qiang, now=NOW)
    assert not await Shipment.exists()


async def test_an_address_is_the_same_however_its_blanks_are_set(cast: Cast):
    first, second = await two_orders(cast)
    await Order.filter(number=first).update(ship_to={"address": "苏州工业园 1号"})
    await Order.filter(number=second).update(ship_to={"address": "苏州 工业园1号"})
    left = await consigning.ship_together([first, second], "韵达", WAYBILL, by=cast.qiang, now=NOW)
    assert [one.number for one in left] == [first, second]


async def test_all_that_rides_along_follows_when_the_service_knows_the_carrier_better(cast: Cast):
    numbers = await two_orders(cast)
    await consigning.ship_together(numbers, None, "SF1234567890123", by=cast.qiang, now=NOW)
    first = await Shipment.get(rides_with__isnull=True)
    told = (scan(NOW, "1", "已揽收"),)
    await tracking.apply_trace(first.id, Trace("", "SF1234567890123", "polling", told, corrected="中通"), now=NOW)
    assert [row.carrier for row in await Shipment.all()] == ["中通", "中通"]
    assert {row.facts["carrier"] for row in await Event.filter(kind="ParcelMoved")} == {"中通"}
