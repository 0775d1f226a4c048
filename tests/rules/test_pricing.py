"""What a line costs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.pricing import HIGHEST, LIST, MANUAL, Priced, price, price_fits
from domain.values import money

D = Decimal
LAMP = Priced("L09", "只", D("3.2"), D("2.8"))
PRICES = st.decimals("0.0001", "9999", places=4)
QUANTITIES = st.decimals("0.001", "99999", places=3)


def test_the_list_price_is_per_base_unit():
    line = price(LAMP, D(200))
    assert (line.unit_price, line.price_unit, line.amount, line.source, line.below_floor) == (
        D("3.2"), "只", D("640.00"), LIST, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given_price", "ratio", "amount", "below"),
    [
        ("2.8", 1, "560.00", False),
        ("2.7999", 1, "559.98", True),
        ("280", 100, "560.00", False),
        ("279", 100, "558.00", True),
    ],
)
def test_a_price_that_was_given(given_price: str, ratio: int, amount: str, below: bool):
    line = price(LAMP, D(200), given=D(given_price), given_unit="箱", given_ratio=D(ratio))
    assert (line.unit_price, line.price_unit, line.source) == (D(given_price), "箱", MANUAL)
    assert (line.amount, line.below_floor) == (D(amount), below)


def test_without_a_floor_the_list_price_is_the_floor():
    bare = Priced("L09", "只", D("3.2"))
    assert price(bare, D(1), given=D("3.1999"), given_unit="只").below_floor
    assert not price(bare, D(1), given=D("3.2"), given_unit="只").below_floor


def test_halves_of_a_cent_go_up_once_for_the_line():
    assert price(Priced("S", "个", D("0.035")), D(1)).amount == D("0.04")
    assert price(Priced("S", "个", D("0.035")), D(1000)).amount == D("35.00")


@given(PRICES, QUANTITIES)
def test_the_amount_is_the_product_to_the_cent(list_price: Decimal, qty: Decimal):
    amount = price(Priced("S", "个", list_price), qty).amount
    assert amount == money(list_price * qty)
    assert abs(amount - list_price * qty) <= D("0.005")


@given(PRICES, QUANTITIES, st.sampled_from([1, 12, 24, 50, 305]))
def test_a_third_of_a_box_costs_a_third_of_its_price(given_price: Decimal, qty: Decimal, ratio: int):
    line = price(LAMP, qty, given=given_price, given_unit="箱", given_ratio=D(ratio))
    assert abs(line.amount * ratio - given_price * qty) <= D("0.005") * ratio
    assert line.below_floor == (given_price < D("2.8") * ratio)


@pytest.mark.parametrize(
    ("number", "fits"),
    [("0.0001", True), ("18.5", True), (str(HIGHEST), True), ("0", False), ("-1", False), ("0.00001", False),
     ("NaN", False), ("Infinity", False), ("10000001", False)],
)  # fmt: skip
def test_what_can_be_a_price(number: str, fits: bool):
    assert price_fits(D(number)) is fits
