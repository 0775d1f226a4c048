"""Which lots goods are taken from, as tables."""

from datetime import date
from decimal import Decimal

import pytest

from domain.rules.lots import Lot, Taken, Wish, first_expired, taken_of, trimmed

TODAY = date(2026, 11, 24)
OLD, SOON, LATE, EVER = date(2026, 11, 23), date(2026, 11, 24), date(2027, 6, 30), None


def lot(code: str, left: int, until: date | None, warehouse: str = "MAIN") -> Lot:
    return Lot(code, Decimal(left), until, warehouse)


LOTS = [lot("E", 5, EVER), lot("L", 5, LATE), lot("S", 5, SOON), lot("O", 5, OLD), lot("L2", 5, LATE)]


def counts(**goods: int) -> dict[str, Decimal]:
    return {code: Decimal(qty) for code, qty in goods.items()}


@pytest.mark.parametrize(
    ("qty", "wish", "taken"),
    [
        (3, Wish(), {"S": 3}),
        (7, Wish(), {"S": 5, "L": 2}),
        (12, Wish(), {"S": 5, "L": 5, "L2": 2}),
        (99, Wish(), {"S": 5, "L": 5, "L2": 5, "E": 5}),
        (7, Wish(picked=counts(L2=4)), {"S": 3, "L2": 4}),
        (7, Wish(picked=counts(L2=9)), {"S": 2, "L2": 5}),
        (7, Wish(picked=counts(O=4)), {"S": 5, "L": 2}),
        (3, Wish(spoken=counts(S=4)), {"S": 1, "L": 2}),
        (20, Wish(spoken=counts(S=4, E=5)), {"S": 5, "L": 5, "L2": 5, "E": 5}),
        (3, Wish(room=counts(MAIN=2)), {"S": 2}),
        (3, Wish(room=counts(NORTH=2)), {}),
    ],
)
def test_what_expires_first_goes_first_and_what_has_expired_stays(qty: int, wish: Wish, taken: dict[str, int]):
    found = first_expired("A100", LOTS, Decimal(qty), today=TODAY, wish=wish)
    assert {one.code: int(one.qty) for one in found} == taken


def test_each_warehouse_gives_no_more_than_there_is_room_for():
    lots = [lot("S", 5, SOON, "NORTH"), lot("S", 5, SOON), lot("L", 5, LATE)]
    wish = Wish(room=counts(NORTH=2, MAIN=6))
    found = first_expired("A100", lots, Decimal(8), today=TODAY, wish=wish)
    assert [(one.code, one.warehouse, int(one.qty)) for one in found] == [
        ("S", "NORTH", 2),
        ("S", "MAIN", 5),
        ("L", "MAIN", 1),
    ]


def test_what_was_written_down_is_read_again_and_cut_to_what_was_found():
    kept = [Taken("A", "S", Decimal("2.5"), SOON).kept(), Taken("A", "E", Decimal(3)).kept()]
    assert taken_of(kept) == (Taken("A", "S", Decimal("2.5"), SOON), Taken("A", "E", Decimal(3)))
    assert taken_of(trimmed(kept, {"A": Decimal(4)})) == (
        Taken("A", "S", Decimal("2.5"), SOON),
        Taken("A", "E", Decimal("1.5")),
    )
    assert trimmed(kept, {"B": Decimal(4)}) is None
    assert taken_of(None) == ()
