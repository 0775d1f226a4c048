"""From short lines to goods on the shelf: merged by supplier, moved in time, received in parts."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain import buying, ordering, stocking, stockpiling
from domain.buying import Came
from domain.errors import (
    DatePassed,
    NotAllowed,
    ProductNotFound,
    Refusal,
)
from domain.models import PurchaseOrder, PurchaseRequest, StockMove
from domain.stockerrors import (
    MoveNotReversible,
    NothingToBuy,
    OverReceived,
    PurchaseNotFound,
)
from tests.shop import NOW, TODAY, Cast, a_product, an_order, balance, line, lines_of


async def test_what_is_missing_is_merged_by_supplier(cast: Cast):
    await a_product("A", stock=3, supplier="华南")
    await a_product("B", supplier="华南")
    await a_product("C")
    one = (await an_order(cast.wang, line("A", 5), line("B", 1))).number
    two = (await an_order(cast.wang, line("A", 4), line("C", 2))).number
    found = {need.sku: need for need in await buying.needs()}
    assert {sku: (need.qty, need.supplier) for sku, need in found.items()} == {
        "A": (6, "华南"),
        "B": (1, "华南"),
        "C": (2, ""),
    }
    assert found["A"].orders == (one, two)


async def test_needs_shrink_when_the_lines_go(cast: Cast):
    await a_product("A")
    one = (await an_order(cast.wang, line("A", 5))).number
    await an_order(cast.wang, line("A", 4))
    await ordering.cancel_order(one, "", by=cast.wang, now=NOW)
    assert [need.qty for need in await buying.needs()] == [4]


async def test_what_is_ordered_is_not_ordered_again(cast: Cast):
    await a_product("A", supplier="华南", lead_days=3)
    await an_order(cast.wang, line("A", 5))
    bought = await buying.buy("华南", "m1", by=cast.cai, now=NOW)
    assert (bought.number, bought.goods) == ("P1", (("A", "A货", 5, 5, "个"),))
    assert bought.expected == date(2026, 11, 27)
    assert (await buying.buy("华南", "m1", by=cast.cai, now=NOW)).number == "P1"
    with pytest.raises(NothingToBuy):
        await buying.buy("华南", "m2", by=cast.cai, now=NOW)
    await an_order(cast.wang, line("A", 2))
    assert [need.qty for need in await buying.needs()] == [2]


async def test_two_who_buy_at_once_buy_once(cast: Cast):
    await a_product("A", supplier="华南")
    await an_order(cast.wang, line("A", 5))
    done = await asyncio.gather(
        *(buying.buy("华南", f"m{n}", by=cast.cai, now=NOW) for n in range(3)), return_exceptions=True
    )
    assert [one for one in done if isinstance(one, Exception) and not isinstance(one, Refusal)] == []
    assert await PurchaseOrder.all().count() == 1


async def test_goods_come_in_parts_and_serve_who_waits(cast: Cast):
    await a_product("A", supplier="华南")
    number = (await an_order(cast.wang, line("A", 10))).number
    await buying.buy("华南", "m1", by=cast.cai, now=NOW)
    arrived = await buying.receive("P1", Came({"A": Decimal(4)}), "m2", by=cast.qiang, now=NOW)
    assert (arrived.gained, arrived.left) == (1, (("A", 6, "个"),))
    assert (await lines_of(number))[0].reserved == 4
    assert await buying.needs() == []
    entry = await StockMove.get(document="P1")
    with pytest.raises(MoveNotReversible) as kept:
        await stocking.reverse_move(entry.id, by=cast.qiang, now=NOW)
    assert (kept.value.document, kept.value.sku) == ("P1", "A"), "the purchase counts it as received"
    again = await buying.receive("P1", Came({"A": Decimal(4)}), "m2", by=cast.qiang, now=NOW)
    assert again.repeated
    assert await balance("A") == (4, 4)
    with pytest.raises(OverReceived) as met:
        await buying.receive("p1", Came({"A": Decimal(7)}), "m3", by=cast.qiang, now=NOW)
    assert met.value.left == 6
    with pytest.raises(OverReceived):
        await buying.receive("P1", Came({"Z": Decimal(1)}), "m3", by=cast.qiang, now=NOW)
    rest = await buying.receive("P1", Came(), "m4", by=cast.qiang, now=NOW)
    assert rest.left == ()
    assert (await PurchaseRequest.get()).state == "done"
    assert (await buying.receive("P1", Came(), "m4", by=cast.qiang, now=NOW)).repeated
    with pytest.raises(PurchaseNotFound) as gone:
        await buying.receive("P1", Came(), "m5", by=cast.qiang, now=NOW)
    assert gone.value.state == "received"


async def test_a_purchase_moves_and_closes(cast: Cast):
    await a_product("A", supplier="华南")
    await an_order(cast.wang, line("A", 10))
    await buying.buy("华南", "m1", by=cast.cai, now=NOW)
    moved = await buying.reschedule("P1", TODAY + timedelta(days=20), by=cast.cai, now=NOW)
    assert moved.expected == TODAY + timedelta(days=20)
    with pytest.raises(DatePassed):
        await buying.reschedule("P1", TODAY - timedelta(days=1), by=cast.cai, now=NOW)
    assert (await buying.close("P1", by=cast.cai, now=NOW)).state == "closed"
    assert [need.qty for need in await buying.needs()] == [10]
    for number in ("P1", "P9", "Px"):
        with pytest.raises(PurchaseNotFound):
            await buying.close(number, by=cast.cai, now=NOW)


async def test_who_may_buy(cast: Cast):
    await a_product("A", supplier="华南")
    await stockpiling.set_supplier("A", "华北", by=cast.cai)
    with pytest.raises(ProductNotFound):
        await stockpiling.set_supplier("Z", "华北", by=cast.cai)
    for who in (cast.wang, cast.li, cast.qiang, cast.lu):
        with pytest.raises(NotAllowed):
            await buying.buy("华北", "m1", by=who, now=NOW)
        with pytest.raises(NotAllowed):
            await stockpiling.set_supplier("A", "华南", by=who)
