"""What all accounts and the carrier share: clock, journal, faults, serial numbers and background work."""

import asyncio
import itertools
from collections.abc import Coroutine
from typing import Any

import aiohttp

from .clock import Clock
from .faults import Faults
from .journal import Journal


class World:
    """Owns every background task and the outgoing HTTP session of a simulation."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.journal = Journal(self.clock)
        self.faults = Faults()
        # Starts from the time, so that a restarted simulator never repeats a MsgId to a bot that remembers.
        self._serials = itertools.count(self.clock.epoch() * 10**9 + 1)
        self._tasks: set[asyncio.Task[object]] = set()
        self._mishaps: list[BaseException] = []
        self._session: aiohttp.ClientSession | None = None

    def serial(self) -> int:
        """The next 64-bit number: message ids, template message ids."""
        return next(self._serials)

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session for pushes, opened at the first one."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._session

    def spawn(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Run `work` in the background; `settled` waits for it and raises what it raised."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (mishap := task.exception()):
            self._mishaps.append(mishap)

    async def settled(self) -> None:
        """Wait until nothing runs in the background any more; raise the first failure since the last call."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        if self._mishaps:
            first, *_ = self._mishaps
            self._mishaps.clear()
            raise first

    async def close(self) -> None:
        """Stop background work and close the session."""
        for task in set(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
