"""One PostgreSQL database for many tests: as empty after each as before it, several times as fast as a new one.

What a test left is compared with the template: rows go, sequences begin anew, and a database whose tables were changed
is made again.
"""

import asyncpg

SHAPE = """
    SELECT md5(string_agg(t || c || d, ',' ORDER BY t, c)) FROM (
        SELECT table_name::text AS t, column_name::text AS c, data_type || is_nullable AS d
        FROM information_schema.columns WHERE table_schema = 'public'
    ) AS columns
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
BEGUN = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"


class Reused:
    """A database that is cleared after each test."""

    def __init__(self, server: str, name: str, template: str) -> None:
        self.url = f"{server}/{name}"
        self._server = server
        self._name = name
        self._template = template
        self._shape: str | None = None
        self._kept: frozenset[str] = frozenset()

    async def ready(self) -> None:
        """Make it, unless it is there."""
        if self._shape is None:
            await self._make()

    async def clear(self) -> None:
        """End whatever is still connected, and take out all that the test put in."""
        server = await asyncpg.connect(f"{self._server}/postgres")
        try:
            await server.fetch(OTHERS, self._name)
        finally:
            await server.close()
        connection = await asyncpg.connect(self.url)
        try:
            same = await connection.fetchval(SHAPE) == self._shape
            if same:
                await self._empty(connection)
        finally:
            await connection.close()
        if not same:
            self._shape = None

    async def _make(self) -> None:
        server = await asyncpg.connect(f"{self._server}/postgres")
        try:
            await server.execute(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
            await server.execute(f"CREATE DATABASE {self._name} TEMPLATE {self._template}")
        finally:
            await server.close()
        connection = await asyncpg.connect(self.url)
        try:
            self._shape = await connection.fetchval(SHAPE)
            self._kept = frozenset(await _filled(connection))
        finally:
            await connection.close()

    async def _empty(self, connection: asyncpg.Connection) -> None:
        used = [name for name in await _filled(connection) if name not in self._kept]
        if used:
            await connection.execute(f"TRUNCATE {', '.join(map(_quoted, used))} RESTART IDENTITY CASCADE")
        begun = [row[0] for row in await connection.fetch(BEGUN)]
        for name in begun:
            if name.removesuffix("_id_seq") not in self._kept:
                await connection.execute(f"ALTER SEQUENCE {_quoted(name)} RESTART")


async def _filled(connection: asyncpg.Connection) -> list[str]:
    """The tables in which there are rows."""
    names = [row[0] for row in await connection.fetch(TABLES)]
    each = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {_quoted(name)})" for name in names)
    return [row[0] for row in await connection.fetch(" UNION ALL ".join(each))]


def _quoted(name: str) -> str:
    return f'"{name}"'
