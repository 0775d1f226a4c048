"""The limits of alerts that a manager sets: what is in force, that each rule waits for it, whose settings count."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain import rulemaking
from domain.errors import NotAllowed
from domain.models import AlertScheme, Event, ReviewScheme
from domain.reviewerrors import RulesMoved
from domain.rules.rulebook import WATCHES
from domain.silence import Patience
from domain.watching import Condition
from notify.alerts.limits import in_force, limits_of
from notify.alerts.rules import RULES, Thresholds, findings
from notify.models import SendCount
from notify.quotas import nearly_spent
from tests.notify.company import actor, company
from tests.notify.samples import NOW

INSTALLED = Thresholds(
    held=timedelta(minutes=90), parcels=Patience(first_scan=timedelta(hours=36)), escalate=timedelta(minutes=45)
)
LIMITS = limits_of(INSTALLED)


async def set_to(number: int, value: str) -> int:
    boss = await actor("老张")
    change = await rulemaking.try_rule(number, value=Decimal(value), by=boss, ruled=LIMITS)
    return await rulemaking.set_rule(change, by=boss, now=NOW, ruled=LIMITS)


def test_numbers_are_those_of_the_rules():
    assert [kind.code for kind in WATCHES[: len(RULES)]] == list(RULES)


async def test_what_nobody_set_is_as_it_was_installed(db):
    found = await in_force(INSTALLED)
    assert (found.held, found.parcels, found.escalate, found.repeat, found.receipt) == (
        INSTALLED.held, INSTALLED.parcels, INSTALLED.escalate, INSTALLED.repeat, INSTALLED.receipt,
    )  # fmt: skip
    assert found.quota_share == INSTALLED.quota_share
    assert {code: wait for code, wait in found.waits.items() if wait} == {}
    assert [rule.after(found) for rule in RULES.values()] == [rule.after(INSTALLED) for rule in RULES.values()]


async def test_what_is_set_counts_over_what_was_installed_and_the_rest_stays(db):
    await company()
    for number, value in (
        (3, "12"),
        (8, "2"),
        (11, "30"),
        (12, "60"),
        (15, "7"),
        (16, "48"),
        (17, "6"),
        (18, "10"),
        (19, "48"),
    ):
        await set_to(number, value)
    found = await in_force(INSTALLED)
    assert found.held == INSTALLED.held
    assert found.parcels == Patience(timedelta(hours=12), INSTALLED.parcels.silence, timedelta(hours=6))
    assert (found.escalate, found.repeat) == (timedelta(minutes=10), timedelta(hours=48))
    assert found.quota_share == 0.6
    assert RULES["delivery_overdue"].after(found) == timedelta(days=2)
    assert RULES["channel_shut"].after(found) == timedelta(minutes=30)
    assert await AlertScheme.all().count() == 9
    assert (found.lots, found.counts) == (timedelta(days=7), timedelta(hours=48))
    assert not await ReviewScheme.exists()


@pytest.mark.parametrize("name", ["delivery_overdue", "purchase_late", "channel_shut", "customer_unreached"])
def test_a_rule_that_is_told_at_once_can_be_made_to_wait(name: str):
    limits = Thresholds(waits={name: timedelta(hours=1)})
    young, old = (Condition("x", None, "", None, NOW - timedelta(minutes=m)) for m in (59, 60))
    assert len(findings(RULES[name], [young, old], Thresholds(), now=NOW)) == 2
    assert len(findings(RULES[name], [young, old], limits, now=NOW)) == 1


async def test_the_share_of_a_quota_that_is_near_it(db):
    await SendCount.create(account="main", channel="template", day=NOW.date().isoformat(), used=70)
    assert not await nearly_spent({"template": 100}, now=NOW)
    assert await nearly_spent({"template": 100}, now=NOW, share=0.7)


async def test_of_two_changes_to_one_version_the_first_counts_and_only_a_manager_makes_one(db):
    await company()
    boss, chen = await actor("老张"), await actor("陈姐")
    first = await rulemaking.try_rule(3, value=Decimal(12), by=boss, ruled=LIMITS)
    second = await rulemaking.try_rule(3, value=Decimal(48), by=chen, ruled=LIMITS)
    for _ in range(2):
        assert await rulemaking.set_rule(first, by=boss, now=NOW, ruled=LIMITS) == 1
    with pytest.raises(RulesMoved) as refused:
        await rulemaking.set_rule(second, by=chen, now=NOW, ruled=LIMITS)
    assert refused.value.about == "alerts"
    (event,) = await Event.filter(kind="AlertLimitSet")
    assert (event.facts["rule"], event.facts["was"], event.facts["now"], event.by) == (
        "no_first_scan", "36", "12", "老张",
    )  # fmt: skip
    for name in ("阿强", "老李", "采妹"):
        with pytest.raises(NotAllowed):
            await rulemaking.try_rule(3, value=Decimal(12), by=await actor(name), ruled=LIMITS)
