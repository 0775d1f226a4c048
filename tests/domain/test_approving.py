"""Held orders on their way to a yes: levels, deputies, hand-overs, reminders; wrong answers refused."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from domain import amending, approving, ordering, reviewing, rostering, urging
from domain.amendplan import Wish
from domain.commands import Change, Op
from domain.consequences import prospects
from domain.errors import AlreadyDecided, OwnOrder, StepRefused
from domain.models import Approval, ApprovalScheme, Customer, Event, Order, Product, Staff
from domain.officeerrors import AnswerOutdated, ColleagueAway, ColleagueBarred, MemberNotFound, NotYourLevel
from domain.policy import current_policy
from domain.queries import actor_of
from domain.values import SYSTEM, Actor, Address, Role
from tests.shop import NOW, TODAY, TOMORROW, Cast, a_member, a_product, an_order, balance, events_of, line

PATIENCE = timedelta(hours=2)
MORNING = NOW + timedelta(hours=16)
TWO_LEVELS = [{"above": "0", "role": "reviewer", "who": ""}, {"above": "100", "role": "manager", "who": ""}]


async def held(cast: Cast, **more) -> str:
    await a_product(stock=100, cost=Decimal(12))
    placed = await an_order(cast.li, line(qty=10, price="15"), **more)
    assert placed.state == "awaiting_approval"
    await approving.open_for(placed.number, by=cast.li, now=NOW)
    return placed.number


async def two_levels() -> None:
    await ApprovalScheme.create(levels=TWO_LEVELS, by="经理", at=NOW)


async def asked(number: str) -> list[tuple[str, str, str]]:
    rows = await Event.filter(order_number=number, kind="ApprovalAsked").order_by("id")
    return [(row.facts["approver"], row.facts["instead_of"], row.facts["why"]) for row in rows]


async def test_the_reviewer_is_asked_once_with_what_a_yes_would_mean(cast: Cast):
    await Customer.filter(code="C001").update(credit_limit=1000)
    await a_product("B200", stock=100)
    await an_order(cast.wang, line("B200", 10))
    number = await held(cast)
    await approving.open_for(number, by=SYSTEM, now=NOW)
    assert await asked(number) == [("陈姐", "", "roster")]
    facts = (await Event.get(order_number=number, kind="ApprovalAsked")).facts
    assert (facts["margin"], facts["credit"], facts["rivals"], facts["of"]) == ("20", "665.00", [], 1)
    assert facts["hearers"] == ["陈姐"]


async def test_what_is_not_known_is_not_said(cast: Cast):
    number = await held(cast)
    await Product.all().update(cost=None)
    order = await Order.get(number=number)
    assert (await approving.waiting([number]))[number].approver == "陈姐"
    assert order.decided_by is None
    found = await prospects(number, now=NOW)
    assert (found.margin, found.credit) == (None, None)


async def test_who_else_waits_for_the_goods_is_named(cast: Cast):
    number = await held(cast)
    other = (await an_order(cast.li, line(qty=95, price="15"))).number
    assert (await prospects(number, now=NOW)).rivals == (other,)


async def test_two_levels_need_two_people(cast: Cast):
    await two_levels()
    number = await held(cast)
    first = await reviewing.approve(number, by=cast.chen, now=NOW)
    assert first.state == "awaiting_approval"
    assert first.waits is not None
    assert (first.waits.approver, first.waits.step, first.waits.of) == ("经理", 2, 2)
    assert await balance() == (100, 0)
    with pytest.raises(NotYourLevel) as no:
        await reviewing.approve(number, by=cast.chen, now=NOW)
    assert (no.value.decided, no.value.approver, no.value.step) == (True, "经理", 2)
    done = await reviewing.approve(number, by=cast.manager, now=NOW)
    assert (done.state, done.waits) == ("accepted", None)
    assert await balance() == (100, 10)
    assert [kind for kind in await events_of(number) if kind != "OrderHeld"] == [
        "ApprovalAsked", "ApprovalGiven", "ApprovalAsked", "ApprovalGiven", "OrderAccepted",
    ]  # fmt: skip
    with pytest.raises(AlreadyDecided):
        await reviewing.approve(number, by=cast.chen, now=NOW)


async def test_a_manager_decides_for_both_levels_at_once(cast: Cast):
    await two_levels()
    number = await held(cast)
    assert (await reviewing.approve(number, by=cast.manager, now=NOW)).state == "accepted"


async def test_a_reviewer_has_no_say_on_the_second_level(cast: Cast):
    await two_levels()
    wu = await a_member("老吴", Role.REVIEWER)
    number = await held(cast)
    await reviewing.approve(number, by=cast.chen, now=NOW)
    for decide in (
        reviewing.approve(number, by=wu, now=NOW),
        reviewing.reject(number, "", by=wu, now=NOW),
        approving.pass_on(number, "陈姐", by=wu, now=NOW),
    ):
        with pytest.raises(NotYourLevel) as no:
            await decide
        assert not no.value.decided
    assert (await Order.get(number=number)).state == "awaiting_approval"


async def test_any_level_may_say_no(cast: Cast):
    await two_levels()
    number = await held(cast)
    await reviewing.approve(number, by=cast.chen, now=NOW)
    assert (await reviewing.reject(number, "太低", by=cast.manager, now=NOW)).state == "rejected"
    assert not (await Approval.get(order_number=number)).live


async def test_an_absent_approver_is_stood_in_for_and_both_names_are_kept(cast: Cast):
    await a_member("老吴", Role.REVIEWER)
    await Staff.filter(name="陈姐").update(deputy="老吴")
    await rostering.take_leave(TODAY, TOMORROW, by=cast.chen, now=NOW)
    number = await held(cast)
    assert await asked(number) == [("老吴", "陈姐", "deputy")]
    wu = await actor("老吴")
    decided = await reviewing.approve(number, by=wu, now=NOW)
    assert decided.instead_of == "陈姐"
    given = await Event.get(order_number=number, kind="ApprovalGiven")
    assert (given.by, given.facts["instead_of"]) == ("老吴", "陈姐")


async def actor(name: str) -> Actor:
    return await actor_of(Address("main", f"o-{name}"))


async def test_leave_that_begins_later_moves_the_question_by_itself(cast: Cast):
    number = await held(cast)
    await rostering.take_leave(TOMORROW, TOMORROW, by=cast.chen, now=NOW)
    assert await urging.keep_moving(PATIENCE, now=NOW + timedelta(minutes=5)) == 0
    morning = NOW + timedelta(hours=15)
    assert await urging.keep_moving(PATIENCE, now=morning) == 1
    assert (await asked(number))[-1] == ("经理", "陈姐", "deputy")
    assert await urging.keep_moving(PATIENCE, now=morning) == 0


async def test_when_nobody_is_here_the_question_waits_for_the_usual_one(cast: Cast):
    await rostering.take_leave(TODAY, TODAY, by=cast.chen, now=NOW)
    await rostering.take_leave(TODAY, TODAY, by=cast.manager, now=NOW)
    number = await held(cast)
    assert await asked(number) == [("陈姐", "", "roster")]
    for hours in (1, 2, 5):
        assert await urging.keep_moving(PATIENCE, now=NOW + timedelta(hours=hours)) == 0
    assert await urging.keep_moving(PATIENCE, now=NOW + timedelta(hours=7)) == 0
    assert await urging.keep_moving(PATIENCE, now=NOW + timedelta(hours=14)) == 1
    assert await asked(number) == [("陈姐", "", "roster"), ("陈姐", "", "reminder")]


async def test_silence_brings_a_reminder_then_somebody_above(cast: Cast):
    number = await held(cast)
    await Staff.filter(name="陈姐").update(manager="经理")
    evening = [await urging.keep_moving(PATIENCE, now=NOW + timedelta(hours=h)) for h in range(2, 14)]
    assert sum(evening) == 0
    await Approval.all().update(asked_at=MORNING)
    moved = [await urging.keep_moving(PATIENCE, now=MORNING + timedelta(minutes=m)) for m in range(0, 180, 15)]
    assert sum(moved) == 2
    assert await asked(number) == [("陈姐", "", "roster"), ("陈姐", "", "reminder"), ("经理", "", "escalated")]
    again = [
        h for h in range(2, 62) if await urging.keep_moving(PATIENCE, now=MORNING + timedelta(hours=h, minutes=50))
    ]
    local = [(MORNING + timedelta(hours=h, minutes=50)).astimezone(current_policy().zone) for h in again]
    assert [(at.date() - local[0].date()).days for at in local] == [0, 1, 2]
    assert all(8 <= at.hour < 20 for at in local)
    assert set((await asked(number))[3:]) == {("经理", "", "escalated")}


async def test_the_clock_leaves_alone_what_may_wait(cast: Cast):
    number = await held(cast)
    before = (await Order.get(number=number)).version
    for minutes in range(0, 59, 5):
        assert await urging.keep_moving(PATIENCE, now=NOW + timedelta(minutes=minutes)) == 0
    assert (await Order.get(number=number)).version == before


async def test_the_relay_and_the_clock_open_it_once(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.li, line(qty=10, price="15"))).number
    await asyncio.gather(*(urging.keep_moving(PATIENCE, now=NOW) for _ in range(4)))
    assert await asked(number) == [("陈姐", "", "roster")]


async def test_two_clocks_at_once_move_it_once(cast: Cast):
    number = await held(cast)
    at = NOW + timedelta(hours=1)
    await asyncio.gather(*(urging.keep_moving(PATIENCE, now=at) for _ in range(4)))
    assert len(await asked(number)) == 2


async def test_a_question_that_nobody_opened_is_opened_by_the_clock(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.li, line(qty=10, price="15"))).number
    assert await urging.keep_moving(PATIENCE, now=NOW) == 1
    assert await asked(number) == [("陈姐", "", "roster")]


async def test_a_cancelled_order_asks_nobody_any_more(cast: Cast):
    number = await held(cast)
    await ordering.cancel_order(number, "", by=cast.li, now=NOW)
    assert await urging.keep_moving(PATIENCE, now=NOW + timedelta(hours=3)) == 1
    assert await asked(number) == [("陈姐", "", "roster")]
    with pytest.raises(AlreadyDecided):
        await approving.pass_on(number, "经理", by=cast.chen, now=NOW)


async def test_a_decision_is_handed_on_and_out_of_hand(cast: Cast):
    number = await held(cast)
    waits = await approving.pass_on(number, "经理", by=cast.chen, now=NOW)
    assert (waits.approver, waits.instead_of) == ("经理", "")
    with pytest.raises(NotYourLevel) as no:
        await reviewing.approve(number, by=cast.chen, now=NOW)
    assert (no.value.approver, no.value.decided) == ("经理", False)
    await approving.pass_on(number, "陈姐", by=cast.manager, now=NOW)
    assert (await reviewing.approve(number, by=cast.chen, now=NOW)).state == "accepted"


async def test_a_message_that_is_worked_on_again_hands_a_decision_on_once(cast: Cast):
    number = await held(cast)
    first, again = [await approving.pass_on(number, "经理", by=cast.chen, now=NOW, cause="main:1#0") for _ in range(2)]
    assert (again.approver, again.step, again.of) == (first.approver, first.step, first.of)
    assert await asked(number) == [("陈姐", "", "roster"), ("经理", "", "passed")]


async def test_whom_a_decision_cannot_be_handed_to(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.manager, line(qty=10, price="15"))).number
    await approving.open_for(number, by=cast.manager, now=NOW)
    wu = await a_member("老吴", Role.REVIEWER)
    await rostering.take_leave(TODAY, TODAY, by=wu, now=NOW)
    for name, refusal in (
        ("经理", ColleagueBarred), ("老李", ColleagueBarred), ("陈姐", ColleagueBarred), ("老吴", ColleagueAway),
        ("无名", MemberNotFound),
    ):  # fmt: skip
        with pytest.raises(refusal):
            await approving.pass_on(number, name, by=cast.chen, now=NOW)
    with pytest.raises(OwnOrder):
        await approving.pass_on(number, "陈姐", by=cast.manager, now=NOW)


async def test_who_placed_the_order_is_asked_at_no_level_about_a_change_that_somebody_else_wants(cast: Cast):
    await two_levels()
    await a_product(stock=100)
    await Customer.filter(code="C001").update(credit_limit=200)
    number = (await an_order(cast.manager, line(qty=10))).number
    chief = await a_member("老总", Role.MANAGER)
    more = Wish((Change(Op.SET, "A100", Decimal(20), "个", Decimal(20)),))
    tried = await amending.try_amendment(number, more, by=cast.li, now=NOW)
    await amending.amend(number, more, version=tried.version, by=cast.li, now=NOW)
    with pytest.raises(ColleagueBarred):
        await approving.pass_on(number, "经理", by=cast.chen, now=NOW)
    first = await reviewing.approve(number, by=cast.chen, now=NOW)
    assert first.waits is not None
    assert first.waits.approver == "老总"
    assert (await reviewing.approve(number, by=chief, now=NOW)).changes


async def test_an_answer_older_than_the_question_does_not_count(cast: Cast):
    number = await held(cast)
    await approving.pass_on(number, "经理", by=cast.chen, now=NOW + timedelta(minutes=5))
    for decide in (reviewing.approve, approving.pass_on):
        extra = ("陈姐",) if decide is approving.pass_on else ()
        with pytest.raises(AnswerOutdated) as no:
            await decide(number, *extra, by=cast.manager, now=NOW + timedelta(minutes=6), heard_at=NOW)
        assert no.value.approver == "经理"
    late = NOW + timedelta(minutes=6)
    assert (await reviewing.approve(number, by=cast.manager, now=late, heard_at=late)).state == "accepted"


async def test_the_one_who_placed_it_is_never_asked(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.manager, line(qty=10, price="15"))).number
    await rostering.take_leave(TODAY, TODAY, by=cast.chen, now=NOW)
    await approving.open_for(number, by=cast.manager, now=NOW)
    assert await asked(number) == [("陈姐", "", "roster")]
    with pytest.raises(OwnOrder):
        await reviewing.approve(number, by=cast.manager, now=NOW)


async def test_without_anybody_who_may_decide_it_is_asked_of_nobody_and_waits(cast: Cast):
    await Staff.filter(name__in=["陈姐", "经理"]).update(active=False)
    number = await held(cast)
    assert await asked(number) == [("", "", "roster")]
    assert await urging.keep_moving(PATIENCE, now=NOW + timedelta(hours=3)) == 0
    await a_member("老吴", Role.REVIEWER)
    assert await urging.keep_moving(PATIENCE, now=NOW + timedelta(hours=4)) == 1
    assert (await asked(number))[-1][0] == "老吴"


async def test_an_order_that_waits_for_nobody_cannot_be_handed_on(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.wang, line(qty=1))).number
    with pytest.raises(StepRefused):
        await approving.pass_on(number, "经理", by=cast.chen, now=NOW)


async def test_off_duty_is_as_good_as_away(cast: Cast):
    hours = {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "17:30"}
    await Staff.filter(name="陈姐").update(hours=hours)
    number = await held(cast)
    assert await asked(number) == [("经理", "陈姐", "deputy")]


async def test_the_same_yes_many_times_at_once_counts_for_one_level(cast: Cast):
    await two_levels()
    number = await held(cast)
    said = [reviewing.approve(number, by=cast.chen, now=NOW) for _ in range(5)]
    outcomes = await asyncio.gather(*said, return_exceptions=True)
    assert sum(isinstance(one, reviewing.Decided) for one in outcomes) == 1
    assert sum(isinstance(one, NotYourLevel) for one in outcomes) == 4
    assert (await Order.get(number=number)).state == "awaiting_approval"
    assert await Event.filter(order_number=number, kind="ApprovalGiven").count() == 1


async def test_a_yes_and_a_hand_over_at_once_leave_one_of_them(cast: Cast):
    number = await held(cast)
    outcomes = await asyncio.gather(
        reviewing.approve(number, by=cast.chen, now=NOW),
        approving.pass_on(number, "经理", by=cast.chen, now=NOW),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, Exception) for one in outcomes) == 1
    handed = isinstance(outcomes[0], NotYourLevel)
    assert (await Order.get(number=number)).state == ("awaiting_approval" if handed else "accepted")


async def test_who_lost_the_role_decides_no_more_and_another_is_asked(cast: Cast):
    await ApprovalScheme.create(levels=[{"above": "0", "role": "manager", "who": ""}], by="经理", at=NOW)
    number = await held(cast)
    assert (await Approval.get()).approver == "经理"
    await Staff.filter(id=cast.manager.staff).update(roles=["reviewer"])
    assert cast.manager.address is not None
    demoted = await actor_of(cast.manager.address)
    assert demoted is not None
    with pytest.raises(NotYourLevel):
        await reviewing.approve(number, by=demoted, now=NOW)
    other = await a_member("新经理", Role.MANAGER)
    assert await urging.keep_moving(PATIENCE, now=NOW + timedelta(minutes=1)) == 1
    assert (await Approval.get()).approver == "新经理"
    assert (await reviewing.approve(number, by=other, now=NOW + timedelta(minutes=2))).state == "accepted"
