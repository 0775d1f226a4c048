"""What may become of an order, and the sides that are folded from its lines."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.lifecycle import FINAL, TRANSITIONS, Axes, Extent, OrderState, Step, after, axes, may, picture


@dataclass
class Counted:
    base_qty: Decimal
    reserved: Decimal = Decimal(0)
    shipped: Decimal = Decimal(0)
    delivered: Decimal = Decimal(0)
    cancelled: Decimal = Decimal(0)


def row(*counters: int) -> Counted:
    return Counted(*map(Decimal, counters))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([row(10)], "none none none"),
        ([row(10, 4)], "partial none none"),
        ([row(10, 10)], "full none none"),
        ([row(10, 6, 4)], "full partial none"),
        ([row(10, 0, 10)], "full full none"),
        ([row(10, 0, 10, 3)], "full full partial"),
        ([row(10, 0, 10, 10)], "full full full"),
        ([row(10, 0, 10, 10), row(5)], "partial partial partial"),
        ([row(10, 0, 6, 6, 4)], "full full full"),
        ([row(10, 0, 0, 0, 10)], "none none none"),
        ([row(10, 10), row(5, 0, 0, 0, 5)], "full none none"),
        ([], "none none none"),
    ],
)
def test_the_sides_of_an_order(lines: list[Counted], expected: str):
    found = axes(lines)
    assert f"{found.allocation} {found.fulfilment} {found.delivery}" == expected
    assert (found.invoicing, found.payment) == (Extent.NONE, Extent.NONE)


@given(st.lists(st.builds(row, st.integers(1, 9), *[st.integers(0, 9)] * 4), max_size=4))
def test_goods_that_are_delivered_were_shipped_and_allocated(lines: list[Counted]):
    lines = [one for one in lines if one.delivered <= one.shipped and one.shipped + one.cancelled <= one.base_qty]
    order = [Extent.NONE, Extent.PARTIAL, Extent.FULL]
    found = axes(lines)
    assert order.index(found.allocation) >= order.index(found.fulfilment) >= order.index(found.delivery)


def test_what_is_decided_is_not_decided_again():
    assert after(OrderState.AWAITING_APPROVAL, Step.APPROVE) is OrderState.ACCEPTED
    for state in OrderState:
        assert may(state, Step.APPROVE) == may(state, Step.REJECT) == (state is OrderState.AWAITING_APPROVAL)
    with pytest.raises(KeyError):
        after(OrderState.CANCELLED, Step.SHIP)


def test_an_end_is_an_end():
    assert frozenset({OrderState.REJECTED, OrderState.CANCELLED, OrderState.SHORT_CLOSED, OrderState.CLOSED}) == FINAL
    assert not [state for state, _ in TRANSITIONS if state in FINAL]


def test_every_state_can_be_reached_and_left_or_is_an_end():
    reached = {OrderState.IN_REVIEW, *TRANSITIONS.values()}
    assert reached == set(OrderState)


def test_the_picture_shows_every_step():
    text = picture()
    assert text.startswith("stateDiagram-v2\n    [*] --> in_review: place\n")
    for (state, step), to in TRANSITIONS.items():
        assert f"    {state} --> {to}: {step}" in text.splitlines()
    assert isinstance(axes([]), Axes)
