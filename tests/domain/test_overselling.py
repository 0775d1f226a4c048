"""Two hundred buyers and fifty pieces, all at once: exactly fifty are sold, the others are told what is left."""

import asyncio
import os
from dataclasses import replace
from decimal import Decimal

import pytest

from domain import counting, earmarking, kits, ordering, stocking
from domain.stocking import Counted
from domain.tally import DB_RETRIES, counted
from tests.shop import NOW, Cast, a_draft, a_product, an_order, balance, check_the_books, line, lines_of

ROUNDS = int(os.environ.get("GENDAN_TEST_ROUNDS", "2"))
"""How often; ``make contention`` asks for a hundred."""


@pytest.mark.parametrize("round_", range(ROUNDS))
async def test_two_hundred_buyers_of_fifty(cast: Cast, round_: int):
    await a_product("A100", stock=50)
    before = counted(DB_RETRIES)
    placed = await asyncio.gather(*(an_order(cast.wang, line(qty=1)) for _ in range(200)))
    sold = [one for one in placed if not one.short]
    assert len(sold) == 50
    assert {(short.missing, short.sku) for one in placed for short in one.short} == {(Decimal(1), "A100")}
    assert await balance() == (50, 50)
    assert counted(DB_RETRIES) == before, "nobody ran into a deadlock"


@pytest.mark.parametrize("round_", range(ROUNDS))
async def test_buyers_of_several_in_every_order_of_lines(cast: Cast, round_: int):
    for sku in ("A", "B"):
        await a_product(sku, stock=50)
    drafts = [(line("A", 2), line("B", 1)) if n % 2 else (line("B", 1), line("A", 2)) for n in range(60)]
    placed = await asyncio.gather(*(an_order(cast.wang, *lines) for lines in drafts))
    assert await balance("A") == (50, 50)
    assert await balance("B") == (50, 50)
    rows = [row for one in placed for row in await lines_of(one.number)]
    assert sum(row.reserved for row in rows if row.sku == "A") == 50
    assert sum(row.short for row in rows if row.sku == "B") == 10


async def test_what_is_left_is_given_and_said(cast: Cast):
    await a_product("A100", stock=5)
    placed = await asyncio.gather(*(an_order(cast.wang, line(qty=3)) for _ in range(2)))
    assert sorted(short.missing for one in placed for short in one.short) == [1]


async def test_a_cancellation_among_buyers_is_sold_once(cast: Cast):
    await a_product("A100", stock=10)
    first = [(await an_order(cast.wang, line(qty=1))).number for _ in range(10)]
    work = [an_order(cast.wang, line(qty=1)) for _ in range(20)]
    work += [ordering.cancel_order(number, "", by=cast.wang, now=NOW) for number in first[:5]]  # type: ignore[misc]
    work += [stocking.receive_stock("A100", Decimal(2), by=cast.qiang, now=NOW)]  # type: ignore[list-item]
    await asyncio.gather(*work)
    assert await balance() == (12, 12)


async def test_read_backs_that_change_places_do_not_wait_in_a_circle(cast: Cast):
    for sku in ("A", "B"):
        await a_product(sku, stock=100)
    offers = {
        sku: replace(
            await ordering.quote(a_draft(line(sku, 5)), by=cast.wang, now=NOW), keep_minutes=Decimal(30)
        )
        for sku in ("A", "B")
    }  # fmt: skip

    async def hesitating(owner: int) -> None:
        for n in range(6):
            await earmarking.earmark(f"d{owner}", offers["AB"[(owner + n) % 2]], owner=owner, now=NOW)

    before = counted(DB_RETRIES)
    await asyncio.gather(*(hesitating(owner) for owner in range(1, 9)))
    assert counted(DB_RETRIES) == before, "nobody ran into a deadlock"
    assert (await balance("A"), await balance("B")) == ((100, 20), (100, 20))
    await check_the_books()


async def test_goods_that_come_in_for_kits_do_not_wait_in_a_circle(cast: Cast):
    """What comes in of one part of a kit takes the other parts as well: all of them are locked first, in one order."""
    for sku in ("A100", "B200"):
        await a_product(sku, stock=10)
    for sku in ("K1", "K2"):
        await a_product(sku)
        await kits.set_kit(sku, [("B200", Decimal(1)), ("A100", Decimal(1))], by=cast.manager)
    first = [(await an_order(cast.manager, line("K1", 1))).number for _ in range(8)]
    await an_order(cast.manager, line("K2", 500))

    async def one(n: int) -> None:
        sku = "AB"[n % 2] + ("100", "200")[n % 2]
        await stocking.take_in(Counted(sku, Decimal(1)), f"in{n}", by=cast.qiang, now=NOW)

    before = counted(DB_RETRIES)
    for some in range(0, 48, 12):
        calls = [ordering.cancel_order(first.pop(), "", by=cast.wang, now=NOW) for _ in range(2)]
        await asyncio.gather(*(one(n) for n in range(some, some + 12)), *calls)
    assert counted(DB_RETRIES) == before, "nobody ran into a deadlock"
    assert (await balance("A100"), await balance("B200")) == ((34, 34), (34, 34))
    await check_the_books()


async def test_counts_that_find_less_of_kits_do_not_wait_in_a_circle(cast: Cast):
    """What one count takes from a kit frees its other parts, for other kits with parts of their own."""
    for sku in ("A100", "B200", "C300"):
        await a_product(sku, stock=40)
    for sku, parts in (("K1", "A100 B200"), ("K2", "B200 C300")):
        await a_product(sku)
        await kits.set_kit(sku, [(part, Decimal(1)) for part in parts.split()], by=cast.manager)
    for _ in range(10):
        await an_order(cast.manager, line("K1", 2), line("K2", 2))
        await an_order(cast.manager, line("K2", 3), line("K1", 1))

    async def less(n: int) -> None:
        sku = ("C300", "A100", "B200")[n % 3]
        found = Counted(sku, Decimal(39 - n))
        await counting.count_stock(found, f"count{n}", by=cast.manager, now=NOW)

    before = counted(DB_RETRIES)
    await asyncio.gather(*(less(n) for n in range(12)))
    assert counted(DB_RETRIES) == before, "nobody ran into a deadlock"
    await check_the_books()
