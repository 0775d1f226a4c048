"""Two web and two worker processes on PostgreSQL under load, one of the four killed every so often, and the database
restarted at once in between: as an operating system does, each is started again a second later."""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from bench import shop
from bench.load.stream import Stream
from bench.post import Account
from domain.database import close_database, visit_database
from simulator import Platform
from tests.checker import Evidence, violations
from tests.checker.notices import at_rest
from tests.postgres import cluster, restart

ROLES = ("web", "web", "worker", "worker")
PATIENCE = 120.0
AGAIN = 1.0
Tell = Callable[[str], None]


@dataclass
class Place:
    """Where one process runs, and runs again after its death."""

    role: str
    port: int
    environment: dict[str, str]
    log: Path
    deaths: int = 0
    process: asyncio.subprocess.Process | None = None
    keeper: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def keep(self) -> None:
        """Run it, and again when it ends."""
        with self.log.open("ab") as log:
            while True:
                self.process = await asyncio.create_subprocess_exec(
                    sys.executable, "manage.py", "serve", cwd=shop.ROOT, env=self.environment, stdout=log, stderr=log
                )
                await self.process.wait()
                self.deaths += 1
                await asyncio.sleep(AGAIN)

    def kill(self) -> None:
        """End it as a power cut does."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    async def end(self) -> None:
        """End it in good order, for good."""
        assert self.keeper is not None
        self.keeper.cancel()
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await self.process.wait()


async def trial(wish: argparse.Namespace, tell: Tell) -> dict[str, Any]:
    """The trial; the length of everything is in the wish."""
    account = Account()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(cluster())
        database = f"{server}/load"
        await _created(server)
        tell("people and goods")
        openids = await shop.furnish(database, wish.people)
        world, api, template = await stack.enter_async_context(shop.open_platform(account, openids))
        places = []
        for number, role in enumerate(ROLES):
            port = shop.free_port()
            settings = shop.settings_for(account, database, api, template, port) | {"GENDAN_ROLE": role}
            places.append(Place(role, port, os.environ | settings, folder / f"{role}{number}.log"))
        for place in places:
            place.keeper = asyncio.create_task(place.keep(), name=place.role)
            stack.push_async_callback(place.end)
        await asyncio.gather(*(_ready(place) for place in places))
        stream = Stream(account, world, openids, lambda: [place.url for place in places if place.role == "web"])
        trouble = asyncio.create_task(_trouble(wish, places, server, tell), name="trouble")
        began = time.monotonic()
        await stream.run(wish.rate, wish.seconds)
        spent = time.monotonic() - began
        trouble.cancel()
        tell("draining")
        found: dict[str, Any] = stream.heard.as_json() | {"seconds": round(spent, 1)}
        found["deaths"] = {f"{place.role}{n}": place.deaths for n, place in enumerate(places)}
        found |= await _settled(database, stream, world)
        found["bugs"] = sum(place.log.read_bytes().count(b"Traceback") for place in places)
        return found


async def _ready(place: Place) -> None:
    """Wait until it can work."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"{place.url}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.2)


async def _created(server: str) -> None:
    connection = await asyncpg.connect(f"{server}/postgres")  # type: ignore[no-untyped-call]
    await connection.execute("CREATE DATABASE load")
    await connection.close()


async def _trouble(wish: argparse.Namespace, places: list[Place], server: str, tell: Tell) -> None:
    """A death every so often, and the restarts of the database evenly between."""
    chance, began, restarts = random.Random(1), time.monotonic(), 0
    while True:
        await asyncio.sleep(wish.kill_every)
        spent = time.monotonic() - began
        if restarts < wish.restarts and spent > wish.seconds * (restarts + 1) / (wish.restarts + 1):
            restarts += 1
            tell(f"{spent:.0f} s: the database is restarted")
            await asyncio.to_thread(restart, server)
        else:
            victim = chance.choice(places)
            tell(f"{spent:.0f} s: {victim.role} on {victim.port} is killed")
            victim.kill()


async def _settled(database: str, stream: Stream, world: Platform) -> dict[str, Any]:
    began = time.monotonic()
    await visit_database(database)
    try:
        # The other side are other processes: they can only be looked at.
        while time.monotonic() - began < PATIENCE:
            now = datetime.fromtimestamp(time.time(), UTC)
            if not await at_rest(now=now, patient=False, may_die=True):
                break
            await asyncio.sleep(0.5)
        drained = round(time.monotonic() - began, 1)
        journal = world.journal.entries()
        complete = journal if journal and journal[0].seq == 1 else ()
        # A plain message that was on its way at a death is not repeated: it is shown as unsure.
        seen = Evidence(datetime.fromtimestamp(time.time(), UTC), complete, stream.heard.acks, may_die=True)
        return {"drained_seconds": drained, "violations": await violations(seen)}
    finally:
        await close_database()
