"""What one process commits wakes the others: told when it is true, not before and not otherwise, after outages too."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import pytest

from domain import tracking
from domain.models import Event
from domain.recording import record, recorded
from domain.transaction import transact, transact_script
from domain.values import Address
from domain.waking import Ear
from notify.outbox import queue_reply
from tests.cluster.samples import joined

pytestmark = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class Heard:
    """What an ear was told, and an ear of its own connection."""

    def __init__(self, url: str, **more: float) -> None:
        self.told: Counter[str] = Counter()
        self.news = asyncio.Event()
        self.stop = asyncio.Event()
        wakes = {name: lambda name=name: self._note(name) for name in ("event", "delivery", "carrierpush")}
        self.ear = Ear(url, wakes, **more)
        self.task = asyncio.create_task(self.ear.listen(self.stop))

    def _note(self, name: str) -> None:
        self.told[name] += 1
        self.news.set()

    async def ready(self) -> None:
        """It listens, and what it was told on the way is forgotten."""
        await asyncio.wait_for(self.ear.hears.wait(), 10)
        self.forget()

    def forget(self) -> None:
        self.told.clear()
        self.news.clear()

    async def next(self) -> dict[str, int]:
        """What it is told next."""
        await asyncio.wait_for(self.news.wait(), 10)
        return dict(self.told)

    async def close(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self.task, 10)


@pytest.fixture
async def heard(db: str) -> AsyncIterator[Heard]:
    made = Heard(db)
    await made.ready()
    yield made
    await made.close()


async def _by_orm() -> None:
    await transact(lambda: record(joined(), by="test", at=NOW))


async def _by_lane() -> None:
    await transact_script(lambda: recorded(joined(), by="test", at=NOW))


@pytest.mark.parametrize("write", [_by_orm, _by_lane])
async def test_an_event_is_told_when_it_is_committed(heard: Heard, write: Callable[[], Awaitable[None]]):
    await write()
    assert await heard.next() == {"event": 1}


async def test_late_replies_and_pushes_of_carriers_are_told_too(heard: Heard):
    await queue_reply("inbound:main:1", Address("main", "o-1"), "晚了", now=NOW)
    assert await heard.next() == {"delivery": 1}
    heard.forget()
    await tracking.keep_push("kuaidi100", "token", "{}", True, now=NOW)
    assert await heard.next() == {"carrierpush": 1}


async def test_nothing_is_told_before_the_commit_or_without_one(heard: Heard):
    written, go_on = asyncio.Event(), asyncio.Event()

    async def fails() -> None:
        await record(joined(), by="test", at=NOW)
        raise ValueError

    async def slow() -> None:
        await record(joined(), by="test", at=NOW)
        written.set()
        await go_on.wait()

    with pytest.raises(ValueError):  # noqa: PT011
        await transact(fails)
    task = asyncio.create_task(transact(slow))
    await written.wait()
    await queue_reply("inbound:main:1", Address("main", "o-1"), "晚了", now=NOW)
    assert await heard.next() == {"delivery": 1}
    heard.forget()
    go_on.set()
    await task
    assert await heard.next() == {"event": 1}
    assert await Event.all().count() == 1


async def test_a_line_that_is_cut_is_laid_again_and_what_was_missed_is_looked_for(heard: Heard, db: str):
    other = await asyncpg.connect(db)
    try:
        heard.ear.hears.clear()
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = $1"
        assert await other.fetch(cut, db.rsplit("/", 1)[-1])
        # All are woken once it listens again, for nobody knows what was committed meanwhile.
        await asyncio.wait_for(heard.ear.hears.wait(), 10)
        assert set(await heard.next()) == {"event", "delivery", "carrierpush"}
        heard.forget()
        await _by_lane()
        assert await heard.next() == {"event": 1}
    finally:
        await other.close()


async def test_a_server_that_is_away_is_tried_again_without_an_end(database_url: str):
    """Nobody listens at this port; the ear neither fails nor stops, and ends when it is told to."""
    heard = Heard("postgres://postgres@127.0.0.1:9/none")
    await asyncio.sleep(0)
    assert not heard.ear.hears.is_set()
    assert not heard.task.done()
    await heard.close()
