"""The database: one service on an SQLite file, commands beside it, migrations that make what the models say."""

import asyncio
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import asyncpg
import pytest
from tortoise import Tortoise, connections
from tortoise.exceptions import OperationalError
from tortoise.migrations.autodetector import MigrationAutodetector

from domain.database import (
    SqliteInUse,
    close_database,
    configuration,
    migrate,
    open_database,
    pending_migrations,
    visit_database,
)
from domain.models import Customer

ROOT = Path(__file__).parent.parent.parent
INSIDE = re.compile(r'"(\w+)"([^,"]*?) UNIQUE(?! ?\()')
ALONE = re.compile(r'CREATE UNIQUE INDEX "\w+" ON "(?P<table>\w+)" \("(?P<column>\w+)"\)$')
HOLD = """
import asyncio, sys
from domain.database import SqliteInUse, close_database, open_database
async def hold():
    try:
        await open_database(sys.argv[1])
    except SqliteInUse as taken:
        print("refused", taken.holder, flush=True)
        return
    print("held", flush=True)
    sys.stdin.read()
    await close_database()
asyncio.run(hold())
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path / 'deep' / 'shop.sqlite3'}"


@asynccontextmanager
async def opened(url: str, *, create: bool = False) -> AsyncIterator[None]:
    """The database as a service has it; closed in the end."""
    await open_database(url, create=create)
    try:
        yield
    finally:
        await close_database()


@contextmanager
def another(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that opens the database as a service does."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def test_one_service_has_the_file_and_the_second_learns_who(url: str):
    async with opened(url, create=True):
        with another(url) as second:
            said, _ = second.communicate(timeout=20)
    assert said == f"refused {os.getpid()}\n"
    with another(url) as third:
        assert third.stdout is not None
        assert third.stdout.readline() == "held\n"
        with pytest.raises(SqliteInUse) as taken:
            await open_database(url)
        assert taken.value.holder == str(third.pid)
        with pytest.raises(SqliteInUse):
            await migrate(url)
    async with opened(url):
        assert await Customer.all().count() == 0


async def test_commands_read_and_write_beside_the_service(url: str):
    await migrate(url)
    with another(url) as service:
        assert service.stdout is not None
        assert service.stdout.readline() == "held\n"
        await visit_database(url)
        await Customer.create(code="C1", name="甲")
        assert await Customer.filter(code="C1").exists()
        await close_database()


async def test_sqlite_keeps_every_commit_and_every_reference(url: str):
    async with opened(url, create=True):
        connection = connections.get("default")
        found = {
            name: (await connection.execute_query(f"PRAGMA {name}"))[1][0][0]
            for name in ("journal_mode", "foreign_keys", "synchronous")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}


async def test_a_file_that_is_no_database_is_refused_and_left_free(tmp_path: Path):
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"this is no database" * 100)
    for way in (migrate, open_database, visit_database):
        with pytest.raises(OperationalError, match="not a database"):
            await way(f"sqlite://{broken}")
    broken.unlink()
    await migrate(f"sqlite://{broken}")


async def test_closing_what_is_not_open_is_harmless():
    await close_database()
    await close_database()


async def test_migrations_make_what_the_models_say(tmp_path: Path):
    by_migrations, by_models = tmp_path / "a.sqlite3", tmp_path / "b.sqlite3"
    await migrate(f"sqlite://{by_migrations}")
    async with opened(f"sqlite://{by_models}", create=True):
        pass
    tables = schema(by_migrations)
    assert tables.pop("tortoise_migrations")
    assert tables == schema(by_models)


async def test_no_change_of_the_models_lacks_a_migration(url: str):
    async with opened(url):
        assert Tortoise.apps is not None
        changes = await MigrationAutodetector(Tortoise.apps, configuration(url)["apps"]).changes()
    assert [operation for writer in changes for operation in writer.operations] == [], "run: make migrations"


async def test_migrating_twice_changes_nothing_and_keeps_rows(url: str):
    async with opened(url):
        assert await pending_migrations()
    await migrate(url)
    async with opened(url):
        assert not await pending_migrations()
        await Customer.create(code="C1", name="甲")
    await migrate(url)
    async with opened(url):
        assert await Customer.filter(code="C1").count() == 1


@pytest.mark.postgres
async def test_processes_that_migrate_at_once_do_it_once(postgres: str):
    await run_sql(postgres, "CREATE DATABASE together")
    url = f"{postgres}/together"
    work = "import asyncio, sys; from domain.database import migrate; asyncio.run(migrate(sys.argv[1]))"
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", work, url, cwd=ROOT) for _ in range(3)]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    async with opened(url):
        assert not await pending_migrations()
        ours = {name: await _shown(name) for name in ("statement_timeout", "idle_in_transaction_session_timeout")}
    assert ours == {"statement_timeout": "5s", "idle_in_transaction_session_timeout": "10s"}
    await run_sql(postgres, "DROP DATABASE together WITH (FORCE)")


async def _shown(name: str) -> str:
    _, rows = await connections.get("default").execute_query(f"SHOW {name}")
    return str(rows[0][name])


async def run_sql(server: str, statement: str) -> None:
    connection = await asyncpg.connect(f"{server}/postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def schema(file: Path) -> dict[str, tuple[str, ...]]:
    """Tables and indexes as SQL, without spaces, comments and the order of columns: there the two ways differ.

    A column that is added later has its uniqueness beside it, as an index: the unique columns are one entry.
    """
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    alone = {name: found for name, text in rows if (found := ALONE.match(text))}
    inside = ((table, column) for table, text in rows for column, _ in INSIDE.findall(text))
    unique = {*inside, *((found["table"], found["column"]) for found in alone.values())}
    kept = {name: text for name, text in rows if name not in alone and not name.startswith("sqlite_")}
    tables = {name: _unordered(INSIDE.sub(r'"\1"\2', text)) for name, text in kept.items()}
    return tables | {"unique": tuple(sorted(f"{table}.{column}" for table, column in unique))}


def _unordered(text: str) -> tuple[str, ...]:
    # A column that is added later stands last.
    text = re.sub(r"\s*/\*.*?\*/", "", text, flags=re.DOTALL)
    head, _, columns = re.sub(r"\s+", " ", text).partition("(")
    return head, *sorted(
        part.strip() for part in re.split(r",(?= ?(?:\"|CONSTRAINT))", columns.rstrip().removesuffix(")"))
    )
