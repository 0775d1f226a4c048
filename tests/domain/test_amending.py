"""Changes of orders that stand: a yes counts for what was read back, and once, however often it is worked on."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain import amending, chasing, claiming, closing, receiving, shipping, stocking, submitting, urging
from domain.amending import Amended
from domain.amendplan import Wish
from domain.commands import Change, Op
from domain.dealerrors import NothingToHold, OrderMoved
from domain.linking import revoke_links
from domain.models import Approval, Customer, Order, OrderLine, PurchaseRequest, SubmittedChange
from domain.models.returns import ClaimKind
from domain.photographing import attach
from domain.rules.lifecycle import OrderState
from domain.stocking import Counted
from domain.transaction import transact
from tests.shop import NOW, Cast, a_product, an_order, events_of, goods, line, lines_of


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
