"""Inside a process under test: it dies, or its database fails it, at the n-th SQL statement that it sends."""

import itertools
import os
import signal
import sqlite3
from collections.abc import Callable
from typing import Any

from asyncpg.connection import Connection
from asyncpg.exceptions import PostgresIOError


def at_statement(nth: int, action: str) -> None:
    """From the start of the process on; ``kill`` or ``error``. Marks of transactions are statements as well."""
    numbers = itertools.count(1)

    def passing(failure: Callable[[], Exception]) -> None:
        if next(numbers) != nth:
            return
        if action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise failure()

    _watch_sqlite(lambda: passing(lambda: sqlite3.OperationalError("disk I/O error")))
    _watch_postgres(lambda: passing(lambda: PostgresIOError("could not read block")))


def _watch_sqlite(passing: Callable[[], None]) -> None:
    class Watched(sqlite3.Connection):
        def execute(self, *given: Any) -> sqlite3.Cursor:
            passing()
            return super().execute(*given)

        def executemany(self, *given: Any) -> sqlite3.Cursor:
            passing()
            return super().executemany(*given)

        def executescript(self, *given: Any) -> sqlite3.Cursor:
            passing()
            return super().executescript(*given)

        def commit(self) -> None:
            passing()
            super().commit()

    plain = sqlite3.connect
    sqlite3.connect = lambda *given, **named: plain(*given, **{"factory": Watched} | named)


def _watch_postgres(passing: Callable[[], None]) -> None:
    plain, one, many = Connection.execute, Connection._execute, Connection._executemany

    async def execute(self: Any, query: str, *given: Any, **named: Any) -> Any:
        if not given:
            passing()
        return await plain(self, query, *given, **named)

    async def _execute(self: Any, *given: Any, **named: Any) -> Any:
        passing()
        return await one(self, *given, **named)

    async def _executemany(self: Any, *given: Any, **named: Any) -> Any:
        passing()
        return await many(self, *given, **named)

    for kept in (execute, _execute, _executemany):
        setattr(Connection, kept.__name__, kept)
