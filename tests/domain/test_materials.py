"""Materials kept for work: nobody else takes them, they shrink with what is made, and go to who waits in the end."""

import asyncio
from decimal import Decimal

import pytest

from domain import counting, making, recipes, stocking
from domain.makeerrors import MaterialsMissing, WorkIdle
from domain.making import Output
from domain.models import OrderLine, Stock, WorkHold, WorkOrder
from domain.stocking import Counted
from tests.shop import NOW, Cast, a_product, an_order, balance, line, lines_of

MADE = ("PASTE", "LAMP")
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def a_maker(materials: int) -> None:
    """A lamp takes two chips, of which so many lie there."""
    await a_product("LAMP")
    await a_product("CHIP", stock=materials)
    await recipes.import_recipes(
        {"recipes": [{"sku": "LAMP", "station": "一号线", "per_day": 50, "parts": [{"sku": "CHIP", "qty": 2}]}]},
        now=NOW,
    )


async def released(cast: Cast, qty: int, cause: str) -> str:
    return (await making.release("LAMP", Decimal(qty), cause, by=cast.qiang, now=NOW)).number


async def kept() -> list[tuple[int, int]]:
    """By work order: what is kept for it, and what it still wants."""
    return [(int(row.qty), int(row.short)) for row in await WorkHold.all().order_by("work_id")]


async def test_customers_and_work_that_come_at_once_share_without_taking_anything_twice(cast: Cast):
    await a_maker(100)
    await asyncio.gather(
        *(an_order(cast.wang, line("CHIP", 7)) for _ in range(10)),
        *(released(cast, 10, f"w:{n}") for n in range(5)),
    )
    assert await balance("CHIP") == (100, 100)
    assert sum(qty for qty, _ in await kept()) + sum(row.reserved for row in await OrderLine.all()) == 100


@SQLITE
async def test_a_customer_cannot_have_what_is_kept_and_gets_what_is_let_go(cast: Cast):
    await a_maker(100)
    work = await released(cast, 40, "w:1")
    assert await kept() == [(80, 0)]
    placed = await an_order(cast.wang, line("CHIP", 50))
    assert [int(short.missing) for short in placed.short] == [30]
    await making.start(work, by=cast.qiang, now=NOW)
    await making.report(work, Output(Decimal(10), Decimal(1)), "r:1", by=cast.qiang, now=NOW)
    assert await kept() == [(58, 2)], "what was spoilt is lacking now"
    await making.finish(work, by=cast.qiang, now=NOW)
    assert await kept() == [(0, 0)]
    assert [int(row.reserved) for row in await lines_of(placed.number)] == [50]
    assert await balance("CHIP") == (78, 50)


@SQLITE
async def test_what_comes_in_goes_to_orders_and_then_to_the_older_work(cast: Cast):
    await a_maker(0)
    await released(cast, 10, "w:1")
    await released(cast, 10, "w:2")
    placed = await an_order(cast.wang, line("CHIP", 5))
    assert await kept() == [(0, 20), (0, 20)]
    await stocking.take_in(Counted("CHIP", Decimal(30)), "t:1", by=cast.qiang, now=NOW)
    assert [int(row.reserved) for row in await lines_of(placed.number)] == [5]
    assert await kept() == [(20, 0), (5, 15)]


@SQLITE
async def test_what_is_not_there_after_all_is_taken_from_work_before_orders(cast: Cast):
    await a_maker(60)
    placed = await an_order(cast.wang, line("CHIP", 30))
    await released(cast, 10, "w:1")
    await released(cast, 5, "w:2")
    await counting.count_stock(Counted("CHIP", Decimal(35)), "n:1", by=cast.manager, now=NOW)
    assert await kept() == [(5, 15), (0, 10)]
    assert [int(row.reserved) for row in await lines_of(placed.number)] == [30]
    await counting.count_stock(Counted("CHIP", Decimal(20)), "n:2", by=cast.manager, now=NOW)
    assert await kept() == [(0, 20), (0, 10)]
    assert [int(row.reserved) for row in await lines_of(placed.number)] == [20]


@SQLITE
async def test_work_from_before_materials_were_kept_takes_what_is_free(cast: Cast):
    await a_maker(50)
    work = await released(cast, 10, "w:1")
    await WorkHold.all().delete()
    await Stock.filter(sku="CHIP").update(reserved=0)
    await making.start(work, by=cast.qiang, now=NOW)
    await making.report(work, Output(Decimal(4)), "r:1", by=cast.qiang, now=NOW)
    assert await kept() == [(12, 0)]
    assert await balance("CHIP") == (42, 12)
    await making.report(work, Output(Decimal(6)), "r:2", by=cast.qiang, now=NOW)
    assert (await WorkOrder.get()).state == "done"
    assert await balance("CHIP") == (30, 0)


async def test_half_a_kilo_can_be_begun_and_half_a_piece_can_not(cast: Cast):
    for sku, unit in (("PASTE", "公斤"), ("LAMP", "个"), ("POWDER", "公斤")):
        await a_product(sku, stock=1 if sku == "POWDER" else 0, base_unit=unit, units={unit: "1"})
    made = [{"station": "一号线", "per_day": 50, "parts": [{"sku": "POWDER", "qty": 2}]} | {"sku": sku} for sku in MADE]
    await recipes.import_recipes({"recipes": made}, now=NOW)
    lamp = await making.release("LAMP", Decimal(1), "w:1", by=cast.qiang, now=NOW)
    with pytest.raises(MaterialsMissing):
        await making.start(lamp.number, by=cast.qiang, now=NOW)
    await making.finish(lamp.number, by=cast.qiang, now=NOW)
    paste = await making.release("PASTE", Decimal("0.5"), "w:2", by=cast.qiang, now=NOW)
    assert (await making.start(paste.number, by=cast.qiang, now=NOW)).state == "running"


async def test_a_report_that_is_worked_on_again_after_a_stop_is_done_already(cast: Cast):
    await a_maker(100)
    number = await released(cast, 10, "w:1")
    await making.start(number, by=cast.qiang, now=NOW)
    await making.report(number, Output(Decimal(3)), "r:1", by=cast.qiang, now=NOW)
    await making.pause(number, "换班", by=cast.qiang, now=NOW)
    again = await making.report(number, Output(Decimal(3)), "r:1", by=cast.qiang, now=NOW)
    assert (again.repeated, again.good) == (True, 3)
    with pytest.raises(WorkIdle):
        await making.report(number, Output(Decimal(3)), "r:2", by=cast.qiang, now=NOW)
