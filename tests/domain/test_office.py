"""Announcements as rows: whom they reach, once each, spread out; levels of approval and their versions."""

import asyncio
from decimal import Decimal

import pytest

from domain import announcing, levelling
from domain.errors import NotAllowed
from domain.models import Announcement, ApprovalScheme, Contact, Event
from domain.officeerrors import ColleagueBarred, MemberNotFound, NobodyToTell, TextTooLong, TooManyLevels
from notify.models import Delivery
from notify.relay import route_events
from tests.shop import NOW, Cast, a_contact, a_customer


async def no_link(_order: str) -> str:
    return ""


async def told() -> set[str]:
    while await route_events(now=NOW, link=no_link):
        pass
    return {row.openid.removeprefix("o-") for row in await Delivery.filter(notice="ANNOUNCEMENT")}


async def test_whom_an_audience_holds(cast: Cast):
    for audience, count in (("staff", 4), ("warehouse", 1), ("customers", 5), ("customer:C001", 4)):
        assert await announcing.preview(audience, "hi", by=cast.manager) == count
    await Contact.filter(name="小收").update(active=False)
    assert await announcing.preview("customer:C001", "hi", by=cast.manager) == 3
    for audience in ("finance", "customer:C999", "nonsense", "manager"):
        with pytest.raises(NobodyToTell):
            await announcing.preview(audience, "hi", by=cast.manager)
    assert not await Event.all().exists()


async def test_it_is_sent_once_however_often_it_is_confirmed(cast: Cast):
    sent = await asyncio.gather(*(announcing.announce("staff", "hi", "k1", by=cast.manager, now=NOW) for _ in range(4)))
    assert sorted(one.repeated for one in sent) == [False, True, True, True]
    assert {one.people for one in sent} == {4}
    assert await told() == {"老李", "陈姐", "阿强", "采妹"}
    assert await Announcement.all().count() == 1
    assert [one.text for one in await announcing.recent(cast.qiang, now=NOW)] == ["hi"]
    assert not await announcing.recent(cast.wang, now=NOW)


async def test_many_are_told_one_after_the_other(cast: Cast):
    customer = await a_customer("C777")
    for number in range(45):
        await a_contact(f"人{number}", customer)
    await announcing.announce("customer:C777", "hi", "k2", by=cast.manager, now=NOW)
    assert len(await told()) == 45
    waits = sorted({(row.next_at - NOW).total_seconds() for row in await Delivery.filter(notice="ANNOUNCEMENT")})
    assert waits == [0, 1, 2]


async def test_who_may_not_announce_or_set_levels(cast: Cast):
    for by in (cast.wang, cast.li, cast.chen, cast.lu):
        with pytest.raises(NotAllowed):
            await announcing.announce("staff", "hi", "k3", by=by, now=NOW)
        with pytest.raises(NotAllowed):
            await levelling.set_levels([(Decimal(0), "manager")], by=by, now=NOW)
    with pytest.raises(TextTooLong):
        await announcing.announce("staff", "x" * 301, "k3", by=cast.manager, now=NOW)


async def test_levels_have_versions_and_a_lowest_one(cast: Cast):
    assert (await levelling.ladder()).version == 0
    found = await levelling.set_levels([(Decimal(50000), "经理"), (Decimal(9000), "manager")], by=cast.manager, now=NOW)
    assert [(one.above, one.role, one.name) for one in found.rungs] == [
        (0, "reviewer", ""), (9000, "manager", ""), (50000, "manager", "经理"),
    ]  # fmt: skip
    await levelling.set_levels([(Decimal(0), "manager")], by=cast.manager, now=NOW)
    assert await ApprovalScheme.all().count() == 2
    assert [one.role for one in (await levelling.ladder()).rungs] == ["manager"]
    for wanted, refusal in (
        ([(Decimal(0), "阿强")], ColleagueBarred), ([(Decimal(0), "无名")], MemberNotFound),
        ([(Decimal(n), "manager") for n in range(6)], TooManyLevels),
    ):  # fmt: skip
        with pytest.raises(refusal):
            await levelling.set_levels(wanted, by=cast.manager, now=NOW)
    assert await Event.filter(kind="LevelsSet").count() == 2
