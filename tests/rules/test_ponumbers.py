"""A customer's own number for an order is one number, however it is written."""

import pytest

from domain.rules.ponumbers import LONGEST, kept, spellings


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("PO-889", "889", True),
        ("po 889", "PO#889", True),
        ("PO889", "p.o.889", True),
        ("PO:889", "PO-889", True),
        ("GZ/2024-17", "gz/2024-17", True),
        ("PO-889", "PO-8890", False),
        ("889", "1889", False),
        ("PO", "PO-", False),
    ],
)
def test_spellings_of_one_number(one: str, other: str, same: bool):
    assert (kept(one) in spellings(other) and kept(other) in spellings(one)) is same


def test_a_number_fits_its_column():
    assert len(kept("9" * 500)) == LONGEST
