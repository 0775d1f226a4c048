"""The shop's calendar: public holidays, days worked instead, and the data that say so."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.workdays import MAKE_UP, OFF, is_workday, next_workday


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), False),
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2026, 2, 14), True),
        (date(2026, 2, 16), False),
        (date(2029, 10, 1), True),
    ],
)
def test_days(day: date, works: bool):
    assert is_workday(day) is works


@pytest.mark.parametrize(
    ("day", "after"),
    [
        (date(2026, 11, 24), date(2026, 11, 25)),
        (date(2026, 11, 27), date(2026, 11, 30)),
        (date(2026, 9, 30), date(2026, 10, 8)),
        (date(2026, 10, 9), date(2026, 10, 10)),
        (date(2026, 10, 10), date(2026, 10, 12)),
        (date(2026, 2, 13), date(2026, 2, 14)),
        (date(2026, 2, 14), date(2026, 2, 24)),
    ],
)
def test_the_next_working_day(day: date, after: date):
    assert next_workday(day) == after


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_the_next_working_day_is_the_first_one(day: date):
    found = next_workday(day)
    assert day < found <= day + timedelta(days=10)
    assert is_workday(found)
    assert not any(is_workday(day + timedelta(days=n)) for n in range(1, (found - day).days))


def test_the_days_off_are_those_of_the_law():
    """Whatever is moved to make longer holidays, thirteen days of work are left out in a year."""
    assert all(day.weekday() >= 5 for day in MAKE_UP)
    assert not MAKE_UP & OFF
    off, worked = Counter(day.year for day in OFF if day.weekday() < 5), Counter(day.year for day in MAKE_UP)
    assert {year: off[year] - worked[year] for year in (2025, 2026)} == {2025: 13, 2026: 13}
