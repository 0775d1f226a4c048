"""Hears from PostgreSQL that another process has committed work; polling stays the net below, for what is not heard.

The word is given by triggers of the database (``migrations/0012_waking.py``), inside the transaction that commits, so
that nothing is told which is not true, and no writer can forget to tell.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import asyncpg
import structlog

log = structlog.get_logger()

CHANNEL = "gendan"
PATIENCE = 3.0
"""Seconds within which the server must answer."""
PULSE = 10.0
"""Seconds between looks whether the line still stands: one that was cut says nothing."""
AGAIN = 0.5
SLOWEST = 15.0

Wake = Callable[[], object]


class Ear:
    """Calls what is to be woken by rows that came into a table, until it is told to stop."""

    def __init__(self, url: str, wakes: Mapping[str, Wake], *, pulse: float = PULSE) -> None:
        self._url = url.replace("asyncpg://", "postgres://", 1)
        self._wakes = wakes
        self._pulse = pulse
        self._failures = 0
        self.hears = asyncio.Event()
        """Set while the line stands."""

    async def listen(self, stop: asyncio.Event) -> None:
        """Listen, and connect again whenever the line is lost, ever more slowly; never raises for that."""
        while not stop.is_set():
            try:
                await self._attend(stop)
            except Exception as error:  # drivers have no common class for a database that is away
                log.warning("ear_deaf", error=type(error).__name__, failures=self._failures)
            self.hears.clear()
            self._failures += 1
            await _first(min(AGAIN * 2 ** min(self._failures, 8), SLOWEST), stop)

    async def _attend(self, stop: asyncio.Event) -> None:
        lost = asyncio.Event()
        connection = await asyncpg.connect(self._url, timeout=PATIENCE, command_timeout=PATIENCE)  # type: ignore[no-untyped-call]
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, self._told)
            self._failures = 0
            self.hears.set()
            # Of what was committed while nobody listened, nobody will be told.
            for wake in self._wakes.values():
                wake()
            while not await _first(self._pulse, stop, lost):
                await connection.execute("SELECT 1")
        finally:
            connection.terminate()

    def _told(self, _connection: object, _process: int, _channel: str, table: Any) -> None:
        wake = self._wakes.get(str(table))
        if wake is not None:
            wake()


async def _first(seconds: float, *events: asyncio.Event) -> bool:
    """Wait for one of these; False when it took too long."""
    waits = [asyncio.create_task(event.wait(), name="ear") for event in events]
    try:
        done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    return bool(done)
