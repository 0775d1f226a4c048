"""What a customer owes and since when: payments pay for the oldest goods first."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.rules.credit import Credit, Sent, overdue

D = Decimal
TODAY = date(2026, 11, 24)


def ago(days: int, worth: int) -> Sent:
    return Sent(TODAY - timedelta(days=days), D(worth))


@pytest.mark.parametrize(
    ("sent", "paid", "term", "late", "days"),
    [
        ([], 0, 30, 0, 0),
        ([ago(30, 100)], 0, 30, 0, 0),
        ([ago(31, 100)], 0, 30, 100, 1),
        ([ago(31, 100)], 100, 30, 0, 0),
        ([ago(31, 100)], 99, 30, 1, 1),
        ([ago(60, 100), ago(40, 50), ago(5, 70)], 0, 30, 150, 30),
        ([ago(5, 70), ago(40, 50), ago(60, 100)], 120, 30, 30, 10),
        ([ago(60, 100), ago(5, 70)], 150, 30, 0, 0),
        ([ago(60, 100)], 500, 30, 0, 0),
        ([ago(60, 100)], -20, 30, 100, 30),
        ([ago(1, 100)], 0, 0, 100, 1),
        ([ago(0, 100)], 0, 0, 0, 0),
    ],
)
def test_what_is_overdue(sent: list[Sent], paid: int, term: int, late: int, days: int):
    assert overdue(sent, D(paid), term, TODAY) == (D(late), days)


def test_what_is_left_of_a_limit():
    assert Credit(D(1000), D(300)).left(D(200)) == 500
    assert Credit(D(1000), D(-300)).left() == 1300
    assert Credit(None, D(300)).left() is None
