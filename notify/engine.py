"""The engine room: one task that turns events into deliveries and deliveries into messages, for as long as it runs."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from notify.channels import Channels
from notify.deciding import Link, Page
from notify.missed import show_missed
from notify.pace import Rates
from notify.relay import route_events
from notify.sender import Attempted, Sender
from notify.windows import GRANTS, Grants

log = structlog.get_logger()

POLL = 1.0
SLOWEST = 30.0
"""Seconds between tries while the database is away."""


class Engine:
    """Routes and sends when woken, and once a second as the safety net; ``beat_at`` is when it last did so."""

    def __init__(
        self,
        channels_by_account: Channels,
        *,
        clock: Callable[[], datetime],
        link: Link,
        worker: str,
        page: Page | None = None,
        attempted: Attempted | None = None,
        grants: Grants = GRANTS,
        rates: Rates | None = None,
    ) -> None:
        self._sender = Sender(
            channels_by_account, clock=clock, worker=worker, attempted=attempted, grants=grants, rates=rates
        )
        self._clock = clock
        self._link = link
        self._page = page
        self._woken = asyncio.Event()
        self.beat_at: datetime | None = None

    def wake(self) -> None:
        """Something was written that may have to be told."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; a failing round is logged and tried again, ever more slowly."""
        failures = 0
        while not stop.is_set():
            try:
                await self._drain(stop)
                failures = 0
            except Exception:
                failures += 1
                log.exception("engine_round_failed", failures=failures)
            await self._rest(stop, min(POLL * 2**failures, SLOWEST) if failures else POLL)
        await self._sender.finish()

    async def drain(self) -> int:
        """Route and send until nothing is due now; the number of events and deliveries that were dealt with."""
        return await self._drain(asyncio.Event())

    async def _drain(self, stop: asyncio.Event) -> int:
        done = await show_missed(now=self._clock())
        while not stop.is_set() and (step := await self._round()):
            done += step
        self.beat_at = self._clock()
        return done

    async def _round(self) -> int:
        routed = await route_events(now=self._clock(), link=self._link, page=self._page)
        sent = await self._sender.send_due()
        self.beat_at = self._clock()
        return routed + sent

    async def _rest(self, stop: asyncio.Event, seconds: float) -> None:
        waits = [asyncio.create_task(stop.wait(), name="engine-stop")]
        if seconds == POLL:
            waits.append(asyncio.create_task(self._woken.wait(), name="engine-wake"))
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        self._woken.clear()
