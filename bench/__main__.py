"""``python -m bench [--quick]``: every figure as a ratio to a limit of the same run, printed and kept as JSON.

``--notices [COUNT]`` measures only how long so many notices take, and an alert that enters among them;
``--archive [ORDERS]`` only how questions fare over a million orders, or as many as are named.
"""

import argparse
import asyncio
import itertools
import json
import platform as machine
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench import archive, notices, pair, placing, shop, statements, understanding
from bench.post import Account, Pace, pace
from bench.shop import SKUS, Running

RESULTS = Path(__file__).parent / "results"
PEOPLE = 200
MANY, QUICK = 1_000_000, 100_000
"""Orders in the past of a shop."""


async def measure(rounds: int, size: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """All figures."""
    account = Account()
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite://{Path(folder) / 'bench.sqlite3'}"
        tell("people and goods")
        people = await shop.furnish(database, PEOPLE)
        bare_port = shop.free_port()
        bare_url = f"http://127.0.0.1:{bare_port}"
        command = [sys.executable, "-m", "bench.bare", str(bare_port), str(Path(folder) / "bare.sqlite3")]
        found: dict[str, Any] = {"machine": machine.platform(), "rounds": rounds, "messages_per_round": size}
        async with (
            shop.platform(account, people) as (api, template),
            shop.process(command, f"{bare_url}/echo"),
            shop.bot(account, database, api, template) as running,
        ):
            found["cold_start_seconds"] = round(running.cold_start, 2)
            found["idle_megabytes"] = round(running.megabytes, 1)
            webhook = f"{running.url}/wechat/main"
            queries = [["查订单"]] * size
            serial = itertools.count()
            for wide in (1, 16):
                runs: dict[str, Callable[[], Awaitable[Pace]]] = {
                    "echo": lambda w=wide: pace(f"{bare_url}/echo", account, queries, people, w),  # type: ignore[misc]
                    "durable": lambda w=wide: pace(f"{bare_url}/durable", account, queries, people, w),  # type: ignore[misc]
                    "queries": lambda w=wide: pace(webhook, account, queries, people, w),  # type: ignore[misc]
                    "orders": lambda w=wide: pace(webhook, account, _orders(size, serial), people, w),  # type: ignore[misc]
                }
                found[f"connections_{wide}"] = await _rounds(runs, rounds, lambda t, w=wide: tell(f"{w}: {t}"))  # type: ignore[misc]
            tell("processor")
            spent = running.cpu_seconds
            await runs["queries"]()
            found["cpu_ms_per_query"] = round((running.cpu_seconds - spent) / size * 1000, 2)
            tell("notices")
            found["notices_per_second"] = await _notices(running)
            found["megabytes_after"] = round(running.megabytes, 1)
    found |= await placing.measure(rounds, size, tell)
    found |= await pair.measure(rounds, size, _orders, tell)
    tell("statements")
    found["statements_per_order_of_three_lines"] = await statements.count()
    tell("understanding")
    found["understanding"] = understanding.measure()
    return found


def _orders(count: int, serial: Iterator[int]) -> list[list[str]]:
    """Orders of which no two are alike, so that nobody is asked whether they meant to order twice."""
    return [
        [f"下单 {SKUS[n % len(SKUS)]} {n // len(SKUS) % 900 + 1}个", "确认"] for n in itertools.islice(serial, count)
    ]


async def _rounds(
    runs: dict[str, Callable[[], Awaitable[Pace]]], rounds: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    kept: dict[str, list[Pace]] = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            tell(f"{name} {number + 1}/{rounds}")
            kept[name].append(await run())
    middle = {name: sorted(all_, key=lambda p: p.per_second)[len(all_) // 2] for name, all_ in kept.items()}
    limit = middle["durable"].per_second
    return {
        name: one.as_json() | {"of_durable_limit": round(one.per_second / limit, 3)} for name, one in middle.items()
    }


async def _notices(running: Running) -> float | None:
    """Notices a second while the outbox of the orders is emptied; None when too few of them wait to tell."""
    began = time.perf_counter()
    first = await _waiting(running)
    # The other side is another process: it can only be asked.
    while (left := await _waiting(running)) and time.perf_counter() - began < 120:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    spent = time.perf_counter() - began
    return round((first - left) / spent, 1) if first > 50 else None


async def _waiting(running: Running) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"{running.url}/metrics") as response:
        lines = (await response.text()).splitlines()
    found = [line.split()[-1] for line in lines if line.startswith("gendan_outbox_pending{")]
    if not found:
        raise LookupError("the bot tells no longer what waits in its outbox")
    return int(sum(map(float, found)))


def show_archive(found: dict[str, Any]) -> None:
    """What was asked over few orders and over many, as a table for people."""
    for database, figures in found.items():
        table = Table(title=f"{database}: p95 over {figures.pop('orders'):,} orders beside {archive.FEW:,}")
        for title in ("question", "few, ms", "many, ms", "ratio"):
            table.add_column(title)
        for name, row in figures.items():
            table.add_row(name, str(row["few_p95_ms"]), str(row["many_p95_ms"]), str(row["ratio"]))
        Console().print(table)


def show_queue(found: dict[str, Any]) -> None:
    """What a queue of notices took, as a table for people."""
    if found:
        table = Table("figure", "value", title="A queue of notices, one dispatcher")
        for name, value in found.items():
            table.add_row(name, str(value))
        Console().print(table)


def show(found: dict[str, Any]) -> None:
    """One table for people."""
    table = Table(title="Gendan bench")
    for title in ("figure", "value", "p50 ms", "p99 ms", "of durable limit"):
        table.add_column(title)
    for wide in (1, 16):
        for name, row in found[f"connections_{wide}"].items():
            table.add_row(
                f"{name}/s, {wide} connections",
                str(row["per_second"]),
                str(row["p50_ms"]),
                str(row["p99_ms"]),
                f"{row['of_durable_limit']:.0%}",
            )
    for name, value in found.items():
        if value is None or isinstance(value, int | float):
            table.add_row(name, "too few to tell" if value is None else str(value))
    for size, figures in found["understanding"].items():
        for name, value in figures.items():
            table.add_row(f"understanding, {size}: {name}", f"{value:.3g}")
    Console().print(table)


async def _wanted(wish: argparse.Namespace, tell: Callable[[str], None]) -> dict[str, Any]:
    if wish.notices is not None:
        return {"queue": await notices.measure(wish.notices, tell)}
    if wish.archive is not None:
        return {"archive": await archive.measure(wish.archive, tell)}
    found = await measure(2 if wish.quick else 5, 100 if wish.quick else 300, tell)
    found["queue"] = await notices.measure(notices.MANY // 10 if wish.quick else notices.MANY, tell)
    return found | {"archive": await archive.measure(QUICK if wish.quick else MANY, tell)}


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--archive", type=int, nargs="?", const=MANY, metavar="ORDERS", help="only the past of a shop")
    parser.add_argument("--notices", type=int, nargs="?", const=notices.MANY, metavar="COUNT", help="only a queue")
    wish = parser.parse_args()
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), transient=True) as progress:
        task = progress.add_task("start")
        found = asyncio.run(_wanted(wish, lambda t: progress.update(task, description=t)))
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    file.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    past, queue = found.pop("archive", {}), found.pop("queue", {})
    if found:
        show(found)
    show_queue(queue)
    show_archive(past)
    print(f"kept in {file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}")


if __name__ == "__main__":
    main()
