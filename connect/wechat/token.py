"""The access token of one account: on a shelf for all, fetched once for all who wait, and left alone when refused."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import structlog

from domain.errors import DeliveryFailed
from domain.faults import fault

log = structlog.get_logger()

EARLY = timedelta(minutes=2)
"""Less than the five minutes in which the platform has a new token while the old one is still good: a clock that is
a little fast must not ask for it again and again."""
SHUT_FIRST = timedelta(seconds=60)
SHUT_LONGEST = timedelta(minutes=5)

Fetch = Callable[[], Awaitable[tuple[str, timedelta]]]
"""Asks the platform for a token; how long it is good."""


class TokenShelf(Protocol):
    """Where the token lies, for all processes; ``store`` tells which token won."""

    async def load(self) -> tuple[str, datetime] | None:
        """The token and when it ends."""

    async def store(self, previous: str | None, token: str, expires_at: datetime) -> str:
        """Put a token in the place of ``previous``, unless another process was faster."""


class MemoryShelf:
    """A shelf of one process, for tools and tests."""

    def __init__(self) -> None:
        self._kept: tuple[str, datetime] | None = None

    async def load(self) -> tuple[str, datetime] | None:
        """The token and when it ends."""
        return self._kept

    async def store(self, previous: str | None, token: str, expires_at: datetime) -> str:
        """Put a token in the place of ``previous``."""
        if self._kept is None or self._kept[0] == previous:
            self._kept = (token, expires_at)
        return self._kept[0]


class Held(NamedTuple):
    """A token in use, and how many had been fetched when it was taken."""

    token: str
    turn: int


class AccessToken:
    """Gives the token out and renews it; refuses to, for one to five minutes, when fresh tokens are not accepted."""

    def __init__(self, shelf: TokenShelf, fetch: Fetch, clock: Callable[[], datetime]) -> None:
        self._shelf = shelf
        self._fetch = fetch
        self._clock = clock
        self._turn = 0
        self._flight: asyncio.Task[Held] | None = None
        self._strikes = 0
        self._shut_until: datetime | None = None
        self._why = ""

    async def current(self) -> Held:
        """A token that is good for two minutes at least."""
        self._refuse_while_shut()
        return await self._found() or await self._renewed()

    async def another(self, refused: Held) -> Held:
        """A token in the place of one that the platform refused: what others put there meanwhile, or a fetched one."""
        self._refuse_while_shut()
        found = await self._found()
        return found if found and found != refused else await self._renewed()

    def accepted(self) -> None:
        """The platform took a token: whatever was wrong is over."""
        self._strikes = 0

    def shut(self, why: DeliveryFailed) -> None:
        """Leave the platform alone for a while, longer each time; whoever asks meanwhile is told why."""
        if self._left():
            return
        span = min(SHUT_FIRST * 2 ** min(self._strikes, 8), SHUT_LONGEST)
        self._strikes += 1
        self._shut_until, self._why = self._clock() + span, why.kind
        log.warning("token_circuit_open", code=why.code, kind=why.kind, seconds=span.total_seconds())

    def _left(self) -> timedelta | None:
        left = self._shut_until - self._clock() if self._shut_until else timedelta()
        # More than the longest span is left only when the clock was set back.
        return left if timedelta() < left <= SHUT_LONGEST else None

    def _refuse_while_shut(self) -> None:
        if left := self._left():
            raise DeliveryFailed("token_circuit", retry_after=left, kind=self._why)

    async def _found(self) -> Held | None:
        """What lies on the shelf, if it lasts, and the turn in which it lay there."""
        while True:
            turn = self._turn
            kept = await self._shelf.load()
            if turn == self._turn:
                return Held(kept[0], turn) if kept is not None and self._lasts(kept) else None
            # Another was fetched meanwhile: what was read may be the one before it.

    def _lasts(self, kept: tuple[str, datetime]) -> bool:
        return bool(kept[0]) and kept[1] - self._clock() > EARLY

    async def _renewed(self) -> Held:
        if self._flight is None:
            self._flight = asyncio.create_task(self._fetched(), name="access token")
            self._flight.add_done_callback(self._landed)
        return await asyncio.shield(self._flight)

    async def _fetched(self) -> Held:
        kept = await self._shelf.load()
        try:
            token, lasts = await self._fetch()
        except DeliveryFailed as failed:
            if failed.permanent:
                self.shut(failed)
            raise
        fault("token.fetched")
        log.info("token_fetched", seconds=lasts.total_seconds())
        won = await self._shelf.store(kept[0] if kept else None, token, self._clock() + lasts)
        self._turn += 1
        return Held(won, self._turn)

    def _landed(self, flight: asyncio.Task[Held]) -> None:
        self._flight = None
        if not flight.cancelled():
            flight.exception()  # Those who wait have it; if nobody waits any more, nobody misses it.
