"""The rules of review as they are set: thresholds, on and off, what a rule cannot be."""

from decimal import Decimal
from typing import Any

import pytest

from domain.rules.review import HOLDING
from domain.rules.rulebook import KINDS, USUAL, Rulebook, Setting, changed, counted, numbered, read, stored

D = Decimal
LIMIT, BARE = numbered(2), numbered(1)


def test_people_know_the_rules_by_their_numbers():
    assert [kind.code for kind in KINDS][:7] == [
        "incomplete", "above_limit", "unusual_quantity", "price_below_floor", "customer_blocked", "date_too_soon",
        "look_alike",
    ]  # fmt: skip
    assert numbered(0) is None
    assert numbered(len(KINDS) + 1) is None
    assert {kind.code for kind in KINDS} >= HOLDING, "every reason that holds has a rule that can be set"


@pytest.mark.parametrize(
    ("was", "said", "then"),
    [
        (Setting(on=False), {"value": D(5000)}, Setting(True, D(5000))),
        (Setting(True, D(5000)), {"on": False}, Setting(False, D(5000))),
        (Setting(False, D(5000)), {"on": True}, Setting(True, D(5000))),
        (Setting(True, D(5000)), {}, Setting(True, D(5000))),
        (Setting(on=False), {"on": True}, None),
        (Setting(True, D(5000)), {"value": D(0)}, None),
        (Setting(True, D(5000)), {"value": D(10) ** 10}, None),
    ],
)
def test_a_rule_with_a_threshold(was: Setting, said: dict[str, Any], then: Setting | None):
    assert LIMIT is not None
    assert changed(LIMIT, was, **({"value": None, "on": None} | said)) == then


def test_a_rule_without_a_threshold_is_on_or_off():
    assert BARE is not None
    assert changed(BARE, Setting(), value=D(3), on=None) is None
    assert changed(BARE, Setting(), value=None, on=False) == Setting(on=False)


def test_a_rule_that_is_off_has_no_threshold():
    book = Rulebook(3, {"unusual_quantity": Setting(False, D(9))})
    assert (book.threshold("unusual_quantity"), book.counts("unusual_quantity")) == (None, False)
    assert (USUAL.threshold("unusual_quantity"), USUAL.counts("above_limit")) == (D(5), False)


def test_what_is_kept_is_read_again_and_rules_that_are_gone_are_not():
    settings = {"above_limit": Setting(True, D("5000.5")), "incomplete": Setting(on=False)}
    assert read(stored(settings)) == settings
    assert read({"long_gone": {"on": True, "value": "1"}}) == {}


@pytest.mark.parametrize(
    ("number", "said", "unit", "kept"),
    [(7, 2, "days", 2880), (7, 3, "hours", 180), (7, 5, None, 5), (6, 48, "hours", 2), (2, 5, "days", 5)],
)
def test_time_is_counted_in_the_unit_of_the_rule(number: int, said: int, unit: str | None, kept: int):
    kind = numbered(number)
    assert kind is not None
    assert counted(kind, D(said), unit) == kept
