"""What a line costs."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.pricing import (
    BREAK,
    CONTRACT,
    HIGHEST,
    LEVEL,
    LIST,
    MANUAL,
    Given,
    Market,
    Priced,
    Rank,
    Rate,
    fitting,
    next_break,
    price,
    price_fits,
    rate_for,
)
from domain.values import money

D = Decimal
TODAY = date(2026, 11, 24)
LAMP = Priced("L09", "只", D("3.2"), D("2.8"))
PRICES = st.decimals("0.0001", "9999", places=4)
QUANTITIES = st.decimals("0.001", "99999", places=3)


def plain(qty: Decimal | int, *rates: Rate, tax: str | None = None) -> Market:
    return Market(TODAY, D(qty), rates, tax)


def test_the_list_price_is_per_base_unit():
    line = price(LAMP, D(200), plain(200))
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
    line = price(LAMP, D(200), plain(200), Given(D(given_price), "箱", D(ratio), "老李"))
    assert (line.unit_price, line.price_unit, line.source) == (D(given_price), "箱", MANUAL)
    assert (line.amount, line.below_floor) == (D(amount), below)
    assert line.facts["by"] == "老李"


@pytest.mark.parametrize(("given_price", "discount"), [("3.2", "0"), ("2.88", "0.1"), ("1.6", "0.5"), ("4", "0")])
def test_how_far_a_given_price_is_below_the_usual_one(given_price: str, discount: str):
    assert price(LAMP, D(1), plain(1), Given(D(given_price))).discount == D(discount)


def test_without_a_floor_the_list_price_is_the_floor_of_a_given_price():
    bare = Priced("L09", "只", D("3.2"))
    assert price(bare, D(1), plain(1), Given(D("3.1999"))).below_floor
    assert not price(bare, D(1), plain(1), Given(D("3.2"))).below_floor
    assert not price(bare, D(1), plain(1, Rate(Rank.OWN, "C001", D(1)))).below_floor


def test_a_list_may_break_a_floor_and_that_is_said():
    assert price(LAMP, D(1), plain(1, Rate(Rank.OWN, "C001", D("2.79")))).below_floor


def test_halves_of_a_cent_go_up_once_for_the_line():
    assert price(Priced("S", "个", D("0.035")), D(1), plain(1)).amount == D("0.04")
    assert price(Priced("S", "个", D("0.035")), D(1000), plain(1000)).amount == D("35.00")


EVERYBODY = Rate(Rank.EVERYBODY, "BASE", D("3.1"), D(100))
VIP = Rate(Rank.LEVEL, "VIP", D("3.0"))
VIP_MANY = Rate(Rank.LEVEL, "VIP", D("2.9"), D(500))
OWN_MANY = Rate(Rank.OWN, "C001", D("2.95"), D(1000))


@pytest.mark.parametrize(
    ("ordered", "unit_price", "source", "facts"),
    [
        (99, "3.2", LIST, {}),
        (100, "3.1", BREAK, {"list": "BASE", "from": "100", "unit": "只"}),
    ],
)
def test_a_break_for_everybody(ordered: int, unit_price: str, source: str, facts: dict[str, str]):
    line = price(LAMP, D(10), plain(ordered, EVERYBODY))
    assert (line.unit_price, line.source, line.facts) == (D(unit_price), source, facts)


@pytest.mark.parametrize(
    ("ordered", "unit_price", "source"),
    [(1, "3.0", LEVEL), (499, "3.0", LEVEL), (500, "2.9", LEVEL), (1000, "2.95", CONTRACT)],
)
def test_the_nearest_list_counts_even_when_it_is_dearer(ordered: int, unit_price: str, source: str):
    line = price(LAMP, D(10), plain(ordered, EVERYBODY, VIP, VIP_MANY, OWN_MANY))
    assert (line.unit_price, line.source) == (D(unit_price), source)


def test_a_rate_counts_on_its_first_and_last_day_only():
    spring = Rate(Rank.EVERYBODY, "BASE", D(3), starts=date(2026, 3, 1), ends=date(2026, 3, 31))
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    found = [price(LAMP, D(1), Market(day, D(1), (spring,))).unit_price for day in days]
    assert found == [D("3.2"), D(3), D(3), D("3.2")]


def test_of_two_that_hold_the_newer_counts():
    old = Rate(Rank.LEVEL, "VIP", D(3), starts=date(2026, 1, 1))
    new = Rate(Rank.LEVEL, "VIP", D("3.1"), starts=date(2026, 11, 1))
    assert rate_for([new, old], D(1), TODAY) == rate_for([old, new], D(1), TODAY) == new


@pytest.mark.parametrize(
    ("taxed", "wanted", "unit_price"),
    [
        (True, None, "1.13"),
        (True, "incl", "1.13"),
        (True, "excl", "1"),
        (False, "incl", "1.2769"),
        (None, "incl", "1.13"),
    ],
)
def test_prices_with_and_without_tax(taxed: bool | None, wanted: str | None, unit_price: str):
    rate = Rate(Rank.OWN, "C001", D("1.13"), taxed=taxed, tax_rate=D("0.13"))
    assert price(LAMP, D(1), plain(1, rate, tax=wanted)).unit_price == D(unit_price)


@pytest.mark.parametrize(("ordered", "at"), [(1, D(100)), (99, D(100)), (100, None), (450, None)])
def test_from_where_it_would_cost_less(ordered: int, at: Decimal | None):
    dearer = Rate(Rank.EVERYBODY, "BASE", D("3.15"), D(500))
    found = next_break([EVERYBODY, dearer], D(ordered), TODAY)
    assert (found.from_qty if found else None) == at


@pytest.mark.parametrize(
    ("ordered", "minimum", "multiple", "fits"),
    [
        ("7", None, None, "7"), ("7", "10", None, "10"), ("12", "10", None, "12"), ("7", None, "5", "10"),
        ("10", None, "5", "10"), ("7", "12", "5", "15"), ("0.5", None, "0.25", "0.5"), ("0.6", None, "0.25", "0.75"),
    ],
)  # fmt: skip
def test_packs_and_minimum_quantities(ordered: str, minimum: str | None, multiple: str | None, fits: str):
    lot = [D(x) if x else None for x in (minimum, multiple)]
    assert fitting(D(ordered), *lot) == D(fits)


@given(QUANTITIES, st.none() | QUANTITIES, st.none() | QUANTITIES)
def test_what_fits_is_enough_and_fits_itself(ordered: Decimal, minimum: Decimal | None, multiple: Decimal | None):
    fits = fitting(ordered, minimum, multiple)
    assert fits >= max(ordered, minimum or D(0))
    assert not multiple or (fits % multiple == 0 and fits - max(ordered, minimum or D(0)) < multiple)
    assert fitting(fits, minimum, multiple) == fits


@given(PRICES, QUANTITIES)
def test_the_amount_is_the_product_to_the_cent(list_price: Decimal, qty: Decimal):
    amount = price(Priced("S", "个", list_price), qty, plain(qty)).amount
    assert amount == money(list_price * qty)
    assert abs(amount - list_price * qty) <= D("0.005")


@given(PRICES, QUANTITIES, st.sampled_from([1, 12, 24, 50, 305]))
def test_a_third_of_a_box_costs_a_third_of_its_price(given_price: Decimal, qty: Decimal, ratio: int):
    line = price(LAMP, qty, plain(qty), Given(given_price, "箱", D(ratio)))
    assert abs(line.amount * ratio - given_price * qty) <= D("0.005") * ratio
    assert line.below_floor == (given_price < D("2.8") * ratio)


DAYS = st.none() | st.dates(date(2026, 11, 20), date(2026, 11, 28))
RATES = st.builds(
    Rate,
    rank=st.sampled_from(Rank),
    name=st.just("L"),
    price=st.decimals("0.01", "9", places=2),
    from_qty=st.sampled_from([D(0), D(10), D(100), D(500)]),
    starts=DAYS,
    ends=DAYS,
)


def as_a_clerk_finds_it(rates: list[Rate], ordered: Decimal) -> Decimal | None:
    """The same, as somebody with three sheets of paper would do it: nearest sheet first, largest quantity first."""
    for sheet in (Rank.OWN, Rank.LEVEL, Rank.EVERYBODY):
        for step in (500, 100, 10, 0):
            rows = [r for r in rates if r.rank is sheet and r.from_qty == step and step <= ordered]
            rows = [r for r in rows if not (r.starts and r.starts > TODAY) and not (r.ends and r.ends < TODAY)]
            if rows:
                newest = max(r.starts or date(2000, 1, 1) for r in rows)
                return min(r.price for r in rows if (r.starts or date(2000, 1, 1)) == newest)
    return None


@given(st.lists(RATES, max_size=12), st.sampled_from([1, 9, 10, 99, 100, 499, 500, 5000]), st.randoms())
def test_the_rate_is_the_one_that_a_clerk_would_find(rates: list[Rate], ordered: int, chance: Random):
    found = rate_for(rates, D(ordered), TODAY)
    assert (found.price if found else None) == as_a_clerk_finds_it(rates, D(ordered))
    shuffled = chance.sample(rates, len(rates))
    again = rate_for(shuffled, D(ordered), TODAY)
    assert (again.price if again else None) == (found.price if found else None)


@pytest.mark.parametrize(
    ("number", "fits"),
    [("0.0001", True), ("18.5", True), (str(HIGHEST), True), ("0", False), ("-1", False), ("0.00001", False),
     ("NaN", False), ("Infinity", False), ("10000001", False)],
)  # fmt: skip
def test_what_can_be_a_price(number: str, fits: bool):
    assert price_fits(D(number)) is fits
