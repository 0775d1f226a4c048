"""The shelf of tokens: one fetches for all, and whoever replaces the token that everybody knows wins."""

import asyncio
from datetime import timedelta

from connect.wechat.shelf import Kept
from notify.models import TokenLease
from notify.tokens import DatabaseTokenShelf, expiries
from tests.notify.samples import NOW

LATER = NOW + timedelta(hours=2)
SOON = NOW + timedelta(seconds=8)


async def test_an_empty_shelf_is_filled_once(db):
    shelf = DatabaseTokenShelf("main")
    assert await shelf.load() == Kept()
    assert await shelf.reserve(Kept(), "me", SOON)
    assert await shelf.store(0, "a", LATER) == Kept("a", LATER, 1)
    assert await shelf.load() == Kept("a", LATER, 1)
    assert await DatabaseTokenShelf("other").load() == Kept()
    assert await expiries() == {"main": LATER}


async def test_only_the_known_token_is_replaced(db):
    shelf = DatabaseTokenShelf("main")
    await shelf.reserve(Kept(), "me", SOON)
    await shelf.store(0, "a", LATER)
    assert await shelf.store(1, "b", LATER) == Kept("b", LATER, 2)
    assert await shelf.store(1, "c", LATER) == Kept("b", LATER, 2)
    assert await shelf.store(0, "d", LATER) == Kept("b", LATER, 2)


async def test_of_many_who_want_to_fetch_one_may(db):
    shelves = [DatabaseTokenShelf("main") for _ in range(8)]
    for turn in range(3):
        kept = await shelves[0].load()
        assert kept.turn == turn
        told = await asyncio.gather(*(shelf.reserve(kept, f"p{n}", SOON) for n, shelf in enumerate(shelves)))
        assert sum(told) == 1
        held = await shelves[0].load()
        assert (held.lease_by, held.lease_until) == (f"p{told.index(True)}", SOON)
        won = await asyncio.gather(*(shelf.store(turn, f"t{turn}{n}", LATER) for n, shelf in enumerate(shelves)))
        assert len(set(won)) == 1
    assert await TokenLease.all().count() == 1


async def test_a_lease_is_given_back_by_its_holder_and_taken_over_by_who_saw_it(db):
    shelf = DatabaseTokenShelf("main")
    await shelf.reserve(Kept(), "first", SOON)
    await shelf.release("somebody else")
    seen = await shelf.load()
    assert seen.lease_by == "first"
    assert not await shelf.reserve(Kept(), "blind", SOON)
    assert await shelf.reserve(seen, "second", LATER)
    assert not await shelf.reserve(seen, "third", LATER)
    await shelf.release("first")
    assert (await shelf.load()).lease_by == "second"
    await shelf.release("second")
    assert await shelf.load() == Kept()


async def test_a_pause_is_for_all_and_counted_once(db):
    shelves = [DatabaseTokenShelf("main") for _ in range(4)]
    await asyncio.gather(*(shelf.shut(0, LATER, "token") for shelf in shelves))
    assert await shelves[0].load() == Kept(strikes=1, shut_until=LATER, shut_why="token")
    await shelves[1].shut(0, NOW, "late")
    assert (await shelves[2].load()).shut_until == LATER
    await shelves[3].forgive()
    assert (await shelves[0].load()).strikes == 0
