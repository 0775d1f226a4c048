"""The rules of review as rows: one version after another, of two at once the first, a repeated yes makes no second."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from domain import rulemaking
from domain.errors import NotAllowed
from domain.judging import rulebook
from domain.models import Event, ReviewScheme
from domain.policy import Policy, set_policy
from domain.reviewerrors import RulesMoved
from domain.rules.rulebook import Setting
from tests.shop import NOW, Cast, a_product, an_order, line

D = Decimal


async def test_a_version_is_made_and_counts_for_the_next_order(cast: Cast):
    await a_product(stock=100)
    change = await rulemaking.try_rule(2, value=D(100), by=cast.manager)
    assert (await rulebook()).version == 0
    assert await rulemaking.set_rule(change, by=cast.manager, now=NOW) == 1
    assert (await rulebook()).threshold("above_limit") == 100
    assert (await an_order(cast.wang, line(qty=6))).state == "awaiting_approval"
    assert (await an_order(cast.wang, line(qty=5))).state == "accepted"


async def test_a_repeated_yes_finds_the_version_of_the_first(cast: Cast):
    change = await rulemaking.try_rule(2, value=D(100), by=cast.manager)
    made = [await rulemaking.set_rule(change, by=cast.manager, now=NOW) for _ in range(3)]
    assert made == [1, 1, 1]
    assert await Event.filter(kind="RulesChanged").count() == 1


async def test_of_many_changes_at_once_one_counts(cast: Cast):
    changes = [await rulemaking.try_rule(2, value=D(100 + n), by=cast.manager) for n in range(6)]
    found = await asyncio.gather(
        *(rulemaking.set_rule(change, by=cast.manager, now=NOW) for change in changes), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in found) == ["RulesMoved"] * 5 + ["int"]
    assert await ReviewScheme.all().count() == 1
    with pytest.raises(RulesMoved):
        await rulemaking.set_rule(changes[0 if isinstance(found[0], RulesMoved) else 1], by=cast.manager, now=NOW)


async def test_who_set_what_from_when_until_when(cast: Cast):
    for hours, value in enumerate((D(100), D(200))):
        change = await rulemaking.try_rule(2, value=value, by=cast.manager)
        await rulemaking.set_rule(change, by=cast.manager, now=NOW + timedelta(hours=hours))
    newer, older = await rulemaking.versions()
    assert (newer.change.was, newer.change.now, newer.until) == (Setting(True, D(100)), Setting(True, D(200)), None)
    assert (older.change.was.on, older.since, older.until) == (False, NOW, NOW + timedelta(hours=1))
    assert [one.change.version for one in await rulemaking.versions(limit=1)] == [2]


async def test_who_is_no_manager_sets_nothing(cast: Cast):
    for somebody in (cast.chen, cast.li, cast.wang, cast.lu):
        with pytest.raises(NotAllowed):
            await rulemaking.try_rule(2, value=D(100), by=somebody)


async def test_what_the_installation_has_set_counts_until_a_manager_sets_it(cast: Cast):
    set_policy(Policy(approval_above=D(1000)))
    try:
        assert (await rulebook()).threshold("above_limit") == 1000
        change = await rulemaking.try_rule(2, on=False, by=cast.manager)
        await rulemaking.set_rule(change, by=cast.manager, now=NOW)
        assert (await rulebook()).threshold("above_limit") is None
    finally:
        set_policy(Policy())
