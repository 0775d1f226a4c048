"""How questions fare once a shop has a past: the same ones asked of few orders and of a million, turn by turn."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from bench import shop
from bench.archivesql import BUYERS, STAFF, Past, customer_of, filling
from bench.post import Account, sealed
from domain.database import close_database, migrate, sqlite_file, visit_database
from domain.linking import link_token, load_secret
from domain.rules.numbering import numbered, shown
from tests.postgres import binaries, cluster

FEW = 10_000
SETTLING, WARMING = 8.0, 20
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two shops, as a running process, with the links to the pages of its askers' orders."""

    past: Past
    url: str
    tokens: Sequence[str]


async def measure(orders: int, tell: Tell) -> dict[str, Any]:
    """The p95 of each question over so many orders, beside that over ten thousand, on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        found = {"sqlite": await _compared(orders, lambda n: f"sqlite://{folder}/{n}.sqlite3", tell)}
    if binaries() is None:
        return found
    with cluster() as server:
        return found | {"postgres": await _compared(orders, lambda n: f"{server}/archive{n}", tell)}


async def _compared(orders: int, url: Callable[[int], str], tell: Tell) -> dict[str, Any]:
    account = Account()
    async with (
        shop.platform(account, ()) as (api, template),
        _shop(Past(FEW), url(FEW), tell) as few,
        _shop(Past(orders), url(orders), tell) as many,
        shop.bot(account, few[0], api, template) as one,
        shop.bot(account, many[0], api, template) as two,
    ):
        await asyncio.sleep(SETTLING)
        sides = (Side(Past(FEW), one.url, few[1]), Side(Past(orders), two.url, many[1]))
        return await _asked(sides, account, tell) | {"orders": orders}


@asynccontextmanager
async def _shop(past: Past, url: str, tell: Tell) -> AsyncIterator[tuple[str, Sequence[str]]]:
    tell(f"{past.orders} orders")
    if url.startswith("postgres"):
        server, name = url.rsplit("/", 1)
        await _run_postgres(f"{server}/postgres", [f"CREATE DATABASE {name}"])
    await migrate(url)
    now = int(time.time())
    file = sqlite_file(url)
    if file is None:
        await _run_postgres(url, [*filling(past, now, sqlite=False), "ANALYZE"])
    else:
        _run_sqlite(file, filling(past, now, sqlite=True))
    await visit_database(url)
    try:
        secret = await load_secret()
        moment = datetime.fromtimestamp(now, UTC)
        tokens = [await link_token(numbered(past.newest_of(n)), secret, now=moment) for n in range(BUYERS)]
    finally:
        await close_database()
    yield url, tokens


def _run_sqlite(file: Path, statements: Sequence[str]) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -1000000")
    for sql in statements:
        connection.execute(sql)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


async def _run_postgres(url: str, statements: Sequence[str]) -> None:
    connection = await asyncpg.connect(url)  # type: ignore[no-untyped-call]
    for sql in statements:
        await connection.execute(sql, timeout=None)
    await connection.close()


async def _asked(sides: Sequence[Side], account: Account, tell: Tell) -> dict[str, Any]:
    """Each question of each person at one shop and then at the other, so that both have the same machine."""
    found: dict[str, Any] = {}
    async with aiohttp.ClientSession() as session:
        tell("warming up")
        for side in sides:
            for _ in range(WARMING):
                await _said(session, side, account, f"{MANAGER}{STAFF - 1:022}", "帮助")
        for name, (who, many, text) in QUESTIONS.items():
            tell(name)
            times: tuple[list[float], ...] = ([], [])
            for turn in range(many):
                for side, spent in zip(sides, times, strict=True):
                    spent.append(await _said(session, side, account, f"{who}{turn:022}", text(side.past, turn)))
            found[name] = _row(times)
        tell("page")
        times = ([], [])
        for turn in range(BUYERS):
            for side, spent in zip(sides, times, strict=True):
                spent.append(await _opened(session, f"{side.url}/o/{side.tokens[turn]}"))
        found["page"] = _row(times)
    return found


async def _said(session: aiohttp.ClientSession, side: Side, account: Account, openid: str, text: str) -> float:
    query, body = sealed(account, openid, text)
    began = time.perf_counter()
    async with session.post(f"{side.url}/wechat/main", params=query, data=body) as response:
        assert response.status == 200, text
        # What takes longer than the platform waits is answered later; its time says enough.
        await response.read()
    return (time.perf_counter() - began) * 1000


async def _opened(session: aiohttp.ClientSession, url: str) -> float:
    began = time.perf_counter()
    async with session.get(url) as response:
        answer = await response.read()
        assert response.status == 200, answer[:80]
    return (time.perf_counter() - began) * 1000


def _row(times: Sequence[Sequence[float]]) -> dict[str, float]:
    few, many = (sorted(one)[int(len(one) * 0.95) - 1] for one in times)
    return {"few_p95_ms": round(few, 2), "many_p95_ms": round(many, 2), "ratio": round(many / few, 2)}


def _newest(past: Past, turn: int) -> str:
    return shown(numbered(past.newest_of(turn)))


BUYER, MANAGER, REP = "oBuyer", "oManager", "oRep"
OWN = 5
"""Customers of a rep, the first of those who ask."""
QUESTIONS: dict[str, tuple[str, int, Callable[[Past, int], str]]] = {
    "buyer, 查订单": (BUYER, BUYERS, lambda *_: "查订单"),
    "buyer, one order": (BUYER, BUYERS, _newest),
    "buyer, 上个月订单": (BUYER, BUYERS, lambda *_: "上个月订单"),
    "buyer, first 动态": (BUYER, BUYERS, lambda *_: "动态"),
    "buyer, 动态 again": (BUYER, BUYERS, lambda *_: "动态"),
    "manager, 查订单": (MANAGER, STAFF, lambda *_: "查订单"),
    "manager, one order": (MANAGER, STAFF, _newest),
    "manager, a customer's 上个月订单": (MANAGER, STAFF, lambda _, n: f"第{customer_of(n)}号客户上个月订单"),
    "manager, first 动态": (MANAGER, STAFF, lambda *_: "动态"),
    "manager, 动态 again": (MANAGER, STAFF, lambda *_: "动态"),
    "rep, 查订单": (REP, STAFF, lambda *_: "查订单"),
    "rep, one order": (REP, STAFF, lambda past, n: _newest(past, n % OWN)),
    "rep, an order of others": (REP, STAFF, lambda past, n: _newest(past, n + OWN)),
    "rep, last digits": (REP, STAFF, lambda past, n: _newest(past, n % OWN)[-5:-1]),
    "rep, first 动态": (REP, STAFF, lambda *_: "动态"),
}
