"""How a parcel may move, whatever a service says."""

from hypothesis import given
from hypothesis import strategies as st

from domain.rules.tracking import FINAL, RETURN, ParcelState, moved

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
