"""The product as its operators run it: ``gendan serve`` in a process of its own, which a test may kill."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from tests.crash.kennel import Fork, kennel

READY_SECONDS = 20.0
GLANCE = 0.01
OVER = frozenset({"sent", "delivered", "unsure", "given_up"})


class Child:
    """One process; ``environment`` holds its settings, nothing else of ours reaches it."""

    def __init__(self, environment: Mapping[str, str], url: str, folder: Path, *, namespace: str = "") -> None:
        foreign = {name: value for name, value in os.environ.items() if not name.startswith("GENDAN_")}
        self.environment = foreign | dict(environment)
        self.folder = folder
        self.url = url
        self.namespace = namespace
        self._log = folder / f"serve-{id(self)}.log"
        self.sabotage: dict[str, Any] | None = None
        """The SQL statement, or the request, at which its next life ends or fails: ``{"nth": 7, "action": "kill"}``."""
        self._fork: Fork | None = None

    @property
    def fork(self) -> Fork:
        """The operating system's side of it."""
        assert self._fork is not None
        return self._fork

    @property
    def log(self) -> bytes:
        """What it has logged, over all its lives."""
        return self._log.read_bytes() if self._log.exists() else b""

    async def start(self, **more: str) -> None:
        """Start it with these settings added, and wait until it can work."""
        await self.launch(**more)
        await self.ready()

    async def launch(self, **more: str) -> None:
        """Start it without waiting."""
        environment = self.environment | {f"GENDAN_{name.upper()}": value for name, value in more.items()}
        wish = {"namespace": self.namespace, "statement": self.sabotage}
        self._fork = await kennel().start(["serve"], environment, self.folder, self._log, **wish)

    async def ended(self, seconds: float = 15) -> int:
        """Wait for its end; the exit code, negative for the signal that ended it."""
        return await self.fork.ended(seconds)

    async def stop(self, seconds: float = 15) -> int:
        """Ask it to end as an operator does."""
        self.fork.signal(signal.SIGTERM)
        return await self.ended(seconds)

    async def kill(self) -> None:
        """End it as a power cut does."""
        self.fork.signal(signal.SIGKILL)
        await self.ended()

    async def clear_away(self) -> None:
        """End it if a test left it running."""
        if self._fork is not None:
            await self.kill()

    async def trace(self) -> dict[str, Any]:
        """What it still holds."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/demo/trace") as response:
            return dict(await response.json())

    async def quiet(self, notices: int, seconds: float = 15) -> None:
        """Wait until every message is answered and at least so many notices about orders have come to an end."""
        async with asyncio.timeout(seconds):
            while not _at_rest(await self.trace(), notices):  # noqa: ASYNC110 - another process cannot call us
                await asyncio.sleep(GLANCE)

    async def ready(self) -> bool:
        """Wait until it can work; False when it was killed before that, an error when it ended by itself."""
        until = time.monotonic() + READY_SECONDS
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < until:
                if not self.fork.running:
                    assert await self.ended() == -signal.SIGKILL, self.log.decode()
                    return False
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self.url}/readyz") as response:
                        if response.status == 200:
                            return True
                await asyncio.sleep(GLANCE)
        raise AssertionError(self.log.decode())


def _at_rest(trace: dict[str, Any], notices: int) -> bool:
    open_still = [row for row in trace["deliveries"] if row["state"] not in OVER]
    about_orders = [row for row in trace["deliveries"] if row["order"]]
    return not trace["unsettled"] and not open_still and len(about_orders) >= notices
