"""How fast notices leave: many in one queue, beside a bare client in the same run, and an alert that enters later."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bench import shop
from bench.post import Account
from domain.database import close_database, open_database, visit_database
from domain.values import Address
from notify.models import Delivery, DeliveryState
from notify.notices import TEMPLATE, Notice, Plan
from notify.outbox import UNFINISHED, put
from notify.underway import MOST

MANY = 10_000
PEOPLE = 200
LONGEST = 600.0
_ALERT = "alert:bench"


async def measure(many: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Seconds for so many announcements, how many a second that is beside a bare client, and what an alert waits."""
    account = Account()
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite://{Path(folder) / 'notices.sqlite3'}"
        tell(f"{many} notices into a queue")
        people = await shop.furnish(database, PEOPLE)
        await _fill(database, people, many)
        async with shop.platform(account, people) as (api, template):
            tell("a bare client")
            bare = await _bare(account, api, template, people, max(MOST, many // 10))
            tell("one dispatcher")
            async with shop.bot(account, database, api, template) as running:
                await visit_database(database)
                spent = running.cpu_seconds
                try:
                    found = await _watch(people[0], many)
                finally:
                    await close_database()
                found["cpu_ms_per_notice"] = round((running.cpu_seconds - spent) / many * 1000, 2)
    return found | {"bare_per_second": round(bare, 1), "of_bare": round(found["per_second"] / bare, 3)}


async def _fill(database: str, people: Sequence[str], many: int) -> None:
    await open_database(database)
    now = datetime.fromtimestamp(time.time(), UTC)
    facts = {"text": "本周六盘点", "by": "老张", "at": now.isoformat(), "url": "", "order": ""}
    for first in range(0, many, len(people)):
        hearers = people[: many - first]
        await put(f"bench:{first}", [_plan(one, Notice.ANNOUNCEMENT, facts) for one in hearers], now=now)
    await close_database()


def _plan(openid: str, notice: Notice, facts: dict[str, Any]) -> Plan:
    return Plan(Address("main", openid), notice, facts, "bench", channels=(TEMPLATE,))


async def _bare(account: Account, api: str, template: str, people: Sequence[str], many: int) -> float:
    """Sends a second of a client that does nothing else, at the same concurrency."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=MOST)) as session:
        asked = {"grant_type": "client_credential", "appid": account.appid, "secret": account.secret}
        async with session.get(f"{api}/cgi-bin/token", params=asked) as answer:
            token = (await answer.json())["access_token"]
        url, gate = f"{api}/cgi-bin/message/template/send?access_token={token}", asyncio.Semaphore(MOST)
        fields = {"character_string1": "1042K", "thing2": "A100", "thing3": "盘点", "time4": "2026-11-24 18:00"}
        data = {name: {"value": value} for name, value in fields.items()}

        async def one(n: int) -> None:
            body = {"touser": people[n % len(people)], "template_id": template, "data": data}
            async with gate, session.post(url, json=body | {"client_msg_id": f"bare-{n}"}) as answer:
                if (await answer.json())["errcode"] != 0:
                    raise LookupError(await answer.text())

        began = time.perf_counter()
        await asyncio.gather(*(one(n) for n in range(many)))
        return many / (time.perf_counter() - began)


async def _watch(openid: str, many: int) -> dict[str, Any]:
    """Let an alert enter once a tenth is gone, and wait until the queue is empty."""
    began = time.perf_counter()
    first = await _left()
    while await _left() > first * 0.9:  # noqa: ASYNC110 - the other side is another process: it can only be asked
        await asyncio.sleep(0.02)
    entered = time.perf_counter()
    now = datetime.fromtimestamp(time.time(), UTC)
    facts = {
        "rule": "order_held", "alert": "A1", "order": "SO1042K", "customer_name": "华强电子", "at": now.isoformat(),
        "since": now.isoformat(), "url": "",
    }  # fmt: skip
    await put(_ALERT, [_plan(openid, Notice.ALERT_RAISED, facts)], now=now)
    while not await Delivery.filter(cause=_ALERT, state=DeliveryState.SENT).exists():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    waited, behind = time.perf_counter() - entered, await _left()
    while (left := await _left()) and time.perf_counter() - began < LONGEST:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    spent = time.perf_counter() - began
    return {
        "notices": many,
        "seconds": round(spent, 1),
        "per_second": round((first - left) / spent, 1),
        "alert_seconds": round(waited, 2),
        "behind_the_alert": behind,
        "left": left,
    }


async def _left() -> int:
    return await Delivery.filter(state__in=UNFINISHED).count()
