"""Why it has not come yet: the chain of causes in plain words, with who has to act; to others not a word."""

from datetime import date

from domain.models import Order, PurchaseRequest
from notify.models import Alert
from tests.conversations.test_main_story import booked, number_in
from tests.harness import CAI, CHEN, LI, LU, QIANG, WANG, Chat


async def test_what_lacks_leads_to_purchasing_and_the_day(chat: Chat):
    number = await booked(chat, "下单 A100 2箱 B200 15箱 明天送")
    answer = await chat.ask(WANG, f"为什么没发 {number}")
    assert "B200 缺 5箱 ← 预计" in answer
    assert "到货，采购负责" in answer
    assert "A100 2箱 已备好，等仓库发出" in answer
    assert answer.endswith(f"要催请发「催单 {number}」")
    request = await PurchaseRequest.get()
    assert f"B200 缺 5箱 ← 采购 {request.number}，预计" in await chat.ask(LI, f"为什么没发 {number}")
    await chat.restart()
    assert "B200 缺 5箱" in await chat.ask(WANG, "怎么还没发货")
    chat.skip_all()


async def test_goods_that_are_late_are_said_to_be_late(chat: Chat):
    number = await booked(chat, "下单 B200 15箱 明天送")
    await PurchaseRequest.all().update(expected_on=date(2026, 11, 22))
    assert "原定 11-22 到，已晚 2 天，采购在追" in await chat.ask(WANG, f"为什么没发 {number}")
    chat.skip_all()


async def test_a_late_purchase_leads_to_the_buyer_and_to_who_took_the_alert(chat: Chat):
    number = await booked(chat, "下单 B200 15箱 明天送")
    await chat.say(CAI, "采购单")
    await chat.say(CAI, "1")
    chat.skip_all()
    asked = f"为什么没发 {number}"
    assert "B200 缺 5箱 ← 采购 P1，预计 11-30 到货，采妹负责" in await chat.ask(LI, asked)
    await chat.say(CAI, "P1 改到 12-10")
    chat.skip_all()
    assert "← 采购 P1，预计 12-10 到货（供应商推迟 10 天），采妹负责" in await chat.ask(LI, asked)
    answer = await chat.ask(WANG, asked)
    assert "← 预计 12-10 到货，采购负责" in answer
    assert "P1" not in answer
    await chat.later(days=18)
    alert = await Alert.get(rule="purchase_late")
    chat.skip_all()
    told = await chat.ask(LI, asked)
    assert f"← 采购 P1 原定 11-30 到，改到 12-10 也没到，已晚 12 天，采妹在追，预警 A{alert.id} 还没人接" in told
    await chat.say(CAI, f"收到 A{alert.id}")
    await chat.restart()
    chat.skip_all()
    assert f"采妹在追，预警 A{alert.id} 采妹在处理" in await chat.ask(LI, asked)
    assert "已晚 12 天，采购在追\n" in await chat.ask(WANG, asked)
    chat.skip_all()


async def test_the_alert_of_a_shortage_says_the_day_of_today(chat: Chat):
    number = await booked(chat, "下单 B200 15箱 明天送")
    chat.skip_all()
    assert f"订单 {number} LED驱动器 缺 120个，预计 11-30 到货" in await chat.ask(CAI, "提醒")
    for text in ("采购单", "1", "P1 改到 12-10"):
        await chat.say(CAI, text)
    chat.skip_all()
    assert f"订单 {number} LED驱动器 缺 120个，预计 12-10 到货" in await chat.ask(CAI, "提醒")
    assert "缺 120个，预计 12-10 到货" in await chat.ask(CAI, "收到 A1")
    chat.skip_all()


async def test_an_order_that_waits_for_a_decision_says_so(chat: Chat):
    await chat.ask(LI, "下单 华强 A100 500个 单价15 明天送")
    number = number_in(await chat.ask(LI, "确认"))
    chat.skip_all()
    assert "在等审核，由审核员处理" in await chat.ask(WANG, f"为什么没发 {number}")
    assert "在等审核（价格低于底价），由审核员处理" in await chat.ask(CHEN, f"为什么没发 {number}")
    assert (await Order.get()).state == "awaiting_approval"
    chat.skip_all()


async def test_a_paused_order_says_who_paused_it_to_staff_only(chat: Chat):
    number = await booked(chat)
    await chat.ask(LI, f"暂停 {number} 等客户付款")
    chat.skip_all()
    assert "已暂停发货（老李：等客户付款）" in await chat.ask(CHEN, f"为什么没发 {number}")
    answer = await chat.ask(WANG, f"为什么没发 {number}")
    assert "已暂停发货\n" in answer
    assert "等客户付款" not in answer
    chat.skip_all()


async def test_what_is_under_way_or_done_is_not_held_up(chat: Chat):
    number = await booked(chat)
    await chat.say(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    chat.skip_all()
    assert "A100 已发出，在路上" in await chat.ask(WANG, f"{number} 为什么还没到")
    await chat.ask(WANG, f"签收 {number}")
    chat.skip_all()
    assert "没有卡住：货都到了" in await chat.ask(WANG, f"为什么没发 {number}")
    chat.skip_all()


async def test_others_learn_nothing(chat: Chat):
    number = await booked(chat)
    assert "没有找到订单" in await chat.ask(WANG, "为什么没发 SO9999K")
    assert "绑定" in await chat.ask(LU, f"为什么没发 {number}")
    chat.skip(CAI)
