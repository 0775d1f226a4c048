"""A shop to measure: many bound people, one process on SQLite, and a platform that takes its notices."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from aiohttp import web

from bench.post import Account
from domain import importing
from domain.database import close_database, migrate, open_database
from domain.models import Contact, Customer, Identity
from domain.values import Role
from simulator import Platform, make_app

ROOT = Path(__file__).parent.parent
TEMPLATE = "订单号：{{character_string1.DATA}}\n商品：{{thing2.DATA}}\n状态：{{thing3.DATA}}\n时间：{{time4.DATA}}"
SKUS = [f"A{n}" for n in range(100, 140)]


@dataclass(frozen=True, slots=True)
class Running:
    """A process under measurement."""

    url: str
    process: asyncio.subprocess.Process
    cold_start: float

    @property
    def megabytes(self) -> float:
        """Its resident memory."""
        assert self.process.pid is not None
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text("utf-8").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    @property
    def cpu_seconds(self) -> float:
        """What it has spent of the processors since it began."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def furnish(url: str, people: int) -> list[str]:
    """Tables, goods without end, and as many customers with one bound buyer each; their openids."""
    now = datetime.fromtimestamp(time.time(), UTC)
    await migrate(url)
    await open_database(url)
    units = {"个": 1, "箱": 50}
    products = [
        {"sku": sku, "name": f"货品{sku}", "base_unit": "个", "units": units, "list_price": 18.5, "stock": 10**8}
        for sku in SKUS
    ]
    await importing.import_products({"products": products}, now=now)
    home = {"city": "深圳", "ship_to": {"address": "科技园1号"}}
    rows = [{"id": f"C{n:05}", "name": f"第{n}号客户有限公司", **home} for n in range(people)]
    await importing.import_customers({"customers": rows}, now=now)
    openids = [f"oBench{n:022}" for n in range(people)]
    for customer, openid in zip(await Customer.all().order_by("id"), openids, strict=True):
        contact = await Contact.create(customer_id=customer.id, name="买家", role=Role.BUYER)
        await Identity.create(account="main", openid=openid, contact_id=contact.id, bound_at=now, last_inbound_at=now)
    await close_database()
    return openids


@asynccontextmanager
async def platform(account: Account, openids: Sequence[str]) -> AsyncIterator[tuple[str, str]]:
    """A platform where all of them follow; its address and the id of its template."""
    async with open_platform(account, openids) as (_, url, template):
        yield url, template


@asynccontextmanager
async def open_platform(account: Account, openids: Sequence[str]) -> AsyncIterator[tuple[Platform, str, str]]:
    """The same, and what it has seen."""
    async with Platform() as world:
        here = world.add_account(
            appid=account.appid,
            secret=account.secret,
            token=account.token,
            aes_key=account.aes_key,
            original_id=account.original_id,
            job_finish="never",
        )
        template = here.templates.add("订单通知", TEMPLATE)
        for openid in openids:
            here.add_follower(openid, openid=openid)
        runner = web.AppRunner(make_app(world), access_log=None)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield world, f"http://127.0.0.1:{port}", template.template_id
        await runner.cleanup()


@asynccontextmanager
async def bot(account: Account, database: str, api: str, template: str) -> AsyncIterator[Running]:
    """The product as a process of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | settings_for(account, database, api, template, port)
    async with process([sys.executable, "manage.py", "serve"], f"{url}/readyz", environment) as running:
        yield Running(url, *running)


def settings_for(account: Account, database: str, api: str, template: str, port: int) -> dict[str, str]:
    """The environment of a process of the product."""
    settings = {
        "ENV": "test",
        "PORT": str(port),
        "DATABASE_URL": database,
        "WECHAT_API_URL": api,
        "LOG_LEVEL": "WARNING",
        "ACCOUNTS__MAIN__APPID": account.appid,
        "ACCOUNTS__MAIN__SECRET": account.secret,
        "ACCOUNTS__MAIN__TOKEN": account.token,
        "ACCOUNTS__MAIN__AES_KEY": account.aes_key,
        "ACCOUNTS__MAIN__ORIGINAL_ID": account.original_id,
        "ACCOUNTS__MAIN__TEMPLATES__DEFAULT": template,
    }
    return {f"GENDAN_{name}": value for name, value in settings.items()}


@asynccontextmanager
async def process(
    command: Sequence[str], ready: str, environment: dict[str, str] | None = None
) -> AsyncIterator[tuple[asyncio.subprocess.Process, float]]:
    """A child process from its start until it answers; ended afterwards. With it, the seconds that this took."""
    began = time.perf_counter()
    child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment)
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(20):
            while True:
                try:
                    async with session.get(ready) as response:
                        if response.status in (200, 405):
                            break
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.02)
        yield child, time.perf_counter() - began
    finally:
        child.send_signal(signal.SIGTERM)
        await child.wait()
