"""Decisions on held orders: the first counts, nobody decides an own order, stock is reserved at the decision."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain import approving, crediting, ordering, reviewing
from domain.errors import AlreadyDecided, NotAllowed, OrderNotFound, OwnOrder, StepRefused
from domain.models import Approval, Event, PurchaseRequest
from domain.officeerrors import AnswerOutdated
from domain.reviewerrors import MoreAgainst
from domain.values import DeliveryKind, DeliveryWish, Role
from tests.shop import NOW, TOMORROW, Cast, Order, a_member, a_product, an_order, balance, events_of, line, lines_of, on

LATER = NOW + timedelta(hours=1)


async def a_held_order(cast: Cast, qty: int = 10, **more) -> str:
    placed = await an_order(cast.li, line(qty=qty, price="15"), **more)
    assert placed.state == "awaiting_approval"
    return placed.number


async def test_approval_reserves_and_promises(cast: Cast):
    await a_product(stock=100)
    number = await a_held_order(cast, delivery=on(TOMORROW))
    decided = await reviewing.approve(number, by=cast.chen, now=LATER)
    assert (decided.state, decided.goods, decided.promised, decided.short) == ("accepted", "A100 10个", TOMORROW, ())
    assert await balance() == (100, 10)
    assert await events_of(number) == ["OrderHeld", "ApprovalGiven", "OrderAccepted"]
    order = await Order.get(number=number)
    assert (order.decided_by, order.decided_at, order.promised_date) == ("陈姐", LATER, TOMORROW)


async def test_approval_tells_what_others_took_in_the_meantime(cast: Cast):
    await a_product(stock=10, lead_days=5)
    number = await a_held_order(cast)
    await an_order(cast.wang, line(qty=7))
    decided = await reviewing.approve(number, by=cast.chen, now=NOW)
    assert [(short.sku, short.missing) for short in decided.short] == [("A100", 7)]
    assert decided.promised == date(2026, 11, 30)
    assert (await PurchaseRequest.get(order_number=number)).qty == 7
    assert await events_of(number) == [
        "OrderHeld",
        "ApprovalGiven",
        "OrderAccepted",
        "StockFellShort",
        "ShortageOffered",
    ]


async def test_approval_days_later_keeps_to_the_wish(cast: Cast):
    await a_product(stock=100)
    number = await a_held_order(cast, delivery=DeliveryWish(DeliveryKind.BY, date(2026, 12, 20)))
    decided = await reviewing.approve(number, by=cast.chen, now=NOW + timedelta(days=3))
    assert decided.promised == date(2026, 12, 1)


async def test_rejection_gives_the_reason_and_holds_nothing(cast: Cast):
    await a_product(stock=100)
    number = await a_held_order(cast)
    decided = await reviewing.reject(number, "价格太低", by=cast.manager, now=LATER)
    assert (decided.state, decided.goods) == ("rejected", "A100 10个")
    assert await balance() == (100, 0)
    assert await events_of(number) == ["OrderHeld", "OrderRejected"]
    assert (await Order.get(number=number)).reason == "价格太低"


async def test_the_first_decision_counts(cast: Cast):
    await a_product(stock=100)
    number = await a_held_order(cast)
    await reviewing.approve(number, by=cast.chen, now=LATER)
    for second in (
        reviewing.approve(number, by=cast.manager, now=NOW),
        reviewing.reject(number, "", by=cast.chen, now=NOW),
    ):
        with pytest.raises(AlreadyDecided) as no:
            await second
        assert (no.value.by, no.value.at, no.value.state) == ("陈姐", LATER, "accepted")
    assert await events_of(number) == ["OrderHeld", "ApprovalGiven", "OrderAccepted"]


async def test_of_two_deciders_at_once_one_counts(cast: Cast):
    await a_product(stock=100)
    number = await a_held_order(cast)
    outcomes = await asyncio.gather(
        *(reviewing.approve(number, by=cast.chen, now=NOW) for _ in range(3)),
        *(reviewing.reject(number, "", by=cast.manager, now=NOW) for _ in range(3)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, reviewing.Decided) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AlreadyDecided) for outcome in outcomes) == 5
    assert len(await events_of(number)) in (2, 3)


async def test_nobody_decides_an_own_order(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.manager, line(price="1"))).number
    for decide in (
        reviewing.approve(number, by=cast.manager, now=NOW),
        reviewing.reject(number, "", by=cast.manager, now=NOW),
    ):
        with pytest.raises(OwnOrder):
            await decide
    assert (await reviewing.approve(number, by=cast.chen, now=NOW)).state == "accepted"


@pytest.mark.parametrize("who", ["wang", "boss", "li", "qiang", "cai", "lu"])
async def test_who_may_not_decide_is_refused(cast: Cast, who: str):
    await a_product(stock=100)
    number = await a_held_order(cast)
    with pytest.raises(NotAllowed):
        await reviewing.approve(number, by=getattr(cast, who), now=NOW)
    with pytest.raises(NotAllowed):
        await reviewing.reject(number, "", by=getattr(cast, who), now=NOW)
    assert (await Order.get(number=number)).state == "awaiting_approval"


async def test_what_needs_no_decision_gets_none(cast: Cast):
    await a_product(stock=100)
    passed = (await an_order(cast.wang)).number
    with pytest.raises(StepRefused):
        await reviewing.approve(passed, by=cast.chen, now=NOW)
    held = await a_held_order(cast)
    await ordering.cancel_order(held, "", by=cast.wang, now=LATER)
    with pytest.raises(AlreadyDecided) as no:
        await reviewing.approve(held, by=cast.chen, now=NOW)
    assert (no.value.by, no.value.state) == ("小王", "cancelled")
    with pytest.raises(OrderNotFound):
        await reviewing.approve("SO9999Z", by=cast.chen, now=NOW)
    assert [row.reserved for row in await lines_of(held)] == [Decimal(0)]


@pytest.mark.parametrize("code", ["customer_blocked", "over_credit"])
async def test_what_came_up_since_an_order_was_held_is_said_before_a_yes_counts(cast: Cast, code: str):
    await a_product(stock=100)
    number = await a_held_order(cast)
    finance = await a_member("财务", Role.FINANCE)
    if code == "customer_blocked":
        await crediting.block("C001", "欠款", by=finance, now=LATER)
    else:
        await crediting.set_limit("C001", Decimal(1), by=finance, now=LATER)
    with pytest.raises(MoreAgainst) as no:
        await reviewing.approve(number, by=cast.chen, now=LATER, heard_at=LATER)
    assert [one.code for one in no.value.reasons] == [code]
    assert await balance() == (100, 0)
    reasons = [reason["code"] for reason in (await Order.get(number=number)).review["reasons"]]
    assert reasons == ["price_below_floor", code]
    with pytest.raises(AnswerOutdated):
        await reviewing.approve(number, by=cast.chen, now=LATER, heard_at=NOW)
    later = LATER + timedelta(minutes=5)
    assert (await reviewing.approve(number, by=cast.chen, now=later, heard_at=later)).state == "accepted"


async def test_whoever_else_is_asked_hears_what_came_up(cast: Cast):
    await a_product(stock=100)
    number = await a_held_order(cast)
    await approving.open_for(number, by=cast.li, now=NOW)
    await crediting.block("C001", "欠款", by=await a_member("财务", Role.FINANCE), now=LATER)
    with pytest.raises(MoreAgainst):
        await reviewing.approve(number, by=cast.manager, now=LATER)
    assert (await Approval.get()).approver == "陈姐"
    asked = await Event.filter(order_number=number, kind="ApprovalAsked").order_by("id")
    assert [event.facts["reasons"] for event in asked] == [
        ["price_below_floor"],
        ["price_below_floor", "customer_blocked"],
    ]
