"""The engine room: it drains, wakes, survives, and says when it last worked."""

import asyncio

import pytest

from domain.events import OrderAccepted
from domain.recording import record
from notify.engine import Engine
from notify.models import Delivery, DeliveryState
from tests.notify.company import an_order, company
from tests.notify.fakes import FakeChannel, Hands
from tests.notify.samples import EVENTS


async def page_of(order: str) -> str:
    return f"https://shop/{order}"


class Room:
    """An engine with one fake channel."""

    def __init__(self) -> None:
        self.clock = Hands()
        self.channel = FakeChannel()
        channels = {"main": {"template": self.channel}}
        self.engine = Engine(channels, clock=self.clock, link=page_of, worker="w")
        self.stop = asyncio.Event()

    async def happen(self) -> None:
        await record(EVENTS[OrderAccepted], by="小王", at=self.clock())

    async def until(self, shown: int) -> None:
        async with asyncio.timeout(10):
            while len(self.channel.shown) < shown:
                self.channel.news.clear()
                await self.channel.news.wait()


@pytest.fixture
async def room(db) -> Room:
    await company()
    await an_order()
    return Room()


async def test_drain_routes_and_sends_until_nothing_is_due(room: Room):
    for _ in range(60):
        await room.happen()
    assert await room.engine.drain() == 60 + 120
    assert await room.engine.drain() == 0
    assert len(room.channel.shown) == 120
    assert room.engine.beat_at == room.clock.now
    assert {row.state for row in await Delivery.all()} == {DeliveryState.SENT}


async def test_it_works_when_woken_and_ends_when_stopped(room: Room):
    running = asyncio.create_task(room.engine.run(room.stop))
    await room.happen()
    room.engine.wake()
    await room.until(2)
    room.stop.set()
    await asyncio.wait_for(running, 5)


async def test_told_to_end_it_settles_what_is_on_its_way_and_begins_nothing(room: Room):
    reached, gate = asyncio.Event(), asyncio.Event()
    quick = room.channel.send

    async def slow(outgoing):
        reached.set()
        await gate.wait()
        return await quick(outgoing)

    room.channel.send = slow  # type: ignore[method-assign]
    await room.happen()
    running = asyncio.create_task(room.engine.run(room.stop))
    await asyncio.wait_for(reached.wait(), 5)
    room.stop.set()
    await room.happen()
    asyncio.get_running_loop().call_later(0.5, gate.set)
    await asyncio.wait_for(running, 5)
    assert [row.state for row in await Delivery.all()] == [DeliveryState.SENT] * 2
    assert len(room.channel.shown) == 2


async def test_what_was_written_without_a_wake_is_found_by_looking(room: Room):
    running = asyncio.create_task(room.engine.run(room.stop))
    await asyncio.sleep(0)
    await room.happen()
    await room.until(2)
    room.stop.set()
    await asyncio.wait_for(running, 5)


async def test_it_survives_a_round_that_fails(room: Room, caplog):
    failing = 2

    async def link(order: str) -> str:
        nonlocal failing
        if failing:
            failing -= 1
            room.stop.set()
            raise ConnectionError("the database is away")
        return order

    engine = Engine({"main": {"template": room.channel}}, clock=room.clock, link=link, worker="w2")
    await room.happen()
    await engine.run(room.stop)
    assert engine.beat_at is None
    room.stop.clear()
    await engine.run(room.stop)
    failing = 0
    assert await engine.drain() == 3
    assert len(room.channel.shown) == 2


async def test_nothing_is_lost_when_the_engine_is_replaced(room: Room):
    await room.happen()
    await Engine({}, clock=room.clock, link=page_of, worker="old").drain()
    (first, second) = await Delivery.all()
    assert {first.state, second.state} == {DeliveryState.FAILED}
    room.clock.now = first.next_at
    await room.engine.drain()
    assert len(room.channel.shown) == 2


async def test_it_stops_between_batches_however_much_is_due(room: Room):
    for _ in range(40):
        await room.happen()
    room.channel.answers = [room.stop.set]
    await room.engine.run(room.stop)
    assert 0 < len(room.channel.shown) < 80
    await room.engine.drain()
    assert len(room.channel.shown) == 80
