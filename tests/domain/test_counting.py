"""Counts against the books: a small difference is booked, a large one waits, and who is last in the queue gives up."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain import closing, counting, earmarking, ordering, stocking
from domain.errors import (
    NotAllowed,
    QuantityRefused,
)
from domain.models import Earmark, PurchaseRequest, Stock, StockCount, StockMove
from domain.stockerrors import (
    CountDecided,
    CountNotFound,
    MoveNotReversible,
    OwnCount,
    StockRefused,
    WarehouseUnknown,
)
from domain.stocking import Counted
from domain.values import Role
from tests.shop import NOW, Cast, a_draft, a_member, a_product, an_order, balance, events_of, line, lines_of, on


def counted(qty: int | str, warehouse: str = "MAIN") -> Counted:
    return Counted("A100", Decimal(qty), warehouse)


async def test_a_small_difference_is_booked_at_once(cast: Cast):
    await a_product(stock=100)
    outcome = await counting.count_stock(counted(98), "m1", by=cast.qiang, now=NOW)
    assert (outcome.state, outcome.difference, outcome.worth) == ("booked", -2, Decimal(37))
    assert await balance() == (98, 0)
    assert (await StockMove.get(kind="count", document=str(outcome.number))).qty == -2


async def test_the_same_message_counts_once(cast: Cast):
    await a_product(stock=100)
    first = await counting.count_stock(counted(98), "m1", by=cast.qiang, now=NOW)
    again = await counting.count_stock(counted(98), "m1", by=cast.qiang, now=NOW)
    assert again.number == first.number
    assert await StockMove.filter(kind="count").count() == 2
    assert (await counting.count_stock(counted(98), "m2", by=cast.qiang, now=NOW)).difference == 0


async def test_a_large_difference_waits_and_is_booked_against_what_moved_since(cast: Cast):
    await a_product(stock=1000)
    outcome = await counting.count_stock(counted(100), "m1", by=cast.qiang, now=NOW)
    assert outcome.state == "waiting"
    assert await balance() == (1000, 0)
    assert await events_of(None) == ["CountWaits"]
    await stocking.receive_stock("A100", Decimal(50), by=cast.qiang, now=NOW)
    decided = await counting.decide_count(outcome.number, None, by=cast.manager, now=NOW)
    assert decided.state == "booked"
    assert await balance() == (150, 0)


async def test_a_count_is_decided_once_and_not_by_who_counted(cast: Cast):
    await a_product(stock=1000)
    chief = await a_member("仓管", Role.WAREHOUSE, code="S9")
    outcome = await counting.count_stock(counted(100), "m1", by=chief, now=NOW)
    await StockCount.filter(id=outcome.number).update(asked_by_staff=cast.manager.staff)
    with pytest.raises(OwnCount):
        await counting.decide_count(outcome.number, None, by=cast.manager, now=NOW)
    await StockCount.filter(id=outcome.number).update(asked_by_staff=chief.staff)
    assert (await counting.decide_count(outcome.number, "重盘", by=cast.manager, now=NOW)).state == "refused"
    assert await balance() == (1000, 0)
    with pytest.raises(CountDecided) as met:
        await counting.decide_count(outcome.number, None, by=cast.manager, now=NOW)
    assert (met.value.state, met.value.by) == ("refused", "经理")
    with pytest.raises(CountNotFound):
        await counting.decide_count(99, None, by=cast.manager, now=NOW)
    with pytest.raises(NotAllowed):
        await counting.decide_count(outcome.number, None, by=cast.qiang, now=NOW)


async def test_fewer_than_promised_takes_from_the_last_in_the_queue(cast: Cast):
    await a_product(stock=20)
    late = (await an_order(cast.wang, line(qty=10), delivery=on(date(2026, 12, 30)))).number
    soon = (await an_order(cast.wang, line(qty=10))).number
    outcome = await counting.count_stock(counted(14), "m1", by=cast.qiang, now=NOW)
    assert outcome.state == "waiting", "goods of orders are for a manager to take"
    decided = await counting.decide_count(outcome.number, None, by=cast.manager, now=NOW)
    assert [(loss.order, loss.qty) for loss in decided.losses] == [(late, 6)]
    assert [(await lines_of(number))[0].reserved for number in (soon, late)] == [10, 4]
    assert await balance() == (14, 14)
    request = await PurchaseRequest.get(order_number=late)
    assert (request.state, request.qty) == ("open", 6)
    assert "StockFellShort" in await events_of(late)
    await stocking.receive_stock("A100", Decimal(6), by=cast.qiang, now=NOW)
    assert (await lines_of(late))[0].reserved == 10
    assert (await PurchaseRequest.get(order_number=late)).state == "done"


async def test_what_is_kept_for_read_backs_gives_way_before_orders(cast: Cast):
    await a_product(stock=20)
    number = (await an_order(cast.wang, line(qty=10))).number
    offer = replace(await ordering.quote(a_draft(line(qty=8)), by=cast.wang, now=NOW), keep_minutes=Decimal(30))
    assert await earmarking.earmark("draft", offer, owner=1, now=NOW)
    outcome = await counting.count_stock(counted(12), "m1", by=cast.manager, now=NOW)
    assert (outcome.state, outcome.losses) == ("booked", ())
    assert (await lines_of(number))[0].reserved == 10
    assert (await balance(), await Earmark.all().count()) == ((12, 10), 0)


async def test_what_is_gone_here_may_lie_on_another_shelf(cast: Cast):
    await a_product(stock=10)
    await Stock.create(sku="A100", warehouse="NORTH")
    await stocking.set_stock([Counted("A100", Decimal(5), "NORTH")], by=cast.qiang, now=NOW)
    number = (await an_order(cast.wang, line(qty=10))).number
    outcome = await counting.count_stock(counted(6), "m1", by=cast.manager, now=NOW)
    assert (outcome.state, outcome.losses) == ("booked", ())
    assert (await lines_of(number))[0].reserved == 10
    assert await balance() == (11, 10)


async def test_goods_are_carried_between_warehouses_unless_promised(cast: Cast):
    await a_product(stock=10)
    await stocking.open_warehouse("北仓", by=cast.manager)
    assert not await stocking.open_warehouse("北仓", by=cast.manager)
    await an_order(cast.wang, line(qty=4))
    with pytest.raises(StockRefused) as met:
        await stocking.transfer(counted(7), "北仓", "m1", by=cast.qiang, now=NOW)
    assert met.value.left == 6
    await stocking.transfer(counted(6), "北仓", "m2", by=cast.qiang, now=NOW)
    assert (await stocking.transfer(counted(6), "北仓", "m2", by=cast.qiang, now=NOW)).repeated
    assert {row.warehouse: row.on_hand for row in await Stock.all()} == {"MAIN": 4, "北仓": 6}
    assert await stocking.warehouse_named("北仓") == "北仓"
    assert await stocking.warehouse_named(None) == "MAIN"
    with pytest.raises(WarehouseUnknown):
        await stocking.warehouse_named("南仓")
    with pytest.raises(QuantityRefused):
        await stocking.transfer(counted(1), "MAIN", "m3", by=cast.qiang, now=NOW)


async def test_a_receipt_is_booked_once_and_can_be_taken_back_while_it_is_free(cast: Cast):
    await a_product(stock=0)
    booked = await stocking.take_in(counted(20), "m1", by=cast.qiang, now=NOW)
    again = await stocking.take_in(counted(20), "m1", by=cast.qiang, now=NOW)
    assert (again.move, again.repeated) == (booked.move, True)
    assert await balance() == (20, 0)
    await an_order(cast.wang, line(qty=1))
    with pytest.raises(StockRefused):
        await stocking.reverse_move(booked.move, by=cast.qiang, now=NOW)
    more = await stocking.take_in(counted(5), "m2", by=cast.qiang, now=NOW)
    await stocking.reverse_move(more.move, by=cast.qiang, now=NOW)
    assert await balance() == (20, 1)
    with pytest.raises(MoveNotReversible) as met:
        await stocking.reverse_move(more.move, by=cast.qiang, now=NOW)
    assert met.value.done
    with pytest.raises(MoveNotReversible):
        await stocking.reverse_move(999, by=cast.qiang, now=NOW)


async def test_what_a_paused_order_holds_may_turn_out_not_to_be_there(cast: Cast):
    await a_product(stock=10)
    number = (await an_order(cast.wang, line(qty=10))).number
    await closing.pause(number, "", by=cast.manager, now=NOW)
    outcome = await counting.count_stock(counted(4), "m1", by=cast.qiang, now=NOW)
    decided = await counting.decide_count(outcome.number, None, by=cast.manager, now=NOW)
    assert [(loss.order, loss.qty) for loss in decided.losses] == [(number, 6)]
    assert await balance() == (4, 4)


async def test_goods_that_came_while_an_order_was_paused_are_its_own_when_it_goes_on(cast: Cast):
    await a_product(stock=4)
    number = (await an_order(cast.wang, line(qty=10))).number
    await closing.pause(number, "", by=cast.manager, now=NOW)
    await stocking.receive_stock("A100", Decimal(6), by=cast.qiang, now=NOW)
    assert await balance() == (10, 4)
    await closing.resume(number, by=cast.manager, now=NOW)
    assert await balance() == (10, 10)
    assert (await PurchaseRequest.get(order_number=number)).state == "done"
