"""Whatever holds an order up has a reason and somebody who has to act."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.blocking import Asked, LineNow, OrderNow, blocks
from domain.rules.lifecycle import FINAL, OrderState

D = Decimal
TODAY = date(2026, 11, 24)


def one(line: LineNow, state: OrderState = OrderState.ACCEPTED) -> list[tuple[str, str]]:
    return [(block.code, block.owner) for block in blocks(OrderNow(state, (line,), TODAY, held_by="老李"))]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (LineNow("A", D(10), D(10)), [("ready_to_send", "warehouse")]),
        (LineNow("A", D(10), D(0)), [("not_asked_for", "purchasing")]),
        (LineNow("A", D(10), D(0), asked=Asked("P1")), [("goods_expected", "purchasing")]),
        (LineNow("A", D(10), D(0), asked=Asked("P1", TODAY)), [("goods_expected", "purchasing")]),
        (LineNow("A", D(10), D(0), asked=Asked("P1", date(2026, 11, 22))), [("goods_late", "purchasing")]),
        (LineNow("A", D(10), D(0), asked=Asked("P1", TODAY, buyer="采妹")), [("goods_expected", "采妹")]),
        (LineNow("A", D(10), D(4)), [("not_asked_for", "purchasing"), ("ready_to_send", "warehouse")]),
        (LineNow("A", D(0), D(0), on_the_way=D(3)), [("on_the_way", "carrier")]),
        (LineNow("A", D(0), D(0)), []),
    ],
)
def test_what_holds_a_line_up(line: LineNow, found: list[tuple[str, str]]):
    assert one(line) == found


def test_who_paused_an_order_lets_it_go_on():
    assert one(LineNow("A", D(1), D(1)), OrderState.ON_HOLD)[0] == ("on_hold", "老李")


def test_how_late_the_goods_are_is_said():
    late = LineNow("A", D(10), D(0), asked=Asked("P1", date(2026, 11, 22)))
    (block,) = blocks(OrderNow(OrderState.ACCEPTED, (late,), TODAY))
    assert block.facts == {"sku": "A", "missing": "10", "request": "P1", "expected": "2026-11-22", "late": "2"}
    put_off = LineNow("A", D(10), D(0), asked=Asked("P1", date(2026, 11, 22), slipped=10))
    (block,) = blocks(OrderNow(OrderState.ACCEPTED, (put_off,), TODAY))
    assert (block.facts["late"], block.facts["slipped"]) == ("12", "10"), "since the day that was named first"


QUANTITIES = st.integers(0, 50).map(Decimal)


@st.composite
def lines(draw: st.DrawFn) -> LineNow:
    still = draw(QUANTITIES)
    reserved = min(draw(QUANTITIES), still)
    days = st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 31))
    asked = draw(st.none() | st.builds(Asked, st.just("P1"), days))
    return LineNow(draw(st.sampled_from("AB")), still, reserved, draw(QUANTITIES), asked)


@given(st.sampled_from(OrderState), st.lists(lines(), min_size=1, max_size=4))
def test_nothing_is_held_up_without_a_reason_and_an_owner(state: OrderState, some: list[LineNow]):
    found = blocks(OrderNow(state, tuple(some), TODAY))
    assert all(block.code and block.owner for block in found)
    if state not in FINAL and any(line.open or line.on_the_way for line in some):
        assert found
    if state in (OrderState.ACCEPTED, OrderState.ON_HOLD):
        told = {(block.code, block.facts.get("sku")) for block in found}
        for line in some:
            short = {("not_asked_for", line.sku), ("goods_late", line.sku), ("goods_expected", line.sku)}
            assert not line.short or told & short
            assert not line.reserved or ("ready_to_send", line.sku) in told
