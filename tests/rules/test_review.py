"""The automatic review: each rule by itself, and what holds an order."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.rules.credit import Credit
from domain.rules.review import HOLDING, OWNERS, Case, Reason, ReviewedLine, review, worsened
from domain.rules.rulebook import Rulebook, Setting
from domain.values import STAFF_ROLES

D = Decimal
TODAY = date(2026, 11, 24)
GOOD = ReviewedLine("A100", D(10), D(100), below_floor=False)


BOOK = Rulebook(3, {"above_limit": Setting(True, D("184.99"))})


def case(*lines: ReviewedLine, **more: Any) -> Case:
    return replace(Case(lines or (GOOD,), D(185), TODAY), **more)


def test_what_is_in_order_passes_without_a_word():
    found = review(case())
    assert (found.verdict, found.reasons) == ("passed", ())


@pytest.mark.parametrize(
    ("bad", "code", "facts"),
    [
        (case(place=""), "incomplete", {"what": "address"}),
        (case(place="深圳市"), "incomplete", {"what": "address", "known": "深圳市"}),
        (case(replace(GOOD, below_floor=True)), "price_below_floor", {"sku": "A100"}),
        (case(replace(GOOD, usual=D("1.9"))), "unusual_quantity", {"sku": "A100", "usual": "1.9"}),
        (
            case(replace(GOOD, discount=D("0.101"))),
            "above_rep_limit",
            {"sku": "A100", "percent": "10.1", "most": "10"},
        ),
        (case(blocked=True, block_reason="欠款"), "customer_blocked", {"why": "欠款"}),
        (case(credit=Credit(D(1000), D(900))), "over_credit", {"over": "85", "limit": "1000"}),
        (case(credit=Credit(None, D(9), D(9), 3)), "overdue", {"amount": "9", "days": "3"}),
        (case(), "above_limit", {"total": "185"}),
        (case(wanted_on=TODAY), "date_too_soon", {"wanted": "2026-11-24"}),
        (case(po="PO-9", same_po="SO1"), "duplicate_po", {"po": "PO-9", "order": "SO1"}),
    ],
)
def test_what_holds_an_order(bad: Case, code: str, facts: dict[str, str]):
    book = BOOK if code == "above_limit" else Rulebook()
    found = review(bad, book)
    assert (found.verdict, found.version) == ("held", book.version)
    assert [(reason.code, dict(reason.facts)) for reason in found.reasons] == [(code, facts)]


@pytest.mark.parametrize(
    "fine",
    [
        case(replace(GOOD, usual=D(2))),
        case(),
        case(replace(GOOD, discount=D("0.1"))),
        case(replace(GOOD, discount=D("0.3")), price_limit=D(100)),
        case(credit=Credit(D(1000), D(815))),
        case(credit=Credit(D(0), D(-185))),
        case(credit=Credit(None, D(10) ** 9)),
        case(wanted_on=date(2026, 11, 25)),
        case(replace(GOOD, base_qty=D(100))),
    ],
)
def test_the_last_that_passes(fine: Case):
    assert review(fine).verdict == "passed"


@pytest.mark.parametrize(("free", "missing"), [(9, "1"), (0, "10"), (-5, "10")])
def test_a_shortage_is_told_and_holds_nothing(free: int, missing: str):
    found = review(case(replace(GOOD, free=D(free))))
    assert found.verdict == "passed"
    assert [(reason.code, dict(reason.facts)) for reason in found.reasons] == [
        ("short", {"sku": "A100", "missing": missing})
    ]


def test_every_reason_is_told():
    found = review(case(replace(GOOD, below_floor=True, free=D(0)), replace(GOOD, sku="B", usual=D(1)), blocked=True))
    assert {reason.code for reason in found.reasons} == {
        "short", "price_below_floor", "unusual_quantity", "customer_blocked",
    }  # fmt: skip
    assert "short" not in HOLDING


def off(*codes: str) -> Rulebook:
    return Rulebook(1, {code: Setting(False, D(1)) for code in codes})


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (case(place=""), "incomplete"),
        (case(replace(GOOD, below_floor=True)), "price_below_floor"),
        (case(replace(GOOD, usual=D("1.9"))), "unusual_quantity"),
        (case(replace(GOOD, discount=D("0.5"))), "above_rep_limit"),
        (case(blocked=True), "customer_blocked"),
        (case(credit=Credit(D(1), D(900))), "over_credit"),
        (case(credit=Credit(None, D(9), D(9), 3)), "overdue"),
        (case(wanted_on=TODAY), "date_too_soon"),
        (case(po="PO-9", same_po="SO1"), "duplicate_po"),
    ],
)
def test_a_rule_that_is_off_finds_nothing(bad: Case, code: str):
    assert review(bad).verdict == "held"
    assert review(bad, off(code)).reasons == ()


@pytest.mark.parametrize(("days", "verdict"), [(3, "held"), (4, "passed")])
def test_days_of_notice_are_a_threshold(days: int, verdict: str):
    book = Rulebook(1, {"date_too_soon": Setting(True, D(4))})
    assert review(case(wanted_on=date(2026, 11, 24 + days)), book).verdict == verdict


@pytest.mark.parametrize(
    ("wanted", "earliest", "grace", "verdict"),
    [
        (26, 27, 0, "held"),
        (27, 27, 0, "passed"),
        (26, 28, 2, "passed"),
        (26, 29, 2, "held"),
        (26, None, 0, "passed"),
        (None, 29, 0, "passed"),
        (26, 29, None, "passed"),
    ],
)
def test_a_day_before_the_earliest_one_is_held_once_that_rule_is_on(
    wanted: int | None, earliest: int | None, grace: int | None, verdict: str
):
    book = Rulebook() if grace is None else Rulebook(1, {"date_impossible": Setting(True, D(grace))})
    days = [None if day is None else date(2026, 11, day) for day in (wanted, earliest)]
    found = review(case(wanted_on=days[0], earliest=days[1]), book)
    assert found.verdict == verdict
    if verdict == "held":
        assert dict(found.reasons[0].facts) == {"wanted": "2026-11-26", "earliest": f"2026-11-{earliest}"}


@pytest.mark.parametrize(("limit", "verdict"), [("184.99", "held"), ("185", "passed")])
def test_the_limit_itself_passes(limit: str, verdict: str):
    assert review(case(), Rulebook(1, {"above_limit": Setting(True, D(limit))})).verdict == verdict


@pytest.mark.parametrize(("part", "verdict"), [(80, "held"), (100, "passed")])
def test_a_part_of_the_credit_is_a_threshold(part: int, verdict: str):
    book = Rulebook(1, {"over_credit": Setting(True, D(part))})
    assert review(case(credit=Credit(D(1000), D(700))), book).verdict == verdict


@pytest.mark.parametrize(("grace", "verdict"), [(6, "held"), (7, "passed")])
def test_days_of_grace_are_a_threshold(grace: int, verdict: str):
    book = Rulebook(1, {"overdue": Setting(True, D(grace))})
    assert review(case(credit=Credit(None, D(5), D(5), 7)), book).verdict == verdict


OVER = case(credit=Credit(D(100), D(0)))


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        (case(), case(), []),
        (case(), replace(case(), total=D(200)), []),
        (OVER, OVER, []),
        (OVER, replace(OVER, total=D(180)), []),
        (OVER, replace(OVER, total=D(190)), ["over_credit"]),
        (case(replace(GOOD, below_floor=True)), case(replace(GOOD, below_floor=True)), []),
        (case(), case(replace(GOOD, below_floor=True)), ["price_below_floor"]),
        (
            case(replace(GOOD, below_floor=True)),
            case(replace(GOOD, below_floor=True), replace(GOOD, sku="B", below_floor=True)),
            ["price_below_floor"],
        ),
        (case(), case(replace(GOOD, free=D(0))), []),
        (case(wanted_on=date(2026, 12, 1)), case(wanted_on=TODAY), ["date_too_soon"]),
        (case(blocked=True), case(blocked=True), []),
        (case(replace(GOOD, usual=D(1))), case(replace(GOOD, usual=D(1), base_qty=D(11))), ["unusual_quantity"]),
        (case(replace(GOOD, usual=D(1))), case(replace(GOOD, usual=D(1), base_qty=D(9))), []),
        (case(replace(GOOD, discount=D("0.2"))), case(replace(GOOD, discount=D("0.3"))), ["above_rep_limit"]),
        (case(replace(GOOD, discount=D("0.2"))), case(replace(GOOD, discount=D("0.15"))), []),
        (case(wanted_on=TODAY), case(wanted_on=date(2026, 11, 23)), ["date_too_soon"]),
        (case(blocked=True), replace(case(blocked=True), total=D(999)), ["customer_blocked"]),
    ],
)
def test_only_what_a_change_brings_on_counts_against_it(before: Case, after: Case, codes: list[str]):
    assert [reason.code for reason in worsened(before, after)] == codes


def test_every_reason_that_holds_has_an_owner_and_words_and_a_way_out():
    from templates import _text

    words: Any = _text.get_template("replies/_words.j2").module
    notices: Any = _text.get_template("notices/_words.j2").module
    for code in HOLDING:
        assert OWNERS[code] in set(STAFF_ROLES)
        assert str(words.reason(Reason(code))) != code
        assert str(words.hint(Reason(code))) != "看情况定"
        assert "需要人工审核" not in str(notices.reason(code))


@pytest.mark.parametrize(("own", "verdict"), [(None, "passed"), (5, "held"), (8, "passed"), (0, "held")])
def test_whoever_names_a_price_may_have_a_limit_of_their_own(own: int | None, verdict: str):
    limit = None if own is None else D(own)
    assert review(case(replace(GOOD, discount=D("0.08")), price_limit=limit)).verdict == verdict


def test_below_the_floor_the_discount_is_not_told_besides():
    found = review(case(replace(GOOD, discount=D("0.5"), below_floor=True)))
    assert [reason.code for reason in found.reasons] == ["price_below_floor"]
