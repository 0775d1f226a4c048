"""What the receiver says at the door, and what goes back: claimed, decided, looked at, paid back, each told once."""

import re

import pytest
from aiohttp import ClientSession

from domain.models import Claim, ClaimLine, Event, OrderLine, Shipment, Stock
from tests.conversations.test_carriers import SF, sent
from tests.conversations.test_silence import told
from tests.harness import CHEN, LI, QIANG, WANG, Chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def delivered(chat: Chat) -> str:
    """An order of twenty boxes that the carrier says has arrived; nobody has anything unread."""
    number = await sent(chat)
    await chat.platform.carrier.move(SF, "3", "已签收")
    await chat.settle()
    chat.skip_all()
    return number


async def test_the_receiver_is_asked_and_says_that_all_is_well(chat: Chat):
    number = await sent(chat)
    await chat.platform.carrier.move(SF, "3", "已签收")
    await chat.settle()
    assert "已签收" in told(chat, WANG)
    assert await chat.ask(WANG, f"签收 {number}") == f"已签收 {number}：A100 20箱。"
    assert not chat.unread(LI)
    assert "没有" in await chat.ask(WANG, f"签收 {number}")


async def test_broken_and_short_are_claims_of_their_own_and_the_rep_decides(chat: Chat):
    number = await delivered(chat)
    answer = await chat.ask(WANG, "签收 19箱 破1 少1箱")
    assert answer.splitlines()[0] == f"已签收 {number}：A100 19箱。"
    assert "短少 A100 1箱 记为 R1" in answer
    assert "破损 A100 1箱 记为 R2" in answer
    heard = told(chat, LI)
    assert "R1" in heard
    assert "短少 A100 1箱" in heard
    assert "破损 A100 1箱" in heard
    assert "R1" in await chat.ask(LI, "售后")
    assert "退 ¥925.00" in await chat.ask(LI, "同意 R1")
    assert "退¥925.00" in told(chat, WANG)
    assert "已驳回 R2" in await chat.ask(LI, "驳回 R2 外箱破内装完好")
    assert "外箱破内装完好" in told(chat, WANG)
    assert "已由老李驳回" in await chat.ask(CHEN, "同意 R2")
    assert not chat.unread(WANG)
    assert (await OrderLine.get()).delivered == 1000


async def test_more_than_was_sent_is_not_signed_for_and_not_claimed(chat: Chat):
    number = await delivered(chat)
    assert "最多" in await chat.ask(WANG, f"签收 {number} 21箱")
    assert "最多" in await chat.ask(WANG, f"签收 {number} 破21")
    assert await Claim.all().count() == 0


async def test_who_says_nothing_in_time_has_signed(chat: Chat):
    number = await delivered(chat)
    await chat.later(hours=71)
    assert (await Shipment.get()).received_by == "carrier"
    await chat.later(hours=2)
    await chat.later(hours=2)
    assert (await Shipment.get()).received_by == "assumed"
    assert await Event.filter(kind="ReceiptAssumed").count() == 1
    assert not chat.unread(WANG)
    assert "没有" in await chat.ask(WANG, f"签收 {number} 破1")
    assert "退货 R1 已提交" in await chat.ask(WANG, f"退货 {number} A100 1箱 破了")
    chat.skip_all()


async def test_goods_go_back_are_looked_at_and_paid_back(chat: Chat):
    number = await delivered(chat)
    before = (await Stock.get(sku="A100")).on_hand
    assert "请写清" in await chat.ask(WANG, f"退货 {number}")
    answer = await chat.ask(WANG, f"退货 {number} A100 2箱 型号不对")
    assert answer.splitlines()[0] == f"退货 R1 已提交：{number} A100 2箱，型号不对"
    assert "退货 A100 2箱" in told(chat, LI)
    assert "还没有同意" in await chat.ask(QIANG, "收退 R1")
    assert "已同意 R1" in await chat.ask(LI, "同意 R1")
    assert "请把货寄回" in told(chat, WANG)
    assert "等货退回" in told(chat, QIANG)
    answer = await chat.ask(QIANG, "收退 R1 坏1箱")
    assert "回库 A100 1箱" in answer
    assert "报废 A100 1箱" in answer
    assert "¥1,850.00" in answer
    assert "退货已收到" in told(chat, WANG)
    assert "退货已收到" in told(chat, LI)
    assert (await Stock.get(sku="A100")).on_hand == before + 50
    part = await ClaimLine.get()
    assert (part.good, part.scrapped) == (50, 50)
    assert "办完" in await chat.ask(QIANG, "收退 R1")
    assert (await Stock.get(sku="A100")).on_hand == before + 50


async def test_the_note_that_goes_with_a_return_is_there_while_the_goods_are_on_their_way(chat: Chat):
    number = await delivered(chat)
    await chat.ask(WANG, f"退货 {number} A100 2箱 型号不对")
    chat.skip_all()
    assert "还没有同意" in await chat.ask(QIANG, "退货单 R1")
    assert "没有找到售后单 R9" in await chat.ask(WANG, "退货单 R9")
    assert "退货单 R1" in await chat.ask(LI, "同意 R1")
    chat.skip_all()
    answer = await chat.ask(WANG, "退货单 R1")
    assert answer.startswith(f"{number} 的退货单 R1：")
    (url,) = re.findall(r'href="([^"]+)"', answer)
    async with ClientSession() as http:
        page = await (await http.get(url)).text()
        assert "退货单 R1" in page
        assert "<b>2箱</b>" in page
        assert "型号不对" in page
        async with http.get(f"{url}/pdf") as paper:
            assert paper.content_type == "application/pdf"
        await chat.ask(QIANG, "收退 R1")
        chat.skip_all()
        assert (await http.get(url)).status == 404
    assert "办完" in await chat.ask(WANG, "退货单 R1")


async def test_no_more_goes_back_than_came_and_strangers_see_nothing(chat: Chat):
    number = await sent(chat)
    assert "没有可退的货" in await chat.ask(WANG, f"退货 {number} A100 2箱")
    await chat.platform.carrier.move(SF, "3", "已签收")
    await chat.settle()
    chat.skip_all()
    assert "最多能退 1000个" in await chat.ask(WANG, f"退货 {number} A100 21箱 多了")
    await chat.ask(WANG, f"退货 {number} A100 15箱 多了")
    chat.skip_all()
    assert "最多能退 250个" in await chat.ask(WANG, f"退货 {number} A100 6箱 多了")
    assert "没有找到售后单" in await chat.ask(LI, "同意 R9")
    assert f"R1 {number} 退货 A100 15箱，待定" in await chat.ask(WANG, "售后")


async def test_nobody_decides_on_a_claim_of_their_own(chat: Chat):
    number = await delivered(chat)
    await chat.ask(LI, f"换货 {number} A100 1箱 换新批次")
    chat.skip_all()
    assert "你自己提的" in await chat.ask(LI, "同意 R1")
    assert "已同意 R1" in await chat.ask(CHEN, "同意 R1")
    chat.skip_all()
    await chat.ask(QIANG, "收退 R1")
    assert "换货已收到" in told(chat, WANG)
    assert "没有待处理的售后" in await chat.ask(CHEN, "售后")
    chat.skip_all()
