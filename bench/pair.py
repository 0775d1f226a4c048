"""The same messages with PostgreSQL and two processes, each spoken to by half of the people."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench import shop
from bench.post import Account, pace
from tests.postgres import binaries, cluster

PEOPLE, WIDE = 200, 8
Scripts = list[list[str]]
Tell = Callable[[str], None]


async def measure(
    rounds: int, size: int, orders: Callable[[int, Iterator[int]], Scripts], tell: Tell
) -> dict[str, Any]:
    """Queries and orders a second of both together, and connections to each; nothing without a PostgreSQL."""
    if binaries() is None:
        return {}
    account, serial = Account(), itertools.count()
    with cluster() as server:
        tell("people and goods on PostgreSQL")
        database = f"{server}/postgres"
        people = await shop.furnish(database, PEOPLE)
        async with (
            shop.platform(account, people) as (api, template),
            shop.bot(account, database, api, template) as one,
            shop.bot(account, database, api, template) as two,
        ):
            hooks = [f"{running.url}/wechat/main" for running in (one, two)]
            halves = people[: PEOPLE // 2], people[PEOPLE // 2 :]

            async def together(scripts: Callable[[], Scripts]) -> float:
                began = time.perf_counter()
                both = (pace(hook, account, scripts(), half, WIDE) for hook, half in zip(hooks, halves, strict=True))
                await asyncio.gather(*both)
                return 2 * size / (time.perf_counter() - began)

            found: dict[str, list[float]] = {"queries": [], "orders": []}
            for turn in range(rounds):
                tell(f"two processes on PostgreSQL {turn + 1}/{rounds}")
                found["queries"].append(await together(lambda: [["查订单"]] * size))
                found["orders"].append(await together(lambda: orders(size, serial)))
    return {
        f"{name}_per_second_postgres_two_processes": round(statistics.median(all_), 1) for name, all_ in found.items()
    }
