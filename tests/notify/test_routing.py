"""Who hears what: the table of routes, row by row."""

from dataclasses import replace
from typing import Any

import pytest

from domain.events import (
    BusinessEvent,
    CarrierUnreachable,
    CodesGuessed,
    GoodsReceived,
    HelpWanted,
    LinksRevoked,
    OrderAccepted,
    OrderCancelled,
    OrderChased,
    OrderHeld,
    OrderPlaced,
    OrderRejected,
    OrderShipped,
    ParcelMoved,
    PersonJoined,
    PersonLeft,
    StockFellShort,
    event_kinds,
)
from domain.models.shipments import ParcelState
from domain.officeevents import Announced, ApprovalAsked, ApprovalGiven, DutySet, LeaveEnded, LeaveTaken, LevelsSet
from domain.rules.lifecycle import OrderState
from domain.telling import Listener
from domain.values import Role
from notify.notices import Notice
from notify.routing import ALERTED, NOBODY, ROUTES, Occasion, plan
from tests.notify.samples import (
    BOSS,
    CAI,
    CHEN,
    EVENTS,
    EVERYBODY,
    LI,
    NOW,
    QIANG,
    WANG,
    ZHANG,
    affair,
    contact,
    member,
)


def heard(event: BusinessEvent, about=None, by: Listener | None = None) -> dict[str, Notice]:
    names = {person.address: person.name for person in (about or affair()).people}
    occasion = Occasion(by.name if by else "系统", NOW, identity=by.identity if by else None)
    return {names[one.to]: one.notice for one in plan(event, about or affair(), occasion)}


def changed(event: Any, **facts: str) -> Any:
    return replace(event, **facts)


def test_every_event_has_a_notice_an_alert_or_an_explicit_nobody():
    homes = [frozenset(ROUTES), ALERTED, frozenset(NOBODY)]
    assert frozenset().union(*homes) == frozenset(event_kinds().values())
    assert sum(map(len, homes)) == len(event_kinds())
    assert frozenset(EVENTS) == frozenset(event_kinds().values())
    assert all(reason for reason in NOBODY.values())


@pytest.mark.parametrize(
    ("kind", "people"),
    [
        (OrderPlaced, ()),
        (OrderAccepted, (WANG, BOSS, LI)),
        (OrderHeld, (WANG, BOSS)),
        (ApprovalAsked, (CHEN,)),
        (ApprovalGiven, ()),
        (LevelsSet, ()),
        (Announced, EVERYBODY),
        (OrderRejected, (WANG, BOSS, LI)),
        (OrderCancelled, (WANG, BOSS, LI)),
        (OrderChased, (LI, QIANG)),
        (OrderShipped, (WANG, BOSS, ZHANG)),
        (ParcelMoved, (WANG, BOSS, ZHANG)),
        (GoodsReceived, (LI,)),
        (HelpWanted, (LI,)),
        (PersonJoined, (CHEN,)),
        (PersonLeft, ()),
        (LinksRevoked, ()),
        (CodesGuessed, (CHEN,)),
        (CarrierUnreachable, (QIANG,)),
        (StockFellShort, ()),
        (LeaveTaken, (CHEN,)),
        (LeaveEnded, (CHEN,)),
        (DutySet, (QIANG,)),
    ],
)
def test_who_hears(kind: type[BusinessEvent], people):
    about = affair(state=OrderState.AWAITING_APPROVAL) if kind is ApprovalAsked else affair()
    assert set(heard(EVENTS[kind], about)) == {person.name for person in people}


def test_finance_contacts_and_other_reps_hear_nothing_of_an_order():
    told = {name for event in EVENTS.values() if event.order for name in heard(event)}
    assert told.isdisjoint({"小钱", "老赵"})


@pytest.mark.parametrize("state", ParcelState)
def test_customers_hear_of_milestones_and_trouble_only(state: ParcelState):
    told = set(heard(changed(EVENTS[ParcelMoved], state=state.value)))
    quiet = {ParcelState.HANDED_OVER, ParcelState.IN_TRANSIT, ParcelState.ARRIVED_CITY, ParcelState.CUSTOMS}
    quiet.add(ParcelState.FORWARDED)
    assert told == (set() if state in quiet else {"小王", "王总", "老张"})


def test_the_one_who_did_it_has_had_an_answer():
    assert "小王" not in heard(EVENTS[OrderCancelled], by=WANG)
    assert "小王" not in heard(EVENTS[OrderHeld], by=WANG)
    waiting = affair(state=OrderState.AWAITING_APPROVAL)
    assert "陈姐" not in heard(ApprovalAsked(order="SO1042K", goods="", total="1", reasons=()), waiting, by=CHEN)
    assert "小王" in heard(EVENTS[OrderAccepted], by=WANG)


def test_a_namesake_of_the_one_who_did_it_hears_of_it():
    twin = contact(9, "小王", Role.BOSS)
    planned = plan(EVENTS[OrderCancelled], affair(people=(WANG, twin)), Occasion("小王", NOW, identity=WANG.identity))
    assert [one.to for one in planned] == [twin.address]
    impostor = member(30, "小王", Role.REVIEWER)
    assert "小王" in heard(
        EVENTS[ApprovalAsked], affair(people=(impostor,), state=OrderState.AWAITING_APPROVAL), by=WANG
    )


def test_a_person_in_two_routes_hears_once():
    both = member(20, "万能", Role.SALES, Role.REVIEWER, Role.MANAGER)
    about = affair(rep=both, people=(both,), state=OrderState.AWAITING_APPROVAL)
    assert len(plan(EVENTS[OrderChased], about, Occasion("小王", NOW))) == 1


def test_chasing_goes_to_the_one_it_waits_for():
    assert set(heard(EVENTS[OrderChased], affair(state=OrderState.AWAITING_APPROVAL))) == {"老李", "陈姐"}
    nobody = tuple(person for person in EVERYBODY if person is not LI)
    assert set(heard(EVENTS[OrderChased], affair(rep=None, people=nobody))) == {"陈姐", "阿强"}


def test_without_a_rep_of_its_own_the_order_belongs_to_the_reps_of_the_customer():
    assert set(heard(EVENTS[HelpWanted], affair(rep=None))) == {"老李"}


def test_a_question_is_not_told_any_more_once_it_is_decided():
    asked, still = EVENTS[ApprovalAsked], affair(state=OrderState.AWAITING_APPROVAL)
    assert set(heard(asked, still)) == {"陈姐"}
    assert not heard(asked, affair(state=OrderState.ACCEPTED))


def test_signing_without_a_remark_is_told_to_nobody():
    assert not heard(changed(EVENTS[GoodsReceived], remark=""))


def test_contacts_joining_are_told_to_nobody():
    assert not heard(PersonJoined(identity=1, name="小王", roles=("buyer",), customer="C001"))


def test_every_plan_has_a_reason_and_the_facts_of_its_audience():
    about, waiting = Occasion("小王", NOW, "https://shop/o/abc"), affair(state=OrderState.AWAITING_APPROVAL)
    planned = [*plan(EVENTS[OrderHeld], affair(), about), *plan(EVENTS[ApprovalAsked], waiting, about)]
    assert {one.why for one in planned} == {"ApprovalAsked:approver", "OrderHeld:buyer"}
    assert {one.facts["audience"] for one in planned} == {"staff", "customer"}
    assert all(one.facts["url"] == "https://shop/o/abc" and one.order == "SO1042K" for one in planned)
    assert CAI.address not in {one.to for one in planned}
