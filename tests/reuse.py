"""One PostgreSQL database for many tests: as empty after each as before it, many times as fast as a new one.

What a test left is compared with the template: rows go, sequences begin anew, and a database whose tables were changed
is made again. The connection that does this stays, for the first question on a new one costs more than all the others.
"""

import asyncio
import time

import asyncpg
import asyncpg.exceptions as pg

SHAPE = """
    SELECT md5(string_agg(concat_ws(' ', relname, attname, atttypid, attnotnull), ',' ORDER BY relname, attnum))
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND attnum > 0 AND NOT attisdropped
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
BEGIN_ANEW = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL AND NOT sequencename = ANY($1)
"""
OTHERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY($1)"
GONE = (pg.PostgresConnectionError, pg.InterfaceError, ConnectionError)
GLANCE = 0.002
PATIENCE = 10.0
FRESH = 50
"""After so many tests the tables are cut rather than emptied, for what was deleted still takes room."""


class Reused:
    """A database that is cleared after each test."""

    def __init__(self, server: str, name: str, template: str) -> None:
        self.url = f"{server}/{name}"
        self._server = server
        self._name = name
        self._template = template
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._connection: asyncpg.Connection | None = None
        self._shape: str | None = None
        self._kept: frozenset[str] = frozenset()
        self._filled = ""
        self._cleared = 0

    def ready(self) -> None:
        """Make it, unless it is there."""
        if self._shape is None:
            self._runner.run(self._make())

    def clear(self) -> None:
        """End whatever is still connected, and take out all that the test put in."""
        try:
            self._runner.run(self._clear())
        except GONE:
            # A test that ends every connection to the server ended ours as well.
            self._connection = None
            self._runner.run(self._clear())

    def close(self) -> None:
        """Let go of the connection."""
        self._runner.run(self._leave())
        self._runner.close()

    async def _clear(self) -> None:
        connection = await self._connected()
        await _alone(connection)
        if await connection.fetchval(SHAPE) != self._shape:
            await self._leave()
            self._shape = None
            return
        self._cleared += 1
        used = [row[0] for row in await connection.fetch(self._filled) if row[0] not in self._kept]
        if used:
            await connection.execute(_cut(used) if self._cleared % FRESH == 0 else _emptied(used))
        await connection.fetch(BEGIN_ANEW, [f"{name}_id_seq" for name in self._kept])

    async def _make(self) -> None:
        await self._leave()
        server = await asyncpg.connect(f"{self._server}/postgres")
        try:
            await server.execute(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
            await server.execute(f"CREATE DATABASE {self._name} TEMPLATE {self._template}")
        finally:
            await server.close()
        connection = await self._connected()
        names = [row[0] for row in await connection.fetch(TABLES)]
        each = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {_quoted(name)})" for name in names)
        self._filled = " UNION ALL ".join(each)
        self._kept = frozenset(row[0] for row in await connection.fetch(self._filled))
        self._shape = await connection.fetchval(SHAPE)

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self.url)
        return self._connection

    async def _leave(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


async def _alone(connection: asyncpg.Connection) -> None:
    """Nobody else is connected any more: what they had not committed is gone, what they had is seen."""
    end = time.monotonic() + PATIENCE
    while others := [row[0] for row in await connection.fetch(OTHERS)]:
        assert time.monotonic() < end, "a connection of the test does not end"
        await connection.fetch(END, others)
        await asyncio.sleep(GLANCE)


def _cut(names: list[str]) -> str:
    return f"TRUNCATE {', '.join(map(_quoted, names))} CASCADE"


def _emptied(names: list[str]) -> str:
    """Many times as fast where rows are few; as a replica, for whom neither keys nor triggers stand in the way."""
    each = "; ".join(f"DELETE FROM {_quoted(name)}" for name in names)
    return f"BEGIN; SET LOCAL session_replication_role = replica; {each}; COMMIT"


def _quoted(name: str) -> str:
    return f'"{name}"'
