"""What somebody asks about their own orders does not cost more as those of others become many: no plan of PostgreSQL
reads the whole table of orders or of events."""

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest
from tortoise import connections

from bench.archivesql import Past, filling
from domain import history, listing, news
from domain.engines import PostgresEngine
from domain.lane import Row, numbered
from domain.listing import LISTED, to_review
from domain.queries import actor_of
from domain.values import Actor, Address, Period, Role

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]
NOW = datetime.fromtimestamp(time.time(), UTC)
MONTH = Period(date(2026, 11, 1), date(2026, 11, 30))
QUESTIONS: dict[str, Callable[[Actor], Awaitable[Any]]] = {
    "news": lambda who: news.catch_up(who, now=NOW),
    "open orders": listing.open_orders,
    "to be sent": listing.orders_to_ship,
    "on the way": listing.orders_on_the_way,
    "history": lambda who: history.history(who, MONTH, limit=5),
}


@pytest.fixture
async def archive(db: str) -> None:
    """A shop with a past."""
    connection = await asyncpg.connect(db)
    for sql in [*filling(Past(10_000), int(NOW.timestamp()), sqlite=False), "ANALYZE"]:
        await connection.execute(sql)
    await connection.close()


async def test_own_orders_are_found_by_index(archive: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Sequence[Any]]] = []
    real = PostgresEngine.read

    async def read(engine: PostgresEngine, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        asked.append((sql, values))
        return await real(engine, sql, values)

    askers = [await actor_of(Address("main", f"{name}{0:022}")) for name in ("oBuyer", "oRep")]
    monkeypatch.setattr(PostgresEngine, "read", read)
    for question in QUESTIONS.values():
        for asker in askers:
            await question(asker)
    monkeypatch.undo()
    assert len(asked) > len(QUESTIONS)
    for sql, values in asked:
        plan = await _plan(sql, values)
        assert not re.search(r'Seq Scan on ("order"|event|orderline|shipment)\b', plan), f"{sql}\n{plan}"


async def test_what_waits_for_a_decision_is_found_by_index(archive: None) -> None:
    chief = Actor("经理", staff=1, roles=frozenset({Role.MANAGER}))
    for question in ((await to_review(chief)), (await to_review(chief)).order_by("id").limit(LISTED)):
        question._make_query()
        sql, values = question.query.get_parameterized_sql()
        plan = await _plan(sql, values)
        assert not re.search(r"Seq Scan on .?order\b|order_pkey", plan), f"{sql}\n{plan}"


async def _plan(sql: str, values: Sequence[Any]) -> str:
    async with connections.get("default").acquire_connection() as connection:
        return "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {numbered(sql)}", *values))
