"""``python -m tests.cluster.footprint``: what a company, an order and an idle process cost on PostgreSQL, as JSON.

The server runs without waiting for its disk, as in all tests: sizes are those of any server, rates are upper bounds.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from domain.database import close_database, migrate, open_database
from domain.recording import recorded
from domain.transaction import transact_script
from notify.relay import route_events
from simulator import Clock
from tests.cluster.conftest import furnish
from tests.cluster.samples import joined
from tests.crash.child import Child
from tests.crash.scene import settings
from tests.harness import simulated
from tests.ports import unused_port
from tests.postgres import cluster
from tests.shop import NOW, Cast, a_product, an_order, line, the_cast

ORDERS = 1000
UNITS = 4000


async def measured(server: str) -> dict[str, Any]:
    """Everything, one after the other."""
    admin = await asyncpg.connect(f"{server}/postgres")
    await admin.execute("CREATE DATABASE blank")
    began = time.perf_counter()
    await migrate(f"{server}/blank")
    found: dict[str, Any] = {"migrate_seconds": time.perf_counter() - began}
    found["empty_company_bytes"] = await admin.fetchval("SELECT pg_database_size('blank')")
    began = time.perf_counter()
    for number in range(20):
        await admin.execute(f"CREATE DATABASE c{number} TEMPLATE blank")
    found["make_company_seconds"] = (time.perf_counter() - began) / 20
    found |= await _orders(f"{server}/c0", admin)
    found |= await _words(f"{server}/c1")
    found |= await _idle(f"{server}/c2", admin)
    await admin.close()
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in found.items()}


async def _orders(url: str, admin: asyncpg.Connection) -> dict[str, Any]:
    name = url.rsplit("/", 1)[-1]
    await open_database(url)
    try:
        cast = await the_cast()
        for sku in ("A", "B", "C"):
            await a_product(sku, stock=10**6)
        before = await admin.fetchval("SELECT pg_database_size($1)", name)
        began = time.perf_counter()
        for _ in range(ORDERS // 20):
            await asyncio.gather(*(_order(cast) for _ in range(20)))
        seconds = time.perf_counter() - began
        while await route_events(now=NOW, link=_page):
            pass
        after = await admin.fetchval("SELECT pg_database_size($1)", name)
    finally:
        await close_database()
    return {"order_bytes": (after - before) // ORDERS, "orders_per_second": ORDERS / seconds}


async def _order(cast: Cast) -> None:
    await an_order(cast.wang, *(line(sku, 2) for sku in ("A", "B", "C")))


async def _page(_: str) -> str:
    return ""


async def _words(url: str) -> dict[str, Any]:
    """Small units that are told to listeners, and the same that are not; both ways twice, the better counts."""
    await open_database(url)
    connection = await asyncpg.connect(url)
    try:
        rates: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
        for told in ("ENABLE", "DISABLE") * 2:
            await connection.execute(f"ALTER TABLE event {told} TRIGGER event_told")
            rates[told].append(await _rate(_unit))
    finally:
        await connection.close()
        await close_database()
    return {"told_units_per_second": max(rates["ENABLE"]), "untold_units_per_second": max(rates["DISABLE"])}


async def _rate(work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    for _ in range(UNITS // 10):
        await asyncio.gather(*(work() for _ in range(10)))
    return UNITS / (time.perf_counter() - began)


async def _unit() -> None:
    await transact_script(lambda: recorded(joined(), by="test", at=NOW))


async def _idle(url: str, admin: asyncpg.Connection) -> dict[str, Any]:
    await furnish(url)
    async with simulated(Clock(lambda: datetime.now(UTC))) as (_, account, site):
        port, api = unused_port(), str(site.make_url("")).rstrip("/")
        with tempfile.TemporaryDirectory() as folder:
            child = Child(settings(account, api, url, port), f"http://127.0.0.1:{port}", Path(folder))
            await child.start()
            await asyncio.sleep(10)
            counted = "SELECT xact_commit FROM pg_stat_database WHERE datname = $1"
            lines = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1"
            name = url.rsplit("/", 1)[-1]
            first, began = await admin.fetchval(counted, name), time.perf_counter()
            await asyncio.sleep(20)
            transactions = (await admin.fetchval(counted, name) - first) / (time.perf_counter() - began)
            ticks = Path(f"/proc/{child.fork.pid}/stat").read_text("ascii").rsplit(") ", 1)[1].split()[11:13]
            found = {
                "idle_transactions_per_second": transactions,
                "idle_connections": await admin.fetchval(lines, name),
                "idle_cpu_seconds_of_30": sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"),
                "idle_rss_megabytes": _rss(child.fork.pid),
            }
            await child.stop()
    return found


def _rss(pid: int) -> float:
    """Memory of a process; what it shares with others is counted in full."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    return next(int(row.split()[1]) for row in text.splitlines() if row.startswith("Rss:")) / 1024


if __name__ == "__main__":
    with cluster() as address:
        sys.stdout.write(json.dumps(asyncio.run(measured(address)), indent=1) + "\n")
