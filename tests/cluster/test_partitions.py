"""Two hosts and the database on a third, between which packets are lost one way or both: one leads at a time, nothing
is lost or doubled, and all is done soon after the network is well again.

A few times in the suite, as often as GENDAN_TEST_PARTITIONS says by ``make partitions``.
"""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.database import close_database, migrate, visit_database
from domain.models import JobRun, Order
from simulator import Clock
from tests.cluster.conftest import Town, furnish, until
from tests.cluster.network import Host, Network, missing, network
from tests.conftest import REQUIRED, _execute
from tests.crash.child import Child
from tests.crash.scene import settings
from tests.harness import LI, WANG, simulated
from tests.ports import unused_port
from tests.postgres import binaries, cluster

pytestmark = pytest.mark.postgres
TIMES = int(os.environ.get("GENDAN_TEST_PARTITIONS", "1"))
SIDES = ("from the database", "to the database", "both ways")
LASTS = 35.0
"""Longer than it takes until somebody else leads."""
DRAINED = 60.0
GLANCE = 0.25


@dataclass
class Country:
    """The town spread over hosts: ``a`` and ``b`` are processes, each on its own."""

    town: Town
    net: Network
    hosts: dict[str, Host]
    database: Host

    def cut(self, name: str, side: str) -> None:
        """Lose packets between this host and the database."""
        if side != "from the database":
            self.net.lose(self.hosts[name], self.database)
        if side != "to the database":
            self.net.lose(self.database, self.hosts[name])


@pytest.fixture(scope="module")
def net() -> Iterator[Network]:
    """The network, if there can be one."""
    if why := missing():
        pytest.skip(why)
    if binaries() is None:
        assert "postgres" not in REQUIRED
        pytest.skip("PostgreSQL is not installed")
    with network() as made:
        yield made


@pytest.fixture
async def country(net: Network, tmp_path: Path) -> AsyncIterator[Country]:
    """Both processes run, and serve."""
    database, hosts = net.host(), {"a": net.host(), "b": net.host()}
    async with AsyncExitStack() as stack:
        server = stack.enter_context(cluster(database.address, database.within))
        await _execute(server, "CREATE DATABASE shop")
        url = f"{server}/shop"
        await migrate(url)
        await furnish(url)
        platform, account, site = await stack.enter_async_context(simulated(Clock(), net.here))
        for person in (WANG, LI):
            account.add_follower(person.name, openid=person.openid)
        api = str(site.make_url("")).rstrip("/")

        def make(name: str, role: str) -> Child:
            folder, port, host = tmp_path / name, unused_port(), hosts[name]
            folder.mkdir()
            ours = {"GENDAN_HOST": host.address, "GENDAN_ROLE": role, "GENDAN_METRICS_TOKEN": secrets.token_hex(16)}
            environment = settings(account, api, url, port) | ours
            child = Child(environment, f"http://{host.address}:{port}", folder, namespace=host.namespace)
            stack.push_async_callback(child.clear_away)
            return child

        town = Town(platform, account, url, make)
        for name in hosts:
            await town.start(name)
        yield Country(town, net, hosts, database)
        net.heal()


@pytest.mark.timeout(60 + 90 * TIMES)
async def test_whoever_is_cut_off_stops_in_time_and_the_others_go_on(country: Country):
    town = country.town
    standing = 0
    for turn in range(TIMES):
        leader = await town.leader("a", "b")
        other = ({"a", "b"} - {leader}).pop()
        cut, well = (other, leader) if turn % 4 == 3 else (leader, other)
        country.cut(cut, SIDES[turn % len(SIDES)])
        began = time.monotonic()
        lost = asyncio.create_task(town.say(LI, "查订单", to=cut))
        standing = await _ordered(town, well, standing)
        if cut == leader:
            stopped, taken = await _handed_over(town, leader, other, began)
            assert stopped < taken, f"turn {turn}: {stopped:.1f} s until it stopped, {taken:.1f} s until another led"
        assert "SO" not in await lost
        await asyncio.sleep(began + LASTS - time.monotonic())
        country.net.heal()
        healed = time.monotonic()
        standing = await _ordered(town, cut, standing)
        await town.carded(WANG, number=standing, seconds=DRAINED)
        await town.sound()
        took = time.monotonic() - healed
        print(f"turn {turn}, {SIDES[turn % len(SIDES)]}, cut off: {cut}; drained after {took:.1f} s")  # noqa: T201
        assert took < DRAINED
    await visit_database(town.database)
    try:
        runs = await JobRun.all().values_list("job", "period")
    finally:
        await close_database()
    assert len(runs) == len(set(runs)) > 0
    for child in town.processes.values():
        assert await child.stop(30) == 0


async def _handed_over(town: Town, before: str, after: str, began: float) -> tuple[float, float]:
    """Seconds until the one believed in itself no more, and until the other led."""
    stopped = taken = 0.0
    while not stopped or not taken:
        now = time.monotonic() - began
        assert now < LASTS, f"after {now:.0f} s nobody else leads"
        if not stopped and not await town.scrape(before, "gendan_leader"):
            stopped = now
        if not taken and await town.scrape(after, "gendan_leader"):
            taken = now
        await asyncio.sleep(GLANCE)
    return stopped, taken


async def _ordered(town: Town, name: str, standing: int) -> int:
    """小王 orders at this process, and says so again as long as it is not kept; how many orders stand now."""

    async def read_back() -> bool:
        return "确认" in await town.say(WANG, f"下单 A100 {standing + 1}箱 明天送", to=name)

    async def stands() -> bool:
        return "SO" in await town.say(WANG, "确认", to=name) or await _orders(town) > standing

    await until(read_back, 45)
    await until(stands, 45)
    return standing + 1


async def _orders(town: Town) -> int:
    await visit_database(town.database)
    try:
        return await Order.all().count()
    finally:
        await close_database()
