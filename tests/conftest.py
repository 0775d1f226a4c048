"""Fixtures of the whole house: a fresh database, a clock, a shop with people in it, phones to talk to it."""

import asyncio
import functools
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp.test_utils import TestServer
from tortoise.migrations.recorder import MigrationRecorder

from domain.database import close_database, migrate, open_database
from server import Shop, build
from simulator import Clock
from tests.checker import Evidence, acks_of, assert_sound
from tests.harness import Chat, Errors, settings_for, simulated
from tests.once import once
from tests.ports import unused_port
from tests.postgres import binaries, cluster, store
from tests.reuse import Reused
from tests.shopfloor import open_shop

REQUIRED = frozenset(filter(None, os.environ.get("GENDAN_TEST_REQUIRE", "").split(",")))

# A disk answers a commit when it has really written; what tests write is of no worth, and memory answers at once.
MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30

# A Tuesday in working hours, shop time 18:00; the calendar of the tests starts here.
START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


# The library makes the class of one small table anew each time a database is opened, as long as a short test takes.
_record = functools.cache(functools.partial(MigrationRecorder._make_model, MigrationRecorder))  # type: ignore[arg-type]
MigrationRecorder._make_model = staticmethod(_record)  # type: ignore[method-assign]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep the files of the tests in memory where there is room and nobody chose another place."""
    if config.option.basetemp is None and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
        config.option.basetemp = Path(tempfile.mkdtemp(prefix="gendan-", dir=MEMORY)) / "tests"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give the memory back."""
    place = Path(config.option.basetemp or "")
    if place.parent.parent == MEMORY and not hasattr(config, "workerinput"):
        shutil.rmtree(place.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def shared(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run of the tests, the same for all its workers."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(pytestconfig, "workerinput") else own


@pytest.fixture(scope="session")
def blank(shared: Path) -> Path:
    """An SQLite file with all tables and no rows, made once and copied by each test."""
    return once(shared / "blank.sqlite3", lambda path: asyncio.run(migrate(f"sqlite://{path}")))


@pytest.fixture(scope="session")
def postgres(shared: Path) -> Iterator[str]:
    """A PostgreSQL server of this worker, with a template database of empty tables."""
    if binaries() is None:
        if "postgres" in REQUIRED:
            pytest.fail("PostgreSQL is required but not installed")
        pytest.skip("PostgreSQL is not installed")
    with cluster(like=once(shared / "postgres", _make_postgres)) as server:
        yield server


def _make_postgres(path: Path) -> None:
    with cluster() as server:
        asyncio.run(_make_template(server))
        store(server, path)


async def _make_template(server: str) -> None:
    await _execute(server, "CREATE DATABASE blank")
    await migrate(f"{server}/blank")


async def _execute(server: str, statement: str) -> None:
    connection = await asyncpg.connect(f"{server}/postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def reused(postgres: str) -> Iterator[Reused]:
    """The database that the tests on PostgreSQL use one after the other."""
    made = Reused(postgres, "reused", "blank")
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that nobody else uses, on each kind of server."""
    if request.param == "sqlite":
        file = tmp_path / "shop.sqlite3"
        shutil.copy(request.getfixturevalue("blank"), file)
        yield f"sqlite://{file}"
        return
    reused = request.getfixturevalue("reused")
    reused.ready()
    yield reused.url
    reused.clear()


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[str]:
    """The database, open."""
    await open_database(database_url)
    yield database_url
    await close_database()


@pytest.fixture
def now() -> datetime:
    """The moment at which tests without a clock of their own happen."""
    return START


@pytest.fixture
def errors() -> Iterator[Errors]:
    """Log records that tell of a bug."""
    handler = Errors()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def knobs() -> dict[str, Any]:
    """Settings that a file of tests wants otherwise; it overrides this."""
    return {}


@pytest.fixture
async def chat(database_url: str, errors: Errors, knobs: dict[str, Any]) -> AsyncIterator[Chat]:
    """A shop with people bound to their phones; the end of the test proves that nothing is left unsaid."""
    offset = START - datetime.now(UTC)
    clock = Clock(lambda: datetime.now(UTC) + offset)
    async with AsyncExitStack() as stack:
        platform, account, site = await stack.enter_async_context(simulated(clock))
        port = unused_port()
        here: dict[str, Any] = {"port": port, "public_url": f"http://127.0.0.1:{port}"}
        settings = settings_for(database_url, account, site, platform.carrier, **here, **knobs)
        bots: list[TestServer] = []

        async def close() -> None:
            if bots:
                await bots.pop().close()

        async def reopen() -> Shop:
            await close()
            shop = await build(settings, clock=clock)
            bots.append(TestServer(shop.app, port=port))
            await bots[-1].start_server()
            return shop

        stack.push_async_callback(close)
        shop = await reopen()
        url = str(bots[-1].make_url("")).rstrip("/")
        account.webhook = f"{url}/wechat/main"
        platform.kdniao.callback = f"{url}/hooks/carriers/kdniao/push"
        platform.fleet.callback = f"{url}/hooks/carriers/fleet/push"
        chat = Chat(platform, account, shop, url, reopen)
        await open_shop(chat)
        yield chat
        if not chat.spoilt:
            await _prove_silence(chat, errors)


async def _prove_silence(chat: Chat, errors: Errors) -> None:
    """Nothing is left unsaid or undone, nothing went wrong unseen, and the books are in order."""
    await chat.settle()
    chat.silent()
    assert not await chat.shop.unfinished()
    assert not errors.seen
    journal = chat.platform.journal.entries()
    dedupe = chat.account.honours_client_msg_id
    seen = Evidence(chat.platform.clock(), journal, acks_of(journal), dedupe=dedupe, patient=True, may_die=True)
    await assert_sound(seen)
