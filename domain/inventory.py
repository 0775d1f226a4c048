"""What a database holds, counted at one moment: rows by table, the migrations it went through, the key it goes with."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

_HISTORY = "tortoise_migrations"
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    "postgres": "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
}


@dataclass(frozen=True, slots=True)
class Inventory:
    """``schema`` is the latest migration, ``key`` the fingerprint of the key file; empty for none."""

    rows: dict[str, int]
    schema: str
    key: str

    def __str__(self) -> str:
        """The tables that tell most, and how many rows there are in all."""
        told = [f"{name} {self.rows[name]}" for name in ("customer", "order", "event") if name in self.rows]
        return "，".join([*told, f"共 {sum(self.rows.values())} 行 · rows"])


def of_sqlite(file: Path) -> tuple[Inventory, str]:
    """What is in a file, and what SQLite says of its soundness: ``ok``, or what is wrong."""
    with closing(sqlite3.connect(file)) as database:

        def ask(sql: str) -> list[Any]:
            return database.execute(sql).fetchall()

        (verdict,) = ask("PRAGMA integrity_check")[0]
        if verdict == "ok" and ask("PRAGMA foreign_key_check"):
            verdict = "a reference leads nowhere"
        tables = [name for (name,) in ask(_TABLES["sqlite"])]
        rows = {name: int(ask(_count(name))[0][0]) for name in tables if name != _HISTORY}
        schema = ask(_LATEST) if _HISTORY in tables else []
        key = ask(_KEY) if "mark" in tables else []
    return Inventory(rows, _first(schema), _first(key)), str(verdict)


@asynccontextmanager
async def snapshot_of_postgres(url: str) -> AsyncIterator[tuple[Inventory, str]]:
    """What is in a database, and the name of the moment at which it was so, as long as the context lasts."""
    connection = await asyncpg.connect(url.replace("asyncpg://", "postgres://", 1))  # type: ignore[no-untyped-call]
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            name = await connection.fetchval("SELECT pg_export_snapshot()")
            yield await _counted(connection), str(name)
    finally:
        await connection.close()


async def _counted(connection: Any) -> Inventory:
    tables = [row[0] for row in await connection.fetch(_TABLES["postgres"])]
    rows = {name: int(await connection.fetchval(_count(name))) for name in tables if name != _HISTORY}
    schema = await connection.fetch(_LATEST) if _HISTORY in tables else []
    key = await connection.fetch(_KEY) if "mark" in tables else []
    return Inventory(rows, _first(schema), _first(key))


_LATEST = f"SELECT name FROM {_HISTORY} WHERE app = 'gendan' ORDER BY name DESC LIMIT 1"  # noqa: S608
_KEY = "SELECT value FROM mark WHERE name = 'key'"


def _count(table: str) -> str:
    return f'SELECT count(*) FROM "{table}"'  # noqa: S608


def _first(rows: list[Any]) -> str:
    return str(rows[0][0]) if rows else ""
