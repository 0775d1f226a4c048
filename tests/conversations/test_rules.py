"""The rules of review by chat: shown, changed after a yes, remembered by the orders that were judged by them."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.models import Customer, Event, Order, ReviewScheme
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat
from tests.ledger import written


@pytest.fixture
def database_url(blank: Path, tmp_path: Path) -> str:
    """SQLite only: what both databases do differently is seen in the tests of the use-cases."""
    file = tmp_path / "shop.sqlite3"
    file.write_bytes(blank.read_bytes())
    return f"sqlite://{file}"


async def newest() -> Order:
    """The order that was placed last."""
    (order,) = await Order.all().order_by("-id").limit(1)
    return order


async def booked(chat: Chat, text: str = "下单 A100 20箱 明天送") -> Order:
    """An order of 小王's, whatever the review says to it."""
    await chat.say(WANG, text)
    await chat.say(WANG, "1")
    chat.skip_all()
    return await newest()


async def test_a_manager_sees_the_rules_and_sets_one_for_orders_from_now_on(chat: Chat):
    lines = (await chat.ask(CHEN, "审核规则")).splitlines()
    assert lines[0] == "审核规则，碰到才要人审："
    assert lines[1] == "1 地址不全：开｜2 单笔金额：关｜3 数量异常：超过平时 5 倍｜4 低于底价：开"
    assert len(lines) <= 6
    first = await booked(chat)
    assert (first.state, first.review["version"]) == ("accepted", 0)
    before = await written()
    assert await chat.ask(CHEN, "审核规则 2 5000") == (
        "2 单笔金额：关 → 超过 ¥5,000.00\n只管以后的订单。回复 1 确认，2 不改"
    )
    assert await written() == before
    await chat.restart()
    assert await chat.ask(CHEN, "1") == "已改 2 单笔金额：超过 ¥5,000.00。第 1 版，从现在起的订单按它审。"
    assert "（第 1 版）" in await chat.ask(CHEN, "审核规则")
    await chat.ask(WANG, "下单 A100 10箱 明天送")
    assert "这单要人工看一下" in await chat.ask(WANG, "1")
    chat.skip_all()
    second = await newest()
    assert (second.state, second.review["version"]) == ("awaiting_approval", 1)
    assert (await Order.get(id=first.id)).state == "accepted"
    assert "金额超过上限" in await chat.ask(CHEN, "待审核")


async def test_a_rule_is_turned_off_and_on_with_its_old_value(chat: Chat):
    for text in ("审核规则 2 5000", "1", "审核规则 2 关"):
        await chat.say(CHEN, text)
    chat.skip(CHEN)
    assert "2 单笔金额：关" in await chat.ask(CHEN, "1")
    assert (await booked(chat)).state == "accepted"
    assert "关 → 超过 ¥5,000.00" in await chat.ask(CHEN, "审核规则 2 开")
    await chat.ask(CHEN, "1")
    assert (await booked(chat, "下单 A100 21箱 明天送")).state == "awaiting_approval"
    lines = (await chat.ask(CHEN, "审核规则 记录")).splitlines()
    assert [line[:5] for line in lines[1:]] == ["第 3 版", "第 2 版", "第 1 版"]
    assert lines[1].endswith("起 陈姐：单笔金额 关 → 超过 ¥5,000.00")
    assert " 到 " in lines[2]
    facts = [row.facts for row in await Event.filter(kind="RulesChanged").order_by("id")]
    assert [(one["was"], one["now"]) for one in facts] == [("", "5000"), ("5000", ""), ("", "5000")]


async def test_a_no_and_a_wrong_number_change_nothing(chat: Chat):
    await chat.ask(CHEN, "审核规则 2 5000")
    assert await chat.ask(CHEN, "2") == "规则没有改。"
    assert "没有第 99 条" in await chat.ask(CHEN, "审核规则 99 5")
    assert "只能开或关" in await chat.ask(CHEN, "审核规则 1 5")
    assert "要写 1 到 1000000000 的数" in await chat.ask(CHEN, "审核规则 2 0")
    assert "要写" in await chat.ask(CHEN, "审核规则 2 开")
    assert not await ReviewScheme.exists()


async def test_only_a_manager_changes_the_rules(chat: Chat):
    for person in (LI, QIANG):
        assert "这一步要由" in await chat.ask(person, "审核规则 2 5000")
    assert "没看懂" in await chat.ask(WANG, "审核规则 2 5000")
    assert "绑定" in await chat.ask(LU, "审核规则")
    assert not await ReviewScheme.exists()


async def test_of_two_managers_the_first_counts_and_a_late_yes_brings_the_question_again(chat: Chat):
    await chat.ask(CHEN, "审核规则 2 5000")
    await ReviewScheme.create(follows=0, rule="incomplete", by="老板", at=chat.platform.clock(), settings={
        "incomplete": {"on": False, "value": None},
    })  # fmt: skip
    assert "规则刚被别人改过" in await chat.ask(CHEN, "1")
    assert await ReviewScheme.all().count() == 1
    await chat.ask(CHEN, "审核规则 2 6000")
    await chat.say_overtaken(CHEN, "1", seconds=30)
    assert "¥6,000.00\n只管以后" in chat.heard(CHEN)
    assert "已改 2" in await chat.ask(CHEN, "1")
    assert (await ReviewScheme.get(follows=1)).settings["incomplete"]["on"] is False
    assert "没看懂" in await chat.ask(CHEN, "1")
    assert await ReviewScheme.all().count() == 2


async def test_the_span_for_look_alikes_is_a_rule_too(chat: Chat):
    await booked(chat)
    await chat.say(WANG, "下单 A100 20箱 明天送")
    chat.skip(WANG)
    assert "一样" in await chat.ask(WANG, "1")
    await chat.ask(WANG, "2")
    chat.skip_all()
    for text in ("审核规则 7 关", "1"):
        await chat.say(CHEN, text)
    chat.skip(CHEN)
    await booked(chat)
    assert await Order.all().count() == 2
    for text in ("审核规则 7 2天", "1"):
        await chat.say(CHEN, text)
    chat.platform.clock.forward(timedelta(days=1))
    await chat.say(WANG, "下单 A100 20箱 后天送")
    chat.skip_all()
    assert "一样" in await chat.ask(WANG, "1")
    await chat.ask(WANG, "2")
    chat.skip_all()


async def test_the_share_of_orders_that_nobody_had_to_touch(chat: Chat):
    assert "还没有订单" in await chat.ask(CHEN, "今天免审率")
    await booked(chat)
    await booked(chat, "下单 A100 2箱 明天送")
    for text in ("审核规则 2 5000", "1"):
        await chat.say(CHEN, text)
    await booked(chat, "下单 A100 21箱 明天送")
    said = await chat.ask(CHEN, "今天免审率")
    assert said.splitlines() == ["11-24 免审率 66.7%：下单 3，转人审 1", "要放宽或收紧发「审核规则」"]
    (held,) = await Order.filter(state="awaiting_approval")
    await chat.say(CHEN, f"同意 {held.number}")
    chat.skip_all()
    assert "66.7%" in await chat.ask(CHEN, "自动通过率"), "approved is not untouched"
    assert "要由" in await chat.ask(QIANG, "免审率")


async def test_without_a_place_to_send_it_and_for_today_a_person_looks(chat: Chat):
    shown = await chat.ask(WANG, "下单 A100 3箱 今天送")
    assert "明天(11-25)送（今天(11-24)来不及，会请人工看能不能赶）" in shown
    await chat.ask(WANG, "取消")
    held = await booked(chat, "下单 A100 3箱 今天送")
    assert held.state == "awaiting_approval"
    assert "交期太急，要 11-24" in await chat.ask(CHEN, "待审核")
    await chat.ask(CHEN, f"驳回 {held.number} 今天的车走了")
    chat.skip_all()
    await Customer.filter(code="C001").update(ship_to={}, city=None)
    held = await booked(chat, "下单 A100 4箱 明天送")
    assert held.state == "awaiting_approval"
    assert "缺收货地址" in await chat.ask(CHEN, "待审核")
    await Customer.filter(code="C001").update(city="深圳")
    asked = await chat.ask(WANG, "下单 A100 5箱 明天送")
    assert "收货地址只到「深圳」，请补上街道和门牌：送到 ××路××号（不补要等人工核对）" in asked.splitlines()
    assert "收货地址只到「深圳市南山区」" in await chat.ask(WANG, "送到深圳市南山区")
    assert "收货地址" not in await chat.ask(WANG, "送到深圳市南山区科技园2号")
    assert "送到 南山区科技园1号 张三 13900139000" in await chat.ask(
        WANG, "下单 A100 5箱 明天送 送到南山区科技园1号 张三 13900139000"
    )
    assert "已下单" in await chat.ask(WANG, "1")
    assert (await newest()).state == "accepted"
    chat.skip_all()


async def test_a_day_that_cannot_be_kept_is_held_once_a_manager_says_so(chat: Chat):
    assert (await booked(chat, "下单 B200 15箱 明天送")).state == "accepted", "off: the day that was named is agreed"
    assert "11 交期赶不上：关 → 超过 0 天" in await chat.ask(CHEN, "审核规则 11 0")
    await chat.ask(CHEN, "1")
    held = await booked(chat, "下单 B200 16箱 明天送")
    assert held.state == "awaiting_approval"
    assert "交期赶不上，最早 11-30" in await chat.ask(CHEN, "待审核")
    assert (await booked(chat, "下单 A100 3箱 明天送")).state == "accepted"


async def test_that_rule_is_not_got_round_by_a_change_of_the_day(chat: Chat):
    order = await booked(chat, "下单 B200 15箱 12月18日送")
    for text in ("审核规则 11 0", "1"):
        await chat.say(CHEN, text)
    chat.skip_all()
    assert "交期赶不上" in await chat.ask(WANG, f"{order.number} 改到后天送")
    for text in ("审核规则 11 关", "1"):
        await chat.say(CHEN, text)
    chat.skip_all()
    await chat.ask(WANG, f"{order.number} 改到后天送")
    assert "预计 11-30 送到" in await chat.ask(WANG, "1"), "never a day on which the goods cannot be there"
    chat.skip_all()
