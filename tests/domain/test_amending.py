"""Changes of orders that stand: a yes counts for what was read back, and once, however often it is worked on."""

import asyncio
import contextvars
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain import (
    amending,
    chasing,
    claiming,
    closing,
    kin,
    receiving,
    reviewing,
    shipping,
    stocking,
    submitting,
    urging,
)  # fmt: skip
from domain.amending import Amended
from domain.amendplan import Wish
from domain.commands import NO_DETAILS, Change, Op
from domain.dealerrors import ChangeOutdated, NothingToHold, OrderMoved
from domain.errors import DatePassed
from domain.linking import revoke_links
from domain.models import (
    Approval,
    Customer,
    Order,
    OrderLine,
    PriceEntry,
    PriceList,
    Product,
    PurchaseRequest,
    Stock,
    SubmittedChange,
)  # fmt: skip
from domain.models.returns import ClaimKind
from domain.photographing import attach
from domain.rules.lifecycle import OrderState
from domain.stocking import Counted
from domain.transaction import transact
from tests.shop import NOW, TODAY, Cast, a_product, an_order, events_of, goods, line, lines_of, on


@pytest.fixture
async def number(cast: Cast) -> str:
    """An order of ten, of which two lie in the shop beyond it."""
    await a_product(stock=12)
    return (await an_order(cast.wang, line(qty=10))).number


def to(qty: int) -> Wish:
    return Wish((Change(Op.SET, "A100", Decimal(qty), "个", Decimal(qty)),))


async def said(cast: Cast, number: str, wish: Wish, version: int, cause: str) -> Amended:
    return await amending.amend(number, wish, version=version, by=cast.wang, now=NOW, cause=cause)


async def test_a_yes_that_is_worked_on_again_answers_what_the_first_one_did(cast: Cast, number: str):
    seen = (await Order.get(number=number)).version
    first = await said(cast, number, to(15), seen, "main:1#0")
    assert [one.missing for one in first.short] == [3]
    again = await said(cast, number, to(15), seen, "main:1#0")
    shown = ("number", "goods", "total", "promised", "changes", "short")
    assert [getattr(again, name) for name in shown] == [getattr(first, name) for name in shown]
    assert (await events_of(number)).count("OrderAmended") == 1
    with pytest.raises(OrderMoved):
        await said(cast, number, to(15), seen, "main:2#0")


async def test_a_yes_that_submitted_is_worked_on_again_and_submits_once(cast: Cast, number: str):
    await Customer.filter(code="C001").update(credit_limit=1)
    seen = (await Order.get(number=number)).version
    first = await said(cast, number, to(12), seen, "main:1#0")
    again = await said(cast, number, to(12), seen, "main:1#0")
    assert first.reasons
    assert (again.reasons, again.changes, again.waits) == (first.reasons, first.changes, first.waits)
    assert await SubmittedChange.all().count() == 1


async def test_who_hurries_an_order_or_shows_a_photo_leaves_a_read_back_good(cast: Cast, number: str):
    await shipping.ship(number, "自提", None, [goods(base=4)], by=cast.qiang, now=NOW)
    await receiving.receive_goods(number, None, None, by=cast.receiver, now=NOW)
    claim = await claiming.ask_return(number, ClaimKind.RETURN, [goods(base=1)], "", by=cast.wang, now=NOW)
    seen = (await Order.get(number=number)).version
    await attach(claim.claim, ["m1"], by=cast.wang, now=NOW)
    await chasing.chase(number, by=cast.wang, now=NOW)
    await revoke_links(number, by=cast.li, now=NOW)
    assert (await said(cast, number, to(8), seen, "main:1#0")).changes
    assert [row.base_qty - row.cancelled for row in await lines_of(number)] == [8]


@pytest.mark.parametrize(("wanted", "came"), [(1, 7), (6, 7), (12, 9)])
async def test_goods_that_come_in_while_an_order_changes_are_counted_once(
    cast: Cast, database_url: str, monkeypatch: pytest.MonkeyPatch, wanted: int, came: int
):
    await a_product(stock=3)
    number = (await an_order(cast.wang, line(qty=10))).number
    outside, real = contextvars.copy_context(), kin.locked_with_kits

    async def locked(skus: Collection[str]) -> list[Stock]:
        monkeypatch.setattr(amending, "locked_with_kits", real)
        if database_url.startswith("postgres"):
            goods_in = stocking.take_in(Counted("A100", Decimal(came)), "main:1", by=cast.qiang, now=NOW)
            await asyncio.create_task(goods_in, context=outside)
        return await real(skus)

    monkeypatch.setattr(amending, "locked_with_kits", locked)
    await said(cast, number, to(wanted), (await Order.get(number=number)).version, "main:2#0")
    (row,), shelf = await lines_of(number), await Stock.get(sku="A100")
    assert row.reserved == shelf.reserved == min(wanted, int(shelf.on_hand))


async def test_a_remark_leaves_prices_as_they_were_agreed(cast: Cast, number: str):
    await PriceList.create(code="C001", name="华强")
    await PriceEntry.create(list_code="C001", sku="A100", price=Decimal(17))
    before = (await Order.get(number=number)).total
    seen = (await Order.get(number=number)).version
    done = await said(cast, number, Wish((), replace(NO_DETAILS, remark="放门口")), seen, "main:1#0")
    assert (done.total, done.changes) == (before, ())


async def test_what_is_added_costs_what_it_costs_in_a_new_order(cast: Cast, number: str):
    await a_product("B200", stock=50, list_price=Decimal(10), floor_price=None)
    await PriceList.get_or_create(code="BASE", defaults={"name": "标价"})
    await PriceEntry.create(list_code="BASE", sku="B200", price=Decimal(8))
    seen, before = await Order.get(number=number), (await Order.get(number=number)).total
    more = Wish((Change(Op.ADD, "B200", Decimal(10), "个", Decimal(10)),))
    assert (await said(cast, number, more, seen.version, "main:1#0")).total == before + 80


async def test_a_yes_to_a_total_that_prices_have_moved_is_no_yes(cast: Cast, number: str):
    await Customer.filter(code="C001").update(credit_limit=1)
    await a_product("B200", stock=50, list_price=Decimal(10), floor_price=None)
    seen = await Order.get(number=number)
    more = Wish((Change(Op.ADD, "B200", Decimal(10), "个", Decimal(10)),))
    assert (await said(cast, number, more, seen.version, "main:1#0")).reasons
    await Product.filter(sku="B200").update(list_price=Decimal(100))
    with pytest.raises(ChangeOutdated):
        await reviewing.approve(number, by=cast.chen, now=NOW)
    assert (await Order.get(number=number)).total == seen.total
    assert (await SubmittedChange.get()).state == "overtaken"


async def test_a_paused_order_that_grows_takes_what_came_and_asks_purchasing_for_no_more(cast: Cast, number: str):
    seen = (await Order.get(number=number)).version
    assert (await said(cast, number, to(15), seen, "main:1#0")).short
    await closing.pause(number, "", by=cast.manager, now=NOW)
    await stocking.take_in(Counted("A100", Decimal(20)), "main:2", by=cast.qiang, now=NOW)
    seen = (await Order.get(number=number)).version
    assert not (await said(cast, number, to(16), seen, "main:3#0")).short
    assert not await PurchaseRequest.filter(state="open")


async def test_a_change_that_took_the_place_of_an_outdated_one_is_not_dropped_with_it(cast: Cast, number: str):
    await Customer.filter(code="C001").update(credit_limit=1)
    for qty in (11, 12):
        await said(cast, number, to(qty), (await Order.get(number=number)).version, f"main:{qty}#0")
    older, newer = await SubmittedChange.all().order_by("id")
    await transact(lambda: submitting.overtaken(number, older.id, by=cast.chen, now=NOW))
    assert [row.state for row in await SubmittedChange.all().order_by("id")] == ["replaced", "waiting"]
    await transact(lambda: submitting.overtaken(number, newer.id, by=cast.chen, now=NOW))
    assert [row.state for row in await SubmittedChange.all().order_by("id")] == ["replaced", "overtaken"]


async def test_a_change_that_waits_is_refused_when_its_order_is_done(cast: Cast, number: str):
    await Customer.filter(code="C001").update(credit_limit=1)
    assert (await said(cast, number, to(12), (await Order.get(number=number)).version, "main:1#0")).reasons
    await shipping.ship(number, "自提", None, None, by=cast.qiang, now=NOW)
    await receiving.receive_goods(number, None, None, by=cast.receiver, now=NOW)
    assert (await Order.get(number=number)).state is OrderState.CLOSED
    assert (await SubmittedChange.get()).state == "overtaken"
    assert (await events_of(number))[-2:] == ["ChangeRefused", "GoodsReceived"]
    assert not (await Approval.get()).live


async def test_a_change_left_waiting_of_an_order_that_is_done_is_found_by_the_clock(cast: Cast, number: str):
    await Customer.filter(code="C001").update(credit_limit=1)
    assert (await said(cast, number, to(12), (await Order.get(number=number)).version, "main:1#0")).reasons
    await shipping.ship(number, "自提", None, None, by=cast.qiang, now=NOW)
    await OrderLine.filter(order__number=number).update(delivered=Decimal(10))
    await Order.filter(number=number).update(state=OrderState.CLOSED)
    assert await urging.keep_moving(timedelta(hours=2), now=NOW + timedelta(hours=5)) == 1
    assert (await SubmittedChange.get()).state == "overtaken"
    assert (await events_of(number))[-1] == "ChangeRefused"


async def test_an_order_amended_down_to_what_has_arrived_is_done(cast: Cast, number: str):
    await shipping.ship(number, "自提", None, [goods(base=5)], by=cast.qiang, now=NOW)
    await receiving.receive_goods(number, None, None, by=cast.receiver, now=NOW)
    assert (await said(cast, number, to(5), (await Order.get(number=number)).version, "main:1#0")).changes
    assert (await Order.get(number=number)).state is OrderState.CLOSED


async def test_an_order_that_arrived_while_it_was_paused_is_done_when_it_goes_on(cast: Cast, number: str):
    await shipping.ship(number, "自提", None, [goods(base=5)], by=cast.qiang, now=NOW)
    await closing.pause(number, "", by=cast.manager, now=NOW)
    await receiving.receive_goods(number, None, None, by=cast.receiver, now=NOW)
    assert (await said(cast, number, to(5), (await Order.get(number=number)).version, "main:1#0")).changes
    assert (await Order.get(number=number)).state is OrderState.ON_HOLD
    await closing.resume(number, by=cast.manager, now=NOW)
    assert (await Order.get(number=number)).state is OrderState.CLOSED


async def test_an_order_of_which_nothing_is_left_to_send_is_not_paused(cast: Cast, number: str):
    await shipping.ship(number, "自提", None, None, by=cast.qiang, now=NOW)
    with pytest.raises(NothingToHold):
        await closing.pause(number, "", by=cast.manager, now=NOW)


async def test_a_day_that_has_passed_is_refused_and_not_submitted(cast: Cast, number: str):
    wish = Wish((), replace(NO_DETAILS, delivery=on(TODAY - timedelta(days=1))))
    with pytest.raises(DatePassed):
        await said(cast, number, wish, (await Order.get(number=number)).version, "main:1#0")
    assert not await SubmittedChange.exists()
