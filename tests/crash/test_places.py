"""Killed at the worst moments, as by a power cut: after the next start one order stands, and all hear of it once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.database import close_database, visit_database
from domain.faults import POINTS
from tests.crash.commands import COMMANDS, TURNS
from tests.crash.rounds import TOLD, TRIALS, armed
from tests.crash.scene import BUYERS, Street, copy_of

ROUNDS = 3
SLOW = frozenset({"message.deferred"})
"""Five seconds a round: the platform must first have been put off."""
OTHERWISE_ON_POSTGRES = ("inbox.admitted", "order.recorded", "events.routed", "delivery.claimed", "delivery.marked")
"""Where another database, or the lease of a message, makes it another matter; ``make crash`` does all on both."""


@pytest.fixture
async def open_street(either_street: Street) -> AsyncIterator[Street]:
    """A street whose database can be looked at."""
    await visit_database(either_street.database)
    yield either_street
    await close_database()


def test_every_place_is_tried() -> None:
    assert {*TRIALS, *COMMANDS} == set(POINTS)


async def killed_and_started_again(street: Street, name: str, turn: int) -> None:
    came = await TRIALS[name](street, armed(name, turn))
    assert not came.problems, "\n".join(came.problems)


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", TRIALS)
async def test_killed_and_started_again_everything_happens_once(open_street: Street, name: str) -> None:
    for turn in range(1 if name in SLOW else ROUNDS):
        await killed_and_started_again(open_street, name, turn)


@pytest.mark.postgres
@pytest.mark.parametrize("stocked_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("name", OTHERWISE_ON_POSTGRES)
async def test_beside_others_it_happens_once_as_well(open_street: Street, name: str) -> None:
    await killed_and_started_again(open_street, name, 1)


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
async def test_only_a_card_that_was_sent_may_come_twice_and_only_from_a_forgetful_platform(open_street: Street) -> None:
    open_street.account.honours_client_msg_id = False
    came = await TRIALS["delivery.sent"](open_street, armed("delivery.sent", 0))
    assert [problem for problem in came.problems if "cards" not in problem] == []
    copies = [len(open_street.cards(person)) for person in (*TOLD, *BUYERS)]
    assert max(copies) == 2
    assert min(copies) >= 1


@pytest.mark.parametrize("turn", range(1, 3))
@pytest.mark.parametrize("name", sorted(COMMANDS))
async def test_a_command_that_dies_has_done_nothing(stocked: Path, tmp_path: Path, name: str, turn: int) -> None:
    database = copy_of(stocked, tmp_path) if name != "migration.applied" else f"sqlite://{tmp_path / 'new.sqlite3'}"
    assert await COMMANDS[name](database, tmp_path, f"{name}:kill:{min(turn, TURNS[name])}") == []
