"""Which day may be named."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.promising import Supply, promise
from domain.rules.workdays import is_workday
from domain.values import DeliveryKind, DeliveryWish

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)
FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)
STOCK = Supply(True, 7)
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
SUPPLIES = st.lists(st.builds(Supply, st.booleans(), st.integers(0, 90)), max_size=6)


def by(day: date) -> DeliveryWish:
    return DeliveryWish(DeliveryKind.BY, day)


def on(day: date) -> DeliveryWish:
    return DeliveryWish(DeliveryKind.DATE, day)


@pytest.mark.parametrize(
    ("supplies", "today", "wish", "promised"),
    [
        ([STOCK], TUESDAY, None, THURSDAY),
        ([STOCK], THURSDAY, None, MONDAY),
        ([STOCK], TUESDAY, on(WEDNESDAY), WEDNESDAY),
        ([STOCK], TUESDAY, on(TUESDAY), WEDNESDAY),
        ([STOCK], FRIDAY, on(date(2026, 11, 28)), MONDAY),
        ([STOCK], TUESDAY, on(date(2026, 12, 24)), date(2026, 12, 24)),
        ([STOCK], TUESDAY, by(WEDNESDAY), WEDNESDAY),
        ([STOCK], TUESDAY, by(MONDAY), THURSDAY),
        ([STOCK, Supply(False, 5)], TUESDAY, on(WEDNESDAY), MONDAY),
        ([Supply(False, 2), Supply(False, 30)], TUESDAY, None, date(2026, 12, 25)),
        ([Supply(False, 5)], TUESDAY, by(WEDNESDAY), MONDAY),
        ([], TUESDAY, None, THURSDAY),
        ([STOCK], date(2026, 9, 30), None, date(2026, 10, 9)),
        ([STOCK], date(2026, 9, 30), on(date(2026, 10, 2)), date(2026, 10, 8)),
        ([STOCK], date(2026, 10, 9), None, date(2026, 10, 12)),
        ([Supply(False, 1)], date(2026, 2, 13), None, date(2026, 2, 24)),
        ([STOCK], date(2026, 2, 13), on(date(2026, 2, 14)), date(2026, 2, 14)),
    ],
)
def test_promises(supplies: list[Supply], today: date, wish: DeliveryWish | None, promised: date):
    assert promise(supplies, today=today, wish=wish) == promised


@given(SUPPLIES, DAYS, st.integers(0, 60))
def test_no_day_is_named_before_the_goods_can_be_there(supplies: list[Supply], today: date, ahead: int):
    wanted = today + timedelta(days=ahead)
    day = promise(supplies, today=today, wish=on(wanted))
    assert day >= wanted
    assert day > today
    assert all(supply.covered or day > today + timedelta(days=supply.lead_days) for supply in supplies)
    assert day == wanted or is_workday(day)


@given(SUPPLIES, DAYS, st.builds(Supply, st.booleans(), st.integers(0, 90)))
def test_one_line_more_is_never_sooner(supplies: list[Supply], today: date, more: Supply):
    assert promise([*supplies, more], today=today, wish=None) >= promise(supplies, today=today, wish=None)
