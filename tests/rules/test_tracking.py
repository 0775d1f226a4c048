"""What carriers' codes mean, and how a parcel may move."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.tracking import FINAL, ParcelState, moved, state_of

STATES = st.sampled_from(ParcelState)
JOURNEY = list(ParcelState)[:4]


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("0", "in_transit"), ("1", "collected"),
        ("101", "handed_over"), ("102", "handed_over"), ("103", "collected"),
        ("1001", "in_transit"), ("1002", "in_transit"),
        ("1003", "in_transit"), ("5", "out_for_delivery"),
        ("501", "out_for_delivery"), ("3", "delivered"), ("301", "delivered"), ("302", "delivered"),
        ("304", "delivered"), ("2", "problem"), ("203", "problem"),
        ("209", "problem"), ("6", "returning"), ("4", "returned"),
        ("14", "returning"), ("401", "problem"),
        ("7", "in_transit"), ("8", "in_transit"), ("10", "in_transit"),
        ("", "in_transit"), ("xyz", "in_transit"), ("99", "in_transit"),
    ],
)  # fmt: skip
def test_codes_of_kuaidi100(code: str, state: str):
    assert state_of(code) == state


@given(st.lists(STATES))
def test_an_end_is_never_left(news: list[ParcelState]):
    for end in FINAL:
        state = end
        for one in news:
            state = moved(state, one)
        assert state is end


@given(st.lists(st.sampled_from(JOURNEY), min_size=1))
def test_a_good_journey_never_goes_back(news: list[ParcelState]):
    state = ParcelState.HANDED_OVER
    for one in news:
        after = moved(state, one)
        assert JOURNEY.index(after) >= JOURNEY.index(state)
        state = after
    assert state is max(news, key=JOURNEY.index)


@given(STATES, STATES)
def test_the_same_news_twice_is_one_move(present: ParcelState, news: ParcelState):
    once = moved(present, news)
    assert moved(once, news) is once
    assert once in (present, news)


def test_trouble_passes_and_a_return_goes_on():
    assert moved(ParcelState.PROBLEM, ParcelState.OUT_FOR_DELIVERY) is ParcelState.OUT_FOR_DELIVERY
    assert moved(ParcelState.RETURNING, ParcelState.IN_TRANSIT) is ParcelState.RETURNING
    assert moved(ParcelState.RETURNING, ParcelState.RETURNED) is ParcelState.RETURNED
    assert moved(ParcelState.RETURNING, ParcelState.DELIVERED) is ParcelState.DELIVERED
