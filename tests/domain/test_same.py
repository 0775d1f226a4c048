"""SQLite and PostgreSQL are equals: the same history leaves the same shop, to the last row."""

import os
import random
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from domain.database import close_database, open_database
from notify.models import Delivery
from notify.relay import route_events
from tests.conftest import _execute
from tests.digest import contents, digest
from tests.domain.test_walk import SKUS, Walk
from tests.shop import a_product, check_the_books, shelved, the_cast

STEPS = int(os.environ.get("GENDAN_TEST_HISTORY", "200"))
"""How much happens; ``make properties`` lets five hundred things happen."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    await open_database(url)
    try:
        yield
    finally:
        await close_database()


async def history(seed: int) -> int:
    """Things that happen, and those concerned are told; how many the business refused."""
    walk = Walk(await the_cast(), random.Random(seed))
    for sku in SKUS:
        await a_product(sku, stock=400)
    await shelved("B", 150, warehouse="NORTH")
    for _ in range(STEPS):
        await walk.step()
        await route_events(now=walk.now, link=_page)
    await check_the_books()
    return walk.refused


async def _page(order: str) -> str:
    return f"https://shop/{order}"


@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_the_same_history_leaves_the_same_shop(blank: Path, postgres: str, tmp_path: Path):
    file, name = tmp_path / "shop.sqlite3", f"t{uuid.uuid4().hex[:12]}"
    shutil.copy(blank, file)
    await _execute(postgres, f"CREATE DATABASE {name} TEMPLATE blank")
    seen = []
    for url in (f"sqlite://{file}", f"{postgres}/{name}"):
        async with opened(url):
            refused = await history(20261124)
            assert await Delivery.all().count() > STEPS / 10
            seen.append((refused, await digest(), await contents()))
    await _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")
    (refused, number, rows), (refused_there, number_there, rows_there) = seen
    assert 0 < refused == refused_there < STEPS
    for table in rows:
        assert rows[table] == rows_there[table], table
    assert number == number_there
