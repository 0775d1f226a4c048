"""How many SQL statements a placed order costs, counted where they leave for the database."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

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
    """What the database itself is asked meanwhile, through the ORM and beside it, so that nothing escapes.

    On PostgreSQL, where many rows of one INSERT are one question, over the connections that are open already.
    """
    seen: list[str] = []

    def note(sql: str) -> None:
        if not sql.startswith(MARKS):
            seen.append(sql)

    engine = lane._engine
    if not isinstance(engine, lane.SqliteEngine):
        with _logged(lambda asked: note(asked.query)):
            yield seen
        return
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


@contextmanager
def _logged(note: Callable[[Any], None]) -> Iterator[None]:
    lines = [holder._con for holder in connections.get("default")._pool._holders if holder._con is not None]
    for line in lines:
        line.add_query_logger(note)
    try:
        yield
    finally:
        for line in lines:
            line.remove_query_logger(note)
