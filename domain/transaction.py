"""The one way to open a transaction: a fresh task, shielded, so that neither a cancelled caller nor a lost database
leaves a connection or a task context behind."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from secrets import randbelow
from typing import Any, TypeVar

import asyncpg.exceptions as pg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.sqlite.client import SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError, ValidationError
from tortoise.transactions import in_transaction

from domain import lane
from domain.fencing import fenced, hold_term
from domain.tally import DB_RETRIES, count

T = TypeVar("T")

TRIES = 3
_PAUSE_MS = 60
_PASSING_STATES = ("40P01", "40001")
_VALUES = (IntegrityError, ValidationError, sqlite3.DataError, sqlite3.IntegrityError, pg.DataError)
_PASSING = ("deadlock", "could not serialize", "database is locked", "database is busy")


async def transact(work: Callable[[], Awaitable[T]]) -> T:
    """Run ``work`` in one transaction: all of it is kept, or nothing.

    ``work`` must only touch the database and may run again after a deadlock. If the caller is cancelled, the
    transaction still runs to its end. No transaction may be opened inside ``work``.
    """
    # The connection of a broken transaction stays in the context of its task, so each try gets a task.
    return await _shielded(lambda: asyncio.create_task(_once(work), name="transaction-try"))


async def transact_script(script: Callable[[], lane.Script[T]]) -> T:
    """Run a script of the fast lane in one transaction, on the same terms; it may share its commit with others."""
    script = fenced(script)
    return await _shielded(lambda: lane.commit(script))


async def transact_one(statement: lane.Statement) -> lane.Result:
    """Run one statement as a transaction, on the same terms; not for jobs, whose writes must hold the lead."""
    return await _shielded(lambda: lane.commit_one(statement))


def refused_values(error: Exception) -> bool:
    """Whether the database is well and only what it was given is wrong: too long, out of range, against a rule."""
    # Tortoise wraps what asyncpg says of values, together with all that is wrong with a statement.
    return isinstance(error, _VALUES) or isinstance(error.__cause__, _VALUES)


async def _shielded(attempt: Callable[[], Awaitable[T]]) -> T:
    return await asyncio.shield(asyncio.create_task(_tried(attempt), name="transaction"))


async def _tried(attempt: Callable[[], Awaitable[T]]) -> T:
    for left in reversed(range(TRIES)):
        try:
            return await attempt()
        except Exception as error:
            if not left or not _passing(error):
                raise
            count(DB_RETRIES)
            # Whoever met in a circle would meet there again if all began anew at once.
            await asyncio.sleep(randbelow(_PAUSE_MS) / 1000)
    raise AssertionError("unreachable")


def _passing(error: Exception) -> bool:
    # asyncpg's deadlocks and failed serialisations come through Tortoise as they are, with their SQLSTATE.
    known = isinstance(error, OperationalError) and any(word in str(error).lower() for word in _PASSING)
    return known or getattr(error, "sqlstate", None) in _PASSING_STATES


async def _once(work: Callable[[], Awaitable[T]]) -> T:
    async with _begun() as connection:
        await hold_term()
        done = await work()
        await _end(connection)
        return done


@asynccontextmanager
async def _begun() -> AsyncIterator[BaseDBAsyncClient]:
    """The library's transaction; it takes a lock or a connection, which it keeps for ever when it cannot begin."""
    context = in_transaction()
    try:
        connection = await context.__aenter__()
    except Exception:
        if hasattr(context, "token"):
            await context.__aexit__(TransactionManagementError, None, None)
        elif isinstance(context, SqliteTransactionContext):
            context._trxlock.release()
        raise
    try:
        yield connection
    except BaseException as error:
        await context.__aexit__(type(error), error, error.__traceback__)
        raise
    await context.__aexit__(None, None, None)


async def _end(connection: Any) -> None:
    """Commit; what SQLite could not commit stays open, and the library would commit it before it begins the next."""
    if not isinstance(connection, SqliteTransactionWrapper):
        return
    try:
        await connection.commit()
    except Exception:
        with suppress(Exception):
            await connection.rollback()
        raise
