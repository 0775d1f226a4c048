"""Who gets goods first, who gives them up first, and which day that makes."""

from datetime import date
from decimal import Decimal

from domain.rules.allocation import Claim, share, withdraw
from domain.rules.supplying import Arrival, Available, Served, Want, promisable, served, without

TODAY = date(2026, 11, 24)  # a Tuesday
ON = {day: date(2026, 11, day) for day in range(24, 31)}


def claim(line: int, *, day: int = 27, priority: int = 0, reserved: int = 0, short: int = 0) -> Claim:
    return Claim(line, f"SO{line}", ON[day], priority, line, Decimal(reserved), Decimal(short))


def dealt(parts) -> list[tuple[int, int]]:
    return [(part.claim.line, int(part.qty)) for part in parts]


def test_goods_go_by_promised_day_then_priority_then_age():
    claims = [
        claim(1, day=28, short=5),
        claim(2, day=27, short=5),
        claim(3, day=27, priority=1, short=5),
        claim(4, day=27, short=5),
    ]
    assert dealt(share(claims, Decimal(12))) == [(3, 5), (2, 5), (4, 2)]
    assert dealt(share(claims, Decimal(0))) == []


def test_the_last_in_the_queue_gives_up_first():
    claims = [claim(1, day=27, reserved=5), claim(2, day=28, reserved=5), claim(3, day=27, priority=1, reserved=5)]
    assert dealt(withdraw(claims, Decimal(7))) == [(2, 5), (1, 2)]


def want(line: int, qty: int, *, day: int = 27, otherwise: int = 30, sku: str = "A") -> Want:
    return Want(line, sku, (ON[day], 0, line), Decimal(qty), ON[otherwise])


def arrival(day: int, qty: int, by: str = "P1", sku: str = "A") -> Arrival:
    return Arrival(sku, ON[day], Decimal(qty), by)


def test_what_is_coming_serves_the_first_in_the_queue_and_the_last_piece_decides():
    coming = [arrival(26, 10, "P2"), arrival(25, 5, "P1"), arrival(25, 99, "P3", sku="B")]
    found = served([want(2, 8, day=28), want(1, 6)], coming, today=TODAY)
    assert found[1] == Served(1, ON[27], "P2")
    assert found[2] == Served(2, ON[27], "P2")
    assert served([want(1, 5)], coming, today=TODAY)[1] == Served(1, ON[26], "P1")


def test_too_little_is_coming():
    assert served([want(1, 20)], [arrival(25, 5)], today=TODAY)[1] == Served(1, ON[30], None)
    assert served([want(1, 1)], [], today=TODAY)[1] == Served(1, ON[30], None)


def test_of_what_is_overdue_or_ran_out_of_time_nobody_is_sure():
    late = Arrival("A", date(2026, 11, 20), Decimal(5), "P1")
    assert served([want(1, 5)], [late], today=TODAY)[1] == Served(1, ON[30], "P1", sure=False)
    assert served([want(1, 5)], [arrival(24, 5)], today=TODAY)[1] == Served(1, ON[25], "P1")
    gone = Want(1, "A", (TODAY, 0, 1), Decimal(1), date(2026, 11, 20), named=False)
    assert served([gone], [], today=TODAY)[1] == Served(1, ON[25], None, sure=False)


def test_goods_that_nobody_ordered_come_by_their_lead_time():
    assert without(ON[27], 30, today=TODAY) == ON[27]
    assert without(ON[24], 2, today=TODAY) == ON[27]
    assert without(None, 1, today=TODAY) == ON[26]


def test_what_can_be_promised_by_day():
    coming = [arrival(26, 10, "P2"), arrival(25, 5, "P1")]
    assert promisable(Decimal(3), Decimal(0), coming) == (
        Available(None, Decimal(3)),
        Available(ON[25], Decimal(8), "P1"),
        Available(ON[26], Decimal(18), "P2"),
    )
    assert promisable(Decimal(0), Decimal(7), coming) == (
        Available(None, Decimal(0)),
        Available(ON[26], Decimal(8), "P2"),
    )
