"""The product as its operators run it: ``manage.py serve`` in a process of its own, which a test may kill."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parent.parent.parent
READY_SECONDS = 20.0
GLANCE = 0.03


class Child:
    """One process; ``environment`` holds its settings, nothing else of ours reaches it."""

    def __init__(self, environment: Mapping[str, str], url: str, folder: Path) -> None:
        foreign = {name: value for name, value in os.environ.items() if not name.startswith("GENDAN_")}
        self.environment = foreign | dict(environment)
        self.folder = folder
        self.url = url
        self._process: asyncio.subprocess.Process | None = None
        self.log = b""

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The operating system's side of it."""
        assert self._process is not None
        return self._process

    async def start(self, **more: str) -> None:
        """Start it with these settings added, and wait until it can work."""
        await self.launch(**more)
        await self._until_ready()

    async def launch(self, **more: str) -> None:
        """Start it without waiting."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "manage.py"), "serve"),
            env=self.environment | {f"GENDAN_{name.upper()}": value for name, value in more.items()},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            cwd=self.folder,
        )
        self._reading = asyncio.create_task(self._read(self.process), name="child-log")

    async def ended(self, seconds: float = 15) -> int:
        """Wait for its end; the exit code, negative for the signal that ended it."""
        async with asyncio.timeout(seconds):
            await self._reading
            return await self.process.wait()

    async def stop(self, seconds: float = 15) -> int:
        """Ask it to end as an operator does."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ended(seconds)

    async def clear_away(self) -> None:
        """End it if a test left it running."""
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self.ended()

    async def trace(self) -> dict[str, Any]:
        """What it still holds."""
        return dict(await self._get("/demo/trace"))

    async def quiet(self, notices: int, seconds: float = 15) -> None:
        """Wait until every message is answered and at least so many notices about orders have come to an end."""
        async with asyncio.timeout(seconds):
            while not _at_rest(await self.trace(), notices):  # noqa: ASYNC110 - another process cannot call us
                await asyncio.sleep(GLANCE)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            self.log += line

    async def _get(self, path: str) -> Any:
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as response:
            return await response.json()

    async def _until_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < until:
                assert self.process.returncode is None, self.log.decode()
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self.url}/readyz") as response:
                        if response.status == 200:
                            return
                await asyncio.sleep(GLANCE)
        raise AssertionError(self.log.decode())


def _at_rest(trace: dict[str, Any], notices: int) -> bool:
    open_still = [row for row in trace["deliveries"] if row["state"] not in {"sent", "delivered", "unsure", "given_up"}]
    about_orders = [row for row in trace["deliveries"] if row["order"]]
    return not trace["unsettled"] and not open_still and len(about_orders) >= notices
