"""The shelf of tokens: whoever replaces the token that everybody knows wins, the others take theirs."""

import asyncio
from datetime import timedelta

from notify.models import TokenLease
from notify.tokens import DatabaseTokenShelf
from tests.notify.samples import NOW

LATER = NOW + timedelta(hours=2)


async def test_an_empty_shelf_is_filled_once(db):
    shelf = DatabaseTokenShelf("main")
    assert await shelf.load() is None
    assert await shelf.store(None, "a", LATER) == "a"
    assert await shelf.load() == ("a", LATER)
    assert await DatabaseTokenShelf("other").load() is None


async def test_only_the_known_token_is_replaced(db):
    shelf = DatabaseTokenShelf("main")
    await shelf.store(None, "a", LATER)
    assert await shelf.store("a", "b", LATER) == "b"
    assert await shelf.store("a", "c", LATER) == "b"
    assert await shelf.store(None, "d", LATER) == "b"
    assert await shelf.load() == ("b", LATER)


async def test_many_at_once_end_with_one_token(db):
    shelves = [DatabaseTokenShelf("main") for _ in range(8)]
    won = await asyncio.gather(*(shelf.store(None, f"t{n}", LATER) for n, shelf in enumerate(shelves)))
    assert len(set(won)) == 1
    won = await asyncio.gather(*(shelf.store(won[0], f"u{n}", LATER) for n, shelf in enumerate(shelves)))
    assert len(set(won)) == 1
    assert await TokenLease.all().count() == 1
