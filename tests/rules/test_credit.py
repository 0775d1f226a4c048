"""What a customer owes and since when: payments pay for the oldest goods first."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.rules.credit import Credit, Sent, days_late

D = Decimal
TODAY = date(2026, 11, 24)


def ago(days: int, worth: int) -> Sent:
    return Sent(TODAY - timedelta(days=days), D(worth))


@pytest.mark.parametrize(
    ("sent", "due", "term", "days"),
    [
        ([], 0, 30, 0),
        ([ago(31, 100)], 100, 30, 1),
        ([ago(31, 100)], 1, 30, 1),
        ([ago(60, 100), ago(40, 50)], 150, 30, 30),
        ([ago(40, 50), ago(60, 100)], 30, 30, 10),
        ([ago(40, 50), ago(60, 100)], 50, 30, 10),
        ([ago(40, 50), ago(60, 100)], 51, 30, 30),
        ([ago(60, 100)], 120, 30, 30),
        ([ago(1, 100)], 100, 0, 1),
    ],
)
def test_the_oldest_that_was_not_paid_for(sent: list[Sent], due: int, term: int, days: int):
    assert days_late(sent, D(due), term, TODAY) == days


def test_what_is_left_of_a_limit():
    assert Credit(D(1000), D(300)).left(D(200)) == 500
    assert Credit(D(1000), D(-300)).left() == 1300
    assert Credit(None, D(300)).left() is None
