"""The server of the database is lost and its synchronous replica takes its place, at the address of the service."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.database import migrate
from tests.chaos import Wire, wire
from tests.cluster.conftest import Town, furnish, town_at, until
from tests.cluster.server import asked
from tests.cluster.test_database_troubles import AFTER_LEASE, order_until_it_stands, orders
from tests.conftest import _execute
from tests.harness import LI, WANG
from tests.postgres import cluster, promote, replica, stop

pytestmark = pytest.mark.postgres


@pytest.fixture
async def first() -> AsyncIterator[str]:
    """A server with a furnished database."""
    with cluster() as url:
        await _execute(url, "CREATE DATABASE shop")
        await migrate(f"{url}/shop")
        await furnish(f"{url}/shop")
        yield url


@pytest.fixture
async def second(first: str) -> AsyncIterator[str]:
    """Its replica, for which every commit waits."""
    with replica(first) as url:
        await _execute(first, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        await _execute(first, "SELECT pg_reload_conf()")

        async def in_step() -> bool:
            return await asked(f"{first}/postgres", "SELECT sync_state FROM pg_stat_replication") == "sync"

        await until(in_step)
        yield url


@pytest.fixture
async def line(first: str) -> AsyncIterator[Wire]:
    """What the service takes for the server: an address that can be led elsewhere."""
    async with wire("127.0.0.1", _port(first)) as made:
        yield made


@pytest.fixture
async def moving(second: str, line: Wire, tmp_path: Path) -> AsyncIterator[Town]:
    """A town that finds its database at that address."""
    async with town_at(f"postgres://postgres@127.0.0.1:{line.address[1]}/shop", tmp_path) as made:
        yield made


async def test_a_replica_that_takes_over_has_everything_and_nothing_is_told_twice(
    moving: Town, line: Wire, first: str, second: str
):
    town = moving
    await town.start("web", role="web")
    await town.start("worker", role="worker")
    await order_until_it_stands(town, "web", 1)
    await order_until_it_stands(town, "web", 2)
    await asyncio.to_thread(stop, first)
    await asyncio.to_thread(promote, second)
    line.port = _port(second)
    line.reset()
    await order_until_it_stands(town, "web", 3)
    await town.carded(WANG, LI, number=3, seconds=45)
    assert await orders(town) == 3
    assert [len(town.cards(person)) for person in (WANG, LI)] == [3, 3]
    assert await town.leader("worker") == "worker"
    await town.forward(AFTER_LEASE, "worker")
    await town.sound()
    assert [await child.stop() for child in town.processes.values()] == [0, 0]


def _port(url: str) -> int:
    return int(url.rsplit(":", 1)[1])
