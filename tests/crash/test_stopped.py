"""The start and the end of the process: stopped in good order, started twice by mistake, started with bad settings."""

import asyncio
import time

import pytest

from bot.models import InboundMessage, Progress
from domain.database import close_database, open_database
from domain.values import Address
from notify.engine import Engine
from notify.outbox import due_count
from notify.sender import AT_ONCE
from tests.crash.child import GLANCE
from tests.crash.scene import AFTER_LEASE, Street
from tests.harness import LI, WANG
from tests.notify.fakes import Post

MESSAGES = 40


async def page_of(order: str) -> str:
    return f"https://shop/{order}"


async def test_asked_to_end_under_load_it_answers_everybody_and_ends_with_zero(street: Street) -> None:
    await street.child.start()
    street.account.attempts = 1
    askings = [asyncio.create_task(street.account.say(WANG.openid, "查订单")) for _ in range(MESSAGES)]
    # In the middle of the work: some are answered, some are not.
    await asyncio.wait(askings, return_when=asyncio.FIRST_COMPLETED)
    began = time.monotonic()
    assert await street.child.stop() == 0
    assert time.monotonic() - began < 10
    pushed = await asyncio.gather(*askings)
    await open_database(f"sqlite://{street.file}")
    try:
        rows = await InboundMessage.all()
        assert {row.progress for row in rows} == {Progress.SETTLED}
        # Whatever was taken in was answered; what came too late was refused at the door, for the platform to repeat.
        taken = {row.key.rsplit(":", 1)[1] for row in rows}
        answered = {str(one.message["MsgId"]) for one in pushed if one.text}
        assert answered == taken
        assert {one.statuses for one in pushed if not one.text} <= {(0,)}
    finally:
        await close_database()
    assert b"Traceback" not in street.child.log


async def test_asked_to_end_while_the_platform_hangs_it_ends_in_time_and_goes_on_at_the_next_start(
    street: Street,
) -> None:
    await street.child.start()
    street.platform.faults.add(api="template/send", kind="slow", seconds=14, times=9)
    await street.account.say(WANG.openid, "下单 A100 20箱 明天送")
    await street.account.say(WANG.openid, "确认")
    async with asyncio.timeout(5):
        while not await street.handed():  # noqa: ASYNC110 - another process cannot call us
            await asyncio.sleep(GLANCE)
    began = time.monotonic()
    assert await street.child.stop() == 0
    assert time.monotonic() - began < 10
    assert b"Traceback" not in street.child.log
    street.platform.faults.clear()
    street.platform.clock.forward(AFTER_LEASE)
    await street.child.start(demo_ahead=str(AFTER_LEASE.total_seconds()))
    await street.child.quiet(2)
    assert await street.child.stop() == 0
    assert [len(street.cards(person)) for person in (WANG, LI)] == [1, 1]


async def test_a_second_process_on_the_same_file_is_refused_in_a_sentence(street: Street) -> None:
    await street.child.start()
    second = type(street.child)(street.child.environment, street.child.url, street.child.folder)
    await second.launch(port="1")
    assert await second.ended() == 1
    said = second.log.decode().splitlines()
    assert len(said) <= 2, second.log.decode()
    assert all(street.file.name in line and "PostgreSQL" in line for line in said)
    assert (await street.account.say(WANG.openid, "查订单")).text
    assert await street.child.stop() == 0


BAD = {
    "port": "99999",
    "env": "staging",
    "timezone": "Asia/Nowhere",
    "database_url": "mysql://u:geheim-pw@h/db",
    "public_url": "bot.example.com",
    "accounts__main__appid": "wx123",
    "accounts__main__token": "geheim-token!",
    "accounts__main__aes_key": "geheim-key",
    "accounts__main__secret": "",
    "held_hours": "-1",
    "failpoints": "delivery.sent:kill:0",
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_setting_ends_the_start_with_one_line_that_names_it(street: Street, name: str) -> None:
    await street.child.launch(**{name: BAD[name]})
    assert await street.child.ended() == 1
    line = street.child.log.decode()
    assert len(line.splitlines()) == 1, line
    assert f"GENDAN_{name.upper()}" in line
    assert "geheim-" not in line


async def test_told_to_stop_the_engine_leaves_the_rest_for_the_next_start(db: str) -> None:
    post, stop = Post(), asyncio.Event()
    for number in range(AT_ONCE * 3):
        await post.put(to=Address("main", f"o{number}"))
    post.template.answers = [stop.set]
    channels = {"main": {"template": post.template, "custom": post.custom}}
    await Engine(channels, clock=post.clock, link=page_of, worker="w").run(stop)
    assert len(post.template.shown) == AT_ONCE
    assert await due_count(post.clock()) == AT_ONCE * 2
