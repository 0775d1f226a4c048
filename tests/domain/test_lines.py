"""Connections to PostgreSQL: what is left of one after use, and what becomes of all when nobody answers any more."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from urllib.parse import urlsplit

import asyncpg
import pytest
from tortoise import connections

from domain import lane
from domain.connecting import configuration
from domain.database import close_database, open_database
from domain.lane import Statement
from domain.models import Stock
from domain.transaction import transact_one
from tests.chaos import Wire, wire

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]
MORE = Statement("UPDATE stock SET on_hand = on_hand + 1 WHERE sku = ?", ("A100",))


@pytest.fixture
async def led(database_url: str) -> AsyncIterator[Wire]:
    """The wire to the open database."""
    place = urlsplit(database_url)
    async with wire(place.hostname or "", place.port or 0) as made:
        user = place.netloc.rpartition("@")[0]
        await open_database(place._replace(netloc=f"{user}@{made.address[0]}:{made.address[1]}").geturl())
        yield made
        await close_database()


async def test_of_many_that_nobody_answers_on_one_is_waited_for(led: Wire) -> None:
    await Stock.create(sku="A100", on_hand=Decimal(0))
    await asyncio.gather(*(lane.rows("SELECT pg_sleep(0.2)") for _ in range(5)))
    before = led.taken
    assert before >= 5
    led.strand()
    assert list(await lane.rows("SELECT 1")) == [(1,)]
    # Any of the four others would end this with a timeout.
    done = await asyncio.gather(*(transact_one(MORE) for _ in range(5)))
    assert [one.count for one in done] == [1] * 5
    assert (await Stock.get(sku="A100")).on_hand == Decimal("0.005")
    assert led.taken == before + 6


async def test_upstream_a_pool_asks_for_a_reset_after_each_use_unless_told_how(database_url: str) -> None:
    asked: list[str] = []

    def note(query: asyncpg.connection.LoggedQuery) -> None:
        asked.append(query.query)

    for own in (True, False):
        settings = (
            {"reset": configuration(database_url)["connections"]["default"]["credentials"]["reset"]} if own else {}
        )
        async with asyncpg.create_pool(database_url, min_size=1, max_size=1, **settings) as pool:
            async with pool.acquire() as connection:
                connection.add_query_logger(note)
            async with pool.acquire() as connection:
                await connection.execute("SELECT 1")
        assert any("RESET ALL" in one for one in asked) is not own, asked
        asked.clear()


async def test_what_one_left_open_is_not_the_next_ones(led: Wire) -> None:
    """Without the reset of the library it is the pool that ends a transaction which its user forgot."""
    await Stock.create(sku="A100", on_hand=Decimal(1))
    async with connections.get("default").acquire_connection() as connection:
        await connection.execute("BEGIN")
        await connection.execute("UPDATE stock SET on_hand = 7")
    assert (await transact_one(MORE)).count == 1
    assert (await Stock.get(sku="A100")).on_hand == Decimal("1.001")
