"""How many SQL statements a placed order costs, counted where they leave for the database."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from tortoise import connections

from bench.shop import SKUS, furnish
from domain import lane, ordering
from domain.commands import Details
from domain.database import close_database, open_database
from domain.queries import actor_of
from domain.values import Address

MARKS = ("SAVEPOINT", "RELEASE")
"""One of several that share a commit; they cost next to nothing."""


async def count() -> int:
    """Statements of one order of three lines, with those that begin and end its transactions."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{Path(folder) / 'count.sqlite3'}"
        (openid, *_) = await furnish(url, 2)
        await open_database(url)
        try:
            buyer = await actor_of(Address("main", openid))
            lines = tuple(ordering.DraftLine(sku, Decimal(2), "箱") for sku in SKUS[:3])
            draft = ordering.OrderDraft("bench", buyer.customer or "", lines, Details())
            async with statements() as seen:
                await ordering.place_order(draft, by=buyer, now=datetime.now(UTC))
            return len(seen)
        finally:
            await close_database()


@asynccontextmanager
async def statements() -> AsyncIterator[list[str]]:
    """What SQLite itself is asked meanwhile, through the ORM and beside it, so that nothing escapes."""
    seen: list[str] = []

    def note(sql: str) -> None:
        if not sql.startswith(MARKS):
            seen.append(sql)

    engine = lane._engine
    if not isinstance(engine, lane.SqliteEngine):
        raise TypeError("statements are counted on SQLite")
    orm = connections.get("default")._connection
    lanes = (engine._reader, engine._writer)
    await orm.set_trace_callback(note)
    for connection in lanes:
        connection.set_trace_callback(note)
    try:
        yield seen
    finally:
        await orm.set_trace_callback(None)
        for connection in lanes:
            connection.set_trace_callback(None)
