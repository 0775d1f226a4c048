"""``python -m bench.load steady|overload|soak|combined``: one trial, printed and kept; 1 when an aim was missed."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench import shop
from bench.load import combined
from bench.load.gauge import Gauge, watched
from bench.load.stream import Heard, Stream
from bench.post import Account
from bot.models import InboundMessage
from bot.models import Progress as Handled
from domain.database import close_database, visit_database
from domain.models import Event
from notify.models import Delivery
from notify.outbox import UNFINISHED
from simulator import Platform
from simulator.journal import KEPT
from tests.checker import Evidence, violations

RESULTS = Path(__file__).parent.parent / "results"
PATIENCE = 180.0
QUIET = 2.0
Tell = Callable[[str], None]


@dataclass
class Bench:
    """A running product on SQLite, its platform, and those who write to it."""

    database: str
    platform: Platform
    running: shop.Running
    stream: Stream
    gauge: Gauge


@asynccontextmanager
async def bench(people: int) -> AsyncIterator[Bench]:
    """One process, one file, so many people."""
    account = Account()
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite://{Path(folder) / 'load.sqlite3'}"
        openids = await shop.furnish(database, people)
        async with (
            shop.open_platform(account, openids) as (platform, api, template),
            shop.bot(account, database, api, template) as running,
            watched(running.process.pid, database) as gauge,
        ):
            yield Bench(database, platform, running, Stream(account, platform, openids, lambda: [running.url]), gauge)


async def one(wish: argparse.Namespace, tell: Tell) -> dict[str, Any]:
    """So many messages a second for so long on SQLite, and what is left of it afterwards."""
    async with bench(wish.people) as here:
        first = len(here.gauge.moments)
        tell(f"{wish.rate}/s for {wish.seconds:.0f} s")
        began = time.monotonic()
        await here.stream.run(wish.rate, wish.seconds, tell=lambda n: tell(f"{n} messages"))
        tell("draining")
        spent = time.monotonic() - began
        drained = await drain(here.database)
        found = here.stream.heard.as_json() | {"seconds": round(spent, 1), "drained_seconds": drained}
        found["per_second"] = round(len(here.stream.heard.acks) / spent, 1)
        found["violations"] = await judged(here.database, here.stream.heard, here.platform)
        return found | {"process": here.gauge.as_json(warm=wish.warm), "idle_moments": first}


async def drain(database: str) -> float:
    """Seconds until nothing is unfinished; what takes longer than three minutes is told by the checker."""
    began = time.monotonic()
    last = began
    await visit_database(database)
    try:
        # The other side is another process, with connections of which nobody here knows any more: it is looked at.
        while time.monotonic() - last < QUIET and time.monotonic() - began < PATIENCE:
            if await _left():
                last = time.monotonic()
            await asyncio.sleep(0.2)
    finally:
        await close_database()
    return round(last - began, 1)


async def _left() -> bool:
    messages = InboundMessage.filter(progress__not=Handled.SETTLED)
    events, notices = Event.filter(routed_at__isnull=True), Delivery.filter(state__in=UNFINISHED)
    return await messages.exists() or await events.exists() or await notices.exists()


async def judged(database: str, heard: Heard, platform: Platform) -> list[str]:
    """What the checker says; what was sent is compared only as long as the platform remembers all of it."""
    journal = platform.journal.entries() if platform.journal.last < KEPT else ()
    await visit_database(database)
    try:
        return await violations(Evidence(datetime.fromtimestamp(time.time(), UTC), journal, heard.acks))
    finally:
        await close_database()


def aims(mode: str, found: dict[str, Any]) -> dict[str, bool]:
    """What was to be reached, and whether it was."""
    total = found["messages"]
    common = {"checker clean": not found["violations"], "everybody heard something": not found.get("nothing", 0)}
    if mode == "steady":
        return common | {"p99 < 800 ms": found["p99_ms"] < 800, "all answered": found.get("answered", 0) == total}
    process = found.get("process", {})
    if mode == "overload":
        in_time = found["p99_ms"] < 4700
        return common | {"p99 < 4.7 s": in_time, "peak < 400 MB": process["megabytes_peak"] < 400}
    if mode == "soak":
        grown = process["descriptors_end"] - process["descriptors_begin"]
        return common | {
            "growth < 15 MB": process["megabytes_growth"] < 15,
            "descriptors ± 5": abs(grown) <= 5,
            "WAL < 64 MB": process["wal_megabytes_peak"] < 64,
        }
    return {"checker clean": not found["violations"], "p99 < 4.5 s": found["p99_ms"] < 4500}


def show(mode: str, found: dict[str, Any]) -> None:
    """One table for people."""
    table = Table(title=f"load: {mode}")
    table.add_column("figure")
    table.add_column("value", justify="right")
    flat = {**found, **found.get("process", {})}
    for name, value in flat.items():
        if name not in {"process", "moments", "violations", "course"}:
            table.add_row(name, str(value))
    for name, reached in aims(mode, found).items():
        table.add_row(name, "yes" if reached else "NO")
    console = Console(width=120)
    console.print(table)
    for problem in found["violations"][:20]:
        console.print(problem, markup=False)


MODES = {
    "steady": {"rate": 100.0, "seconds": 300.0},
    "overload": {"rate": 500.0, "seconds": 60.0},
    "soak": {"rate": 100.0, "seconds": 600.0},
    "combined": {"rate": 200.0, "seconds": 600.0},
}


def wished() -> argparse.Namespace:
    """What to do."""
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    parser.add_argument("mode", choices=sorted(MODES))
    parser.add_argument("--rate", type=float, help="messages a second")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--warm", type=float, default=0.1, help="the part of the time after which growth is counted")
    parser.add_argument("--kill-every", type=float, default=20, help="seconds between two deaths (combined)")
    parser.add_argument("--restarts", type=int, default=2, help="of the database (combined)")
    wish = parser.parse_args()
    for name, value in MODES[wish.mode].items():
        if getattr(wish, name) is None:
            setattr(wish, name, value)
    return wish


def main() -> int:
    """Measure, print, keep."""
    wish = wished()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(wish.mode)

        def tell(words: str) -> None:
            progress.update(task, description=f"{wish.mode}: {words}")

        found = asyncio.run(combined.trial(wish, tell) if wish.mode == "combined" else one(wish, tell))
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"load-{wish.mode}-{time.strftime('%Y%m%d-%H%M%S')}.json"
    file.write_text(json.dumps({"wish": vars(wish)} | found, ensure_ascii=False, indent=1), "utf-8")
    show(wish.mode, found)
    return int(not all(aims(wish.mode, found).values()))


if __name__ == "__main__":
    sys.exit(main())
