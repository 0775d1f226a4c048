"""Transactions: whole or not at all, finished though the caller is gone, tried again after a deadlock."""

import asyncio

import pytest
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.backends.sqlite.client import SqliteTransactionWrapper
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.expressions import F

from domain.models import OrderNumber, Stock
from domain.transaction import TRIES, transact


async def test_all_is_kept_or_nothing(db: str):
    async def half() -> None:
        await OrderNumber.create(asked_by="first")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await transact(half)
    assert not await OrderNumber.all().count()


async def test_a_caller_who_gives_up_does_not_stop_the_work(db: str):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        await OrderNumber.create(asked_by="slow")
        begun.set()
        await go_on.wait()
        await OrderNumber.create(asked_by="to the end")

    caller = asyncio.create_task(transact(slow))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await asyncio.wait([task for task in asyncio.all_tasks() if task.get_name() == "transaction"])
    assert await transact(lambda: OrderNumber.all().count()) == 2


@pytest.mark.parametrize("error", [OperationalError("database is locked"), OperationalError("deadlock detected")])
async def test_what_passes_is_tried_again(db: str, error: Exception):
    tries: list[int] = []

    async def work() -> int:
        tries.append(await OrderNumber.all().count())
        await OrderNumber.create(asked_by="once")
        if len(tries) < TRIES:
            raise error
        return len(tries)

    assert await transact(work) == TRIES
    assert tries == [0] * TRIES


@pytest.mark.parametrize("error", [OperationalError("no such table"), IntegrityError("twice"), ValueError("bug")])
async def test_what_does_not_pass_is_not_tried_again(db: str, error: Exception):
    tries: list[int] = []

    async def work() -> None:
        tries.append(1)
        raise error

    with pytest.raises(type(error)):
        await transact(work)
    assert len(tries) == 1


async def test_two_who_wait_for_each_other_both_get_done(db: str):
    if db.startswith("sqlite"):
        pytest.skip("SQLite has one writer: nobody can wait in a circle")
    one, two = await Stock.create(sku="A"), await Stock.create(sku="B")
    met = asyncio.Barrier(2)
    first = True

    async def both(here: Stock, there: Stock) -> None:
        nonlocal first
        await Stock.filter(id=here.id).update(on_hand=F("on_hand") + 1000)
        if first:
            await met.wait()
            first = False
        await Stock.filter(id=there.id).update(on_hand=F("on_hand") + 1000)

    await asyncio.gather(transact(lambda: both(one, two)), transact(lambda: both(two, one)))
    assert [row.on_hand for row in await Stock.all()] == [2, 2]


@pytest.mark.parametrize("step", ["begin", "commit"])
async def test_what_cannot_begin_or_end_leaves_no_lock_no_connection_and_no_row(db: str, monkeypatch, step: str):
    """When it cannot begin, the library keeps its one lock on SQLite and a place of the pool on PostgreSQL; what could
    not be committed stays open on SQLite, and the library commits it before it begins the next."""
    wrapper = SqliteTransactionWrapper if db.startswith("sqlite") else TransactionWrapper

    async def fails(_: object) -> None:
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(wrapper, step, fails)
        for _ in range(30):
            with pytest.raises(OperationalError, match="disk"):
                await transact(lambda: OrderNumber.create(asked_by="told that it was not kept"))
    async with asyncio.timeout(5):
        await transact(lambda: OrderNumber.create(asked_by="after"))
        assert await OrderNumber.all().values_list("asked_by", flat=True) == ["after"]
