"""How one wants to be told: 小王 turns parcels into one message an evening, 陈姐 cannot turn alerts off."""

from tests.conversations.test_main_story import booked
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat, as_text


async def test_a_kind_is_gathered_told_in_the_evening_and_explained(chat: Chat):
    number = await booked(chat)
    shown = await chat.ask(WANG, "通知设置")
    assert "1 下单结果和缺货选择：必开｜2 订单变化和交期：开" in shown
    assert "3 发货和物流：开" in shown
    assert len(shown.splitlines()) <= 6
    assert (await chat.ask(WANG, "通知设置 3 汇总")).startswith("已设：发货和物流攒到每天 18:00 一条发")
    assert (await chat.ask(WANG, "汇总")).startswith("还没有汇总")

    assert "已发货" in await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    why = await chat.ask(WANG, f"为什么没通知我 {number}")
    assert "已发货" in why
    assert "攒着，11-25 18:00 一起发" in why
    await chat.restart()
    await chat.later(hours=24)
    told = chat.heard(WANG)
    assert told.startswith("通知汇总 1 条：")
    assert "SF1234567890123" in await chat.ask(WANG, "汇总") or number in told
    assert "已并进汇总" in await chat.ask(WANG, f"为什么没通知我 {number}")
    chat.skip_all()


async def test_what_may_not_be_switched_off_says_so(chat: Chat):
    assert "预警要有人马上处理" in await chat.ask(CHEN, "通知设置 1 关")
    assert "下单结果必须告诉您" in await chat.ask(WANG, "通知设置 1 汇总")
    assert await chat.ask(WANG, "通知设置 9 关") == "没有第 9 项，只有 1 到 5。发「通知设置」看全部。"
    assert "已关：公告和人员不再通知" in await chat.ask(WANG, "通知设置 5 关")
    assert "5 公告和人员：关" in await chat.ask(WANG, "通知设置")
    assert "已开" in await chat.ask(WANG, "通知设置 5 开")
    assert "绑定" in await chat.ask(LU, "通知设置")
    assert await chat.ask(WANG, "为什么没通知我") == "最近 7 天没有要通知你的事。看变化发「动态」"


async def test_nobody_is_woken_and_everything_comes_in_the_morning(chat: Chat):
    number = await booked(chat)
    assert (await chat.ask(WANG, "免打扰")).startswith("没有免打扰")
    set_so = await chat.ask(WANG, "免打扰 17:00-8:00 休息日")
    assert set_so.startswith("免打扰：每天 17:00 到 08:00，周末和节假日全天")
    assert "没有改" in await chat.ask(WANG, "免打扰 8:00-8:00")
    await chat.say(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    chat.skip(QIANG)
    assert "免打扰，推到 11-25 08:00" in await chat.ask(WANG, f"为什么没通知我 {number}")
    assert "推后的 1 条马上发" in await chat.ask(WANG, "免打扰 关")
    assert number in chat.heard(WANG)


async def test_an_order_is_quiet_until_it_leaves(chat: Chat):
    number = await booked(chat)
    assert (await chat.ask(WANG, "静音")).startswith("没有静音的订单")
    assert "静音到什么时候" in await chat.ask(WANG, f"静音 {number}")
    assert (await chat.ask(WANG, f"静音 {number} 直到发货")).startswith(f"已静音 {number}：直到发货")
    assert f"{number}：直到发货" in await chat.ask(WANG, "静音")
    await chat.ask(LI, f"{number} A100改30箱")
    assert "已改" in await chat.ask(LI, "确认")
    assert "静音中" in await chat.ask(WANG, f"为什么没通知我 {number}")
    await chat.restart()
    await chat.say(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    heard = [as_text(bubble) for bubble in chat.unread(WANG)]
    assert len([one for one in heard if "发货了，静音结束，期间 1 条" in one]) == 1
    assert any("SF1234567890123" in one for one in heard)
    chat.skip_all()
    assert "已经全部发货了" in await chat.ask(WANG, f"静音 {number} 直到发货")
    assert "没有静音" in await chat.ask(WANG, f"取消静音 {number}")
    assert "没有找到订单" in await chat.ask(WANG, "静音 9999K 到明早")


async def test_the_day_in_figures_is_asked_for_and_sent(chat: Chat):
    await booked(chat)
    asked = await chat.ask(CHEN, "日报")
    assert asked.startswith("11-24 日报：下单 1 单 ¥")
    assert "还要办：待审核 0，待发货 1，过交期 0" in asked
    assert "周报：下单 1 单" in await chat.ask(CHEN, "周报")
    assert "9 日报（18:00）：关" in await chat.ask(CHEN, "通知设置")
    assert "已开：日报" in await chat.ask(CHEN, "通知设置 9 开")
    await chat.later(minutes=1)
    assert "下单 1 单" in chat.heard(CHEN)
    # A picture where the machine can draw one.
    assert chat.heard(CHEN).startswith(("[image]", "近 7 天下单金额\n"))
    await chat.later(minutes=1)
    assert "已关" in await chat.ask(CHEN, "通知设置 9 关")
