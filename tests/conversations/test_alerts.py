"""Alerts by chat: passed on, called false, tried beforehand, and where they are heard."""

from typing import Any

import pytest

from domain.models import AlertScheme, Staff
from notify.models import Alert, Delivery
from tests.conversations.test_carriers import sent
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def knobs() -> dict[str, Any]:
    app = {"corp": "ww1", "agent": 1000002, "secret": "secret-of-the-app", "url": "http://127.0.0.1:9"}
    return {
        "mail": {"host": "127.0.0.1", "port": 9, "sender": "alerts@shop.example", "tls": "none"},
        "wecom_app": app,
    }


async def test_an_alert_is_tried_passed_on_and_called_false(chat: Chat):
    number = await sent(chat)
    await chat.later(hours=23)
    assert "现在没有" in await chat.ask(CHEN, "规则 测试 3")
    shown = await chat.ask(CHEN, "预警规则")
    assert "3 迟迟未揽收 24 小时｜" in shown
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


async def test_a_manager_sets_how_long_is_too_long(chat: Chat):
    await sent(chat)
    said = await chat.ask(CHEN, "预警规则 3 2天")
    assert said.splitlines() == [
        "已改 3 迟迟未揽收：24 小时 → 48 小时。第 1 版，一分钟内生效。",
        "改回去发「预警规则 3 默认」",
    ]
    await chat.later(hours=25)
    chat.skip(WANG)
    assert not chat.unread(QIANG), "in force without a restart"
    await chat.restart()
    assert "现在没有" in await chat.ask(CHEN, "规则 测试 3")
    assert "3 迟迟未揽收 48 小时（原 24 小时）" in await chat.ask(CHEN, "预警规则")
    assert "本来就是48 小时，没有改" in await chat.ask(CHEN, "预警规则 3 48")
    assert "48 小时 → 24 小时。第 2 版" in await chat.ask(CHEN, "预警规则 3 默认")
    await chat.later(minutes=2)
    chat.skip(WANG)
    assert "A1" in chat.heard(QIANG)
    lines = (await chat.ask(CHEN, "预警规则 记录")).splitlines()
    assert lines[1].endswith("起 陈姐：迟迟未揽收 48 小时 → 24 小时")
    assert " 到 " in lines[2]
    await chat.ask(CHEN, "预警规则 8 1天")
    shown = await chat.ask(CHEN, "预警规则")
    assert "（第 3 版）" in shown
    assert "8 已过交期 1 天（原 马上）" in shown
    assert len(shown.splitlines()) <= 6
    assert "版" not in await chat.ask(CHEN, "审核规则"), "the rules of review have versions of their own"


async def test_a_limit_that_cannot_be_is_refused_with_what_can(chat: Chat):
    for text, words in {
        "预警规则 3 200小时": "第 3 条要在 1 到 168 小时之间，没有改。请发如：预警规则 3 168小时",
        "预警规则 3 -5小时": "第 3 条要在 1 到 168 小时之间",
        "预警规则 3 50%": "第 3 条要在 1 到 168 小时之间",
        "预警规则 12 2天": "第 12 条要在 50 到 99 %之间",
        "预警规则 1 2小时": "第 1 条一出现就报，没有时限可改",
        "预警规则 1 默认": "第 1 条一出现就报",
        "预警规则 99 2小时": "没有第 99 条预警规则，只有 1 到 19。发「预警规则」看全部。",
        "规则 测试 17": "没有第 17 条预警规则，只有 1 到 16",
    }.items():
        assert words in await chat.ask(CHEN, text), text
    for person in (LI, QIANG):
        assert "要由" in await chat.ask(person, "预警规则 3 48小时")
    assert "没看懂" in await chat.ask(WANG, "预警规则 3 48小时")
    assert "还没有人改过" in await chat.ask(CHEN, "预警规则 记录")
    assert not await AlertScheme.exists()


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
    assert "可选：1 公众号｜2 邮件（没填邮箱）｜3 企业微信应用（没填账号）" in await chat.ask(QIANG, "通道")
    assert "还没有你的邮箱" in await chat.ask(QIANG, "通道 2")
    assert "还没有你的企业微信账号" in await chat.ask(QIANG, "通道 3")
    assert "已改，预警先走企业微信应用（AQiang）" in await chat.ask(QIANG, "通道 企业微信应用 AQiang")
    assert "预警先走企业微信应用（AQiang）" in await chat.ask(QIANG, "通道 3")
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
