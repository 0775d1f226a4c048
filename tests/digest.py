"""What a database holds, as one number: two databases that say the same have the same, whatever keys they gave out."""

import hashlib
import json
import re
from collections.abc import Collection
from typing import Any

from tortoise import Model, Tortoise

# How often somebody looked, and who holds the pen: nothing of the business.
HOUSEKEEPING = frozenset({"Leadership", "JobRun", "Mark", "InstanceSecret"})
# Made by chance, or by the tests themselves.
CHANCE = frozenset({"hook_token", "salt", "asked_by", "source"})
# Columns that hold the key of a row elsewhere without saying so.
LOOSE = {"line_id": "OrderLine", "by_identity": "Identity", "owner_staff_id": "Staff"}

Ranks = dict[str, dict[Any, int]]


async def contents(*, without: Collection[str] = HOUSEKEEPING) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables but those ``without``; a key is told by its place among its like."""
    models: dict[str, type[Model]] = dict(sorted((Tortoise.apps or {})["gendan"].items()))
    tables = {name: await model.all().order_by(model._meta.pk_attr).values() for name, model in models.items()}
    ranks = {
        name: {row[models[name]._meta.pk_attr]: rank for rank, row in enumerate(rows)} for name, rows in tables.items()
    }
    return {
        name: [_told(models[name], row, ranks) for row in rows] for name, rows in tables.items() if name not in without
    }


def _told(model: type[Model], row: dict[str, Any], ranks: Ranks) -> dict[str, Any]:
    meta = model._meta
    keys = {f"{name}_id": meta.fields_map[name].related_model.__name__ for name in meta.fk_fields}  # type: ignore[attr-defined]
    keys |= {name: table for name, table in LOOSE.items() if name in row and name not in keys}
    keys[meta.pk_attr] = model.__name__
    return {name: _value(value, ranks, keys.get(name)) for name, value in row.items() if name not in CHANCE}


def _value(value: Any, ranks: Ranks, table: str | None) -> Any:
    if table is not None and value is not None:
        return ranks[table][value]
    cause = re.fullmatch(r"event:(\d+)", value) if isinstance(value, str) else None
    return f"event:{ranks['Event'][int(cause[1])]}" if cause else value


async def digest(*, without: Collection[str] = HOUSEKEEPING) -> str:
    """The number."""
    text = json.dumps(await contents(without=without), default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
