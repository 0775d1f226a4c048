"""One access token for all processes: however many find it gone at the same moment, one of them fetches the next."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from simulator import Clock, Platform
from tests.harness import WANG, simulated

# An SQLite file serves one process.
pytestmark = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
ROOT = Path(__file__).parent.parent.parent
PROCESSES = 4
ROUNDS = 20


class Callers:
    """Processes that call the platform when a test says so."""

    def __init__(self, platform: Platform, processes: list[Process]) -> None:
        self._platform = platform
        self._processes = processes

    async def call(self) -> str:
        """Five calls at each at once; what went wrong."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        return "".join([await self.line(process) for process in self._processes])

    async def line(self, process: Process) -> str:
        """What one of them answers."""
        assert process.stdout is not None
        return (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()

    def fetches(self) -> int:
        """How many tokens were fetched."""
        return len(self._platform.journal.calls("stable_token"))


@pytest.fixture
async def street(database_url: str) -> AsyncIterator[tuple[Platform, Callers]]:
    async with AsyncExitStack() as stack:
        platform, account, site = await stack.enter_async_context(simulated(Clock()))
        account.add_follower(WANG.name, openid=WANG.openid)
        words = [database_url, str(site.make_url("")).rstrip("/"), account.appid, account.secret, WANG.openid]
        processes = []
        for _ in range(PROCESSES):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.connect.caller", *words, cwd=ROOT, stdin=PIPE, stdout=PIPE
            )
            stack.push_async_callback(_end, process)
            processes.append(process)
        callers = Callers(platform, processes)
        assert {await callers.line(process) for process in processes} == {"ready"}
        yield platform, callers


async def _end(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_of_four_processes_one_fetches_whenever_the_token_is_gone(street: tuple[Platform, Callers]) -> None:
    platform, callers = street
    [account] = platform.accounts.values()
    for fetched in range(1, ROUNDS + 1):
        assert await callers.call() == ""
        assert callers.fetches() == fetched
        account.tokens.kill()


async def test_a_platform_that_refuses_every_token_hears_little_of_four_processes(
    street: tuple[Platform, Callers],
) -> None:
    platform, callers = street
    platform.faults.add(api="user/info", kind="errcode", code=40001, times=1000)
    for _ in range(10):
        assert "DeliveryFailed" in await callers.call()
    assert callers.fetches() == 2
