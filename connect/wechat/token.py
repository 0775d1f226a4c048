"""The access token of one account: on a shelf for all, fetched once for all who wait, and left alone when refused."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from connect.wechat.shelf import Kept, TokenShelf
from domain.errors import DeliveryFailed
from domain.faults import fault

log = structlog.get_logger()

EARLY = timedelta(minutes=2)
"""Less than the five minutes in which the platform has a new token while the old one is still good: a clock that is
a little fast must not ask for it again and again."""
SHUT_FIRST = timedelta(seconds=60)
SHUT_LONGEST = timedelta(minutes=5)
LEASE = timedelta(seconds=8)
LONGEST_FETCH = 6.0
"""Seconds; well inside the lease, so that nobody fetches while another still does."""
GLANCE = 0.1

Fetch = Callable[[], Awaitable[tuple[str, timedelta]]]
"""Asks the platform for a token; how long it is good."""


class Held(NamedTuple):
    """A token in use, and how many lay on the shelf before it."""

    token: str
    turn: int


class AccessToken:
    """Gives the token out and renews it; refuses to, for one to five minutes, when fresh tokens are not accepted."""

    def __init__(self, shelf: TokenShelf, fetch: Fetch, clock: Callable[[], datetime]) -> None:
        self._shelf = shelf
        self._fetch = fetch
        self._clock = clock
        self._flight: asyncio.Task[Held] | None = None
        self._look: asyncio.Task[Kept] | None = None
        self._struck = False

    async def current(self) -> Held:
        """A token that is good for two minutes at least."""
        kept = self._opened(await self._glance())
        return Held(kept.token, kept.turn) if self._lasts(kept) else await self._renewed(kept.turn)

    async def another(self, refused: Held) -> Held:
        """A token in the place of one that the platform refused: what others put there meanwhile, or a fetched one."""
        kept = await self._open()
        if kept.turn > refused.turn and self._lasts(kept):
            return Held(kept.token, kept.turn)
        return await self._renewed(max(kept.turn, refused.turn))

    async def accepted(self) -> None:
        """The platform took a token: whatever was wrong is over."""
        if self._struck:
            self._struck = False
            await self._shelf.forgive()

    async def shut(self, why: DeliveryFailed) -> None:
        """Leave the platform alone for a while, longer each time; whoever asks meanwhile, anywhere, is told why."""
        kept = await self._shelf.load()
        if self._left(kept):
            return
        self._struck = True
        span = min(SHUT_FIRST * 2 ** min(kept.strikes, 8), SHUT_LONGEST)
        await self._shelf.shut(kept.strikes, self._clock() + span, why.kind)
        log.warning("token_circuit_open", code=why.code, kind=why.kind, seconds=span.total_seconds())

    async def _open(self) -> Kept:
        return self._opened(await self._shelf.load())

    async def _glance(self) -> Kept:
        """What lies on the shelf; of many who begin to send together only the first looks."""
        if self._look is None:
            self._look = asyncio.create_task(self._shelf.load(), name="token shelf")
            self._look.add_done_callback(self._seen)
        return await asyncio.shield(self._look)

    def _seen(self, look: asyncio.Task[Kept]) -> None:
        self._look = None
        if not look.cancelled():
            look.exception()

    def _opened(self, kept: Kept) -> Kept:
        """What lay on the shelf, unless the platform is to be left alone."""
        self._struck = kept.strikes > 0
        if left := self._left(kept):
            raise DeliveryFailed("token_circuit", retry_after=left, kind=kept.shut_why)
        return kept

    def _left(self, kept: Kept) -> timedelta | None:
        left = kept.shut_until - self._clock() if kept.shut_until else timedelta()
        # More than the longest span is left only when a clock was set back.
        return left if timedelta() < left <= SHUT_LONGEST else None

    def _lasts(self, kept: Kept) -> bool:
        return bool(kept.token) and kept.expires_at is not None and kept.expires_at - self._clock() > EARLY

    async def _renewed(self, turn: int) -> Held:
        """One of a later turn than this; all who wait here wait for the same one."""
        while True:
            if self._flight is None:
                self._flight = asyncio.create_task(self._next(turn), name="access token")
                self._flight.add_done_callback(self._landed)
            held = await asyncio.shield(self._flight)
            if held.turn > turn:
                return held

    async def _next(self, turn: int) -> Held:
        me = secrets.token_hex(8)
        patience = _Patience()
        while True:
            kept = await self._open()
            if kept.turn > turn and self._lasts(kept):
                return Held(kept.token, kept.turn)
            if self._free(kept, patience) and await self._shelf.reserve(kept, me, self._clock() + LEASE):
                return await self._fetched(kept.turn, me)
            await asyncio.sleep(GLANCE)

    def _free(self, kept: Kept, patience: "_Patience") -> bool:
        """Whether nobody else fetches: nobody says so, or whoever did is late by our clock or by our count."""
        late = patience.spent(kept.lease_by)
        return not kept.lease_by or late or kept.lease_until is None or kept.lease_until < self._clock()

    async def _fetched(self, turn: int, me: str) -> Held:
        try:
            token, lasts = await self._asked()
        except DeliveryFailed as failed:
            if failed.permanent:
                await self.shut(failed)
            await self._shelf.release(me)
            raise
        fault("token.fetched")
        log.info("token_fetched", seconds=lasts.total_seconds())
        won = await self._shelf.store(turn, token, self._clock() + lasts)
        return Held(won.token, won.turn)

    async def _asked(self) -> tuple[str, timedelta]:
        try:
            async with asyncio.timeout(LONGEST_FETCH):
                return await self._fetch()
        except TimeoutError:
            raise DeliveryFailed("no_answer", kind="transient") from None

    def _landed(self, flight: asyncio.Task[Held]) -> None:
        self._flight = None
        if not flight.cancelled():
            flight.exception()  # Those who wait have it; if nobody waits any more, nobody misses it.


class _Patience:
    """Counts how long one and the same holder has been seen."""

    def __init__(self) -> None:
        self._holder = ""
        self._since = 0.0

    def spent(self, holder: str) -> bool:
        """Whether it holds for longer than it may; no clock of another process is asked."""
        now = asyncio.get_running_loop().time()
        if holder != self._holder:
            self._holder, self._since = holder, now
        return now - self._since > LEASE.total_seconds()
