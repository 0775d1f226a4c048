"""Several dispatchers at one queue, killed at any moment: every notice arrives, and by the platform's journal once.

``python -m tests.crash.dispatchers`` is the trial at length: two and four of them, two hundred deaths, twenty thousand
notices, on PostgreSQL. What the journal shows twice, or not at all, is listed and ends the program with 1.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from rich.console import Console

from domain.database import close_database, migrate, visit_database
from domain.values import Address
from notify.models import Delivery, DeliveryState
from notify.notices import TEMPLATE, Notice, Plan
from notify.outbox import UNFINISHED, put
from tests.crash.child import Child
from tests.crash.scene import AFTER_LEASE, Street, scene
from tests.harness import Person
from tests.ports import unused_port
from tests.postgres import cluster

PHONES = tuple(Person(f"听众{n}", f"o-hearer-{n:04}-0000000000000000") for n in range(100))
ONE_WAY = (TEMPLATE,)
PATIENCE = 2.0
"""Seconds without enough progress after which the next death comes all the same."""
LONGEST = 120.0


@dataclass
class Outcome:
    """What came of a trial."""

    dispatchers: int
    notices: int
    deaths: int = 0
    repeated: int = 0
    """How often a notice was handed over again because nobody knew whether it had arrived."""
    doubled: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Whether every notice was shown once."""
        return not (self.doubled or self.missing)


async def trial(
    street: Street, *, dispatchers: int, notices: int, deaths: int, chance: random.Random, folder: Path
) -> Outcome:
    """Let so many dispatchers send so many notices while they die; the database of ``street`` is open."""
    outcome, began = Outcome(dispatchers, notices), time.monotonic()
    await _put(notices)
    async with AsyncExitStack() as stack:
        workers = [_worker(street, folder) for _ in range(dispatchers)]
        for worker in workers:
            stack.push_async_callback(worker.clear_away)
        await asyncio.gather(*[worker.start() for worker in workers])
        while outcome.deaths < deaths:
            await _progress(street, chance.randrange(1, max(2, 2 * notices // (deaths + 1))))
            victim = chance.choice(workers)
            await victim.kill()
            await victim.launch()
            outcome.deaths += 1
        for worker in workers:
            await worker.kill()
        street.forward(AFTER_LEASE)
        ahead = str(street.ahead.total_seconds())
        await asyncio.gather(*[worker.start(demo_ahead=ahead) for worker in workers])
        async with asyncio.timeout(LONGEST + notices / 20):
            while await Delivery.filter(state__in=UNFINISHED).exists():  # noqa: ASYNC110 - another process cannot call us
                await asyncio.sleep(0.1)
    await _judge(street, outcome)
    outcome.seconds = time.monotonic() - began
    return outcome


async def _put(notices: int) -> None:
    now = datetime.now(UTC)
    facts = {"text": "盘点", "by": "老张", "at": now.isoformat(), "url": "", "order": ""}
    for first in range(0, notices, len(PHONES)):
        hearers = PHONES[: notices - first]
        await put(
            f"trial:{first}",
            [
                Plan(Address("main", one.openid), Notice.ANNOUNCEMENT, facts, "trial", channels=ONE_WAY)
                for one in hearers
            ],
            now=now,
        )


def _worker(street: Street, folder: Path) -> Child:
    port = unused_port()
    ours = {**street.child.environment, "GENDAN_PORT": str(port), "GENDAN_ROLE": "worker"}
    return Child(ours, f"http://127.0.0.1:{port}", folder)


async def _progress(street: Street, more: int) -> None:
    """Wait until so many more were sent, or for a while."""
    # Each send is two entries: the call, and what the phone shows.
    until, goal = time.monotonic() + PATIENCE, street.platform.journal.last + 2 * more
    while time.monotonic() < until and street.platform.journal.last < goal:  # noqa: ASYNC110 - another process cannot call us
        await asyncio.sleep(0.05)


async def _judge(street: Street, outcome: Outcome) -> None:
    """What the platform took under each key: one message it shows, however often it was asked to."""
    taken: dict[str, list[int]] = defaultdict(list)
    for call in street.platform.journal.calls("template/send"):
        if call.outcome.get("errcode") == 0:
            taken[str(call.request["body"]["client_msg_id"])].append(call.outcome["msgid"])
    for row in await Delivery.all().order_by("id"):
        shown = taken.get(f"{row.id}-{int(row.created_at.timestamp())}", [])
        name = f"{row.id} {row.state} {row.last_code} {row.tries}"
        outcome.repeated += len(shown) - 1 if shown else 0
        if row.state is DeliveryState.UNSURE:
            outcome.unsure.append(name)
        if not shown:
            outcome.missing.append(name)
        elif len(set(shown)) > 1:
            outcome.doubled.append(name)


async def _at_length(server: str, dispatchers: int, options: argparse.Namespace) -> Outcome:
    name = f"dispatchers{dispatchers}"
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    url = f"{server}/{name}"
    await migrate(url)
    with tempfile.TemporaryDirectory() as folder:
        async with scene(url, Path(folder), PHONES) as street:
            street.account.job_finish = "never"
            await visit_database(url)
            try:
                return await trial(
                    street, dispatchers=dispatchers, notices=options.notices, deaths=options.deaths,
                    chance=random.Random(options.seed), folder=Path(folder),
                )  # fmt: skip
            finally:
                await close_database()


def main(tell: Callable[[str], None]) -> int:
    """Both trials, a line each; 0 when every notice was shown once."""
    reader = argparse.ArgumentParser(prog="python -m tests.crash.dispatchers")
    reader.add_argument("--notices", type=int, default=20_000)
    reader.add_argument("--deaths", type=int, default=200)
    reader.add_argument("--dispatchers", type=int, nargs="+", default=[2, 4])
    reader.add_argument("--seed", type=int, default=7)
    options, sound = reader.parse_args(), True
    with cluster() as server:
        for dispatchers in options.dispatchers:
            found = asyncio.run(_at_length(server, dispatchers, options))
            sound = sound and found.sound
            tell(
                f"{dispatchers} dispatchers, {found.deaths} deaths, {found.notices} notices in {found.seconds:.0f} s:"
                f" {len(found.missing)} missing, {len(found.doubled)} doubled, {len(found.unsure)} unsure,"
                f" {found.repeated} asked for again"
            )
            for line in [*found.missing, *found.doubled, *found.unsure]:
                tell(line)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main(Console().print))
