"""Which days are worked in the shop's calendar: the public holidays of China and the days worked instead; data, pure.

Each November the State Council announces the next year: add its days off to ``_DAYS_OFF`` and the weekend days that are
worked instead to ``MAKE_UP``, and run ``tests/rules/test_workdays.py``. 2025 and 2026 are as announced; 2027 holds the
statutory days only. A year that is missing counts Monday to Friday as workdays.
"""

from collections.abc import Iterator
from datetime import date, timedelta

_DAYS_OFF = (
    ("2025-01-01", 1), ("2025-01-28", 8), ("2025-04-04", 3), ("2025-05-01", 5), ("2025-05-31", 3), ("2025-10-01", 8),
    ("2026-01-01", 3), ("2026-02-15", 9), ("2026-04-04", 3), ("2026-05-01", 5), ("2026-06-19", 3), ("2026-09-25", 3),
    ("2026-10-01", 7),
    ("2027-01-01", 1), ("2027-02-05", 4), ("2027-04-05", 1), ("2027-05-01", 2), ("2027-06-09", 1), ("2027-09-15", 1),
    ("2027-10-01", 3),
)  # fmt: skip

MAKE_UP = frozenset(
    date.fromisoformat(day)
    for day in (
        "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    )
)  # fmt: skip
"""Saturdays and Sundays that are worked instead of a day off."""

SATURDAY = 5


def _off() -> Iterator[date]:
    for first, length in _DAYS_OFF:
        start = date.fromisoformat(first)
        yield from (start + timedelta(days=n) for n in range(length))


OFF = frozenset(_off())
"""Days off by law, weekends within them included."""


def is_workday(day: date) -> bool:
    """Whether the shop works on this day: Monday to Friday without public holidays, and the days worked instead."""
    return day in MAKE_UP or (day.weekday() < SATURDAY and day not in OFF)


def next_workday(day: date) -> date:
    """The first day after ``day`` that is worked."""
    after = day + timedelta(days=1)
    while not is_workday(after):
        after += timedelta(days=1)
    return after
