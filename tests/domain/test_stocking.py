"""Goods that come in or are counted: every change is a move, and the oldest waiting order gets its share."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain import ordering, shipping, stocking
from domain.errors import NotAllowed, ProductNotFound, QuantityRefused, Refusal
from domain.models import PurchaseRequest, StockMove
from domain.stocking import Counted
from domain.values import SYSTEM
from tests.shop import NOW, Cast, a_product, an_order, balance, line, lines_of, on


async def test_goods_go_to_the_order_that_was_promised_first(cast: Cast):
    await a_product(stock=0)
    late = (await an_order(cast.wang, line(qty=10), delivery=on(date(2026, 12, 30)))).number
    soon = (await an_order(cast.wang, line(qty=10))).number
    gained = await stocking.receive_stock("A100", Decimal(15), document="送货单7", by=cast.qiang, now=NOW)
    assert gained == 2
    assert [(await lines_of(number))[0].reserved for number in (soon, late)] == [10, 5]
    states = {row.order_number: (row.state, row.qty) for row in await PurchaseRequest.all()}
    assert states[soon][0] == "done"
    assert states[late] == ("open", 5)
    move = await StockMove.get(kind="receipt")
    assert (move.qty, move.document, move.by) == (15, "送货单7", "阿强")


async def test_what_nobody_waits_for_is_free(cast: Cast):
    await a_product(stock=0)
    assert await stocking.receive_stock("A100", Decimal(5), by=cast.cai, now=NOW) == 0
    assert await balance() == (5, 0)


async def test_a_count_is_one_move_of_the_difference(cast: Cast):
    await a_product(stock=10)
    await a_product("B200", stock=7)
    rows = [Counted("A100", Decimal(4)), Counted("B200", Decimal(7)), Counted("B200", Decimal(3), "NORTH")]
    assert await stocking.set_stock(rows, by=cast.qiang, now=NOW) == 2
    assert await balance("A100") == (4, 0)
    assert await balance("B200") == (10, 0)
    assert await stocking.set_stock(rows, by=cast.qiang, now=NOW) == 0


async def test_a_count_never_breaks_a_promise(cast: Cast):
    await a_product("A100", stock=10)
    await a_product("B200", stock=10)
    await an_order(cast.wang, line("B200", 8))
    with pytest.raises(QuantityRefused):
        await stocking.set_stock([Counted("A100", Decimal(1)), Counted("B200", Decimal(7))], by=SYSTEM, now=NOW)
    assert await balance("A100") == (10, 0)
    assert await stocking.set_stock([Counted("B200", Decimal(8))], by=SYSTEM, now=NOW) == 1


async def test_a_count_that_finds_more_serves_who_waits(cast: Cast):
    await a_product(stock=0)
    number = (await an_order(cast.wang, line(qty=10))).number
    await stocking.set_stock([Counted("A100", Decimal(6))], by=cast.qiang, now=NOW)
    assert (await lines_of(number))[0].reserved == 6


async def test_what_cannot_come_in_is_refused(cast: Cast):
    await a_product(stock=0)
    with pytest.raises(ProductNotFound):
        await stocking.receive_stock("X9", Decimal(1), by=cast.qiang, now=NOW)
    for qty in (0, -1):
        with pytest.raises(QuantityRefused):
            await stocking.receive_stock("A100", Decimal(qty), by=cast.qiang, now=NOW)


@pytest.mark.parametrize("who", ["wang", "li", "chen", "lu"])
async def test_who_may_not_touch_stock(cast: Cast, who: str):
    await a_product(stock=1)
    with pytest.raises(NotAllowed):
        await stocking.receive_stock("A100", Decimal(1), by=getattr(cast, who), now=NOW)
    with pytest.raises(NotAllowed):
        await stocking.set_stock([Counted("A100", Decimal(9))], by=getattr(cast, who), now=NOW)


async def test_goods_orders_cancellations_and_parcels_at_once_keep_the_books(cast: Cast):
    await a_product(stock=20)
    numbers = [(await an_order(cast.wang, line(qty=7))).number for _ in range(6)]
    work: list[Any] = []
    for n, number in enumerate(numbers):
        work.append(ordering.cancel_order(number, "", by=cast.wang, now=NOW))
        work.append(shipping.ship(number, None, f"SF50000000000{n:02}", None, by=cast.qiang, now=NOW))
        work.append(stocking.receive_stock("A100", Decimal(3), by=cast.qiang, now=NOW))
        work.append(an_order(cast.wang, line(qty=2)))
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    assert not [one for one in outcomes if isinstance(one, AssertionError)]
    faults = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refusal)]
    assert not faults
