"""More messages than can be answered: who comes on top is told at once that nothing was kept, and those inside are
answered."""

import asyncio

import pytest
from tortoise.exceptions import OperationalError

from bot import inbox
from bot.inbox import Limits
from bot.models import InboundMessage
from domain import lane
from domain.tally import MESSAGES_SHED, counted
from tests.wire.conftest import SAFE, SORRY, WANG, Gate, Got, Process, Shop, Start


def message(number: int) -> dict[str, str]:
    """One message each of as many people: those of one person are answered one after the other."""
    return SAFE.message(MsgId=number, FromUserName=f"{WANG}{number}")


async def filled(wire: Process, shop: Shop, gate: Gate, count: int, since: int = 0) -> list[asyncio.Task[Got]]:
    """So many messages, numbered ``since`` there, are in work and stay there."""
    shop.reply, asked = gate, len(shop.asked)
    pushes = [asyncio.create_task(wire.push(message(since + number))) for number in range(count)]
    while len(shop.asked) < asked + count:
        gate.entered.clear()
        await gate.entered.wait()
    return pushes


async def test_more_than_can_be_answered_is_turned_away_at_once_and_in_words(start: Start, db: str, shop: Shop) -> None:
    wire, gate, before = await start(limits=Limits(most=2)), Gate(), counted(MESSAGES_SHED)
    inside = await filled(wire, shop, gate, 2)
    assert (await wire.push(SAFE.message())).opened(SAFE) == SORRY
    report = await wire.push(SAFE.event("TEMPLATESENDJOBFINISH", MsgID=5, Status="success"))
    assert report.status == 503
    assert counted(MESSAGES_SHED) == before + 2
    gate.open.set()
    await asyncio.gather(*inside)
    assert await InboundMessage.all().count() == len(shop.asked) == 2
    # There is time again: what is sent again is taken in.
    assert (await wire.push(SAFE.message())).opened(SAFE) == "好的"
    assert not shop.late


async def test_what_was_taken_in_is_never_turned_away(start: Start, db: str, shop: Shop) -> None:
    wire, gate = await start(limits=Limits(most=2)), Gate()
    first = await wire.push(SAFE.message())
    inside = await filled(wire, shop, gate, 2)
    # One that was answered before and one that is in work: repeats of both get what is due to them.
    assert (await wire.push(SAFE.message())).body == first.body
    repeat = asyncio.create_task(wire.push(message(0)))
    gate.open.set()
    await asyncio.gather(*inside)
    assert (await repeat).status == 200


@pytest.mark.parametrize("hangs", [False, True])
async def test_who_comes_on_top_is_told_in_words_while_the_database_is_away(
    start: Start, db: str, shop: Shop, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    wire, gate, before = await start(limits=Limits(most=2)), Gate(), counted(MESSAGES_SHED)
    inside = await filled(wire, shop, gate, 2)
    never = asyncio.Event()

    async def away(*_: object) -> object:
        if hangs:
            await never.wait()
        raise OperationalError("the database is not there")

    with monkeypatch.context() as patch:
        patch.setattr(lane, "rows", away)
        patch.setattr(inbox, "LOOK_SECONDS", 0.05)
        assert (await wire.push(SAFE.message())).opened(SAFE) == SORRY
        report = await wire.push(SAFE.event("TEMPLATESENDJOBFINISH", MsgID=5, Status="success"))
        assert report.status == 503
    assert counted(MESSAGES_SHED) == before + 2
    gate.open.set()
    never.set()
    await asyncio.gather(*inside)
    # It is back: what is sent again is taken in, and nothing of what was turned away.
    assert (await wire.push(SAFE.message())).opened(SAFE) == "好的"
    assert await InboundMessage.all().count() == len(shop.asked) == 3


async def test_nobody_is_taken_in_while_many_wait_for_long(start: Start, db: str, shop: Shop) -> None:
    wire, gate = await start(limits=Limits(many=2, seconds=0.05)), Gate()
    inside = await filled(wire, shop, gate, 3)
    await asyncio.sleep(0.06)
    assert (await wire.push(SAFE.message())).opened(SAFE) == SORRY
    gate.open.set()
    await asyncio.gather(*inside)
    # They are few again.
    assert (await wire.push(SAFE.message())).opened(SAFE) == "好的"
    assert len(shop.asked) == 4
    assert not shop.late


async def test_a_few_that_take_long_turn_nobody_away(start: Start, db: str, shop: Shop) -> None:
    wire, gate = await start(limits=Limits(many=2, seconds=0.05)), Gate()
    inside = await filled(wire, shop, gate, 2)
    await asyncio.sleep(0.06)
    inside += await filled(wire, shop, gate, 1, since=2)
    gate.open.set()
    await asyncio.gather(*inside)
    assert await InboundMessage.all().count() == len(shop.asked) == 3
