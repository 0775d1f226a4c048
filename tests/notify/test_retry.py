"""What follows a failed send: the table of failures, and the arithmetic of waiting."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.wechat.codes import POLICIES, policy_of
from domain.errors import DeliveryFailed
from notify.models import DeliveryState
from notify.retry import BACKOFF, MENDING, PATIENCE, SAME_MESSAGE, Tried, backoff, decide, next_day, unsure_since
from tests.notify.samples import NOW

BOTH = frozenset({"template", "custom"})
ONLY_TEMPLATE = frozenset({"template"})


def code(number: int) -> DeliveryFailed:
    policy = policy_of(number)
    return DeliveryFailed(number, permanent=policy.permanent, retry_after=policy.retry_after, kind=policy.kind)


AMBIGUOUS = DeliveryFailed("timeout", maybe_sent=True, kind="ambiguous")


def tried(channel: str = "template", **changes) -> Tried:
    usual = {
        "channels": ("template", "custom"),
        "attempts": 1,
        "created_at": NOW,
        "idempotent": channel == "template",
        "open_now": ONLY_TEMPLATE,
    }
    return Tried(channel, **{**usual, **changes})


def after(failure: DeliveryFailed, before: Tried | None = None, **more):
    return decide(failure, before or tried(), now=more.get("now", NOW), chance=more.get("chance", 0.5))


@pytest.mark.parametrize("number", [43004, 40003, 43019, 49003, 50002, 50005, 48002])
def test_a_person_who_is_gone_is_given_up_at_once(number: int):
    step = after(code(number), tried(open_now=BOTH))
    left = number == 43004
    assert (step.state, step.why) == (DeliveryState.HELD if left else DeliveryState.GIVEN_UP, "recipient")
    assert step.gone == (number == 43004)


def test_under_review_counts_as_sent_and_is_never_sent_again():
    step = after(code(40252))
    assert (step.state, step.why, step.at) == (DeliveryState.SENT, "under_review", None)


@pytest.mark.parametrize("number", [47003, 43101, 43116])
def test_what_cannot_be_a_card_becomes_a_plain_message_or_ends(number: int):
    step = after(code(number), tried(open_now=BOTH))
    assert (step.state, step.channel, step.at, step.channels) == (DeliveryState.FAILED, "custom", NOW, ("custom",))
    assert after(code(number)).state is DeliveryState.HELD


def test_no_template_configured_becomes_a_plain_message():
    for missing in (DeliveryFailed("no_template", permanent=True, kind="unmapped"), code(40037)):
        assert after(missing, tried(open_now=BOTH)).channel == "custom"
        assert after(missing, tried(open_now=BOTH)).pause_until is None


def test_without_a_template_and_a_window_a_notice_waits_an_hour_for_somebody_to_set_one():
    step = after(code(40037))
    assert (step.state, step.at) == (DeliveryState.FAILED, NOW + timedelta(minutes=5))
    step = after(code(40037), tried(created_at=NOW - MENDING))
    assert (step.state, step.why) == (DeliveryState.HELD, "content")


@pytest.mark.parametrize("number", [40164, 40125, 40013, 48001, 40001])
def test_a_mistake_in_the_setup_shuts_the_way_for_five_minutes(number: int):
    step = after(code(number))
    assert (step.state, step.at, step.pause_until) == (DeliveryState.FAILED, NOW + timedelta(minutes=5), step.at)
    assert step.channels == ("template", "custom")
    around = after(code(number), tried(open_now=BOTH))
    assert (around.channel, around.at, around.pause_until) == ("custom", NOW, NOW + timedelta(minutes=5))


def test_the_quota_of_the_day_shuts_the_way_until_after_midnight_in_shanghai():
    step = after(code(45009))
    assert step.pause_until == step.at == datetime(2026, 11, 24, 16, 5, tzinfo=UTC)
    assert next_day(datetime(2026, 11, 24, 16, 1, tzinfo=UTC)) == datetime(2026, 11, 25, 16, 5, tzinfo=UTC)


def test_a_closed_window_gives_the_card_another_turn_later():
    step = after(code(45047), tried("custom", open_now=BOTH))
    assert (step.state, step.channel, step.channels) == (DeliveryState.FAILED, "template", ("template",))
    assert step.at is not None
    assert step.at > NOW


def test_a_late_reply_is_never_made_a_card():
    step = after(code(45015), tried("custom", channels=("custom",), open_now=BOTH))
    assert (step.state, step.why) == (DeliveryState.HELD, "window")


@pytest.mark.parametrize(("attempts", "wait"), [*enumerate(BACKOFF, start=1), (7, BACKOFF[-1]), (50, BACKOFF[-1])])
def test_what_may_pass_is_tried_again_ever_more_slowly(attempts: int, wait: timedelta):
    assert after(code(-1), tried(attempts=attempts)).at == NOW + wait


@given(attempts=st.integers(0, 60), chance=st.floats(0, 1, exclude_max=True))
def test_waiting_is_spread_by_a_fifth(attempts: int, chance: float):
    step = BACKOFF[min(max(attempts, 1), len(BACKOFF)) - 1]
    assert step * 0.799 <= backoff(attempts, chance) <= step * 1.201


def test_the_minute_quota_waits_a_minute():
    assert after(code(45011)).at == NOW + timedelta(seconds=60)


def test_patience_ends_after_a_day_with_one_last_try():
    late = tried(attempts=30, created_at=NOW - PATIENCE + timedelta(minutes=10))
    assert after(code(-1), late).at == late.created_at + PATIENCE
    step = after(code(-1), tried(attempts=31, created_at=NOW - PATIENCE))
    assert (step.state, step.why) == (DeliveryState.HELD, "too_late")
    assert after(code(40164), tried(created_at=NOW - PATIENCE)).state is DeliveryState.HELD


def test_an_unknown_outcome_is_sent_again_only_where_a_second_one_is_dropped():
    step = after(AMBIGUOUS)
    assert (step.state, step.channel) == (DeliveryState.FAILED, "template")
    step = after(AMBIGUOUS, tried("custom", open_now=BOTH))
    assert (step.state, step.why) == (DeliveryState.UNSURE, "outcome_unknown")


def test_an_unknown_outcome_is_sent_again_only_while_the_platform_remembers():
    first = NOW - SAME_MESSAGE + timedelta(seconds=5)
    assert after(AMBIGUOUS, tried(attempts=1, unsure_since=first)).state is DeliveryState.FAILED
    assert after(AMBIGUOUS, tried(attempts=2, unsure_since=first)).state is DeliveryState.UNSURE


def test_a_doubt_stays_a_doubt_when_the_next_try_fails_plainly():
    doubtful = tried(attempts=5, unsure_since=NOW - timedelta(minutes=7))
    assert after(code(-1), doubtful).state is DeliveryState.UNSURE


def test_the_first_doubt_of_a_channel_counts():
    tries = [
        {"at": NOW.isoformat(), "channel": "custom", "maybe": "yes"},
        {"at": (NOW + timedelta(minutes=1)).isoformat(), "channel": "template", "code": "-1"},
        {"at": (NOW + timedelta(minutes=2)).isoformat(), "channel": "template", "maybe": "yes"},
        {"at": (NOW + timedelta(minutes=3)).isoformat(), "channel": "template", "maybe": "yes"},
    ]
    assert unsure_since(tries, "template") == NOW + timedelta(minutes=2)
    assert unsure_since([], "template") is None


@given(
    number=st.sampled_from(sorted(POLICIES)),
    channel=st.sampled_from(["template", "custom"]),
    ways=st.sampled_from([("template", "custom"), ("template",), ("custom",)]),
    open_now=st.sampled_from([frozenset(), ONLY_TEMPLATE, BOTH, frozenset({"custom"})]),
    attempts=st.integers(1, 40),
    age=st.integers(0, 30 * 3600),
    maybe=st.booleans(),
)
def test_every_failure_ends_or_goes_on_with_a_reason(number, channel, ways, open_now, attempts, age, maybe):
    failure = code(number)
    failure.maybe_sent = maybe
    ways = ways if channel in ways else (channel, *ways)
    before = tried(
        channel, channels=ways, open_now=open_now, attempts=attempts, created_at=NOW - timedelta(seconds=age)
    )
    step = after(failure, before)
    assert step.why
    if step.state is DeliveryState.FAILED:
        assert step.at is not None
        assert step.at >= NOW
        assert step.channel in step.channels
    else:
        assert step.state in {DeliveryState.HELD, DeliveryState.GIVEN_UP, DeliveryState.UNSURE, DeliveryState.SENT}
