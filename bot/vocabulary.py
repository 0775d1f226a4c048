"""The lexicon of this shop, built from the catalogue and built again in the background when the catalogue changes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.grammar.lexicon import Lexicon

log = structlog.get_logger()

GLANCE = timedelta(seconds=1)


class Vocabulary:
    """Keeps one lexicon and its version; looks at most once a second whether there is a newer catalogue.

    A first or small lexicon is built before the message is answered; a large one is built in a thread while the old
    one still serves.
    """

    def __init__(self, version: Callable[[], Awaitable[str]], build: Callable[[], Awaitable[Lexicon]]) -> None:
        self._version_of_catalogue = version
        self._build = build
        self._lexicon: Lexicon | None = None
        self._version = ""
        self._looked_at: datetime | None = None
        self._building: asyncio.Task[None] | None = None

    async def fresh(self, now: datetime) -> Lexicon:
        """The lexicon; waits for it only when there is none yet, or when the catalogue is small enough to be quick."""
        if self._lexicon is None or self._looked_at is None or not timedelta(0) <= now - self._looked_at < GLANCE:
            self._looked_at = now
            version = await self._version_of_catalogue()
            if version != self._version:
                await self._renew(version)
        assert self._lexicon is not None
        return self._lexicon

    async def _renew(self, version: str) -> None:
        if self._building is None or self._building.done():
            self._building = asyncio.create_task(self._rebuild(version), name="vocabulary")
        if self._lexicon is None or len(self._lexicon.products) < 2000:
            await asyncio.shield(self._building)

    async def _rebuild(self, version: str) -> None:
        lexicon = await self._build()
        self._lexicon, self._version = lexicon, version
        log.info("vocabulary_built", products=len(lexicon.products), customers=len(lexicon.customers))
