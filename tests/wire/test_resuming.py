"""What a stopped process left is taken up whatever the platform does meanwhile, at the start and by the clock."""

import asyncio

from bot import kept
from bot.models import InboundMessage, Progress
from tests.wire.conftest import SAFE, WANG, Gate, Process, Shop, Start, Watch


def message(number: int) -> dict[str, str]:
    """One message each of as many people: those of one person are answered one after the other."""
    return SAFE.message(MsgId=number, FromUserName=f"{WANG}{number}")


async def leave_behind(wire: Process, shop: Shop, count: int) -> None:
    """A process dies over so many messages, before it could promise them for later."""
    shop.reply = gate = Gate()
    pushes = [asyncio.create_task(wire.push(message(number))) for number in range(count)]
    while len(shop.asked) < count:
        gate.entered.clear()
        await gate.entered.wait()
    await wire.die()
    await asyncio.gather(*pushes)
    assert await wire.inbox.drain(5)
    await InboundMessage.all().update(progress=Progress.WORKING)
    shop.asked.clear()


async def test_a_retry_that_comes_before_its_turn_does_not_keep_a_message_from_being_resumed(
    start: Start, db: str, shop: Shop
) -> None:
    await leave_behind(await start(), shop, 2)
    shop.reply = gate = Gate()
    heir = await start(budget=0.5)
    # The platform asks again for one of them just before we think of it.
    retry = asyncio.create_task(heir.push(message(1)))
    while not heir.inbox.busy:  # noqa: ASYNC110 - nothing tells of an arrival
        await asyncio.sleep(0)
    resuming = asyncio.create_task(heir.inbox.resume())
    await gate.entered.wait()
    # And for the other, while the first of both is in work.
    again = await heir.push(message(0))
    gate.open.set()
    assert await resuming == 2
    assert again.body == (await retry).body == b"success"
    assert sorted(shop.late) == [(f"m:{WANG}0:0", "好的"), (f"m:{WANG}1:1", "好的")]
    assert len(shop.asked) == 2
    assert await kept.unsettled() == 0


async def test_by_the_clock_only_what_nobody_works_on_is_taken_up(
    start: Start, db: str, shop: Shop, watch: Watch
) -> None:
    await leave_behind(await start(), shop, 1)
    heir = await start()
    shop.reply = gate = Gate()
    waiting = asyncio.create_task(heir.push(SAFE.message(MsgId=77)))
    await gate.entered.wait()
    watch.forward(minutes=2)
    gate_of_new, shop.reply = gate, "好的"
    assert await heir.inbox.resume(alone=False) == 1
    assert shop.late == [(f"m:{WANG}0:0", "好的")]
    gate_of_new.open.set()
    assert (await waiting).opened(SAFE) == "好的"
    assert await kept.unsettled() == 0


async def test_who_dies_over_what_another_left_leaves_it_to_the_next_at_once(start: Start, db: str, shop: Shop) -> None:
    await leave_behind(await start(), shop, 1)
    shop.reply = Gate()
    heir = await start()
    resuming = asyncio.create_task(heir.inbox.resume())
    await shop.reply.entered.wait()
    resuming.cancel()
    await heir.die()
    shop.reply = "好的"
    assert await (await start()).inbox.resume() == 1
    assert shop.late == [(f"m:{WANG}0:0", "好的")]


async def test_what_was_left_goes_before_what_the_same_person_says_after_the_start(
    start: Start, db: str, shop: Shop
) -> None:
    wire = await start(budget=0.05)
    shop.reply = Gate()
    for number in range(2):
        await wire.push(SAFE.message(MsgId=number, Content=f"第{number}句"))
    await wire.die()
    shop.asked.clear()
    shop.reply = gate = Gate()
    heir = await start(budget=5)
    begun = await heir.inbox.begin_again()
    new = asyncio.create_task(heir.push(SAFE.message(MsgId=2, Content="第2句")))
    await gate.entered.wait()
    gate.open.set()
    assert (await new).opened(SAFE) == "好的"
    assert [one.text for one in shop.asked] == ["第0句", "第1句", "第2句"]
    assert all(task.done() for task in begun)
    assert len(shop.late) == 2
