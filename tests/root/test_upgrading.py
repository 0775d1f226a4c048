"""Upgrades: a filled database of the first version comes up whole, on both kinds; a copy first; never backwards."""

import asyncio
import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise import Model, Tortoise, connections
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.api import migrate as tortoise_migrate

from domain.database import (
    applied_migrations,
    close_database,
    configuration,
    open_database,
    pending_migrations,
    visit_database,
)
from domain.marking import marked
from domain.safekeeping import checked
from domain.upgrading import VERSION, NewerSchema, newest, refuse_newer, upgrade

ROOT = Path(__file__).parent.parent.parent
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ROWS = 3
Row = dict[str, Any]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table, on each kind of server."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path / 'shop.sqlite3'}"
        return
    server = request.getfixturevalue("postgres")

    async def sql(statement: str) -> None:
        connection = await asyncpg.connect(f"{server}/postgres")
        await connection.execute(statement)
        await connection.close()

    asyncio.run(sql("CREATE DATABASE upgrades"))
    yield f"{server}/upgrades"
    asyncio.run(sql("DROP DATABASE upgrades WITH (FORCE)"))


async def first_version(url: str) -> dict[str, list[Row]]:
    """Bring the database to the first migration and fill every table of it; the rows as they lie there."""
    await visit_database(url)
    try:
        await tortoise_migrate(config=configuration(url), target="gendan.0001_initial")
        models = await in_order()
        for model in models:
            for number in range(1, ROWS + 1):
                await insert(model, number)
        return {model._meta.db_table: await rows(model._meta.db_table) for model in models}
    finally:
        await close_database()


async def in_order() -> list[type[Model]]:
    """The models whose tables there are, those that others point to first."""
    assert Tortoise.apps is not None
    left = [model for model in Tortoise.apps["gendan"].values() if await columns(model._meta.db_table)]
    ordered: list[type[Model]] = []
    while left:
        ready = [model for model in left if not references(model) & set(left)]
        assert ready
        ordered += ready
        left = [model for model in left if model not in ready]
    return ordered


def references(model: type[Model]) -> set[type[Model]]:
    found = (model._meta.fields_map[name] for name in model._meta.fk_fields | model._meta.o2o_fields)
    return {field.related_model for field in found if isinstance(field, ForeignKeyFieldInstance)} - {model}


async def insert(model: type[Model], number: int) -> None:
    there = await columns(model._meta.db_table)
    values = {
        column: value_for(model, field, number)
        for field, column in model._meta.fields_db_projection.items()
        if column in there and column != "id"
    }
    names = ", ".join(f'"{column}"' for column in values)
    mark = "?" if on_sqlite() else "$"
    marks = ", ".join("?" if mark == "?" else f"${n}" for n in range(1, len(values) + 1))
    statement = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})'
    await connections.get("default").execute_query(statement, list(values.values()))


def value_for(model: type[Model], name: str, number: int) -> Any:
    """Something that fits the column, different in every row; a reference to the row of the same number."""
    field: Any = model._meta.fields_map[name]
    if name.endswith("_id") and name.removesuffix("_id") in model._meta.fk_fields | model._meta.o2o_fields:
        return number
    kinds = {
        "DatetimeField": lambda: NOW,
        "DateField": NOW.date,
        "JSONField": lambda: [] if field.default is list else {},
        "BooleanField": lambda: True,
        "CharEnumFieldInstance": lambda: next(iter(field.enum_type)).value,
        "CharField": lambda: "ab" * 16 + f"{number:032x}" if field.max_length >= 64 else f"v{number}",
        "TextField": lambda: f"text {number}",
        "DecimalField": lambda: number,
    }
    value = kinds.get(type(field).__name__, lambda: number)()
    return field.to_db_value(value, model) if on_sqlite() or type(field).__name__ == "JSONField" else value


def on_sqlite() -> bool:
    return bool(connections.get("default").capabilities.dialect == "sqlite")


async def columns(table: str) -> set[str]:
    if on_sqlite():
        _, found = await connections.get("default").execute_query(f'PRAGMA table_info("{table}")')
        return {row["name"] for row in found}
    statement = "SELECT column_name FROM information_schema.columns WHERE table_name = $1"
    _, found = await connections.get("default").execute_query(statement, [table])
    return {row["column_name"] for row in found}


async def rows(table: str) -> list[Row]:
    _, found = await connections.get("default").execute_query(f'SELECT * FROM "{table}" ORDER BY id')
    return [dict(row) for row in found]


async def raised(url: str, tmp_path: Path, *, keep: bool = True) -> Path | None:
    return await upgrade(url, version="2.0.0", now=NOW, copies=tmp_path / "copies", keep=keep)


async def test_a_filled_first_version_comes_up_whole(empty: str, tmp_path: Path):
    before = await first_version(empty)
    assert len(before) > 20
    copy = await raised(empty, tmp_path)
    await open_database(empty)
    try:
        assert not await pending_migrations()
        for table, old in before.items():
            new = await rows(table)
            assert [{name: row[name] for name in old[0]} for row in new] == old, table
        assert Tortoise.apps is not None
        for model in Tortoise.apps["gendan"].values():
            there = await model.all()
            assert len(there) == (ROWS if model._meta.db_table in before else len(there))
        assert await marked(VERSION) == "2.0.0"
    finally:
        await close_database()
    assert copy is not None
    manifest = checked(copy)
    assert manifest.schema == "0001_initial"
    assert manifest.rows == dict.fromkeys(before, ROWS)


async def test_there_is_a_copy_before_an_upgrade_and_only_then(empty: str, tmp_path: Path):
    assert await raised(empty, tmp_path) is None
    assert await raised(empty, tmp_path) is None
    assert not (tmp_path / "copies").exists()


async def test_a_copy_can_be_declined(empty: str, tmp_path: Path):
    await first_version(empty)
    assert await raised(empty, tmp_path, keep=False) is None
    assert not (tmp_path / "copies").exists()


async def test_without_room_for_the_copy_there_is_no_upgrade(empty: str, tmp_path: Path):
    await first_version(empty)
    (tmp_path / "copies").write_text("in the way")
    with pytest.raises(OSError, match="copies"):
        await raised(empty, tmp_path)
    await visit_database(empty)
    try:
        assert await applied_migrations() == ["0001_initial"]
    finally:
        await close_database()


def test_the_copy_lies_beside_an_sqlite_file_unless_a_folder_is_set(tmp_path: Path):
    url = f"sqlite://{tmp_path / 'shop.sqlite3'}"
    asyncio.run(first_version(url))
    copy = asyncio.run(upgrade(url, version="2.0.0", now=NOW, copies=None))
    assert copy == tmp_path / "shop.sqlite3.before-20261124T100000"


async def test_tables_of_a_newer_version_are_left_alone(empty: str, tmp_path: Path):
    await raised(empty, tmp_path)
    await visit_database(empty)
    try:
        statement = "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('gendan', '9999_later', '{}')"
        await connections.get("default").execute_script(statement.format("2030-01-01 00:00:00"))
        with pytest.raises(NewerSchema, match=r"9999_later.*2\.0\.0"):
            await refuse_newer()
    finally:
        await close_database()
    with pytest.raises(NewerSchema):
        await raised(empty, tmp_path)


@pytest.mark.postgres
async def test_of_processes_that_upgrade_at_once_one_makes_the_copy(postgres: str, tmp_path: Path):
    connection = await asyncpg.connect(f"{postgres}/postgres")
    await connection.execute("CREATE DATABASE rush")
    url = f"{postgres}/rush"
    await first_version(url)
    environment = {"PATH": "/usr/bin:/bin", "GENDAN_DATABASE_URL": url, "GENDAN_BACKUP_DIR": str(tmp_path / "copies")}
    run = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "manage.py"), "migrate"), env=environment, cwd=tmp_path, stdout=-1, stderr=-1
        )
        for _ in range(3)
    ]
    said = [await process.communicate() for process in run]
    assert [process.returncode for process in run] == [0, 0, 0], said
    assert sum("升级前已备份" in out.decode() for out, _ in said) == 1
    assert len([path for path in (tmp_path / "copies").iterdir() if "manifest" not in path.name]) == 1
    await connection.execute("DROP DATABASE rush WITH (FORCE)")
    await connection.close()


async def test_two_upgrades_of_one_file_do_not_meet(tmp_path: Path):
    url = f"sqlite://{tmp_path / 'shop.sqlite3'}"
    await first_version(url)
    environment = {"PATH": "/usr/bin:/bin", "GENDAN_DATABASE_URL": url}
    run = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "manage.py"), "migrate"), env=environment, cwd=tmp_path, stdout=-1, stderr=-1
        )
        for _ in range(3)
    ]
    said = [await process.communicate() for process in run]
    ends = {process.returncode for process in run}
    # Who comes while another is at it is told so; who comes afterwards finds nothing to do.
    assert ends <= {0, 1}
    assert 0 in ends
    assert all(b"PostgreSQL" in err for (_, err), one in zip(said, run, strict=True) if one.returncode)
    assert len(list(tmp_path.glob("*.before-*.manifest.json"))) == 1
    with closing(sqlite3.connect(tmp_path / "shop.sqlite3")) as database:
        names = [name for (name,) in database.execute("SELECT name FROM tortoise_migrations ORDER BY id")]
    assert names[-1] == newest()
    assert len(set(names)) == len(names)


def test_a_restored_copy_of_the_version_before_comes_up(tmp_path: Path):
    """The way back, and forward again: an old copy on an empty machine, then the upgrade."""
    url = f"sqlite://{tmp_path / 'shop.sqlite3'}"
    asyncio.run(first_version(url))
    copy = asyncio.run(upgrade(url, version="2.0.0", now=NOW, copies=None))
    assert copy is not None
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for file in tmp_path.glob("*.before-*"):
        shutil.copy(file, elsewhere)
    environment = {"PATH": "/usr/bin:/bin", "GENDAN_DATABASE_URL": f"sqlite://{elsewhere / 'new.sqlite3'}"}
    words = run_here(elsewhere, environment, "restore", copy.name)
    assert "gendan migrate" in words
    assert "升级前已备份" in run_here(elsewhere, environment, "migrate")
    told = json.loads(run_here(elsewhere, environment, "backup", "again", "--json"))
    assert told["schema"] == newest()


def run_here(folder: Path, environment: dict[str, str], *words: str) -> str:
    async def work() -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "manage.py"), *words), env=environment, cwd=folder, stdout=-1, stderr=-1
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()

    return asyncio.run(work())
