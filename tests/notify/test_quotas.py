"""The quota of the day and the pace: counted once for all processes, a word at four fifths, what is urgent first."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import DeliveryFailed
from notify.alerts.rules import Thresholds
from notify.alerts.watch import watch
from notify.models import Alert, Delivery, DeliveryState, SendCount
from notify.notices import TEMPLATE, Notice
from notify.quotas import Meter, day_of, used_today
from notify.retry import next_day
from templates import notice as words
from tests.notify.company import company
from tests.notify.fakes import ORDER, Post
from tests.notify.samples import NOW
from tests.notify.test_retry import code
from tests.notify.test_sender import TIMEOUT

LIMITS = Thresholds(quotas={TEMPLATE: 10})
WAY = ("main", TEMPLATE)
MANAGERS = {"o-陈姐", "o-老张"}


@pytest.fixture
def post(db) -> Post:
    return Post()


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC), "2026-11-24"),
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), "2026-11-25"),
    ],
)
def test_the_day_is_that_of_the_platform(at: datetime, day: str):
    assert day_of(at) == day


async def test_what_the_platform_saw_counts_and_nothing_else(post: Post):
    for _ in range(4):
        await post.put()
    post.template.answers = [code(47003), TIMEOUT, DeliveryFailed("token_circuit")]
    await post.send()
    assert await used_today(now=NOW) == {WAY: 3}


async def test_two_processes_count_together_and_nothing_is_written_for_nothing(db):
    first, second = Meter(), Meter()
    for meter in (first, second, first):
        meter.count(WAY, None, now=NOW)
    await first.keep(least=100)
    assert not await SendCount.exists()
    for meter in (first, second, first):
        await meter.keep()
    assert await used_today(now=NOW) == {WAY: 3}


async def test_the_managers_hear_once_a_day_that_the_quota_nears(db):
    await company()
    meter = Meter()
    for used, told in ((7, 0), (1, 2), (1, 2)):
        for _ in range(used):
            meter.count(WAY, None, now=NOW)
        await meter.keep()
        await watch(LIMITS, now=NOW)
        await watch(LIMITS, now=NOW + timedelta(hours=5))
        assert await Delivery.all().count() == told
    rows = await Delivery.all()
    assert {row.openid for row in rows} == MANAGERS
    said = words("alert_raised", "text", **rows[0].facts)
    assert "今天发了 8 条模板消息，上限 10 条" in said
    tomorrow = next_day(NOW)
    await watch(LIMITS, now=tomorrow)
    assert not await Alert.filter(live__isnull=False).exists()
    for _ in range(9):
        meter.count(WAY, None, now=tomorrow)
    await meter.keep()
    await watch(LIMITS, now=tomorrow)
    assert await Delivery.all().count() == 4


async def test_without_a_quota_in_the_settings_nobody_is_warned(db):
    await company()
    await SendCount.create(account="main", channel=TEMPLATE, day=day_of(NOW), used=10**9)
    assert await watch(Thresholds(quotas={TEMPLATE: 0}), now=NOW) == 0


async def test_a_spent_quota_pauses_until_the_reset_and_then_goes_by_weight(post: Post):
    facts = ORDER | {"tries": 30, "reasons": (), "text": "盘点"}
    for notice in (Notice.ANNOUNCEMENT, Notice.ORDER_CANCELLED, Notice.HELP_WANTED, Notice.CODES_GUESSED):
        await post.put(notice, facts=facts)
    post.template.answers = [code(45009)] * 4
    await post.send()
    asked = len(post.template.sent)
    post.clock.forward(hours=1)
    await post.send()
    assert (len(post.template.sent), len(post.template.shown)) == (asked, 0)
    post.clock.now = next_day(NOW)
    await post.send()
    order = [Notice.CODES_GUESSED, Notice.HELP_WANTED, Notice.ORDER_CANCELLED, Notice.ANNOUNCEMENT]
    assert [one.notice for one in post.template.shown] == order


async def test_no_more_than_the_pace_goes_in_a_second_and_nothing_is_lost(post: Post):
    post.rates = {TEMPLATE: 5}
    for _ in range(14):
        await post.put()
    sender, seen = post.sender(), []
    for _ in range(4):
        await post.send(sender)
        seen.append(len(post.template.shown))
        post.clock.forward(seconds=1)
    assert seen == [5, 10, 14, 14]
    rows = await Delivery.all()
    assert {(row.state, row.attempts) for row in rows} == {(DeliveryState.SENT, 1)}


async def test_an_alert_waits_for_no_bucket_and_another_way_is_not_held_up(post: Post):
    post.rates = {TEMPLATE: 1}
    for _ in range(40):
        await post.put(Notice.ANNOUNCEMENT, facts=ORDER | {"text": "盘点"})
    sender = post.sender()
    await post.send(sender)
    await post.put(Notice.CODES_GUESSED, facts=ORDER | {"tries": 30})
    await post.put(Notice.HELP_WANTED, facts=ORDER, channels=("custom",))
    await post.send(sender)
    assert [one.notice for one in post.template.shown] == [Notice.ANNOUNCEMENT, Notice.CODES_GUESSED]
    held = await Delivery.get(notice=Notice.HELP_WANTED)
    assert held.state is DeliveryState.HELD  # looked at, and without a window: not stuck behind the cards
