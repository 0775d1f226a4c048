"""One message, many deliveries: worked on once, answered with the same bytes, late or in time but never both."""

import asyncio
import contextlib
import time
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from tortoise import connections

from bot import kept
from bot.deadline import Run, Stage
from bot.envelope import open_push
from bot.models import InboundMessage, Progress
from domain.lane import Script
from tests.wire.conftest import ACCOUNTS, NOW, PLAIN, SAFE, SORRY, WANG, Gate, Process, Shop, Start, Watch, words


async def progress() -> list[Progress]:
    return [row.progress for row in await InboundMessage.all().order_by("id")]


async def break_table() -> None:
    await connections.get("default").execute_script("ALTER TABLE inboundmessage RENAME TO away")


async def mend_table() -> None:
    await connections.get("default").execute_script("ALTER TABLE away RENAME TO inboundmessage")


async def test_three_deliveries_one_after_the_other(wire: Process, shop: Shop) -> None:
    first, second, third = [await wire.push(SAFE.message()) for _ in range(3)]
    assert first.opened(SAFE) == "好的"
    assert first.body == second.body == third.body
    assert len(shop.asked) == 1


async def test_deliveries_at_the_same_moment(wire: Process, shop: Shop) -> None:
    got = await asyncio.gather(*(wire.push(SAFE.message(), nonce=str(nonce)) for nonce in range(10)))
    assert len({one.body for one in got}) == 1
    assert got[0].opened(SAFE) == "好的"
    assert len(shop.asked) == 1
    assert await progress() == [Progress.SETTLED]


async def test_a_delivery_that_joins_work_gets_its_answer(wire: Process, shop: Shop) -> None:
    shop.reply = gate = Gate()
    first = asyncio.create_task(wire.push(SAFE.message()))
    await gate.entered.wait()
    second = asyncio.create_task(wire.push(SAFE.message()))
    await asyncio.sleep(0)
    gate.open.set()
    assert (await first).body == (await second).body
    assert len(shop.asked) == 1


async def test_deliveries_before_and_after_a_restart(start: Start, db: str, shop: Shop, watch: Watch) -> None:
    before = await (await start()).push(SAFE.message())
    watch.forward(seconds=9)
    after = await (await start()).push(SAFE.message(), now=watch.at)
    assert before.body == after.body
    assert len(shop.asked) == 1


async def test_deliveries_to_two_processes_at_the_same_moment(start: Start, db: str, shop: Shop) -> None:
    one, other = await start(), await start()
    got = await asyncio.gather(*(process.push(SAFE.message()) for process in (one, other) * 3))
    assert len({each.body for each in got}) == 1
    assert len(shop.asked) == 1


async def test_messages_of_several_people_and_numbers_are_several(wire: Process, shop: Shop) -> None:
    other = "o-somebody-else-000000000001"
    for message in (SAFE.message(), SAFE.message(MsgId=2), SAFE.message(FromUserName=other)):
        assert (await wire.push(message)).status == 200
    assert len(shop.asked) == 3


async def test_the_same_number_on_two_accounts_is_two_messages(wire: Process, shop: Shop) -> None:
    await wire.push(SAFE.message())
    await wire.push(PLAIN.message(), PLAIN)
    assert {inbound.account for inbound in shop.asked} == {"main", "plain"}


async def test_an_event_is_worked_on_once(wire: Process, shop: Shop) -> None:
    shop.reply = None
    finish = SAFE.event("TEMPLATESENDJOBFINISH", MsgID=200228332, Status="success")
    assert [(await wire.push(finish)).body for _ in range(3)] == [b"success"] * 3
    assert len(shop.asked) == 1


@pytest.mark.parametrize("when", ["after", "meanwhile", "after a restart"])
async def test_the_same_number_with_other_words_is_refused(
    start: Start, db: str, shop: Shop, when: str, watch: Watch
) -> None:
    wire = await start()
    shop.reply = gate = Gate()
    first = asyncio.create_task(wire.push(SAFE.message()))
    await gate.entered.wait()
    if when != "meanwhile":
        gate.open.set()
        await first
    second = await start() if when == "after a restart" else wire
    with capture_logs() as entries:
        forged = await second.push(SAFE.message(Content="订 A100 2000箱"))
    gate.open.set()
    assert (forged.status, forged.body) == (403, b"")
    assert entries[-1]["event"] == "push_refused"
    assert "other content" in entries[-1]["reason"]
    assert (await first).opened(SAFE) == "好的"
    assert (await wire.push(SAFE.message())).body == (await first).body
    assert [inbound.text for inbound in shop.asked] == ["订 A100 20箱"]


async def test_too_late_is_success_now_and_the_answer_later(start: Start, db: str, shop: Shop) -> None:
    wire = await start(budget=0.1)
    shop.reply = gate = Gate()
    got = await wire.push(SAFE.message())
    assert got.body == b"success"
    assert got.seconds >= 0.09
    # Retries of a message that is promised for later wait for nothing, however often they come.
    again = [await wire.push(SAFE.message()) for _ in range(3)]
    assert {one.body for one in again} == {b"success"}
    assert min(one.seconds for one in again) < 0.09
    assert not shop.late
    gate.open.set()
    assert await wire.inbox.drain(5)
    assert shop.late == [(f"m:{WANG}:7001", "好的")]
    assert await progress() == [Progress.SETTLED]
    # Never the finished reply: it would be read twice.
    assert (await wire.push(SAFE.message())).body == b"success"
    assert (await (await start()).push(SAFE.message())).body == b"success"
    assert len(shop.asked) == 1
    assert len(shop.late) == 1


async def test_a_promise_is_on_disk_before_it_is_given(
    start: Start, db: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, defer = await start(budget=1.0), kept.defer

    async def unhurried(row_id: int) -> bool:
        await asyncio.sleep(0.03)
        return await defer(row_id)

    monkeypatch.setattr(kept, "defer", unhurried)
    shop.reply = gate = Gate()
    assert (await wire.push(SAFE.message())).body == b"success"
    assert await progress() == [Progress.DEFERRED]
    gate.open.set()
    assert await wire.inbox.drain(5)
    assert len(shop.late) == 1


async def test_an_answer_that_reaches_the_disk_at_the_last_moment_is_given(
    start: Start, db: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, settle, defer, asked = await start(budget=2.0), kept.settle_in_time, kept.defer, asyncio.Event()

    async def unheard(*given: Any, **named: Any) -> bool:
        done = await settle(*given, **named)
        await asked.wait()
        return done

    async def refused(row_id: int) -> bool:
        done = await defer(row_id)
        asked.set()
        return done

    monkeypatch.setattr(kept, "settle_in_time", unheard)
    monkeypatch.setattr(kept, "defer", refused)
    assert (await wire.push(SAFE.message())).opened(SAFE) == "好的"
    assert not shop.late


async def test_late_without_words_is_silence(start: Start, db: str, shop: Shop) -> None:
    wire = await start(budget=0.05)
    shop.reply = gate = Gate("")
    assert (await wire.push(SAFE.message())).body == b"success"
    gate.open.set()
    assert await wire.inbox.drain(5)
    assert not shop.late
    assert await progress() == [Progress.SETTLED]


async def test_in_time_is_never_repeated_later(start: Start, db: str, shop: Shop) -> None:
    """Work that ends around the very moment of the deadline is answered once, by one way or the other."""
    wire = await start(budget=0.05)

    async def close(_: object) -> str:
        await asyncio.sleep(0.05)
        return "好的"

    shop.reply = close
    got = await asyncio.gather(*(wire.push(SAFE.message(MsgId=number)) for number in range(20)))
    assert await wire.inbox.drain(5)
    in_time = {number for number, one in enumerate(got) if one.body != b"success"}
    late = {int(key.rsplit(":", 1)[1]) for key, _ in shop.late}
    assert in_time | late == set(range(20))
    assert not in_time & late
    assert len(shop.late) == len(late)


async def test_another_process_waits_for_the_answer(start: Start, db: str, shop: Shop) -> None:
    one, other = await start(), await start()
    shop.reply = gate = Gate()
    first = asyncio.create_task(one.push(SAFE.message()))
    await gate.entered.wait()
    second = asyncio.create_task(other.push(SAFE.message()))
    gate.open.set()
    assert (await first).body == (await second).body
    assert len(shop.asked) == 1


async def test_another_process_does_not_wait_for_what_is_promised(start: Start, db: str, shop: Shop) -> None:
    one, other = await start(budget=0.05), await start()
    shop.reply = gate = Gate()
    await one.push(SAFE.message())
    got = await other.push(SAFE.message())
    assert got.body == b"success"
    assert got.seconds < 2
    gate.open.set()
    assert await one.inbox.drain(5)
    assert len(shop.late) == 1


async def test_another_process_gives_up_in_time(start: Start, db: str, shop: Shop) -> None:
    one, other = await start(budget=3), await start(budget=0.2)
    shop.reply = gate = Gate()
    first = asyncio.create_task(one.push(SAFE.message()))
    await gate.entered.wait()
    assert (await other.push(SAFE.message())).body == b"success"
    gate.open.set()
    assert (await first).opened(SAFE) == "好的"
    assert not shop.late


async def test_killed_in_the_middle_the_message_is_worked_on_at_the_next_start(
    start: Start, db: str, shop: Shop
) -> None:
    wire = await start(budget=2)
    shop.reply = gate = Gate()
    waiting = asyncio.create_task(wire.push(SAFE.message()))
    await gate.entered.wait()
    await wire.die()
    assert (await waiting).body == b"success"
    assert await kept.unsettled() == 1
    gate.open.set()
    heir = await start()
    assert await heir.inbox.resume() == 1
    assert shop.late == [(f"m:{WANG}:7001", "好的")]
    assert await kept.unsettled() == 0
    assert (await heir.push(SAFE.message())).body == b"success"
    assert await heir.inbox.resume() == 0
    assert len(shop.late) == 1


async def test_what_is_resumed_is_the_message_as_it_came(start: Start, db: str, shop: Shop) -> None:
    wire = await start(budget=0.05)
    shop.reply = Gate()
    event = SAFE.event("subscribe", EventKey="qrscene_b1", Ticket="t1")
    await wire.push(event)
    await wire.die()
    shop.reply = "欢迎"
    await (await start()).inbox.resume()
    assert shop.asked[0] == shop.asked[1]
    assert shop.late[0][1] == "欢迎"


async def test_a_retry_that_comes_while_resuming_is_told_success(start: Start, db: str, shop: Shop) -> None:
    wire = await start(budget=0.05)
    shop.reply = Gate()
    await wire.push(SAFE.message())
    await wire.die()
    shop.reply = gate = Gate()
    heir = await start()
    resuming = asyncio.create_task(heir.inbox.resume())
    await gate.entered.wait()
    assert (await heir.push(SAFE.message())).body == b"success"
    gate.open.set()
    assert await resuming == 1
    assert len(shop.late) == 1
    assert len(shop.asked) == 2


async def test_resuming_leaves_alone_what_is_in_work(wire: Process, shop: Shop, watch: Watch) -> None:
    shop.reply = gate = Gate()
    waiting = asyncio.create_task(wire.push(SAFE.message()))
    await gate.entered.wait()
    assert await wire.inbox.resume() == 0
    gate.open.set()
    assert (await waiting).opened(SAFE) == "好的"
    assert not shop.late


async def test_another_process_resumes_only_what_is_old(start: Start, db: str, shop: Shop, watch: Watch) -> None:
    one, other = await start(budget=5), await start()
    shop.reply = gate = Gate()
    waiting = asyncio.create_task(one.push(SAFE.message()))
    await gate.entered.wait()
    assert await other.inbox.resume(alone=False) == 0
    await one.die()
    await waiting
    watch.forward(minutes=3)
    gate.open.set()
    assert await other.inbox.resume(alone=False) == 1
    assert len(shop.late) == 1


async def test_an_answer_that_another_process_promised_meanwhile_goes_out_later(
    start: Start, db: str, shop: Shop
) -> None:
    wire = await start(budget=5)
    shop.reply = gate = Gate()
    waiting = asyncio.create_task(wire.push(SAFE.message()))
    await gate.entered.wait()
    await InboundMessage.all().update(progress=Progress.DEFERRED)
    gate.open.set()
    assert (await waiting).body == b"success"
    assert len(shop.late) == 1
    assert await progress() == [Progress.SETTLED]


async def test_a_late_answer_that_cannot_be_handed_over_is_not_lost(start: Start, db: str, shop: Shop) -> None:
    wire = await start(budget=0.05)
    shop.reply, shop.gone = Gate(), True
    gate = shop.reply
    await wire.push(SAFE.message())
    with capture_logs() as entries:
        gate.open.set()
        assert await wire.inbox.drain(5)
    assert [entry["event"] for entry in entries if entry["log_level"] == "error"] == ["message_failed"]
    assert WANG not in repr([entry for entry in entries if entry["event"] == "message_failed"])
    assert await kept.unsettled() == 1
    shop.gone = False
    assert await wire.inbox.resume() == 1
    assert len(shop.late) == 1


async def test_one_bad_message_does_not_keep_others_from_being_resumed(start: Start, db: str, shop: Shop) -> None:
    wire = await start(budget=0.05)
    shop.reply = Gate()
    for number in range(3):
        await wire.push(SAFE.message(MsgId=number))
    await wire.die()

    async def picky(inbound: object) -> str:
        if len(shop.asked) == 4:
            raise ValueError("a bug")
        return "好的"

    shop.reply = picky
    assert await (await start()).inbox.resume() == 3
    assert len(shop.late) == 2
    assert await kept.unsettled() == 1


async def test_a_caller_who_leaves_does_not_stop_the_work(wire: Process, shop: Shop) -> None:
    shop.reply = gate = Gate()
    leaving = asyncio.create_task(wire.push(SAFE.message()))
    await gate.entered.wait()
    leaving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await leaving
    gate.open.set()
    # The platform asks again, and gets what nobody was there to hear.
    assert (await wire.push(SAFE.message())).opened(SAFE) == "好的"
    assert len(shop.asked) == 1
    assert not shop.late


async def test_a_bug_in_the_shop_is_answered_with_a_neutral_sentence(wire: Process, shop: Shop) -> None:
    async def buggy(_: object) -> str:
        raise ValueError("a bug")

    shop.reply = buggy
    with capture_logs() as entries:
        got = await wire.push(SAFE.message())
    assert got.opened(SAFE) == SORRY
    assert [entry["event"] for entry in entries] == ["answer_failed"]
    assert (await wire.push(SAFE.message())).body == got.body
    assert len(shop.asked) == 1


async def test_what_cannot_be_kept_is_said_to_be_lost_and_not_worked_on(start: Start, db: str, shop: Shop) -> None:
    wire = await start(keep=0.2)
    await break_table()
    got = await wire.push(SAFE.message())
    assert got.opened(SAFE) == SORRY
    assert got.seconds < 2
    await mend_table()
    # The row comes through after all, but its sender was asked to send the message again.
    assert await wire.inbox.drain(10)
    assert not shop.asked
    assert await progress() == [Progress.SETTLED]
    assert (await wire.push(SAFE.message())).opened(SAFE) == SORRY
    assert (await wire.push(SAFE.message(MsgId=7002))).opened(SAFE) == "好的"
    assert len(shop.asked) == 1


async def test_a_report_that_cannot_be_kept_gets_no_words(start: Start, db: str, shop: Shop) -> None:
    wire = await start(keep=0.1)
    await break_table()
    got = await wire.push(SAFE.event("TEMPLATESENDJOBFINISH", MsgID=5, Status="success"))
    assert got.body == b"success"
    await mend_table()
    assert await wire.inbox.drain(10)


async def test_a_short_trouble_of_the_database_is_outwaited(wire: Process, shop: Shop) -> None:
    await break_table()
    waiting = asyncio.create_task(wire.push(SAFE.message()))
    with capture_logs() as entries:
        while not entries:  # noqa: ASYNC110 - the log cannot be waited for
            await asyncio.sleep(0)
    await mend_table()
    assert (await waiting).opened(SAFE) == "好的"
    assert {entry["event"] for entry in entries} == {"message_not_kept_yet"}
    assert len(shop.asked) == 1


async def test_a_row_that_was_written_though_it_was_said_to_have_failed_is_ours(
    wire: Process, shop: Shop, watch: Watch
) -> None:
    letter = SAFE.letter(SAFE.message())
    inbound, _ = open_push(ACCOUNTS["main"], letter.query, letter.body, NOW)
    assert inbound is not None
    await break_table()
    waiting = asyncio.create_task(wire.post(letter.query, letter.body))
    with capture_logs() as entries:
        while not entries:  # noqa: ASYNC110 - the log cannot be waited for
            await asyncio.sleep(0)
    await mend_table()
    await InboundMessage.create(account="main", key=inbound.key, digest=inbound.digest, received_at=watch.at)
    assert (await waiting).opened(SAFE) == "好的"
    assert len(shop.asked) == 1


async def test_what_comes_after_the_time_is_no_answer_any_more() -> None:
    letter = SAFE.letter(SAFE.message())
    inbound, _ = open_push(ACCOUNTS["main"], letter.query, letter.body, NOW)
    assert inbound is not None
    run = Run(inbound, str, SORRY)
    gate = asyncio.Event()

    async def work() -> None:
        run.place(Stage.WORKING)
        await gate.wait()

    task = run.start(work())
    assert await run.kept(5)
    assert await run.answered(0) is None
    assert run.end() == "success"
    assert not run.hand("好的")
    assert await run.answered(5) == "success"
    gate.set()
    await task


async def test_nobody_hears_an_answer_before_it_is_on_disk(start: Start, db: str, shop: Shop) -> None:
    wire = await start(budget=0.5)
    shop.reply = gate = Gate()
    waiting = asyncio.create_task(wire.push(SAFE.message()))
    await gate.entered.wait()
    await break_table()
    gate.open.set()
    assert (await waiting).body == b"success"
    await mend_table()
    assert await wire.inbox.drain(10)
    assert await progress() == [Progress.SETTLED]
    assert shop.late == [(f"m:{WANG}:7001", "好的")]
    assert (await wire.push(SAFE.message())).body == b"success"
    assert len(shop.asked) == len(shop.late) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_answer_for_which_time_runs_out_on_its_way_to_the_disk_is_not_lost(
    start: Start, db: str, shop: Shop
) -> None:
    """A disk that is slow: the platform is told ``success`` before the answer lies there, and then we die."""

    def slow() -> Script[None]:
        time.sleep(0.4)
        yield from ()

    dying, shop.gone, shop.keeps = await start(budget=0.2), True, slow
    assert (await dying.push(SAFE.message())).body == b"success"
    assert await dying.inbox.drain(5)
    shop.gone, shop.keeps = False, kept.nothing
    assert await (await start()).inbox.resume() == 1
    assert shop.late == [(f"m:{WANG}:7001", "好的")]


async def test_words_that_come_too_late_are_put_aside_again_while_the_database_is_away(
    start: Start, db: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, settle = await start(budget=0.1), kept.settle_in_time

    async def long_to_hear_of(*given: Any, **named: Any) -> bool:
        done = await settle(*given, **named)
        await asyncio.sleep(0.3)
        shop.gone = True
        asyncio.get_running_loop().call_later(0.2, setattr, shop, "gone", False)
        return done

    monkeypatch.setattr(kept, "settle_in_time", long_to_hear_of)
    assert (await wire.push(SAFE.message())).body == b"success"
    assert await wire.inbox.drain(5)
    assert shop.late == [(f"m:{WANG}:7001", "好的")]
    assert await progress() == [Progress.SETTLED]


async def test_a_drain_waits_and_tells_what_is_left(start: Start, db: str, shop: Shop) -> None:
    wire = await start(budget=0.05)
    assert await wire.inbox.drain(0)
    shop.reply = gate = Gate()
    await wire.push(SAFE.message())
    assert wire.inbox.busy == 1
    began = time.perf_counter()
    assert not await wire.inbox.drain(0.05)
    assert time.perf_counter() - began < 1
    gate.open.set()
    assert await wire.inbox.drain(5)
    assert wire.inbox.busy == 0


async def test_old_messages_are_forgotten_when_they_are_settled(start: Start, db: str, shop: Shop) -> None:
    watch_now = SAFE.message(MsgId=1)
    wire = await start(budget=0.05)
    await wire.push(watch_now)
    shop.reply = Gate()
    await wire.push(SAFE.message(MsgId=2))
    await wire.die()
    rows = await InboundMessage.all().order_by("id")
    assert await kept.prune(rows[0].received_at + timedelta(days=6)) == 0
    assert await kept.prune(rows[0].received_at + timedelta(days=8)) == 1
    assert [row.key for row in await InboundMessage.all()] == [f"m:{WANG}:2"]
    assert await kept.unsettled() == 1


async def test_the_newest_messages_are_shown_without_their_words(wire: Process) -> None:
    for number in (1, 2, 3):
        await wire.push(PLAIN.message(MsgId=number, Content="secret words"), PLAIN)
    shown = await kept.latest(2)
    assert [row["key"] for row in shown] == [f"m:{WANG}:3", f"m:{WANG}:2"]
    assert "secret words" not in repr(shown)
    assert words((await wire.push(PLAIN.message(MsgId=1, Content="secret words"), PLAIN)).body) == "好的"
