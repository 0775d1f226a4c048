"""Processes that share the work: who answers, who sends, who leads; one dies, and another goes on with what it left."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import aiohttp
import pytest

from domain import importing
from domain.database import close_database, visit_database
from domain.models import Event, Order, Product, Staff, Stock
from notify.models import Delivery
from tests.cluster.conftest import Town, until
from tests.crash.child import Child
from tests.harness import LI, WANG
from tests.shopfloor import PRODUCTS

pytestmark = pytest.mark.postgres
AFTER_LEASE = timedelta(seconds=31)
NEW = {"sku": "Z900", "name": "智能开关", "base_unit": "个", "list_price": 45, "stock": 10}
ORDER = "下单 A100 20箱 明天送"


async def orders(town: Town) -> int:
    await visit_database(town.database)
    try:
        return await Order.all().count()
    finally:
        await close_database()


async def test_a_web_process_answers_and_a_worker_sends_and_leads(town: Town):
    await town.start("web", role="web")
    assert "确认" in await town.say(WANG, ORDER, to="web")
    await town.say(WANG, "确认", to="web")
    await visit_database(town.database)
    try:
        # Nobody is there who would tell, or run the clock-driven jobs.
        assert await Event.filter(kind="OrderAccepted", routed_at__isnull=True).count() == 1
        assert not await Delivery.all().count()
    finally:
        await close_database()
    assert await town.scrape("web", "gendan_leader") == 0
    await town.start("worker", role="worker")
    await town.carded(WANG, LI)
    assert await town.leader() == "worker"
    async with aiohttp.ClientSession() as session:
        for path in ("/wechat/main", "/o/SO1001H", "/hooks/carriers/kuaidi100/x"):
            async with session.get(f"{town.processes['worker'].url}{path}") as answer:
                assert answer.status == 404
    # What is committed at the one wakes the other.
    await town.say(WANG, "下单 B200 1箱 明天送", to="web")
    await town.say(WANG, "确认", to="web")
    await town.carded(WANG, LI, number=2)
    for child in town.processes.values():
        assert await child.stop() == 0
    await town.sound()


async def test_the_lead_is_given_back_in_order_and_not_taken_back(town: Town):
    await town.start("a")
    await town.start("b")
    first = await town.leader("a", "b")
    second = ({"a", "b"} - {first}).pop()
    assert await town.processes[first].stop() == 0
    assert await town.leader(second) == second
    await town.start(first)
    assert await town.leader("a", "b") == second


async def test_a_leader_that_is_killed_is_followed_and_a_paused_one_comes_to_nothing(town: Town):
    await town.start("a")
    await town.start("b")
    first = await town.leader("a", "b")
    second = ({"a", "b"} - {first}).pop()
    town.processes[first].fork.signal(signal.SIGSTOP)
    # The last sign of life may be seen only now, and then the lease begins.
    await town.forward(AFTER_LEASE, second)
    await town.forward(AFTER_LEASE, second)
    assert await town.leader(second) == second
    town.processes[first].fork.signal(signal.SIGCONT)
    assert await town.leader("a", "b") == second
    await town.processes[second].kill()
    await town.forward(AFTER_LEASE, first)
    await town.forward(AFTER_LEASE, first)
    assert await town.leader(first) == first
    assert b"job_failed" not in town.processes[first].log


@pytest.mark.parametrize("point", ["inbox.admitted", "delivery.claimed", "delivery.handed"])
async def test_what_a_killed_process_had_in_hand_is_done_by_the_one_that_lives(town: Town, point: str):
    """It is killed while it holds a message or a notice; the other takes it up when the lease is over."""
    lives = await town.start("lives")
    dies = await town.start("dies", failpoints=f"{point}:hang" + (":2" if point == "inbox.admitted" else ""))
    lives.fork.signal(signal.SIGSTOP)
    await town.say(WANG, ORDER, to="dies")
    yes = asyncio.create_task(town.say(WANG, "确认", to="dies"))
    await until(lambda: _in_hand(dies, point))
    await dies.kill()
    lives.fork.signal(signal.SIGCONT)
    town.account.webhook = f"{lives.url}/wechat/main"
    await town.forward(AFTER_LEASE, "lives")
    await town.forward(AFTER_LEASE, "lives")
    await yes
    await town.carded(WANG, LI, seconds=40)
    assert await orders(town) == 1
    assert [len(town.cards(person)) for person in (WANG, LI)] == [1, 1]
    await town.sound()


async def _in_hand(child: Child, point: str) -> bool:
    trace = await child.trace()
    if point == "inbox.admitted":
        return int(trace["unsettled"]) > 0
    return any(row["state"] == "sending" for row in trace["deliveries"])


async def test_what_one_process_changes_the_other_knows_with_the_next_message(town: Town):
    """No price, stock or permission is ever answered from memory."""
    await town.start("bot", role="web")
    assert "18.5" in await town.say(WANG, "A100多少钱", to="bot")
    assert "5000" in await town.say(LI, "A100库存", to="bot")
    await visit_database(town.database)
    try:
        await _dearer("A100", 19.9)
        await Stock.filter(sku="A100").update(on_hand=Decimal(123))
        assert "19.9" in await town.say(WANG, "A100多少钱", to="bot")
        assert "123" in await town.say(LI, "A100库存", to="bot")
        await _dearer("A100", 21.5)
        assert "21.5" in await town.say(WANG, "A100多少钱", to="bot")
        await town.say(WANG, "下单 A100 1箱 明天送", to="bot")
        await town.say(WANG, "确认", to="bot")
        assert (await Order.get()).total == Decimal("21.5") * 50
        # Withdrawn goods, goods that are new, and a person who does not work here any more.
        await importing.import_products({"products": [NEW]}, now=datetime.now(UTC))
        # A name is known within a second; what it costs is never remembered at all.
        await until(lambda: _hears(town, "智能开关多少钱", "45"))
        await Product.filter(sku="A100").update(active=False)
        await Staff.filter(code="S001").update(active=False)
        assert "21.5" not in await town.say(WANG, "A100多少钱", to="bot")
        assert "123" not in await town.say(LI, "A100库存", to="bot")
    finally:
        await close_database()


async def _hears(town: Town, question: str, words: str) -> bool:
    return words in await town.say(WANG, question, to="bot")


async def _dearer(sku: str, price: float) -> None:
    known = next(dict(row) for row in PRODUCTS["products"] if isinstance(row, dict) and row["sku"] == sku)
    del known["stock"]
    await importing.import_products({"products": [known | {"list_price": price}]}, now=datetime.now(UTC))
