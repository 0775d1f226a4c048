"""Asking for speed and for a person: the one in charge hears it, once in a while."""

import asyncio
from datetime import timedelta

import pytest

from domain import chasing, ordering
from domain.errors import NotAllowed, OrderNotFound, StepRefused
from domain.models import Event, Staff
from domain.values import Role
from tests.shop import NOW, Cast, a_member, a_product, an_order, events_of


@pytest.fixture
async def number(cast: Cast) -> str:
    await a_product(stock=10)
    return (await an_order(cast.wang)).number


async def test_the_rep_is_asked_once_in_four_hours(cast: Cast, number: str):
    first = await chasing.chase(number, by=cast.wang, now=NOW)
    assert (first.owner_name, first.repeated) == ("老李", False)
    again = await chasing.chase(number, by=cast.boss, now=NOW + chasing.CHASE_AGAIN - timedelta(seconds=1))
    assert (again.owner_name, again.repeated) == ("老李", True)
    assert not (await chasing.chase(number, by=cast.wang, now=NOW + chasing.CHASE_AGAIN)).repeated
    assert (await events_of(number)).count("OrderChased") == 2


async def test_many_who_chase_at_once_are_heard_once(cast: Cast, number: str):
    chased = await asyncio.gather(*(chasing.chase(number, by=cast.wang, now=NOW) for _ in range(5)))
    assert sorted(one.repeated for one in chased) == [False, True, True, True, True]


async def test_without_a_rep_a_manager_is_asked(cast: Cast):
    await a_product(stock=10)
    number = (await an_order(cast.other, customer="C003")).number
    assert (await chasing.chase(number, by=cast.other, now=NOW)).owner_name == "经理"


async def test_an_order_that_is_over_is_not_chased(cast: Cast, number: str):
    await ordering.cancel_order(number, "", by=cast.wang, now=NOW)
    with pytest.raises(StepRefused):
        await chasing.chase(number, by=cast.wang, now=NOW)


@pytest.mark.parametrize(("who", "refusal"), [("other", OrderNotFound), ("qiang", NotAllowed), ("lu", NotAllowed)])
async def test_who_may_not_chase(cast: Cast, number: str, who: str, refusal: type[Exception]):
    with pytest.raises(refusal):
        await chasing.chase(number, by=getattr(cast, who), now=NOW)


async def test_a_person_is_called_once_in_ten_minutes(cast: Cast):
    assert not (await chasing.ask_for_person("finance", by=cast.wang, now=NOW)).repeated
    assert (await chasing.ask_for_person("human", by=cast.wang, now=NOW + timedelta(minutes=9))).repeated
    assert not (await chasing.ask_for_person("human", by=cast.boss, now=NOW)).repeated
    called = await chasing.ask_for_person("human", by=cast.wang, now=NOW + timedelta(minutes=10))
    assert (called.owner_name, called.repeated) == ("老李", False)
    events = await Event.filter(kind="HelpWanted").order_by("id")
    assert [(event.facts["name"], event.facts["topic"]) for event in events] == [
        ("小王", "finance"),
        ("老板", "human"),
        ("小王", "human"),
    ]


async def test_a_rep_who_left_is_not_called(cast: Cast):
    await Staff.filter(code="S001").update(active=False)
    assert (await chasing.ask_for_person("human", by=cast.wang, now=NOW)).owner_name == "经理"


async def test_a_rep_who_left_is_not_named(cast: Cast, number: str):
    await Staff.filter(name="老李").update(active=False)
    await a_member("小赵", Role.SALES, customers=("C001",), code="S002")
    assert (await chasing.chase(number, by=cast.wang, now=NOW)).owner_name == "小赵"
