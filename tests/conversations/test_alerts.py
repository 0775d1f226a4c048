"""Alerts by chat: passed on, called false, tried beforehand, and where they are heard."""

from typing import Any

import pytest

from domain.models import Staff
from notify.models import Alert, Delivery
from tests.conversations.test_carriers import sent
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def knobs() -> dict[str, Any]:
    return {"mail": {"host": "127.0.0.1", "port": 9, "sender": "alerts@shop.example", "tls": "none"}}


async def test_an_alert_is_tried_passed_on_and_called_false(chat: Chat):
    number = await sent(chat)
    await chat.later(hours=23)
    assert "现在没有" in await chat.ask(CHEN, "规则 测试 3")
    shown = await chat.ask(CHEN, "预警规则")
    assert "3 迟迟未揽收（1 天）" in shown
    assert len(shown.splitlines()) <= 6
    assert "没有第 99 条预警规则" in await chat.ask(CHEN, "规则 测试 99")
    await chat.later(hours=1.1)
    chat.skip(WANG)
    assert "A1" in chat.heard(QIANG)
    tried = await chat.ask(CHEN, "规则 测试 3")
    assert "现在有 1 条" in tried
    assert f"A1 订单 {number}" in tried
    assert "没有通知任何人" in tried

    assert "转给谁" in await chat.ask(QIANG, "A1 转")
    assert "没有叫「无名」的同事" in await chat.ask(QIANG, "A1 转 无名")
    await chat.say(QIANG, "A1 转 老李")
    assert "A1 已转给老李" in chat.heard(QIANG)
    assert "阿强转来：迟迟未揽收" in chat.heard(LI)
    assert "A1" in await chat.ask(LI, "提醒")
    assert "A1 记为误报" in await chat.ask(LI, "A1 误报")
    assert await chat.ask(LI, "提醒") == "没有未处理的提醒。"
    await chat.later(hours=2)
    assert not chat.unread(CHEN)
    assert (await Alert.get()).why == "false_alarm"
    assert "绑定" in await chat.ask(LU, "A1 误报")


async def test_who_was_told_hears_who_has_it_and_that_it_is_over(chat: Chat):
    await sent(chat)
    await chat.later(hours=24.1)
    chat.skip(WANG)
    chat.skip(QIANG)
    await chat.say(CHEN, "收到 A1")
    assert "由你处理" in chat.heard(CHEN)
    assert "陈姐在处理" in chat.heard(QIANG)
    assert "（陈姐在处理）" in await chat.ask(QIANG, "提醒")
    assert "已由陈姐" in await chat.ask(QIANG, "收到 A1")
    await chat.platform.carrier.move("SF1234567890123", "1", "已揽收")
    await chat.later(minutes=2)
    chat.skip(WANG)
    assert "已解除" in chat.heard(CHEN)


async def test_everybody_sees_and_chooses_where_alerts_are_heard(chat: Chat):
    assert "可选：1 公众号｜2 邮件（没填邮箱）" in await chat.ask(QIANG, "通道")
    assert "还没有你的邮箱" in await chat.ask(QIANG, "通道 2")
    assert "不是邮箱地址" in await chat.ask(QIANG, "通道 邮件 qiang@shop")
    assert "已改，预警先走邮件（qiang@shop.example）" in await chat.ask(QIANG, "通道 邮件 qiang@shop.example")
    assert "没有这个通道" in await chat.ask(QIANG, "通道 钉钉")
    assert "没有这个通道" in await chat.ask(QIANG, "通道 7")
    assert (await Staff.get(name="阿强")).way == "email"
    await sent(chat)
    await chat.later(hours=24.1)
    chat.skip(WANG)
    # Nobody answers at that port: the phone has it at once.
    assert "迟迟未揽收" in chat.heard(QIANG)
    assert [one["code"] for one in (await Delivery.get(notice="ALERT_RAISED")).tries] == ["email:no_connection", "0"]
    assert "已改，预警先走公众号" in await chat.ask(QIANG, "通道 公众号")
