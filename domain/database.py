"""Opens and closes the database: one SQLite file for one process, or PostgreSQL for many; keeps its tables current."""

import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

import asyncpg
from tortoise import Tortoise, connections
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.context import get_current_context
from tortoise.exceptions import OperationalError
from tortoise.migrations.recorder import MigrationRecorder

from domain.connecting import PRAGMAS, configuration
from domain.lane import close_lane, open_lane
from domain.migrating import Executor
from domain.transaction import transact

_MIGRATION_LOCK = 0x67656E64616E

Hook = Callable[[], Awaitable[None]]

_lock: IO[str] | None = None


class SqliteInUse(RuntimeError):
    """A running service has this SQLite file: it serves one, PostgreSQL serves many; ``holder`` is its process."""

    def __init__(self, file: Path, holder: str) -> None:
        super().__init__(str(file))
        self.holder = holder


async def open_database(url: str, *, create: bool = False) -> None:
    """Open the database for the service of this process; ``create`` makes all tables in an empty one.

    Raises ``SqliteInUse`` when another process serves from the SQLite file.
    """
    _take(url)
    await _init(configuration(url))
    if create:
        await Tortoise.generate_schemas(safe=True)


async def visit_database(url: str) -> None:
    """Open the database beside a running service, for the few reads and writes of one command.

    SQLite itself lets both in; a service of its own is what there must be only one of, for jobs and messages would
    be worked on twice.
    """
    _folder(url)
    await _init(configuration(url))


async def migrate(url: str, *, before: Hook | None = None, after: Hook | None = None) -> None:
    """Bring the tables of this database to the present version; one process at a time does it, others wait.

    ``before`` and ``after`` run beside it, under the same lock and with the database open.
    """
    _take(url)
    patient = configuration(url, statement_timeout_ms=0)
    try:
        await _init(patient)
        async with _alone(url):
            if before is not None:
                await before()
            await _executor().prepare()
            await transact(_bring_up)
            if after is not None:
                await after()
    finally:
        await close_database()


async def pending_migrations() -> bool:
    """Whether the open database lacks a migration that this version brings."""
    return await _executor().pending()


async def _bring_up() -> None:
    # All of it in one transaction: the library commits a migration before it notes that it was made, and a process
    # that ends in between leaves tables that no later start can bring up.
    await _executor().bring_up()


def _executor() -> Executor:
    return Executor(connections.get("default"), configuration("sqlite://:memory:")["apps"])


async def applied_migrations() -> list[str]:
    """The migrations that the open database went through, oldest first; none where it is empty."""
    found = await MigrationRecorder(connections.get("default")).applied_migrations()
    return [one.name for one in found if one.app_label == "gendan"]


async def _init(config: dict[str, Any]) -> None:
    # Tortoise keeps its INSERT texts by table alone: those of one kind of database are wrong for the other.
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=config)
    try:
        await _connect()
        credentials = config["connections"]["default"]["credentials"]
        file = credentials.get("file_path")
        open_lane(Path(file) if file else None, PRAGMAS)
    except sqlite3.Error as error:
        await close_database()
        raise OperationalError(str(error)) from error
    except BaseException:
        await close_database()
        raise


async def _connect() -> None:
    # Opened by the first statement, a file that is no database would leave that statement's lock taken for ever.
    client = connections.get("default")
    if isinstance(client, SqliteClient):
        await client.create_connection(with_db=True)
    else:
        # The pool connects by itself, but what asks for the migrations takes a server that is away for an empty one.
        await client.execute_query("SELECT 1")


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    if url.startswith("sqlite"):
        yield
        return
    connection = await asyncpg.connect(url.replace("asyncpg://", "postgres://", 1))  # type: ignore[no-untyped-call]
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        yield
    finally:
        await connection.close()


async def close_database() -> None:
    """Close every connection and let go of the SQLite file; harmless when nothing is open."""
    try:
        close_lane()
        if get_current_context() is not None:
            await connections.close_all()
    finally:
        _release()


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite URL; None for PostgreSQL and for memory."""
    path = url.removeprefix("sqlite://")
    return Path(path) if url.startswith("sqlite") and path != ":memory:" else None


def _folder(url: str) -> Path | None:
    file = sqlite_file(url)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    return file


def _take(url: str) -> None:
    global _lock  # noqa: PLW0603
    file = _folder(url)
    if file is None:
        return
    handle = open(f"{file}.lock", "a+")  # noqa: SIM115
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.seek(0)
        holder = handle.read().strip()
        handle.close()
        raise SqliteInUse(file, holder) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    _lock = handle


def _release() -> None:
    global _lock  # noqa: PLW0603
    if _lock is not None:
        _lock.close()
        _lock = None


__all__: Sequence[str] = [
    "SqliteInUse",
    "applied_migrations",
    "close_database",
    "configuration",
    "migrate",
    "open_database",
    "pending_migrations",
    "sqlite_file",
    "visit_database",
]

# What the migration tool is pointed at when a new migration is written.
MIGRATING = configuration("sqlite://:memory:")
