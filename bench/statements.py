"""How many SQL statements a placed order costs, counted where they leave for the database."""

import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper

from bench.shop import SKUS, furnish
from domain import ordering
from domain.commands import Details
from domain.database import close_database, open_database
from domain.queries import actor_of
from domain.values import Address

METHODS = ("execute_query", "execute_insert", "execute_many", "execute_query_dict")


async def count() -> int:
    """Statements of one order of three lines, transaction marks not counted."""
    seen: list[str] = []
    originals: list[tuple[type, str, Any]] = []
    kinds: tuple[type, ...] = (SqliteClient, SqliteTransactionWrapper)
    for kind in kinds:
        for name in METHODS:
            if name in vars(kind):
                originals.append((kind, name, vars(kind)[name]))
                setattr(kind, name, _counted(vars(kind)[name], seen))
    try:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite://{Path(folder) / 'count.sqlite3'}"
            (openid, *_) = await furnish(url, 2)
            await open_database(url)
            buyer = await actor_of(Address("main", openid))
            lines = tuple(ordering.DraftLine(sku, Decimal(2), "箱") for sku in SKUS[:3])
            draft = ordering.OrderDraft("bench", buyer.customer or "", lines, Details())
            seen.clear()
            await ordering.place_order(draft, by=buyer, now=datetime.now(UTC))
            placed = len(seen)
            await close_database()
            return placed
    finally:
        for changed, name, original in originals:
            setattr(changed, name, original)


def _counted(original: Any, seen: list[str]) -> Any:
    async def counted(self: Any, query: str, *values: Any) -> Any:
        seen.append(query)
        return await original(self, query, *values)

    return counted
