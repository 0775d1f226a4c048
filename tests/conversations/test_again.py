"""Worked on again after a death between the effect and the answer: the words of the first time, and one effect."""

from collections import Counter

import pytest

from domain.models import Claim, Event, Order, PickList, Stock
from domain.models.returns import ClaimState
from tests.conversations.test_approval import a_held_order
from tests.conversations.test_changes_held import submitted
from tests.conversations.test_claims import delivered
from tests.conversations.test_main_story import booked
from tests.conversations.test_making import maker
from tests.conversations.test_picking import TWO, worked_on_again
from tests.conversations.test_silence import told
from tests.harness import CAI, CHEN, LI, QIANG, WANG, Chat, Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def same_again(chat: Chat, person: Person, text: str) -> str:
    """Say it, die, start again: the second answer is the first one, and nothing happened twice."""
    chat.skip_all()
    seen = await Event.all().count()
    first = await worked_on_again(chat, person, text)
    assert first in told(chat, person), text
    kinds = Counter(await Event.all().order_by("id").offset(seen).limit(50).values_list("kind", flat=True))
    assert set(kinds.values()) <= {1}, (text, kinds)
    return first


async def test_in_the_warehouse_and_in_the_office(chat: Chat):
    number = await booked(chat, TWO)
    await chat.ask(QIANG, f"拣货 {number}")
    assert f"{number} 已取消拣货" in await same_again(chat, QIANG, "取消拣货")
    await chat.ask(QIANG, f"拣货 {number}")
    assert f"已装箱 {number}" in await same_again(chat, QIANG, "装箱 2件 A100 18箱")
    assert sorted(await PickList.all().values_list("state", flat=True)) == ["dropped", "packed", "planned"]
    assert f"已暂停 {number}" in await same_again(chat, LI, f"暂停 {number} 等客户")
    assert f"已恢复 {number}" in await same_again(chat, LI, f"恢复 {number}")
    await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    await chat.ask(WANG, f"结案 {number}")
    assert f"已结案 {number}：不再发 A100 2箱" in await same_again(chat, WANG, "1")


async def test_cancelled_put_right_and_taken_back(chat: Chat):
    number = await booked(chat, TWO)
    await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    assert f"{number} 已更正为" in await same_again(chat, QIANG, f"更正 {number} 顺丰 SF1234567890199")
    links = (await Order.get(number=f"SO{number}")).links
    assert "都作废了" in await same_again(chat, LI, f"作废链接 {number}")
    assert (await Order.get(number=f"SO{number}")).links == links + 1
    assert "额度" in (await worked_on_again(chat, CHEN, "额度 华强 50000"))
    assert await Event.filter(kind="CreditSet").count() == 1
    assert "已停单 华强电子：欠款" in await same_again(chat, CHEN, "停单 华强 欠款")
    await chat.ask(CHEN, "恢复 华强电子")
    second = await booked(chat, "下单 B200 2箱 明天送")
    await chat.ask(WANG, f"取消 {second}")
    assert f"已取消 {second}" in await same_again(chat, WANG, "1")
    assert await Stock.get(sku="B200").values_list("reserved", flat=True) == 0
    await booked(chat, "下单 B200 40箱 明天送")
    await chat.ask(CAI, "采购单")
    chat.skip_all()
    await chat.ask(CAI, "1")
    assert "P1 已改到 12-20" in await same_again(chat, CAI, "P1 延到 12-20")


async def test_with_claims(chat: Chat):
    number = await delivered(chat)
    await chat.ask(WANG, f"签收 {number} 18箱 破1 少1")
    assert "已同意 R1" in await same_again(chat, LI, "同意 R1")
    assert "已驳回 R2" in await same_again(chat, LI, "驳回 R2 没拍照")
    await chat.ask(WANG, f"退货 {number} A100 2箱 型号不对")
    assert "已同意 R3" in await same_again(chat, LI, "同意 R3")
    assert "报废 A100 1箱" in await same_again(chat, QIANG, "收退 R3 坏1箱")
    assert await Claim.get(id=3).values_list("state", flat=True) == ClaimState.SETTLED


async def test_with_work(chat: Chat):
    await maker(chat)
    await chat.ask(QIANG, "排产 B200 100")
    assert "W1 已开工" in await same_again(chat, QIANG, "开工 W1")
    assert "W1 已完工，不再做了" in await same_again(chat, QIANG, "完工 W1")


async def test_a_chase_a_leave_goods_that_come_in_and_an_order_itself(chat: Chat):
    await chat.ask(WANG, "下单 B200 15箱 明天送")
    first = await same_again(chat, WANG, "1")
    assert first.startswith("已下单 ")
    assert "已去采购" in first
    assert await Order.all().count() == 1
    number = (await Order.get()).number[2:]
    assert await same_again(chat, WANG, f"催单 {number}") == f"已催 {number}，已提醒老李。"
    assert "已经催过" in await chat.ask(WANG, f"催单 {number}"), "another message is another matter"
    assert (await same_again(chat, LI, "请假 明天到周五")).startswith("已记：你")
    assert "已经记过了" in await chat.ask(LI, "请假 明天到周五")
    await chat.ask(CAI, "采购单")
    chat.skip_all()
    await chat.ask(CAI, "1")
    assert "等货的 1 行已配上" in await same_again(chat, QIANG, "到货 P1")
    assert "已入库 A100 7" in await same_again(chat, QIANG, "入库 A100 7")
    await chat.ask(WANG, "下单 A100 3箱 今天送")
    assert (await same_again(chat, WANG, "1")).startswith("已收到 ")


async def test_decisions_on_orders(chat: Chat):
    first, second = await a_held_order(chat), await a_held_order(chat, "30箱")
    assert (await same_again(chat, CHEN, f"同意 {first}")).startswith(f"已同意 {first}（A100 20箱），预计")
    assert (await same_again(chat, CHEN, "驳回")).startswith(f"已驳回 {second}（A100 30箱）")
    third, last = await a_held_order(chat, "10箱"), await a_held_order(chat, "11箱")
    chat.skip_all()
    await chat.ask(CHEN, f"驳回 {third} 太便宜")
    assert f"已同意 {last}" in await same_again(chat, CHEN, "同意")
    assert "已由陈姐在" in await chat.ask(CHEN, f"同意 {last}"), "another message is another matter"


async def test_decisions_on_changes(chat: Chat):
    number = await submitted(chat)
    assert f"已驳回改单 {number}（A100 20箱→30箱）" in await same_again(chat, CHEN, f"驳回 {number} 账期")
    await chat.ask(WANG, f"{number} A100改40箱")
    await chat.ask(WANG, "1")
    done = await same_again(chat, CHEN, f"同意 {number}")
    assert done.startswith(f"已同意改单 {number}（A100 20箱→40箱）\n现在：A100 40箱，预计")
