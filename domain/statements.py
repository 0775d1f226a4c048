"""Statements and scripts of the fast lane, as text and values: written once, with ``?`` for values."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from tortoise import Model

T = TypeVar("T")

Row = Sequence[Any]
FOR_UPDATE = " FOR UPDATE"
"""Ends a query that keeps its rows to itself; SQLite has one writer and needs no such word."""
_FEW = 64


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with ``?`` where a value goes, and the values; a tuple or list among them stands for ``(?, ?, …)``."""

    sql: str
    values: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """How many rows a statement touched, and those that it gave back."""

    count: int
    rows: Sequence[Row]


Script = Generator[Statement, Result, T]


def insert(model: type[Model], items: Sequence[Mapping[str, Any]], *, then: str = "") -> Statement:
    """An INSERT of these rows, with the defaults of the model; ``then`` follows it, as RETURNING does."""
    fields, head, marks = _insertion(model)
    values: list[Any] = []
    for item in items:
        for name, field in fields:
            value = item[name] if name in item else _default(field)
            values.append(_plain(field.to_db_value(value, model)))
    return Statement(f"{head} {', '.join([marks] * len(items))} {then}", values)


def insert_models(items: Sequence[Model], *, then: str = "") -> Statement:
    """An INSERT of these new models, all of one kind."""
    model = type(items[0])
    fields, head, marks = _insertion(model)
    values = [_plain(field.to_db_value(getattr(item, name), model)) for item in items for name, field in fields]
    return Statement(f"{head} {', '.join([marks] * len(items))} {then}", values)


def json_of(model: type[Model], name: str, value: Any) -> str:
    """A value of a JSON column as it is kept."""
    return str(model._meta.fields_map[name].to_db_value(value, model))


@lru_cache(maxsize=2048)
def numbered(sql: str) -> str:
    """The statement with ``$1``, ``$2`` … in the places of the question marks."""
    pieces = sql.split("?")
    return "".join(f"{piece}${n}" for n, piece in enumerate(pieces[:-1], 1)) + pieces[-1]


def spread(statement: Statement) -> tuple[str, Sequence[Any]]:
    """SQL and values, with each list among the values spread over its own places.

    A short list is filled up to 1, 2, 4, 8 … places with its last value: PostgreSQL plans each text anew.
    """
    if not any(isinstance(value, list | tuple | set | frozenset) for value in statement.values):
        return statement.sql, statement.values
    pieces, values = statement.sql.split("?"), []
    sql = pieces[0]
    for piece, value in zip(pieces[1:], statement.values, strict=True):
        several = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        if 2 < len(several) < _FEW:
            several += several[-1:] * ((1 << (len(several) - 1).bit_length()) - len(several))
        marks = ", ".join("?" * len(several)) if several else "NULL"
        sql += (f"({marks})" if isinstance(value, list | tuple | set | frozenset) else marks) + piece
        values += several
    return sql, values


@lru_cache(maxsize=128)
def selection(model: type[Model]) -> tuple[tuple[str, ...], str]:
    meta = model._meta
    names = tuple(meta.fields_db_projection.values())
    columns = ", ".join(f'"{name}"' for name in names)
    return names, f'SELECT {columns} FROM "{meta.db_table}"'  # noqa: S608 - names of our own models


@lru_cache(maxsize=128)
def _insertion(model: type[Model]) -> tuple[tuple[tuple[str, Any], ...], str, str]:
    meta = model._meta
    names = [name for name in meta.fields_db_projection if not meta.fields_map[name].generated]
    columns = ", ".join(f'"{meta.fields_db_projection[name]}"' for name in names)
    fields = tuple((name, meta.fields_map[name]) for name in names)
    return fields, f'INSERT INTO "{meta.db_table}" ({columns}) VALUES', f"({', '.join('?' * len(names))})"


def _default(field: Any) -> Any:
    return field.default() if callable(field.default) else field.default


def _plain(value: Any) -> Any:
    return value.value if hasattr(value, "value") else value
