"""An upgrade that is killed: nothing of it is kept, and the next one is made as if there had been none."""

import asyncio
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.database import applied_migrations, close_database, pending_migrations, visit_database
from tests.conftest import _execute
from tests.crash.kennel import kennel


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path / 'shop.sqlite3'}"
        return
    server, name = request.getfixturevalue("postgres"), f"t{uuid.uuid4().hex[:12]}"
    asyncio.run(_execute(server, f"CREATE DATABASE {name}"))
    yield f"{server}/{name}"
    asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def upgraded(url: str, folder: Path, failpoints: str = "") -> int:
    """How ``gendan migrate`` ends."""
    environment = {"PATH": os.environ["PATH"], "GENDAN_ENV": "test", "GENDAN_DATABASE_URL": url}
    fork = await kennel().start(
        ["migrate"], environment | {"GENDAN_FAILPOINTS": failpoints}, folder, folder / "migrate.log"
    )
    return await fork.ended(20)


async def state(url: str) -> tuple[int, bool]:
    """How many migrations were made, and whether some are missing."""
    await visit_database(url)
    try:
        return len(await applied_migrations()), await pending_migrations()
    finally:
        await close_database()


@pytest.mark.parametrize("turn", [1, 2, 3, 4])
async def test_killed_between_two_migrations_it_leaves_nothing_and_the_next_one_is_whole(
    empty: str, tmp_path: Path, turn: int
) -> None:
    assert await upgraded(empty, tmp_path, f"migration.applied:kill:{turn}") == -9
    assert await state(empty) == (0, True)
    assert await upgraded(empty, tmp_path) == 0, (tmp_path / "migrate.log").read_text()
    made, missing = await state(empty)
    assert made >= 4
    assert not missing
