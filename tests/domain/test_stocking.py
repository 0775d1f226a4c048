"""Goods that come in or are counted: every change is a move, and the oldest waiting order gets its share."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from domain import buying, claiming, counting, making, ordering, receiving, shipping, stocking
from domain.errors import NotAllowed, ProductNotFound, QuantityRefused, Refusal
from domain.models import PurchaseItem, PurchaseOrder, PurchaseRequest, StockMove, Warehouse
from domain.models.returns import ClaimKind
from domain.stocking import Counted
from domain.values import SYSTEM
from tests.shop import NOW, TODAY, Cast, a_product, an_order, balance, goods, line, lines_of, on


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


async def test_what_nobody_can_mean_is_refused_at_every_door(cast: Cast):
    """Finer than is kept, or more than any shelf holds: a refusal that says so, and nothing is booked."""
    await a_product("A100", stock=50)
    await Warehouse.create(code="NORTH", name="北仓")
    number = (await an_order(cast.wang, line("A100", 10))).number
    purchase = await PurchaseOrder.create(
        supplier="甲", expected_on=TODAY, first_expected=TODAY, cause="x", ordered_by="采妹", ordered_at=NOW
    )
    await PurchaseItem.create(order_id=purchase.id, sku="A100", name="x", unit="个", qty=Decimal(100))
    fine, some = Decimal("0.0005"), [goods(base="0.0005")]
    doors: list[Callable[[], Awaitable[object]]] = [
        partial(shipping.ship, number, "自提", None, some, by=cast.qiang, now=NOW),
        partial(buying.receive, "P1", buying.Came({"A100": fine}), "r", by=cast.qiang, now=NOW),
        partial(making.release, "A100", fine, "w", by=cast.manager, now=NOW),
        partial(making.report, "W1", making.Output(fine), "m", by=cast.manager, now=NOW),
    ]
    for qty in (fine, Decimal(99_999_999_999), Decimal(10) ** 17, Decimal(10) ** 30):
        at = stocking.Counted("A100", qty)
        doors += [
            partial(stocking.take_in, at, "i", by=cast.qiang, now=NOW),
            partial(stocking.transfer, at, "NORTH", "t", by=cast.qiang, now=NOW),
            partial(counting.count_stock, at, "c", by=cast.qiang, now=NOW),
        ]
    for door in doors:
        with pytest.raises(QuantityRefused):
            await door()
    await shipping.ship(number, "自提", None, [goods(base=5)], by=cast.qiang, now=NOW)
    with pytest.raises(QuantityRefused):
        await receiving.receive_goods(number, some, None, by=cast.receiver, now=NOW)
    await receiving.receive_goods(number, None, None, by=cast.receiver, now=NOW)
    with pytest.raises(QuantityRefused):
        await claiming.ask_return(number, ClaimKind.RETURN, some, "", by=cast.wang, now=NOW)
    assert await balance() == (45, 5)
