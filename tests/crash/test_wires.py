"""A bad wire to the platform or to the database: slow, narrow, cut or dead, everything happens once, and the people are
answered or told that nothing was kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from domain.database import close_database, visit_database
from domain.models import Order
from tests.chaos import Wire, wire
from tests.checker import violations
from tests.crash.rounds import evidence, rest_later
from tests.crash.scene import Street
from tests.crash.siege import Siege
from tests.harness import LI, WANG

LATER = timedelta(seconds=10)
Trouble = Callable[[Wire], Awaitable[object]]


async def slow(bad: Wire) -> None:
    bad.latency = 0.15


async def narrow(bad: Wire) -> None:
    bad.bandwidth = 4000


async def cut_in_the_answer(bad: Wire) -> None:
    bad.cut(40, times=2)


async def cut_before_the_answer(bad: Wire) -> None:
    bad.cut(0, times=2)


async def down_for_a_while(bad: Wire) -> None:
    bad.refusing = True
    bad.reset()
    asyncio.get_running_loop().call_later(1.0, setattr, bad, "refusing", False)


async def dead_for_a_while(bad: Wire) -> None:
    bad.freeze()
    asyncio.get_running_loop().call_later(1.5, bad.thaw)


TROUBLES: list[Trouble] = [
    slow,
    narrow,
    cut_in_the_answer,
    cut_before_the_answer,
    down_for_a_while,
    dead_for_a_while,
]


@pytest.fixture
async def open_street(either_street: Street) -> AsyncIterator[Street]:
    """A street whose database can be looked at."""
    await visit_database(either_street.database)
    yield either_street
    await close_database()


async def led_through(street: Street, setting: str, stack: AsyncExitStack) -> Wire:
    """Let the child reach the place of this setting through a wire."""
    place = urlsplit(street.child.environment[setting])
    bad = await stack.enter_async_context(wire(place.hostname or "", place.port or 0))
    near = place._replace(netloc=f"{place.netloc.rpartition('@')[0]}@" if "@" in place.netloc else "")
    host = f"{near.netloc}{bad.address[0]}:{bad.address[1]}"
    street.child.environment[setting] = place._replace(netloc=host).geturl()
    return bad


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("trouble", TROUBLES, ids=[one.__name__ for one in TROUBLES])
async def test_the_platform_behind_a_bad_wire(open_street: Street, trouble: Trouble) -> None:
    async with AsyncExitStack() as stack:
        bad = await led_through(open_street, "GENDAN_WECHAT_API_URL", stack)
        await open_street.start()
        await trouble(bad)
        await open_street.account.say(WANG.openid, "下单 A100 20箱 明天送")
        assert (await open_street.account.say(WANG.openid, "确认")).text
        assert await rest_later(open_street, LATER) == []
        assert [len(open_street.cards(person)) for person in (WANG, LI)] == [1, 1]
        assert await open_street.child.stop() == 0


@pytest.mark.postgres
@pytest.mark.parametrize("stocked_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("trouble", TROUBLES, ids=[one.__name__ for one in TROUBLES])
async def test_the_database_behind_a_bad_wire(open_street: Street, trouble: Trouble) -> None:
    async with AsyncExitStack() as stack:
        bad = await led_through(open_street, "GENDAN_DATABASE_URL", stack)
        await open_street.start()
        people = Siege(open_street)
        await people.ask(WANG, "查订单")
        await trouble(bad)
        await people._order(WANG, "下单 A100 20箱 明天送")
        bad.latency, bad.bandwidth = 0.0, None
        assert await rest_later(open_street, LATER) == []
        assert not people.gave_up
        assert [order.number.removeprefix("SO") for order in await Order.all()] == people.heard
        assert await violations(evidence(open_street)) == []
        assert await open_street.child.stop() == 0


@pytest.mark.postgres
@pytest.mark.parametrize("stocked_url", ["postgres"], indirect=True)
async def test_connections_whose_other_end_is_gone_are_given_up(open_street: Street) -> None:
    """After a failover nobody answers on the old connections, and nobody says so; new ones work."""
    async with AsyncExitStack() as stack:
        bad = await led_through(open_street, "GENDAN_DATABASE_URL", stack)
        await open_street.start()
        people = Siege(open_street)
        await people.ask(WANG, "查订单")
        bad.strand()
        await people._order(WANG, "下单 A100 20箱 明天送")
        assert not people.gave_up
        assert await rest_later(open_street, LATER) == []
        assert [len(open_street.cards(person)) for person in (WANG, LI)] == [1, 1]
