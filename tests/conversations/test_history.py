"""What customers ask of the past and of what is new, in their words."""

import pytest

from tests.conversations.test_carriers import SF
from tests.conversations.test_main_story import booked
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_one_product_over_the_orders_that_have_it(chat: Chat):
    first = await booked(chat)
    second = await booked(chat, "下单 A100 5箱 B200 1箱 明天送")
    answer = await chat.ask(WANG, "A100发了没")
    assert f"{first} 20箱 还没发，预计 明天(11-25)" in answer
    assert f"{second} 5箱 还没发" in answer
    await chat.ask(QIANG, f"发货 {first} A100 12箱 顺丰 {SF}")
    chat.skip_all()
    await chat.platform.carrier.move(SF, "1", "已揽收")
    await chat.settle()
    chat.skip_all()
    answer = await chat.ask(WANG, "A100发了没")
    assert f"{first} 已发 12箱（顺丰 {SF} 已揽收），还欠 8箱" in answer
    assert f"{second} 5箱 还没发" in answer
    assert f"{second} 1箱 还没发" in await chat.ask(WANG, "B200发货了吗")
    assert "近期没有 L09 的订单" in await chat.ask(WANG, "L09发了没")


async def test_what_is_new_is_told_once_to_each_who_looks(chat: Chat):
    number = await booked(chat)
    assert f"{number} 11-24 18:00 已接单" in await chat.ask(LI, "动态")
    assert "没有新变化" in await chat.ask(LI, "动态")
    await chat.ask(QIANG, f"发货 {number} 顺丰 {SF}")
    await chat.platform.carrier.move(SF, "1", "已揽收")
    await chat.settle()
    chat.skip_all()
    answer = await chat.ask(WANG, "动态")
    assert "最近 1 单有变化" in answer
    assert f"{number} 11-24 18:00 已揽收；之前 已发 A100 20箱，顺丰 {SF}" in answer
    assert "没有新变化" in await chat.ask(WANG, "有什么变化")
    answer = await chat.ask(LI, "动态")
    assert "1 单有变化" in answer
    assert "已接单" not in answer
    await chat.restart()
    assert "没有新变化" in await chat.ask(LI, "动态")
    assert number in await chat.ask(CHEN, "动态")


async def test_strangers_and_others_learn_nothing_of_it(chat: Chat):
    number = await booked(chat)
    for text in ("动态", "上个月订单", "A100发了没", "A100今年买了多少"):
        assert number not in await chat.ask(LU, text)


async def test_what_was_bought_in_a_period(chat: Chat):
    first = await booked(chat)
    second = await booked(chat, "下单 A100 5箱 B200 1箱 明天送")
    third = await booked(chat, "下单 A100 7箱 明天送")
    await chat.say(WANG, f"取消 {third}")
    await chat.say(WANG, "确认")
    chat.skip_all()
    answer = await chat.ask(WANG, "A100今年买了多少")
    assert answer.splitlines()[0] == "01-01 到 11-24：2 单"
    assert "A100 电源适配器 1250个，¥23,125.00" in answer
    assert "没有订单" in await chat.ask(WANG, "上个月订单")
    answer = await chat.ask(WANG, "本月订单")
    assert "2 单，共 ¥" in answer
    assert f"1 {second} 备货中" in answer
    assert first in await chat.ask(WANG, "2")
    assert "2 单" in await chat.ask(LI, "华强本月订单")
