"""A line to PostgreSQL on which nobody answers is given up at once, and with it the others that are open.

The server ends what takes too long for it, so silence beyond that means that the host went away without a word, as at a
failover: all that were connected to it wait for the same nobody. The library asks the server over a new connection to
cancel, waits for the old one to agree, and does so again with each of the others.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from tortoise import connections


class Line(asyncpg.Connection):
    """A connection of the pool, with the four ways in which it is used."""

    async def execute(self, *given: Any, **named: Any) -> Any:
        """As the library's."""
        async with self._answered():
            return await super().execute(*given, **named)

    async def executemany(self, *given: Any, **named: Any) -> Any:
        """As the library's."""
        async with self._answered():
            return await super().executemany(*given, **named)

    async def fetch(self, *given: Any, **named: Any) -> Any:
        """As the library's."""
        async with self._answered():
            return await super().fetch(*given, **named)

    async def fetchrow(self, *given: Any, **named: Any) -> Any:
        """As the library's."""
        async with self._answered():
            return await super().fetchrow(*given, **named)  # type: ignore[no-untyped-call]

    @asynccontextmanager
    async def _answered(self) -> AsyncIterator[None]:
        try:
            yield
        except TimeoutError:
            self.terminate()  # type: ignore[no-untyped-call]
            await _renew()
            raise


async def _renew() -> None:
    """Let those of the pool that are open be replaced, each as it is wanted next."""
    client = connections.get("default")
    pool = getattr(client, "_parent", client)._pool
    if pool is not None:
        await pool.expire_connections()
