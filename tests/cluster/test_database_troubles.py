"""The database restarts, stands still or has no line left: nothing is lost or doubled."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from domain.database import close_database, visit_database
from domain.models import Order
from tests.cluster.conftest import Town, until
from tests.cluster.server import backends, frozen, locked, restart
from tests.harness import LI, WANG

pytestmark = pytest.mark.postgres
KEPT_NOT = "没"
AFTER_LEASE = timedelta(seconds=31)


async def order_until_it_stands(town: Town, to: str, number: int) -> None:
    """小王 orders, and says so again as long as he is told that it was not kept, as people do."""

    async def read_back() -> bool:
        return "确认" in await town.say(WANG, f"下单 A100 {number}箱 明天送", to=to)

    async def stands() -> bool:
        return "SO" in await town.say(WANG, "确认", to=to) or await orders(town) >= number

    await until(read_back, 45)
    await until(stands, 45)


async def orders(town: Town) -> int:
    for _ in range(50):
        try:
            await visit_database(town.database)
            return await Order.all().count()
        except Exception:
            await asyncio.sleep(0.2)
        finally:
            await close_database()
    raise AssertionError("the database does not come back")


async def test_restarts_are_survived_by_every_process(town: Town):
    await town.start("web", role="web")
    await town.start("worker", role="worker")
    for number in range(1, 4):
        await order_until_it_stands(town, "web", number)
        await restart(town.database)
    await order_until_it_stands(town, "web", 4)
    await town.carded(WANG, LI, number=4, seconds=45)
    assert await orders(town) == 4
    assert [len(town.cards(person)) for person in (WANG, LI)] == [4, 4]
    assert await town.leader("worker") == "worker"
    # A card of which the database could not be told any more is in doubt until its lease is over.
    await town.forward(AFTER_LEASE, "worker")
    await town.sound()
    for child in town.processes.values():
        assert await child.stop() == 0


async def test_a_server_that_stands_still_is_waited_for_and_nobody_is_told_a_lie(town: Town):
    await town.start("bot")
    await order_until_it_stands(town, "bot", 1)
    await town.carded(WANG, LI)
    with frozen(await backends(town.database)):
        said = await town.say(WANG, "下单 A100 2箱 明天送", to="bot")
        async with aiohttp.ClientSession() as session, session.get(f"{town.processes['bot'].url}/healthz") as answer:
            assert answer.status == 200
    # Either it is said that nothing was kept, or what was kept is answered later.
    assert "确认" not in said
    await order_until_it_stands(town, "bot", 2)
    await town.carded(WANG, LI, number=2, seconds=45)
    await town.forward(AFTER_LEASE, "bot")
    await town.sound()
    assert await town.processes["bot"].stop() == 0


async def test_with_every_connection_in_use_people_are_told_so_and_all_is_well_afterwards(town: Town):
    await town.start("bot")
    await order_until_it_stands(town, "bot", 1)
    bot = town.processes["bot"].url
    async with locked(town.database, "inboundmessage"), aiohttp.ClientSession() as session:
        many = [asyncio.create_task(town.say(WANG, f"查订单{n}", to="bot")) for n in range(30)]
        async with session.get(f"{bot}/healthz") as answer:
            assert answer.status == 200
        first = await many[0]
    assert KEPT_NOT in first
    await asyncio.gather(*many)
    await order_until_it_stands(town, "bot", 2)
    await town.carded(WANG, LI, number=2, seconds=45)
    await town.forward(AFTER_LEASE, "bot")
    await town.sound()
