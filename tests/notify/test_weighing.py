"""Whether a notice goes out, waits for others or is not told: a table, and what becomes of the rows."""

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.errors import DeliveryFailed
from domain.rules.wishes import NOTHING_SET, Way, Wishes
from domain.values import CUSTOMER_ROLES, STAFF_ROLES, Address, Role
from notify.digest import last_digest, send_digests
from notify.kinds import ANSWERS, FOR_CUSTOMERS, FOR_STAFF, kind_of, kinds_for
from notify.listing import life_of, pending
from notify.models import Delivery, DeliveryState
from notify.notices import RANKS, Notice, Plan, rank_of
from notify.outbox import disturb
from notify.routing import ROUTES
from notify.untold import untold
from notify.weighing import Fate, Hushed, weigh
from tests.notify.fakes import ORDER, PERSON, Post
from tests.notify.samples import NOW

ZONE = ZoneInfo("Asia/Shanghai")
EVERYTHING_OFF = Wishes({kind.code: Way.OFF for kind in (*FOR_CUSTOMERS, *FOR_STAFF)})
LATER = Wishes({"changes": Way.DIGEST})
ASLEEP = Wishes(quiet=(time(17), time(8)))
MORNING = NOW + timedelta(hours=14)
AT_SIX = NOW + timedelta(days=1)
"""The evening after: now it is six o'clock in the shop, and what comes now waits for the next one."""


def fate(notice: Notice, to: str, wishes: Wishes, hushed: Hushed | None = None, now: datetime = NOW) -> Fate:
    return weigh(
        Plan(PERSON, notice, {"audience": to}, "test", "SO1", wishes=wishes), now=now, zone=ZONE, hushed=hushed or {}
    )


@pytest.mark.parametrize(
    ("notice", "to", "wishes", "state", "why"),
    [
        (Notice.ORDER_SHIPPED, "customer", NOTHING_SET, DeliveryState.DUE, ""),
        (Notice.ORDER_SHIPPED, "customer", EVERYTHING_OFF, DeliveryState.QUIET, "switched_off"),
        (Notice.ORDER_CANCELLED, "customer", LATER, DeliveryState.KEPT, "digest"),
        (Notice.PARCEL_MOVED, "customer", LATER, DeliveryState.DUE, ""),
        (Notice.ORDER_CONFIRMED, "customer", EVERYTHING_OFF, DeliveryState.DUE, ""),
        (Notice.SHORTAGE_CHOICE, "customer", EVERYTHING_OFF, DeliveryState.DUE, ""),
        (Notice.ORDER_CONFIRMED, "staff", EVERYTHING_OFF, DeliveryState.QUIET, "switched_off"),
        (Notice.ORDER_HELD, "staff", EVERYTHING_OFF, DeliveryState.DUE, ""),
        (Notice.ALERT_RAISED, "staff", EVERYTHING_OFF, DeliveryState.DUE, ""),
        (Notice.CODES_GUESSED, "staff", EVERYTHING_OFF, DeliveryState.DUE, ""),
        (Notice.MISSED, "customer", EVERYTHING_OFF, DeliveryState.DUE, ""),
        (Notice.REPLY, "staff", EVERYTHING_OFF, DeliveryState.DUE, ""),
        (Notice.DIGEST, "customer", EVERYTHING_OFF, DeliveryState.DUE, ""),
        (Notice.ORDER_SHIPPED, "customer", ASLEEP, DeliveryState.DUE, "quiet_hours"),
        (Notice.ORDER_CONFIRMED, "customer", ASLEEP, DeliveryState.DUE, "quiet_hours"),
        (Notice.ORDER_HELD, "staff", ASLEEP, DeliveryState.DUE, "quiet_hours"),
        (Notice.DIGEST, "staff", ASLEEP, DeliveryState.DUE, "quiet_hours"),
        (Notice.ORDER_CANCELLED, "customer", replace(ASLEEP, ways=LATER.ways), DeliveryState.KEPT, "digest"),
        (
            Notice.ORDER_CANCELLED,
            "customer",
            replace(ASLEEP, ways=EVERYTHING_OFF.ways),
            DeliveryState.QUIET,
            "switched_off",
        ),
        (Notice.ALERT_RAISED, "staff", ASLEEP, DeliveryState.DUE, ""),
        (Notice.REPLY, "customer", ASLEEP, DeliveryState.DUE, ""),
    ],
)
def test_what_becomes_of_a_notice(notice: Notice, to: str, wishes: Wishes, state: DeliveryState, why: str):
    found = fate(notice, to, wishes)
    assert (found.state, found.why) == (state, why)
    assert (found.until is None) == (why not in {"digest", "quiet_hours"})


def test_what_is_urgent_cannot_be_switched_off():
    urgent = [notice for notice in Notice if rank_of(notice) == min(RANKS)]
    assert urgent
    assert all(fate(notice, "staff", EVERYTHING_OFF) == Fate() for notice in urgent)


def test_every_notice_that_is_routed_can_be_set_on_its_side():
    for routes in ROUTES.values():
        for route in routes:
            assert kind_of(route.notice, route.to) is not None, (route.notice, route.to)
    loose = {notice for notice in Notice if not kind_of(notice, "staff") and not kind_of(notice, "customer")}
    assert loose == ANSWERS | {Notice.DIGEST, Notice.MUTE_OVER}


@pytest.mark.parametrize("role", sorted(CUSTOMER_ROLES | STAFF_ROLES))
def test_kinds_have_the_same_words_for_both_sides(role: Role):
    codes = [kind.code for kind in kinds_for([role])]
    assert len(set(codes)) == len(codes)
    assert ("alerts" in codes) == (role in STAFF_ROLES)
    assert ("decisions" in codes) == (role in {Role.REVIEWER, Role.MANAGER})


@pytest.fixture
def post(db) -> Post:
    return Post()


async def test_switched_off_is_never_sent_and_says_why(post: Post):
    row = await post.put(Notice.ORDER_CANCELLED, wishes=EVERYTHING_OFF)
    assert await post.send() == 0
    assert (row.state, row.kept_why, row.settled_at) == (DeliveryState.QUIET, "switched_off", NOW)
    assert [(one.what, one.why) for one in await life_of(row.id)] == [
        ("planned", "test"), ("kept back", "switched_off"), ("quiet", ""),
    ]  # fmt: skip
    assert (await pending()).oldest is None


async def changes(post: Post, count: int) -> None:
    for _ in range(count):
        await post.put(Notice.ORDER_CANCELLED, wishes=LATER)


async def test_gathered_is_told_once_in_one_message_at_its_time(post: Post):
    await changes(post, 3)
    assert await send_digests(AT_SIX - timedelta(seconds=1)) == 0
    assert await post.send() == 0
    assert await send_digests(AT_SIX) == 1
    assert await send_digests(AT_SIX) == 0
    post.clock.now = AT_SIX
    await post.send()
    (told,) = [*post.custom.shown, *post.template.shown]
    assert told.notice is Notice.DIGEST
    assert "通知汇总 3 条" in told.voice("text")
    assert await Delivery.filter(state=DeliveryState.SHOWN, last_code="digest").count() == 3
    found = await last_digest(PERSON)
    assert found is not None
    assert len(found.rows) == 3


async def test_enough_of_it_is_told_before_its_time(post: Post):
    await changes(post, 19)
    assert await send_digests(NOW) == 0
    await changes(post, 1)
    assert await send_digests(NOW) == 1


async def test_of_two_that_gather_at_once_one_tells(post: Post):
    await changes(post, 2)
    assert sum(await asyncio.gather(*(send_digests(AT_SIX) for _ in range(4)))) == 1
    assert await Delivery.filter(notice=Notice.DIGEST).count() == 1


async def test_each_person_hears_what_is_theirs(post: Post):
    await changes(post, 1)
    await post.put(Notice.ORDER_CANCELLED, to=Address("main", "o2"), wishes=LATER)
    assert await send_digests(AT_SIX) == 2
    assert (await last_digest(Address("main", "o3"))) is None


async def test_why_somebody_was_not_told(post: Post):
    await post.put(Notice.ORDER_CANCELLED, wishes=EVERYTHING_OFF, order="SO1042K")
    await changes(post, 1)
    await post.put(Notice.ORDER_CANCELLED, to=Address("main", "o2"), wishes=EVERYTHING_OFF)
    await post.put(Notice.ORDER_CANCELLED)
    await post.send()
    found = await untold(PERSON, None, now=NOW)
    assert [(one.why, one.state) for one in found.rows] == [
        ("digest", DeliveryState.KEPT), ("switched_off", DeliveryState.QUIET),
    ]  # fmt: skip
    assert (found.of, found.told) == (2, 1)
    assert [one.why for one in (await untold(PERSON, "SO1042K", now=NOW)).rows] == ["switched_off"]
    assert (await untold(PERSON, None, now=NOW + timedelta(days=8))).of == 0


async def test_quiet_hours_put_off_and_lose_nothing(post: Post):
    row = await post.put(wishes=ASLEEP)
    alert = await post.put(Notice.PERSON_JOINED, to=Address("main", "o2"), facts={**ORDER, "name": "", "roles": []})
    assert await post.send() == 1
    post.clock.now = MORNING - timedelta(seconds=1)
    assert await post.send() == 0
    post.clock.now = MORNING
    assert await post.send() == 1
    await row.refresh_from_db()
    assert (row.state, row.kept_why, row.kept_until) == (DeliveryState.SENT, "quiet_hours", MORNING)
    assert alert.id != row.id


async def test_what_was_put_off_over_days_still_has_its_day_of_patience(post: Post):
    row = await post.put(wishes=Wishes(quiet=(time(17), time(16, 59)), rest_days=True))
    assert row.kept_until is not None
    post.clock.now = row.kept_until + timedelta(hours=20)
    post.template.answers = [DeliveryFailed("500")]
    await post.send()
    await row.refresh_from_db()
    assert row.state is DeliveryState.FAILED


async def test_the_end_of_quiet_hours_lets_go_what_was_put_off_once(post: Post):
    await post.put(wishes=ASLEEP)
    await post.put(to=Address("main", "o2"), wishes=ASLEEP)
    assert await disturb(PERSON, now=NOW) == 1
    assert await disturb(PERSON, now=NOW) == 0
    assert await post.send() == 1
