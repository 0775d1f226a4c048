"""The fast lane beside the ORM: a read in one step, a unit of writes in one hop, on SQLite and PostgreSQL alike.

A *script* is a generator: it yields statements, is sent their results, and returns what it made. It never waits, so
that SQLite runs the whole of it in one visit to the writing thread, and shares one commit among all scripts that wait;
on PostgreSQL each statement is one round trip on one connection.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tortoise import Model, connections
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.exceptions import OperationalError

from domain.engines import Engine, PostgresEngine, SqliteEngine
from domain.restoring import forget_columns, restored
from domain.statements import (
    FOR_UPDATE,
    Result,
    Row,
    Script,
    Statement,
    insert,
    insert_models,
    json_of,
    numbered,
    selection,
    spread,
)

__all__ = [
    "FOR_UPDATE",
    "Result",
    "Row",
    "Script",
    "SqliteEngine",
    "Statement",
    "close_lane",
    "columns_of",
    "commit",
    "commit_one",
    "fetch",
    "fetch_beside",
    "insert",
    "insert_models",
    "json_of",
    "numbered",
    "open_lane",
    "restored",
    "rows",
    "rows_aside",
    "spread",
    "within",
]

T = TypeVar("T")
M = TypeVar("M", bound=Model)

_engine: Engine | None = None


def open_lane(file: Path | None, pragmas: Mapping[str, object]) -> None:
    """Open beside the ORM's own connections; ``file`` is None for PostgreSQL."""
    global _engine  # noqa: PLW0603
    close_lane()
    forget_columns()
    _engine = PostgresEngine() if file is None else SqliteEngine(file, pragmas, connections.get("default")._lock)


def close_lane() -> None:
    """Close; harmless when nothing is open."""
    global _engine  # noqa: PLW0603
    if _engine is not None:
        _engine.close()
        _engine = None


async def rows(sql: str, *values: Any) -> Sequence[Row]:
    """The rows of a query; inside a transaction of the ORM they are those that it sees."""
    sql, given = spread(Statement(sql, values))
    found = await _within_reach(sql, given)
    return await _open().read(sql, given) if found is None else found


async def rows_aside(sql: str, *values: Any) -> Sequence[Row]:
    """The same for a query that goes through much and gives back little: the loop is free meanwhile."""
    sql, given = spread(Statement(sql, values))
    found = await _within_reach(sql, given)
    return await _open().read_aside(sql, given) if found is None else found


async def _within_reach(sql: str, given: Sequence[Any]) -> Sequence[Row] | None:
    """The rows as the transaction of the ORM that is open here sees them; None outside of one."""
    here = connections.get("default")
    if not isinstance(here, TransactionalDBClient):
        return None
    _, found = await here.execute_query(sql if _on_sqlite() else numbered(sql), list(given))
    return [tuple(row) for row in found]


async def fetch(model: type[M], rest: str, *values: Any) -> list[M]:
    """The rows of one table as models: ``rest`` is what follows ``SELECT … FROM table``."""
    names, head = selection(model)
    return restored(model, names, await rows(f"{head} {rest}", *values))


def columns_of(model: type[Model]) -> tuple[str, ...]:
    """The columns of a model's table, in the order in which ``restored`` wants their values."""
    return selection(model)[0]


async def fetch_beside(model: type[M], beside: Sequence[str], rest: str, *values: Any) -> list[tuple[M, Row]]:
    """The same with more columns beside the model's own, as expressions of ours."""
    names, head = selection(model)
    columns, table = head.split(" FROM ")
    found = await rows(f"{columns}, {', '.join(beside)} FROM {table} {rest}", *values)
    return [(one, row[len(names) :]) for one, row in zip(restored(model, names, found), found, strict=True)]


async def within(script: Script[T]) -> T:
    """Run a script as part of the transaction of the ORM that is open here."""
    here = connections.get("default")
    result: Result | None = None
    while True:
        try:
            statement = next(script) if result is None else script.send(result)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        sql, values = spread(statement)
        sql = sql.replace(FOR_UPDATE, "") if _on_sqlite() else numbered(sql)
        if "RETURNING" in sql and not _on_sqlite():
            # Tortoise keeps what an INSERT gives back on PostgreSQL to itself.
            given = await here.execute_query_dict(sql, list(values))
            result = Result(len(given), [tuple(row.values()) for row in given])
            continue
        count, found = await here.execute_query(sql, list(values))
        result = Result(count, [tuple(row) for row in found])


async def commit(script: Callable[[], Script[T]]) -> T:
    """Run a script in one transaction; only for ``domain.transaction``."""
    return await _open().commit(script)


async def commit_one(statement: Statement) -> Result:
    """Run one statement as a transaction; only for ``domain.transaction``."""
    return await _open().commit_one(statement)


def _open() -> Engine:
    if _engine is None:
        raise OperationalError("the database is not open")
    return _engine


def _on_sqlite() -> bool:
    return isinstance(_engine, SqliteEngine)
