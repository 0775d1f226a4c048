"""A sample of what ``make crash`` does at length: deaths at random under load, and faults at the steps of a day."""

import random
from collections.abc import AsyncIterator

import pytest

from domain.database import close_database, visit_database
from tests.crash.scene import Street
from tests.crash.siege import killed, told_to_end
from tests.crash.sweep import Step, a_day_with

pytestmark = [pytest.mark.timeout(120), pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)]
STEPS = [
    Step("statement", 40, "kill"),
    Step("statement", 140, "error"),
    Step("request", 3, "killed_after"),
    Step("request", 4, "lost"),
]


@pytest.fixture
async def open_street(either_street: Street) -> AsyncIterator[Street]:
    """A street whose database can be looked at."""
    await visit_database(either_street.database)
    yield either_street
    await close_database()


def unheard(_: int) -> None:
    """Nobody looks at the progress here."""


async def test_killed_at_random_under_load_nothing_is_lost_or_doubled(open_street: Street) -> None:
    outcome = await killed(open_street, 3, unheard, chance=random.Random(7))
    assert outcome.problems == []
    assert outcome.deaths == 3
    assert outcome.orders


async def test_told_to_end_under_load_nothing_is_left_in_work(open_street: Street) -> None:
    outcome = await told_to_end(open_street, 3, unheard, chance=random.Random(7))
    assert outcome.problems == []


@pytest.mark.parametrize("step", STEPS, ids=[f"{step.kind}-{step.nth}-{step.action}" for step in STEPS])
async def test_a_day_survives_a_fault_at_any_step(open_street: Street, step: Step) -> None:
    found, struck = await a_day_with(open_street, step)
    assert found == []
    assert struck
