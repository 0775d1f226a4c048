"""The two kinds of database behind the fast lane: one SQLite file with its one writer, PostgreSQL with its pool."""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar

import asyncpg.exceptions as pg
from tortoise import connections
from tortoise.exceptions import IntegrityError, OperationalError

from domain.statements import FOR_UPDATE, Result, Row, Script, Statement, numbered, spread

T = TypeVar("T")

MOST_TOGETHER = 64
_PATIENCE = (0.05, 0.15, 0.5)
_ROWS = re.compile(r"^\s*select\b|\breturning\b", re.IGNORECASE)
_LOST = (pg.PostgresConnectionError, pg.InterfaceError, ConnectionError)


class Engine(Protocol):
    """One kind of database."""

    async def read(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """The rows of a query, as they are committed."""

    async def read_aside(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """The same for a query that goes through much: the loop is free meanwhile."""

    async def commit(self, script: Callable[[], Script[T]]) -> T:
        """Run a script in one transaction."""

    async def commit_one(self, statement: Statement) -> Result:
        """Run a statement that is a transaction by itself."""

    def close(self) -> None:
        """Let go of everything."""


class SqliteEngine:
    """Connections of our own to the file: reads happen at once, writes in one thread under the lock of the ORM.

    What counts much has a thread and a connection to itself.
    """

    def __init__(self, file: Path, pragmas: Mapping[str, object], lock: asyncio.Lock) -> None:
        self._lock = lock
        self._reader = _connected(file, {**pragmas, "query_only": "ON", "busy_timeout": 20})
        self._writer = _connected(file, pragmas)
        self._counter = _connected(file, {**pragmas, "query_only": "ON", "busy_timeout": 1000})
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="sqlite-counter")
        self._waiting: list[tuple[Callable[[], Script[Any]], asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None

    async def read(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """The rows; a few microseconds each, which is less than to hand the question to a thread."""
        for pause in _PATIENCE:
            try:
                return self._reader.execute(sql, values).fetchall()
            except sqlite3.OperationalError as error:
                if not _busy(error):
                    raise OperationalError(error) from error
            await asyncio.sleep(pause)
        return self._reader.execute(sql, values).fetchall()

    async def read_aside(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """The rows, one such query after another."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._aside, self._count, sql, values)
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    def _count(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        return self._counter.execute(sql, values).fetchall()

    async def commit(self, script: Callable[[], Script[T]]) -> T:
        """Run a script; those that wait at the same time share one commit, and each fails alone."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((script, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write(), name="sqlite-writer")
        return await asyncio.shield(done)

    async def commit_one(self, statement: Statement) -> Result:
        """Run a statement, sharing a commit with others."""
        return await self.commit(lambda: _only(statement))

    def close(self) -> None:
        """Wait for the work in hand, and close the connections."""
        self._thread.shutdown(wait=True)
        self._aside.shutdown(wait=True, cancel_futures=True)
        self._counter.close()
        self._writer.close()
        self._reader.close()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            async with self._lock:
                batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                try:
                    ends = await loop.run_in_executor(self._thread, self._together, [script for script, _ in batch])
                except Exception as error:
                    ends = [(None, _translated(error))] * len(batch)
            for (_, done), (value, failure) in zip(batch, ends, strict=True):
                _end(done, value, failure)

    def _together(self, scripts: Sequence[Callable[[], Script[Any]]]) -> list[tuple[Any, Exception | None]]:
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            ends = [self._alone(script) for script in scripts]
            self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        return ends

    def _alone(self, script: Callable[[], Script[Any]]) -> tuple[Any, Exception | None]:
        self._writer.execute("SAVEPOINT unit")
        try:
            value = self._run(script())
        except Exception as error:
            if not self._writer.in_transaction:
                raise
            self._writer.execute("ROLLBACK TO unit")
            self._writer.execute("RELEASE unit")
            return None, _translated(error)
        self._writer.execute("RELEASE unit")
        return value, None

    def _run(self, script: Script[T]) -> T:
        result: Result | None = None
        while True:
            try:
                statement = next(script) if result is None else script.send(result)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            sql, values = spread(statement)
            cursor = self._writer.execute(sql.replace(FOR_UPDATE, ""), values)
            rows = cursor.fetchall() if cursor.description else ()
            result = Result(cursor.rowcount, rows)


class PostgresEngine:
    """The pool of the ORM, without the ORM."""

    async def read(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """The rows; a connection that died with the server is replaced by the next, once if it was silent."""
        for pause in _PATIENCE:
            try:
                return await self._read(sql, values)
            except _LOST:
                await asyncio.sleep(pause)
            except TimeoutError:
                break
        return await self._read(sql, values)

    async def read_aside(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """The rows: the server works, nobody here has to wait for it."""
        return await self.read(sql, values)

    async def _read(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        async with connections.get("default").acquire_connection() as connection:
            try:
                return await connection.fetch(numbered(sql), *values)  # type: ignore[no-any-return]
            except pg.PostgresError as error:
                _raise(error)

    async def commit(self, script: Callable[[], Script[T]]) -> T:
        """Run a script on one connection."""
        async with connections.get("default").acquire_connection() as connection:
            try:
                async with connection.transaction():
                    return await self._run(connection, script())
            except pg.PostgresError as error:
                _raise(error)

    async def commit_one(self, statement: Statement) -> Result:
        """Run a statement without the two round trips for the beginning and the end of a transaction."""
        async with connections.get("default").acquire_connection() as connection:
            try:
                return await self._execute(connection, statement)
            except pg.PostgresError as error:
                _raise(error)

    async def _run(self, connection: Any, script: Script[T]) -> T:
        result: Result | None = None
        while True:
            try:
                statement = next(script) if result is None else script.send(result)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            result = await self._execute(connection, statement)

    async def _execute(self, connection: Any, statement: Statement) -> Result:
        sql, values = spread(statement)
        if _ROWS.search(sql):
            rows = await connection.fetch(numbered(sql), *values)
            return Result(len(rows), rows)
        said = await connection.execute(numbered(sql), *values)
        return Result(int(said.rsplit(" ", 1)[-1]), ())

    def close(self) -> None:
        """The pool belongs to the ORM."""


def _only(statement: Statement) -> Script[Result]:
    result = yield statement
    return result


def _connected(file: Path, pragmas: Mapping[str, object]) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False, cached_statements=512)
    for name, value in pragmas.items():
        connection.execute(f"PRAGMA {name}={value}")
    return connection


def _busy(error: Exception) -> bool:
    return "locked" in str(error) or "busy" in str(error)


def _end(done: asyncio.Future[Any], value: Any, failure: Exception | None) -> None:
    if done.done():
        return
    if failure is None:
        done.set_result(value)
    else:
        done.set_exception(failure)


def _translated(error: Exception) -> Exception:
    if isinstance(error, sqlite3.IntegrityError | pg.IntegrityConstraintViolationError):
        return IntegrityError(error)
    return OperationalError(error) if isinstance(error, sqlite3.Error) else error


def _raise(error: Exception) -> NoReturn:
    raise _translated(error) from error
