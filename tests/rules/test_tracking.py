"""How a parcel may move, whatever a service says."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.rules.tracking import FINAL, RETURN, ParcelState, longest_gap, moved, usual_gap

STATES = st.sampled_from(ParcelState)


@given(st.lists(STATES.filter(lambda state: state not in RETURN)))
def test_an_end_is_left_for_a_return_only(news: list[ParcelState]):
    for end in FINAL:
        state = end
        for one in news:
            state = moved(state, one)
        assert state is end


@given(st.lists(STATES))
def test_nothing_follows_a_return_that_was_signed_for(news: list[ParcelState]):
    state = ParcelState.RETURNED
    for one in news:
        state = moved(state, one)
    assert state is ParcelState.RETURNED


@given(STATES, STATES)
def test_the_same_news_twice_is_one_move(present: ParcelState, news: ParcelState):
    once = moved(present, news)
    assert moved(once, news) is once
    assert once in (present, news)


def test_the_newest_word_counts():
    assert moved(ParcelState.DELIVERED, ParcelState.RETURNING) is ParcelState.RETURNING
    assert moved(ParcelState.OUT_FOR_DELIVERY, ParcelState.IN_TRANSIT) is ParcelState.IN_TRANSIT
    assert moved(ParcelState.COLLECTED, ParcelState.HANDED_OVER) is ParcelState.COLLECTED
    assert moved(ParcelState.PROBLEM, ParcelState.OUT_FOR_DELIVERY) is ParcelState.OUT_FOR_DELIVERY
    assert moved(ParcelState.RETURNING, ParcelState.IN_TRANSIT) is ParcelState.RETURNING
    assert moved(ParcelState.RETURNING, ParcelState.RETURNED) is ParcelState.RETURNED
    assert moved(ParcelState.RETURNING, ParcelState.DELIVERED) is ParcelState.DELIVERED


def test_usual_is_what_nine_of_ten_stay_under():
    hours = [timedelta(hours=n) for n in range(1, 11)]
    assert usual_gap(hours) == timedelta(hours=9)
    assert usual_gap(hours[:9]) is None


def test_the_longest_gap_does_not_depend_on_the_order():
    start = datetime(2026, 11, 24, tzinfo=UTC)
    times = [start + timedelta(hours=n) for n in (9, 0, 2)]
    assert longest_gap(times) == timedelta(hours=7)
    assert longest_gap(times[:1]) is None
