"""Inside a process under test: it dies, or is failed, at the n-th SQL statement or the n-th request that it sends."""

import itertools
import os
import signal
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from asyncpg.connection import Connection
from asyncpg.exceptions import PostgresIOError

Strike = Callable[[str], None]


def prepare(wish: Mapping[str, Any]) -> None:
    """From the start of the process on: ``{"kind": "statement", "nth": 7, "action": "kill"}``."""
    if wish.get("kind") == "request":
        at_request(int(wish["nth"]), wish["action"])
    else:
        at_statement(int(wish["nth"]), wish["action"])


def at_statement(nth: int, action: str) -> None:
    """``kill`` or ``error``. Marks of transactions are statements as well."""
    numbers = itertools.count(1)

    def passing(failure: Callable[[], Exception]) -> None:
        if next(numbers) != nth:
            return
        _say("statement", nth, action)
        if action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise failure()

    _watch_sqlite(lambda: passing(lambda: sqlite3.OperationalError("disk I/O error")))
    _watch_postgres(lambda: passing(lambda: PostgresIOError("could not read block")))


def at_request(nth: int, action: str) -> None:
    """``kill`` and ``error`` before it is sent; ``killed_after`` and ``lost`` when it was carried out."""
    numbers = itertools.count(1)
    plain = aiohttp.ClientSession._request

    async def _request(self: Any, *given: Any, **named: Any) -> aiohttp.ClientResponse:
        if next(numbers) != nth:
            return await plain(self, *given, **named)
        _say("request", nth, action)
        if action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if action == "error":
            raise aiohttp.ClientOSError("connection reset by peer")
        answer = await plain(self, *given, **named)
        await answer.read()
        if action == "killed_after":
            os.kill(os.getpid(), signal.SIGKILL)
        answer.close()
        raise aiohttp.ServerDisconnectedError

    aiohttp.ClientSession._request = _request  # type: ignore[method-assign]


def _say(kind: str, nth: int, action: str) -> None:
    os.write(2, f"sabotage {kind} {nth} {action}\n".encode())


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
