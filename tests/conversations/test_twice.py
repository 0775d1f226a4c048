"""Words that meet a death, or a warning, and come again: nothing is done behind what was answered."""

import pytest

from bot.models import InboundMessage, Progress
from domain.models import Customer, Order
from tests.conversations.test_approval import a_held_order
from tests.conversations.test_making import maker
from tests.conversations.test_picking import worked_on_again
from tests.conversations.test_supplies import short
from tests.harness import CAI, CHEN, QIANG, Chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_yes_that_did_not_count_does_not_count_when_it_is_worked_on_again(chat: Chat):
    number = await a_held_order(chat)
    await Customer.filter(code="C001").update(blocked=True, block_reason="欠款")
    chat.skip_all()
    assert "这次没有放行" in await worked_on_again(chat, CHEN, f"同意 {number}")
    assert (await Order.get()).state == "awaiting_approval", chat.heard(CHEN)


async def test_a_yes_that_was_typed_before_the_warning_does_not_count(chat: Chat):
    number = await a_held_order(chat)
    await Customer.filter(code="C001").update(blocked=True, block_reason="欠款")
    chat.skip_all()
    assert "这次没有放行" in await chat.ask(CHEN, f"同意 {number}")
    await chat.say_overtaken(CHEN, f"同意 {number}", seconds=1)
    chat.skip_all()
    assert (await Order.get()).state == "awaiting_approval"


async def test_a_report_without_a_number_is_answered_as_the_first_time(chat: Chat):
    await maker(chat)
    await chat.ask(QIANG, "排产 B200 100")
    await chat.ask(QIANG, "开工 W1")
    chat.skip_all()
    await worked_on_again(chat, QIANG, "报工 100")
    assert "什么都没记" not in chat.heard(QIANG)


async def test_an_arrival_without_a_number_is_answered_as_the_first_time(chat: Chat):
    await short(chat)
    await chat.say(CAI, "采购单")
    await chat.say(CAI, "1")
    chat.skip_all()
    await worked_on_again(chat, QIANG, "到货 B200 240")
    answer = chat.heard(QIANG)
    assert "什么都没记" not in answer, answer


async def test_an_arrival_without_a_number_names_the_purchase_that_it_was_booked_to(chat: Chat):
    await short(chat)
    await chat.say(CAI, "采购单")
    await chat.say(CAI, "1")
    chat.skip_all()
    chat.spoilt = True
    assert "P1 已收" in await chat.ask(QIANG, "到货 B200 240")
    newest = await InboundMessage.filter(key__startswith=f"m:{QIANG.openid}:").order_by("-id").first()
    assert newest is not None
    await chat.ask(CAI, "采购 B200 300")
    await InboundMessage.filter(id=newest.id).update(progress=Progress.WORKING, answer=None, lease_until=None)
    await chat.restart()
    assert await chat.shop.inbox.resume() == 1
    await chat.settle()
    assert "P2 已收" not in chat.heard(QIANG)
