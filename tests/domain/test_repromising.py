"""Days told to customers: they follow the goods, later and earlier, and each change is told once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain import amending, buying, closing, making, ordering, picking, prioritising, reviewing, stocking
from domain.amendplan import Wish
from domain.commands import Change, Op
from domain.errors import StepRefused
from domain.models import Customer, Event, Order, OrderLine, PickList, WorkOrder
from domain.policy import shop_day
from domain.recipes import import_recipes
from domain.repromising import promises_of, repromise
from domain.rules.workdays import next_workday
from domain.stockerrors import (
    NothingToGain,
    SwapOutdated,
)
from tests.shop import NOW, TODAY, TOMORROW, Cast, a_product, an_order, events_of, line, lines_of, on

MORNING = datetime(2026, 11, 24, 1, tzinfo=UTC)
"""Nine o'clock on that Tuesday in the shop."""


async def promised(number: str) -> date | None:
    return (await Order.get(number=number)).promised_date


async def test_a_day_that_can_be_kept_is_left_alone(cast: Cast):
    await a_product("A", stock=5, supplier="华南", lead_days=7)
    short = await an_order(cast.wang, line("A", 8), delivery=on(TOMORROW))
    assert short.promised == date(2026, 12, 2)
    await buying.buy("华南", "m1", by=cast.cai, now=NOW)
    assert await repromise(NOW) == 0
    assert await repromise(NOW + timedelta(days=3)) == 0
    assert await events_of(short.number) == ["OrderAccepted", "StockFellShort", "ShortageOffered"]


async def test_a_supplier_who_is_late_moves_the_day_once(cast: Cast):
    await a_product("A", supplier="华南", lead_days=7)
    number = (await an_order(cast.wang, line("A", 8), delivery=on(TOMORROW))).number
    await buying.buy("华南", "m1", by=cast.cai, now=NOW)
    await buying.reschedule("P1", date(2026, 12, 10), by=cast.cai, now=NOW)
    assert await repromise(NOW) == 1
    assert await repromise(NOW) == 0
    assert await promised(number) == date(2026, 12, 11)
    assert (await Order.get(number=number)).first_promised == date(2026, 12, 2)
    told = await promises_of(number)
    assert [(row.on, row.kind, row.reason) for row in told] == [
        (date(2026, 12, 2), "first", ""),
        (date(2026, 12, 11), "later", "P1"),
    ]


async def test_goods_that_come_sooner_bring_the_day_forward(cast: Cast):
    await a_product("A", supplier="华南", lead_days=7)
    number = (await an_order(cast.wang, line("A", 8), delivery=on(TOMORROW))).number
    await stocking.receive_stock("A", Decimal(8), by=cast.qiang, now=NOW)
    assert await repromise(NOW) == 1
    assert await promised(number) == TOMORROW
    assert (await promises_of(number))[-1].kind == "earlier"
    assert await repromise(NOW + timedelta(days=2)) == 0


async def test_never_before_the_day_that_is_wanted(cast: Cast):
    await a_product("A", lead_days=20)
    number = (await an_order(cast.wang, line("A", 8), delivery=on(date(2026, 12, 11)))).number
    assert await promised(number) == date(2026, 12, 15)
    await stocking.receive_stock("A", Decimal(8), by=cast.qiang, now=NOW)
    assert await repromise(NOW) == 1
    assert await promised(number) == date(2026, 12, 11)


async def test_the_latest_line_decides(cast: Cast):
    await a_product("A", lead_days=3)
    await a_product("B", lead_days=10)
    placed = await an_order(cast.wang, line("A", 1), line("B", 1))
    assert placed.promised == date(2026, 12, 7)
    await stocking.receive_stock("A", Decimal(1), by=cast.qiang, now=NOW)
    assert await repromise(NOW) == 0


async def test_a_lead_time_that_ran_out_with_nothing_ordered_is_admitted(cast: Cast):
    await a_product("A", lead_days=2)
    number = (await an_order(cast.wang, line("A", 1))).number
    assert await promised(number) == date(2026, 11, 27)
    later = NOW + timedelta(days=3)
    assert await repromise(later) == 1
    assert await promised(number) == date(2026, 11, 30)
    assert await repromise(later) == 0


async def test_goods_on_their_way_are_promised_to_who_orders_next(cast: Cast):
    await a_product("A", supplier="华南", lead_days=20)
    await an_order(cast.wang, line("A", 5))
    await buying.buy("华南", "m1", by=cast.cai, now=NOW)
    await buying.reschedule("P1", date(2026, 11, 26), by=cast.cai, now=NOW)
    second = await an_order(cast.wang, line("A", 1))
    assert second.promised == date(2026, 12, 15), "all that is coming is for who came first"
    await buying.buy("华南", "m2", by=cast.cai, now=NOW)
    await buying.reschedule("P2", date(2026, 12, 1), by=cast.cai, now=NOW)
    await repromise(NOW)
    assert await promised(second.number) == date(2026, 12, 2)


async def test_one_order_comes_first_at_the_price_that_was_shown(cast: Cast):
    await a_product("A", stock=10, lead_days=7)
    early = (await an_order(cast.wang, line("A", 6))).number
    late = (await an_order(cast.wang, line("A", 4), delivery=on(date(2026, 12, 30)))).number
    urgent = (await an_order(cast.wang, line("A", 5))).number
    swap = await prioritising.preview(urgent, by=cast.manager, now=NOW)
    assert swap.gains == (("A", 5, "个"),)
    assert [(one.order, one.qty) for one in swap.losers] == [(late, 4), (early, 1)]
    assert {one.after for one in swap.losers} == {date(2026, 12, 2)}
    assert [(await lines_of(n))[0].reserved for n in (early, late, urgent)] == [6, 4, 0], "nothing has happened yet"
    await prioritising.prioritise(urgent, swap.seal, by=cast.manager, now=NOW)
    assert [(await lines_of(n))[0].reserved for n in (early, late, urgent)] == [5, 0, 5]
    assert "GoodsSwapped" in await events_of(early)
    assert await repromise(NOW) == 2
    assert await promised(early) == date(2026, 12, 2)
    assert await promised(late) == date(2026, 12, 30), "it is wanted later anyway"
    await Order.filter(number=urgent).update(promised_date=date(2026, 12, 9))
    (loser,) = (await prioritising.preview(late, by=cast.manager, now=NOW)).losers
    assert (loser.order, loser.before) == (urgent, await promised(urgent)), "the day that was told last"
    with pytest.raises(NothingToGain):
        await prioritising.preview(urgent, by=cast.manager, now=NOW)
    with pytest.raises(SwapOutdated):
        await prioritising.prioritise(urgent, swap.seal, by=cast.manager, now=NOW)


async def test_a_swap_that_is_not_what_was_shown_is_not_done(cast: Cast):
    await a_product("A", stock=5)
    holder = (await an_order(cast.wang, line("A", 5))).number
    urgent = (await an_order(cast.wang, line("A", 5))).number
    swap = await prioritising.preview(urgent, by=cast.manager, now=NOW)
    await stocking.receive_stock("A", Decimal(2), by=cast.qiang, now=NOW)
    with pytest.raises(SwapOutdated):
        await prioritising.prioritise(urgent, swap.seal, by=cast.manager, now=NOW)
    assert (await lines_of(holder))[0].reserved == 5
    with pytest.raises(StepRefused):
        await prioritising.preview("SO999", by=cast.manager, now=NOW)
    assert TODAY
    assert await OrderLine.all().count() == 2


async def test_what_was_packed_and_goes_to_another_is_stopped(cast: Cast):
    await a_product("A", stock=10)
    loser = (await an_order(cast.wang, line("A", 10))).number
    winner = (await an_order(cast.wang, line("A", 4))).number
    await picking.pick(loser, by=cast.qiang, now=NOW)
    await picking.pack(loser, 1, [], by=cast.qiang, now=NOW)
    shown = await prioritising.preview(winner, by=cast.manager, now=NOW)
    await prioritising.prioritise(winner, shown.seal, by=cast.manager, now=NOW)
    assert [row.facts["why"] for row in await Event.filter(order_number=loser, kind="PickStopped")] == ["lost"]
    assert [row.state for row in await PickList.all()] == ["dropped"]


async def told_over(days: int) -> list[str]:
    """The days that are told while somebody looks every day."""
    for day in range(days):
        at = NOW + timedelta(days=day)
        await repromise(at)
        order = await Order.get()
        assert order.promised_date is not None
        assert order.promised_date >= next_workday(shop_day(at))
    return [row.facts["promised"] for row in await Event.filter(kind="PromiseMoved").order_by("id")]


async def a_line(cast: Cast) -> str:
    """Forty are wanted and made, ten a day, of materials that are there."""
    await a_product("M", lead_days=3)
    await a_product("P", stock=1000)
    made = {"sku": "M", "station": "一号线", "per_day": "10", "parts": [{"sku": "P", "qty": "1"}]}
    await import_recipes({"recipes": [made]}, now=MORNING)
    await an_order(cast.wang, line("M", 40), now=MORNING)
    work = (await making.release("M", None, "w:1", by=cast.qiang, now=MORNING)).number
    await making.start(work, by=cast.qiang, now=MORNING)
    return work


@pytest.mark.parametrize("source", ["bought", "paused", "never bought"])
async def test_a_day_of_which_nobody_is_sure_is_told_again_when_it_has_come(cast: Cast, source: str):
    if source == "paused":
        await making.pause(await a_line(cast), "机器坏了", by=cast.qiang, now=NOW)
    else:
        await a_product("A", supplier="华南", lead_days=3)
        await an_order(cast.wang, line("A", 10))
    if source == "bought":
        await buying.buy("华南", "m1", by=cast.cai, now=NOW)
    assert len(await told_over(14)) <= 2


async def test_what_a_person_says_of_an_overdue_purchase_is_told_at_once(cast: Cast):
    await a_product("A", supplier="华南", lead_days=3)
    await an_order(cast.wang, line("A", 10))
    await buying.buy("华南", "m1", by=cast.cai, now=NOW)
    assert await told_over(8) == ["2026-12-04"]
    await buying.reschedule("P1", date(2026, 12, 2), by=cast.cai, now=NOW + timedelta(days=7))
    assert await repromise(NOW + timedelta(days=7)) == 1
    assert (await Order.get()).promised_date == date(2026, 12, 3)


async def test_work_that_goes_at_its_pace_is_told_nothing_new(cast: Cast):
    work = await a_line(cast)
    for day in range(4):
        evening = MORNING + timedelta(days=day, hours=8)
        await making.report(work, making.Output(Decimal(10)), f"r:{day}", by=cast.qiang, now=evening)
        await repromise(evening)
        await repromise(MORNING + timedelta(days=day, hours=16))
    assert not await Event.filter(kind="PromiseMoved").exists()


async def test_work_that_goes_slower_is_told_in_the_morning_after(cast: Cast):
    work = await a_line(cast)
    await repromise(MORNING)
    first = (await WorkOrder.get()).forecast
    await making.report(work, making.Output(Decimal(4)), "r:1", by=cast.qiang, now=MORNING + timedelta(hours=8))
    await repromise(MORNING + timedelta(hours=8))
    assert (await WorkOrder.get()).forecast == first == date(2026, 11, 27)
    await repromise(MORNING + timedelta(days=1))
    assert (await WorkOrder.get()).forecast == date(2026, 12, 7), "nine days more at four a day"


@pytest.mark.parametrize("way", ["approved", "amended"])
async def test_goods_on_their_way_are_named_and_not_the_lead_time(cast: Cast, way: str):
    await a_product("A", stock=10 if way == "amended" else 0, supplier="华南", lead_days=20)
    other = (await an_order(cast.other, line("A", 60), customer="C003")).number
    await buying.buy("华南", "m1", by=cast.cai, now=NOW)
    await buying.reschedule("P1", date(2026, 11, 26), by=cast.cai, now=NOW)
    await ordering.cancel_order(other, "", by=cast.other, now=NOW)
    await Customer.filter(code="C001").update(blocked=way == "approved")
    number = (await an_order(cast.wang, line("A", 5))).number
    if way == "approved":
        assert (await reviewing.approve(number, by=cast.chen, now=NOW)).promised == date(2026, 11, 27)
    else:
        wish = Wish((Change(Op.SET, "A", Decimal(20), "个", Decimal(20)),))
        seen = (await Order.get(number=number)).version
        done = await amending.amend(number, wish, version=seen, by=cast.wang, now=NOW)
        assert (done.reasons, done.promised) == ((), date(2026, 11, 27))
    assert await repromise(NOW) == 0


async def test_however_many_wait_all_are_looked_at(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("domain.repromising.MOST", 1)
    for sku in ("A", "B"):
        await a_product(sku)
        await an_order(cast.wang, line(sku, 10))
    late = NOW + timedelta(days=20)
    assert [await repromise(late) for _ in range(3)] == [1, 1, 0]
    assert all((row.promised_date or TODAY) > late.date() for row in await Order.all())


async def test_an_order_that_goes_on_after_its_day_is_told_a_new_one(cast: Cast):
    await a_product("A", stock=10)
    number = (await an_order(cast.wang, line("A", 10))).number
    for later, day in ((0, promised_first := await promised(number)), (20, date(2026, 12, 15))):
        await closing.pause(number, "", by=cast.manager, now=NOW)
        await closing.resume(number, by=cast.manager, now=NOW + timedelta(days=later))
        assert await promised(number) == day
    assert [(row.on, row.reason) for row in await promises_of(number)] == [
        (promised_first, ""),
        (date(2026, 12, 15), "resumed"),
    ]
    assert await repromise(NOW + timedelta(days=20)) == 0
