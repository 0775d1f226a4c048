"""Sending: claims, crashes, failures, pauses, order; against channels that do as they are told."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from connect.wechat.codes import POLICIES
from domain.errors import DeliveryFailed
from domain.models import Identity
from domain.values import Address
from notify.models import ChannelPause, Delivery, DeliveryState
from notify.notices import Notice, Plan
from notify.outbox import claim, hand_over, put, queue_reply, settle
from notify.receipts import note_receipt
from notify.sender import AT_ONCE
from tests.notify.fakes import ORDER, PERSON, Post
from tests.notify.samples import NOW
from tests.notify.test_retry import code

TIMEOUT = DeliveryFailed("timeout", maybe_sent=True, kind="ambiguous")


@pytest.fixture
def post(db) -> Post:
    return Post()


async def wrote_lately(hours: float = 1) -> None:
    await Identity.create(account="main", openid="o1", last_inbound_at=NOW - timedelta(hours=hours))


async def test_a_notice_is_sent_once_and_settled(post: Post):
    row = await post.put()
    assert await post.send() == 1
    assert await post.send() == 0
    await row.refresh_from_db()
    assert (row.state, row.attempts, row.platform_id, row.last_code) == (DeliveryState.SENT, 1, "1000", "0")
    assert (row.lease_by, row.handed_at, row.settled_at) == (None, None, NOW)
    assert [one.key for one in post.template.sent] == [f"{row.id}-{int(NOW.timestamp())}"]


async def test_the_same_cause_tells_a_person_once(post: Post):
    row = await post.put()
    await put(row.cause, [Plan(PERSON, Notice.ORDER_CANCELLED, ORDER, "again")], now=NOW)
    await put(row.cause, [], now=NOW)
    assert await Delivery.all().count() == 1


async def test_nothing_is_sent_before_its_time(post: Post):
    row = await post.put()
    await Delivery.filter(id=row.id).update(next_at=NOW + timedelta(seconds=1))
    assert await post.send() == 0
    post.clock.forward(seconds=1)
    assert await post.send() == 1


async def test_busy_platform_is_asked_again_with_the_same_key(post: Post):
    row = await post.put()
    post.template.answers = [code(-1), code(-1)]
    await post.send()
    await row.refresh_from_db()
    assert (row.state, row.next_at, row.last_code) == (DeliveryState.FAILED, NOW + timedelta(seconds=5), "-1 transient")
    post.clock.forward(seconds=5)
    await post.send()
    post.clock.forward(seconds=30)
    await post.send()
    await row.refresh_from_db()
    assert (row.state, row.attempts, [one["code"] for one in row.tries]) == (DeliveryState.SENT, 3, ["-1", "-1", "0"])
    assert len({one.key for one in post.template.sent}) == 1


async def test_after_a_day_of_failures_it_is_held(post: Post):
    row = await post.put()
    post.template.answers = [code(-1)] * 100
    for _ in range(100):
        await post.send()
        await row.refresh_from_db()
        if row.state is not DeliveryState.FAILED:
            break
        post.clock.now = row.next_at
    assert (row.state, row.last_code) == (DeliveryState.HELD, "-1 too_late")
    assert post.clock.now - NOW == timedelta(hours=24)
    assert row.attempts < 32


async def test_crash_between_claim_and_send_is_sent_by_the_next_however_late(post: Post):
    row = await post.put()
    assert len(await claim(16, "dead:1", NOW)) == 1
    assert await post.send() == 0
    post.clock.forward(seconds=31)
    assert await post.send(post.sender("w2")) == 1
    await row.refresh_from_db()
    assert (row.state, len(post.template.shown)) == (DeliveryState.SENT, 1)

    late = await post.put()
    await claim(16, "dead:2", post.clock())
    post.clock.forward(hours=5)
    await post.send()
    await late.refresh_from_db()
    assert late.state is DeliveryState.SENT


async def test_crash_between_send_and_settle_is_shown_once(post: Post):
    row = await post.put()
    (held,) = await claim(16, "dead:1", NOW)
    await hand_over([held], now=NOW)
    from notify.tries import outgoing_of

    await post.template.send(outgoing_of(held))
    post.clock.forward(seconds=31)
    await post.send(post.sender("w2"))
    await row.refresh_from_db()
    assert row.state is DeliveryState.SENT
    assert (len(post.template.sent), len(post.template.shown)) == (2, 1)
    assert [one["code"] for one in row.tries] == ["lost", "0"]


async def test_crash_after_hand_over_stays_unsure_when_the_platform_has_forgotten(post: Post):
    row = await post.put()
    await hand_over(await claim(16, "dead:1", NOW), now=NOW)
    post.clock.forward(minutes=9)
    await post.send()
    await row.refresh_from_db()
    assert (row.state, row.last_code, post.template.sent) == (DeliveryState.UNSURE, "lost outcome_unknown", [])


async def test_a_repeat_that_a_standstill_made_late_is_not_sent(post: Post):
    row = await post.put()
    post.template.answers = [TIMEOUT]
    await post.send()
    post.clock.forward(minutes=10)
    assert await post.send() == 1
    await row.refresh_from_db()
    assert (row.state, row.last_code) == (DeliveryState.UNSURE, "lost outcome_unknown")
    assert (len(post.template.sent), row.settled_at) == (1, post.clock())


async def test_crash_after_hand_over_of_a_plain_message_is_never_repeated(post: Post):
    await queue_reply("main:m:o1:1", PERSON, "已下单", now=NOW)
    await hand_over(await claim(16, "dead:1", NOW), now=NOW)
    post.clock.forward(seconds=31)
    await post.send()
    row = await Delivery.get()
    assert (row.state, post.custom.sent) == (DeliveryState.UNSURE, [])


async def test_one_whose_lease_passed_on_may_not_settle(post: Post):
    row = await post.put()
    (held,) = await claim(16, "slow:1", NOW)
    post.clock.forward(seconds=31)
    await post.send(post.sender("w2"))
    assert not await settle(held, DeliveryState.GIVEN_UP, now=post.clock())
    await row.refresh_from_db()
    assert row.state is DeliveryState.SENT


async def test_one_whose_lease_passed_on_may_not_even_send(post: Post):
    first, second = await post.put(), await post.put()
    held = await claim(16, "slow:1", NOW)
    await Delivery.filter(id=first.id).update(lease_by="other:1")
    assert [row.id for row in await hand_over(held, now=NOW)] == [second.id]
    await first.refresh_from_db()
    assert first.handed_at is None


async def test_what_has_ended_is_settled_while_a_slow_one_is_on_its_way(post: Post):
    for _ in range(3):
        await post.put()
    gate = asyncio.Event()
    quick = post.template.send

    async def send(outgoing):
        if len(post.template.sent) == 0:
            post.template.sent.append(outgoing)
            await gate.wait()
        return await quick(outgoing)

    post.template.send = send  # type: ignore[method-assign]
    sending = asyncio.create_task(post.send())
    async with asyncio.timeout(10):
        while await Delivery.filter(state=DeliveryState.SENT).count() < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert await Delivery.filter(state=DeliveryState.SENDING).count() == 1
    gate.set()
    await sending
    assert await Delivery.filter(state=DeliveryState.SENT).count() == 3
    assert len(post.template.shown) == 3


async def test_a_way_that_hangs_holds_up_no_other_way_and_nothing_urgent(post: Post, monkeypatch):
    monkeypatch.setattr("notify.underway.GLANCE", 0.001)
    monkeypatch.setattr("notify.underway.MOMENT", 0.001)
    gate = asyncio.Event()
    quick = post.template.send

    async def hangs(outgoing):
        if outgoing.notice is Notice.ANNOUNCEMENT:
            await gate.wait()
        return await quick(outgoing)

    post.template.send = hangs  # type: ignore[method-assign]
    people = [Plan(Address("main", f"o{n}"), Notice.ANNOUNCEMENT, ORDER | {"text": "盘点"}, "test") for n in range(99)]
    await put("event:900", people, now=NOW - timedelta(hours=1))
    sender = post.sender()
    for _ in range(5):
        assert await sender.send_due()
    await wrote_lately()
    rows = [
        await post.put(Notice.CODES_GUESSED, facts=ORDER | {"tries": 30, "reasons": ()}),
        await post.put(channels=("custom",)),
    ]
    for _ in range(2):
        assert await sender.send_due()
    for row in rows:
        await row.refresh_from_db()
        assert row.state is DeliveryState.SENT
    assert [one.notice for one in post.template.shown] == [Notice.CODES_GUESSED]
    gate.set()
    await post.send(sender)
    assert await Delivery.filter(state=DeliveryState.SENT).count() == 101
    assert len(post.template.shown) == 100
    assert await sender.send_due() == 0


async def test_what_is_on_its_way_at_the_end_is_settled(post: Post):
    gate = asyncio.Event()
    quick = post.template.send

    async def slow(outgoing):
        await gate.wait()
        return await quick(outgoing)

    post.template.send = slow  # type: ignore[method-assign]
    row = await post.put()
    sender = post.sender()
    assert await sender.send_due() == 1
    later = await post.put()
    gate.set()
    await sender.finish()
    assert (await Delivery.get(id=row.id)).state is DeliveryState.SENT
    assert (await Delivery.get(id=later.id)).state is DeliveryState.DUE


async def test_of_two_workers_one_gets_it(post: Post):
    for _ in range(40):
        await post.put()
    await asyncio.gather(*(post.send(post.sender(f"w{n}")) for n in range(4)))
    assert len(post.template.sent) == len({one.key for one in post.template.sent}) == 40


async def test_no_more_than_so_many_at_once(post: Post):
    for _ in range(50):
        await post.put()
    assert await post.send() == 50
    assert post.template.most_at_once == AT_ONCE


async def test_an_unknown_outcome_is_asked_again_with_the_same_key(post: Post):
    row = await post.put()
    post.template.answers = [TIMEOUT]
    await post.send()
    post.clock.forward(seconds=5)
    await post.send()
    await row.refresh_from_db()
    assert (row.state, len(post.template.sent), len(post.template.shown)) == (DeliveryState.SENT, 2, 1)


async def test_an_outcome_that_stays_unknown_ends_unsure_within_eight_minutes(post: Post):
    row = await post.put()
    post.template.answers = [TIMEOUT] * 10
    while row.state in (DeliveryState.DUE, DeliveryState.FAILED):
        await post.send()
        await row.refresh_from_db()
        post.clock.now = max(row.next_at, post.clock.now)
    assert row.state is DeliveryState.UNSURE
    assert post.clock.now - NOW <= timedelta(minutes=8)
    assert len(post.template.shown) == 1


async def test_an_unknown_outcome_of_a_plain_message_is_not_repeated(post: Post):
    await wrote_lately()
    await queue_reply("inbound:main:m:o1:1", PERSON, "已下单", now=NOW)
    post.custom.answers = [TIMEOUT]
    await post.send()
    row = await Delivery.get()
    assert (row.state, row.notice, len(post.custom.shown)) == (DeliveryState.UNSURE, Notice.REPLY, 1)
    assert not post.template.sent


async def test_late_replies_go_as_plain_messages_and_say_what_was_written(post: Post):
    await wrote_lately()
    await queue_reply("main:m:o1:1", PERSON, "已下单\n\n1042K", now=NOW)
    await queue_reply("main:m:o1:1", PERSON, "已下单\n\n1042K", now=NOW)
    await post.send()
    assert [one.voice("text") for one in post.custom.shown] == ["已下单\n\n1042K"]
    assert not post.template.sent


async def test_a_late_reply_whose_window_closed_is_held(post: Post):
    await wrote_lately()
    await queue_reply("main:m:o1:1", PERSON, "已下单", now=NOW)
    post.custom.answers = [code(45015)]
    await post.send()
    row = await Delivery.get()
    assert (row.state, row.last_code, post.template.sent) == (DeliveryState.HELD, "45015 window", [])


async def test_who_does_not_follow_any_more_is_marked_and_their_notice_held(post: Post):
    await wrote_lately()
    row = await post.put()
    post.template.answers = [code(43004)]
    await post.send()
    await row.refresh_from_db()
    assert (row.state, row.last_code) == (DeliveryState.HELD, "43004 recipient")
    assert not (await Identity.get(openid="o1")).following
    assert not post.custom.sent


async def test_what_fits_no_template_goes_as_a_plain_message_to_who_wrote_lately(post: Post):
    await wrote_lately()
    row = await post.put()
    post.template.answers = [code(47003)]
    await post.send()
    await row.refresh_from_db()
    assert (row.state, row.channel, len(post.custom.shown)) == (DeliveryState.SENT, "custom", 1)


async def test_what_fits_no_template_is_held_for_who_was_silent_two_days(post: Post):
    await wrote_lately(hours=48)
    row = await post.put()
    post.template.answers = [code(47003)]
    await post.send()
    await row.refresh_from_db()
    assert (row.state, row.last_code, post.custom.sent) == (DeliveryState.HELD, "47003 content", [])


async def test_a_spent_quota_pauses_the_account_until_after_midnight_and_keeps_the_rows(post: Post):
    rows = [await post.put() for _ in range(AT_ONCE + 4)]
    post.template.answers = [code(45009)] * AT_ONCE
    await post.send()
    assert len(post.template.sent) == AT_ONCE
    reset = datetime(2026, 11, 24, 16, 5, tzinfo=UTC)
    for row in rows:
        await row.refresh_from_db()
        assert (row.state, row.next_at) == (DeliveryState.FAILED, reset)
    pause = await ChannelPause.get()
    assert (pause.kind, pause.code, pause.until) == ("quota", "45009", reset)

    more = await post.put()
    await post.send()
    assert len(post.template.sent) == AT_ONCE
    await more.refresh_from_db()
    assert (more.next_at, more.attempts) == (reset, 0)

    post.clock.now = reset
    await post.send()
    assert len(post.template.shown) == AT_ONCE + 5
    assert not await ChannelPause.exists()


async def test_during_a_pause_who_wrote_lately_gets_a_plain_message(post: Post):
    await wrote_lately()
    await post.put()
    post.template.answers = [code(45009)]
    await post.send()
    await post.put()
    await post.send()
    assert (len(post.template.sent), len(post.custom.shown)) == (1, 2)


async def test_a_mistake_in_the_setup_opens_the_circuit_and_a_success_closes_it(post: Post):
    await post.put()
    await post.put()
    post.template.answers = [code(40164)] * 2
    await post.send()
    await post.put()
    await post.send()
    assert len(post.template.sent) == 2
    post.clock.forward(minutes=5)
    await post.send()
    assert len(post.template.shown) == 3
    assert not await ChannelPause.exists()


async def test_the_pause_of_one_account_leaves_others_alone(post: Post):
    await ChannelPause.create(
        account="other", channel="template", kind="config", code="1", since=NOW, until=NOW + timedelta(hours=1)
    )
    await post.put()
    assert await post.send() == 1
    assert len(post.template.shown) == 1


async def test_both_ways_shut_is_no_endless_round(post: Post):
    await wrote_lately()
    row = await post.put()
    post.template.answers = [code(40164)] * 9
    post.custom.answers = [code(48001)] * 9
    await post.send()
    await row.refresh_from_db()
    assert row.state is DeliveryState.FAILED
    assert row.next_at > NOW
    assert len(post.template.sent) + len(post.custom.sent) <= 3


async def test_under_review_is_not_sent_again(post: Post):
    row = await post.put()
    post.template.answers = [code(40252)]
    await post.send()
    post.clock.forward(days=1)
    await post.send()
    await row.refresh_from_db()
    assert (row.state, row.last_code, len(post.template.sent)) == (DeliveryState.SENT, "40252 under_review", 1)


async def test_notices_of_one_order_reach_a_person_in_order(post: Post):
    first = await post.put(order="SO1042K")
    second = await post.put(order="SO1042K")
    other = await post.put(order="SO1043M")
    post.template.answers = [code(-1)]
    await post.send()
    for row in (first, second, other):
        await row.refresh_from_db()
    assert (first.state, second.state, other.state) == (DeliveryState.FAILED, DeliveryState.DUE, DeliveryState.SENT)
    post.clock.forward(seconds=5)
    await post.send()
    keys = [one.key for one in post.template.shown]
    assert [int(key.split("-")[0]) for key in keys] == [other.id, first.id, second.id]


async def test_an_alert_does_not_wait_behind_a_notice_of_its_order(post: Post):
    await post.put(order="SO1042K")
    alert = await post.put(order="SO1042K")
    await Delivery.filter(id=alert.id).update(cause="alert:1:0:0")
    post.template.answers = [code(-1)]
    await post.send()
    await alert.refresh_from_db()
    assert alert.state is DeliveryState.SENT


async def test_one_person_waiting_does_not_hold_up_another(post: Post):
    await post.put(order="SO1042K")
    await post.put(order="SO1042K", to=Address("main", "o2"))
    post.template.answers = [code(-1)]
    await post.send()
    assert [one.to.openid for one in post.template.shown] == ["o2"]


async def test_a_hundred_notices_of_one_waiting_order_hide_nobody(post: Post):
    for _ in range(100):
        await post.put(order="SO1042K")
    post.template.answers = [code(-1)]
    await post.send()
    await post.put(order="SO1043M")
    await post.send()
    assert len(post.template.shown) == 1
    post.clock.forward(seconds=5)
    await post.send()
    ids = [int(one.key.split("-")[0]) for one in post.template.shown[1:]]
    assert ids == sorted(ids)
    assert len(ids) == 100


async def test_a_given_up_notice_lets_the_next_one_pass(post: Post):
    await post.put(order="SO1042K")
    await post.put(order="SO1042K")
    post.template.answers = [code(43019)]
    await post.send()
    assert len(post.template.shown) == 1


async def test_a_bug_in_a_channel_is_an_unknown_outcome_and_hurts_nobody_else(post: Post, caplog):
    def burst() -> None:
        raise RuntimeError("bug")

    await post.put()
    await post.put()
    post.template.answers = [burst]
    await post.send()
    states = sorted(row.state for row in await Delivery.all())
    assert states == [DeliveryState.FAILED, DeliveryState.SENT]
    assert len(post.template.shown) == 1


async def test_an_account_without_channels_is_given_a_while(post: Post):
    row = await post.put(to=Address("gone", "o1"))
    await post.send()
    await row.refresh_from_db()
    assert (row.state, row.last_code) == (DeliveryState.FAILED, "no_channel unmapped")


async def test_receipt_after_the_send(post: Post):
    row = await post.put()
    await post.send()
    await note_receipt("main", "1000", "success", now=NOW)
    await row.refresh_from_db()
    assert row.state is DeliveryState.DELIVERED


async def test_receipt_before_the_answer_to_the_send(post: Post):
    row = await post.put()
    await note_receipt("main", "1000", "success", now=NOW)
    await post.send()
    await row.refresh_from_db()
    assert row.state is DeliveryState.DELIVERED


async def test_an_alert_overtakes_ten_thousand_announcements_and_they_go_by_rank(post: Post):
    many = [
        Plan(Address("main", f"o{n}"), Notice.ANNOUNCEMENT, ORDER | {"text": "盘点"}, "test") for n in range(10_000)
    ]
    for first in range(0, len(many), 1000):
        await put("event:900", many[first : first + 1000], now=NOW - timedelta(hours=1))
    facts = ORDER | {"tries": 30, "reasons": ()}
    for notice in (Notice.ORDER_CANCELLED, Notice.HELP_WANTED, Notice.CODES_GUESSED):
        await post.put(notice, facts=facts)
    assert await post.sender().send_due() == AT_ONCE
    foremost = [one.notice for one in post.template.sent[:3]]
    assert foremost == [Notice.CODES_GUESSED, Notice.HELP_WANTED, Notice.ORDER_CANCELLED]
    assert sum(one.notice is Notice.ANNOUNCEMENT for one in post.template.sent) == AT_ONCE - 3


CALLS = {
    "recipient": 1, "consent": 1, "window": 1, "throttled": 32, "content": 1, "media": 1, "review": 1, "method": 1,
    "quota_reset": 1, "transient": 32,
}  # fmt: skip
"""How often at most the platform is asked before the end, by the class of its answer."""
CALLS_OF = {45009: 3, 40036: 14, 40037: 14}
"""A spent quota once a day; a template that is missing is looked for again for an hour."""
SETUP = frozenset({"token", "config"})


@pytest.mark.parametrize("number", sorted(number for number, policy in POLICIES.items() if policy.kind not in SETUP))
async def test_each_code_costs_a_bounded_number_of_calls_and_comes_to_an_explained_end(post: Post, number: int):
    row = await post.put()
    post.template.answers = [code(number)] * 100
    while row.state in (DeliveryState.DUE, DeliveryState.FAILED):
        await post.send()
        await row.refresh_from_db()
        post.clock.now = max(row.next_at, post.clock.now)
    assert row.state in {DeliveryState.HELD, DeliveryState.GIVEN_UP, DeliveryState.SENT}
    assert row.last_code.split(" ")[0] == str(number)
    assert row.last_code.split(" ")[1]
    assert 1 <= len(post.template.sent) <= (CALLS_OF.get(number) or CALLS[POLICIES[number].kind])
    assert post.clock.now - NOW <= timedelta(hours=33)


@pytest.mark.parametrize("number", sorted(number for number, policy in POLICIES.items() if policy.kind in SETUP))
async def test_a_mistake_of_setup_is_asked_about_once_in_five_minutes_whatever_waits(post: Post, number: int):
    rows = [await post.put() for _ in range(3)]
    post.template.answers = [code(number)] * 100
    for _ in range(4):
        await post.send()
        post.clock.forward(minutes=5)
    assert len(post.template.sent) <= 4 * len(rows)
    pause = await ChannelPause.get()
    assert (pause.kind, pause.code) == ("config", str(number))
    for row in rows:
        await row.refresh_from_db()
        assert (row.state, row.last_code) == (DeliveryState.FAILED, f"{number} way_shut")
