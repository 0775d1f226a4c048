"""Who is at work: hours, shifts and leave at their edges, by tables and by property."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.roster import (
    PRESENT,
    Hours,
    Member,
    Presence,
    Span,
    back_at,
    goes_on,
    handed_by,
    leave_span,
    presence,
    present,
    shift_span,
    takes_over_at,
)
from domain.values import Role

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = Hours(frozenset(range(5)), time(9), time(18))
NIGHT = Hours(frozenset({4}), time(22), time(6))
TUESDAY = date(2026, 11, 24)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in the shop."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def member(**more) -> Member:
    return Member(1, "S001", "阿强", **more)


@pytest.mark.parametrize(
    ("hours", "moment", "where"),
    [
        (None, at(29, 3), Presence.AT_WORK),
        (WEEK, at(24, 8, 59), Presence.OFF),
        (WEEK, at(24, 9), Presence.AT_WORK),
        (WEEK, at(24, 17, 59), Presence.AT_WORK),
        (WEEK, at(24, 18), Presence.OFF),
        (WEEK, at(28, 12), Presence.OFF),
        (NIGHT, at(27, 21, 59), Presence.OFF),
        (NIGHT, at(27, 22), Presence.AT_WORK),
        (NIGHT, at(28, 5, 59), Presence.AT_WORK),
        (NIGHT, at(28, 6), Presence.OFF),
        (NIGHT, at(27, 5), Presence.OFF),
        (NIGHT, at(28, 22), Presence.OFF),
    ],
)
def test_regular_hours(hours: Hours | None, moment: datetime, where: Presence):
    assert presence(member(hours=hours), moment, ZONE) is where


@pytest.mark.parametrize(
    ("days", "day", "works"),
    [
        (range(5), date(2026, 10, 1), False),
        (range(7), date(2026, 10, 1), False),
        (range(5), date(2026, 10, 10), True),
        (range(5), date(2026, 10, 17), False),
        ({5, 6}, date(2026, 10, 10), True),
        ({6}, date(2026, 10, 10), False),
    ],
)
def test_regular_hours_keep_public_holidays(days: Iterable[int], day: date, works: bool):
    noon = datetime.combine(day, time(12), ZONE).astimezone(UTC)
    where = presence(member(hours=Hours(frozenset(days), time(9), time(18))), noon, ZONE)
    assert (where is Presence.AT_WORK) is works


def test_a_shift_counts_on_a_day_off_and_over_midnight():
    shift = shift_span(date(2026, 11, 28), time(20), time(8), ZONE)
    one = member(hours=WEEK, shifts=(shift,))
    assert presence(one, at(28, 19, 59), ZONE) is Presence.OFF
    assert presence(one, at(28, 20), ZONE) is Presence.ON_SHIFT
    assert presence(one, at(29, 7, 59), ZONE) is Presence.ON_SHIFT
    assert presence(one, at(29, 8), ZONE) is Presence.OFF


def test_leave_outweighs_a_shift():
    whole = shift_span(TUESDAY, None, None, ZONE)
    assert presence(member(shifts=(whole,)), at(24, 0), ZONE) is Presence.ON_SHIFT
    assert presence(member(shifts=(whole,), leaves=(whole,)), at(24, 0), ZONE) is Presence.ON_LEAVE


@pytest.mark.parametrize(
    ("part", "away", "here"),
    [
        (None, [at(24, 0), at(24, 23, 59)], [at(23, 23, 59), at(25, 0)]),
        ("am", [at(24, 0), at(24, 11, 59)], [at(24, 12)]),
        ("pm", [at(24, 12), at(24, 23, 59)], [at(24, 11, 59), at(25, 0)]),
    ],
)
def test_leave_covers_shop_days_or_half_of_one(part, away, here):
    one = member(leaves=(leave_span(TUESDAY, TUESDAY, part, ZONE),))
    assert all(presence(one, moment, ZONE) is Presence.ON_LEAVE for moment in away)
    assert all(presence(one, moment, ZONE) is Presence.AT_WORK for moment in here)


def test_back_after_leaves_that_follow_each_other():
    leaves = (
        leave_span(date(2026, 11, 26), date(2026, 11, 26), None, ZONE),
        leave_span(TUESDAY, date(2026, 11, 25), None, ZONE),
    )
    assert back_at(member(leaves=leaves), at(24, 10)) == at(27, 0)
    assert back_at(member(leaves=leaves), at(27, 10)) is None


def test_who_is_on_a_shift_comes_first():
    usual, shift = Member(1, "S1", "甲"), Member(2, "S2", "乙", shifts=(shift_span(TUESDAY, None, None, ZONE),))
    gone = Member(3, "S3", "丙", hours=NIGHT)
    assert present([usual, shift, gone], at(24, 10), ZONE) == [shift, usual]


moments = st.timedeltas(timedelta(0), timedelta(days=365)).map(lambda after: at(1, 0) + after)
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
spans = st.builds(
    lambda start, length: Span(start, start + length), moments, st.timedeltas(timedelta(1), timedelta(30))
)
hours = st.none() | st.builds(Hours, st.frozensets(st.integers(0, 6)), times, times)


few = st.lists(spans, max_size=4).map(tuple)
members = st.builds(Member, st.just(1), st.just("S"), st.just("n"), hours=hours, leaves=few, shifts=few)


@given(members, moments)
def test_presence_is_what_the_rows_say(one: Member, now: datetime):
    where = presence(one, now, ZONE)
    assert (where is Presence.ON_LEAVE) == any(leave.holds(now) for leave in one.leaves)
    if where is Presence.ON_SHIFT:
        assert any(shift.holds(now) for shift in one.shifts)
    if one.hours is None and not any(leave.holds(now) for leave in one.leaves):
        assert where in PRESENT
    back = back_at(one, now)
    assert (back is not None) == (where is Presence.ON_LEAVE)
    if back is not None:
        assert back > now
        assert not any(leave.holds(back) for leave in one.leaves)


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), times, times)
def test_a_shift_never_ends_before_it_begins_nor_lasts_over_a_day(day, start, end):
    span = shift_span(day, start, end, ZONE)
    assert timedelta(0) < span.end - span.start <= timedelta(days=1)


@pytest.mark.parametrize(
    ("turn", "moment"),
    [
        (Span(at(24, 18), at(25, 2)), at(24, 18)),
        (Span(at(24, 20), at(25, 8)), at(24, 20)),
        (Span(at(28, 0), at(29, 0)), at(28, 8)),
        (Span(at(28, 0), at(28, 8)), at(28, 0)),
    ],
    ids=["evening", "over midnight", "whole day", "early turn"],
)
def test_when_somebody_takes_over(turn: Span, moment: datetime):
    assert takes_over_at(turn, ZONE) == moment


def test_nothing_changes_hands_while_the_same_person_goes_on():
    turn = Span(at(25, 0), at(26, 0))
    assert goes_on(turn, [Span(at(24, 0), at(25, 0))])
    assert not goes_on(turn, [Span(at(23, 0), at(24, 0)), Span(at(26, 0), at(27, 0))])


def test_who_hands_over_does_the_same_work_and_ends_then():
    turn = Span(at(24, 20), at(25, 8))
    taker = Member(1, "S001", "阿强", frozenset({Role.WAREHOUSE}), shifts=(turn,))
    before = (Span(at(24, 8), at(24, 20)),)
    same = Member(2, "S002", "阿明", frozenset({Role.WAREHOUSE}), shifts=before)
    other = Member(3, "S003", "采妹", frozenset({Role.PURCHASING}), shifts=before)
    gone = Member(4, "S004", "小赵", frozenset({Role.WAREHOUSE}), shifts=(Span(at(24, 0), at(24, 8)),))
    assert handed_by(taker, turn, [taker, same, other, gone]) == [same]
