"""Goods that are missing, bought, late, in at last; and what customers are told of their days."""

import re

from tests.conversations.test_main_story import number_in
from tests.harness import CAI, CHEN, LI, LU, QIANG, WANG, Chat


async def short(chat: Chat, text: str = "B200 20箱 明天送") -> str:
    """An order of 小王 of which 240 个 are missing; nobody has anything unread."""
    await chat.say(WANG, text)
    chat.skip(WANG)
    answer = await chat.ask(WANG, "确认")
    chat.skip_all()
    return number_in(answer)


async def test_what_is_missing_is_bought_and_comes_in_two_parts(chat: Chat):
    number = await short(chat)
    assert "记下了" in await chat.ask(CAI, "供应商 B200 华南电子")
    listed = await chat.ask(CAI, "采购单")
    assert "1 华南电子：B200 240个" in listed
    bought = await chat.ask(CAI, "1")
    assert bought.startswith("已下采购单 P1 华南电子：B200 240个\n预计 ")
    assert "在途 P1" in await chat.ask(CAI, "采购单")
    assert "没有叫「北仓」的仓库" in await chat.ask(QIANG, "到货 P1 B200 100 到北仓")
    await chat.ask(CHEN, "新仓库 北仓")
    part = await chat.ask(QIANG, "到货 P1 B200 100 到北仓")
    assert "已收到 北仓" in part
    assert "等货的 1 行已配上" in part
    assert "还差：B200 140个" in part
    assert "还差 140，收不了 200" in await chat.ask(QIANG, "到货 P1 B200 200")
    assert "收齐了" in await chat.ask(QIANG, "到货 P1")
    assert number in await chat.ask(QIANG, "待发货")
    assert "已经收齐了" in await chat.ask(QIANG, "到货 P1")
    await chat.later(minutes=2)
    moved = chat.card(WANG)
    assert "提前到11-25送到" in " ".join(f.value for f in moved.fields)
    chat.skip_all()


async def test_what_two_orders_lack_is_one_purchase_by_supplier_and_less_when_one_goes(chat: Chat):
    for goods in ("B200 华南电子", "L09 华南电子"):
        await chat.say(CAI, f"供应商 {goods}")
    first = await short(chat, "B200 20箱 L09 15箱 明天送")
    await short(chat, "B200 5箱 明天送")
    assert "1 华南电子：B200 360个、L09 500只" in await chat.ask(CAI, "采购单")
    await chat.say(WANG, f"取消 {first}")
    await chat.say(WANG, "1")
    chat.skip_all()
    assert "没有要买的了" in await chat.ask(CAI, "1"), "what the first held is enough for the second"
    assert "没有要采购的" in await chat.ask(CAI, "采购单")
    chat.skip_all()


async def test_goods_go_by_the_day_that_was_promised_first_not_to_who_asked_first(chat: Chat):
    await short(chat, "B200 10箱 明天送")
    later = await short(chat, "B200 6箱 12月20号送")
    sooner = await short(chat, "B200 5箱 明天送")
    assert "等货的 1 行已配上" in await chat.ask(QIANG, "入库 B200 120")
    ready = await chat.ask(QIANG, "待发货")
    assert sooner in ready
    assert later not in ready
    chat.skip_all()
    await chat.say(WANG, f"取消 {sooner}")
    await chat.say(WANG, "1")
    chat.skip_all()
    assert later in await chat.ask(QIANG, "待发货"), "what is given back goes on by itself"


async def test_a_late_supplier_is_chased_and_the_customer_told_once(chat: Chat):
    number = await short(chat)
    await chat.say(CAI, "采购单")
    await chat.say(CAI, "1")
    chat.skip_all()
    assert "已改到" in await chat.ask(CAI, "P1 改到 12-10")
    await chat.later(minutes=2)
    assert "抱歉 交期推迟到12-11" in " ".join(f.value for f in chat.card(WANG).fields)
    assert number in chat.card(LI).fields[0].value
    await chat.later(minutes=5)
    assert not [b for b in chat.unread(WANG) if b.kind == "card"]
    chat.skip_all()
    told = await chat.ask(WANG, f"交期 {number}")
    assert "接单时" in told
    assert "12-11" in told
    assert "推迟" in told
    await chat.later(days=18)
    assert "采购单 P1" in " ".join(f.value for b in chat.unread(CAI) for f in b.fields)
    chat.skip_all()


async def test_what_was_bought_and_is_not_late_is_not_told_again(chat: Chat):
    number = await short(chat)
    await chat.say(CAI, "收到 A1")
    await chat.say(CAI, "采购单")
    await chat.say(CAI, "1")
    await chat.say(CAI, "P1 改到 12-10")
    chat.skip_all()
    await chat.later(days=3)
    assert "库存不足" not in str([b.fields for person in (CAI, CHEN) for b in chat.unread(person) if b.kind == "card"])
    chat.skip_all()
    assert f"订单 {number} LED驱动器 缺 240个，预计 12-10 到货（P1）" in await chat.ask(CHEN, "提醒")
    chat.skip_all()


async def test_what_was_taken_and_not_bought_is_told_to_its_taker_only(chat: Chat):
    await short(chat)
    await chat.say(CAI, "收到 A1")
    chat.skip_all()
    await chat.later(days=1, hours=1)
    assert "你接手的还没好：库存不足" in " ".join(f.value for b in chat.unread(CAI) for f in b.fields)
    assert "库存不足" not in str([b.fields for b in chat.unread(CHEN) if b.kind == "card"])
    chat.skip_all()


async def test_a_moved_day_needs_a_day(chat: Chat):
    await short(chat)
    await chat.say(CAI, "采购单")
    await chat.say(CAI, "1")
    chat.skip_all()
    assert "改到哪天" in await chat.ask(CAI, "P1 改到")
    assert "没有采购单 P7" in await chat.ask(CAI, "P7 改到 12-05")
    assert "已关闭" in await chat.ask(CAI, "关闭 P1")
    assert "B200 240个" in await chat.ask(CAI, "采购单")


async def test_everybody_hears_of_goods_on_their_way_in_their_own_measure(chat: Chat):
    number = await short(chat)
    await chat.say(CAI, "采购单")
    await chat.say(CAI, "1")
    chat.skip_all()
    assert "可用 0个（在库 240，已留 240，在途 240）" in await chat.ask(QIANG, "B200还有多少")
    assert await chat.ask(WANG, "B200还有货吗") == "B200 LED驱动器：暂时没货", "all that is coming is for who waits"
    await chat.say(WANG, f"取消 {number}")
    await chat.say(WANG, "确认")
    await short(chat, "B200 10箱 明天送")
    assert "11-30 起可用 240" in await chat.ask(LI, "B200还有多少")
    assert await chat.ask(WANG, "B200还有货吗") == "B200 LED驱动器：暂时没货，11-30 到货"


async def test_two_buyers_press_one(chat: Chat):
    await short(chat)
    await chat.say(CAI, "采购单")
    await chat.say(CHEN, "采购单")
    chat.skip_all()
    assert "已下采购单 P1" in await chat.ask(CAI, "1")
    assert "没有要买的了" in await chat.ask(CHEN, "1")


async def test_only_the_manager_puts_one_before_another(chat: Chat):
    first = await short(chat, "B200 10箱 明天送")
    second = await short(chat, "B200 5箱 明天送")
    assert "由经理来做" in await chat.ask(LI, f"优先 {second}")
    shown = await chat.ask(CHEN, f"优先 {second}")
    assert f"{second} 优先会拿到：B200 120个" in shown
    assert re.search(rf"{first} 少 B200 120个，交期 明天\(11-25\) → 11-30", shown)
    assert "大家的货都没动" in await chat.ask(CHEN, "不要")
    await chat.say(CHEN, f"优先 {second}")
    chat.skip_all()
    assert f"已优先 {second}" in await chat.ask(CHEN, "1")
    await chat.later(minutes=2)
    assert "推迟到11-30" in " ".join(f.value for b in chat.unread(WANG) for f in b.fields)
    chat.skip_all()
    assert "不用插队" in await chat.ask(CHEN, f"优先 {second}")


async def test_a_swap_shown_before_a_restart_is_still_the_one_confirmed(chat: Chat):
    await short(chat, "B200 10箱 明天送")
    second = await short(chat, "B200 5箱 明天送")
    await chat.say(CHEN, f"优先 {second}")
    chat.skip_all()
    await chat.restart()
    await chat.say(QIANG, "入库 B200 24")
    chat.skip_all()
    assert "情况刚变了，没有动" in await chat.ask(CHEN, "1")
    chat.skip_all()


async def test_who_has_no_say_in_supplies(chat: Chat):
    number = await short(chat)
    assert "这一步要由" in await chat.ask(WANG, "采购单")
    assert "绑定" in await chat.ask(LU, f"交期 {number}")
    assert "回复数字" not in await chat.ask(QIANG, "采购单")
    assert "由经理或采购来做" in await chat.ask(QIANG, "P1 改到 12-05")


async def bought(chat: Chat, *goods: str) -> None:
    """采妹 has ordered what is missing of these from one supplier; nobody has anything unread."""
    for sku in goods:
        await chat.say(CAI, f"供应商 {sku} 华南电子")
    await chat.say(CAI, "采购单")
    await chat.say(CAI, "1")
    chat.skip_all()


async def test_only_what_was_said_to_have_come_is_booked(chat: Chat):
    await short(chat, "B200 20箱 明天送")
    await bought(chat, "B200")
    for news in ("P1到了一半", "到货 P1 明天", "P1到了但是破了", "P1到货少2个", "到货 P1 B200 200 次品3"):
        answer = await chat.ask(QIANG, news)
        assert "什么都没动" in answer, news
        assert "请发：到货 P17 A100 200" in answer
    assert "由经理或采购来做" in await chat.ask(QIANG, "P1到货晚两天")
    late = await chat.ask(CAI, "P1到货晚两天")
    assert "P1 现在是 11-30 到，晚 2 天就是 12-02，还没改。" in late
    assert "已改到 12-02" in await chat.ask(CAI, late.rpartition("请发：")[2])
    assert "没有叫「北仓」的仓库" in await chat.ask(QIANG, "到货 P1 5箱 到北仓")
    assert "还差 240" in await chat.ask(CAI, "采购单 P1")
    assert "已收：B200 120个" in await chat.ask(QIANG, "到货 P1 5箱")
    assert "已收：B200 100个" in await chat.ask(QIANG, "P1 到了100")
    assert "还差 20，收不了 30" in await chat.ask(QIANG, "到货 P1 30")
    assert "收齐了" in await chat.ask(QIANG, "P1到齐了")
    assert "已经收齐了" in await chat.ask(QIANG, "到货 P1 30")
    chat.skip_all()


async def test_a_quantity_of_a_purchase_of_two_goods_is_asked_about(chat: Chat):
    await short(chat, "B200 20箱 L09 15箱 明天送")
    await bought(chat, "B200", "L09")
    which = await chat.ask(QIANG, "到货 P1 100")
    assert "P1 还有 B200、L09 没到，100是哪一种？还没记。" in which
    assert "已收：B200 100个" in await chat.ask(QIANG, which.rpartition("请发：")[2])
    assert "什么都没动" in await chat.ask(QIANG, "到货 P1 L09 5托")
    assert "收齐了" in await chat.ask(QIANG, "到货 P1 全部")
    chat.skip_all()


async def test_goods_are_bought_for_the_shelf_and_come_in_without_the_number(chat: Chat):
    await chat.say(CAI, "供应商 B200 华南电子")
    chat.skip_all()
    assert "已下采购单 P1 华南电子：B200 500个" in await chat.ask(CAI, "采购 B200 500")
    assert "由经理或采购来做" in await chat.ask(QIANG, "采购 B200 500")
    assert "没有在途的采购单有 A100" in await chat.ask(QIANG, "A100到货 50")
    assert "P1 已收：B200 50个" in await chat.ask(QIANG, "B200到货 50")
    assert "没有 0.5个" in await chat.ask(CAI, "采购 B200 0.5")
    await chat.say(CAI, "采购 B200 100")
    chat.skip_all()
    assert "B200 在 P1、P2 都有，还没记" in await chat.ask(QIANG, "到货 B200 50")
    assert "已入库 B200 240个" in await chat.ask(QIANG, "B200 入库10箱")
    assert "账实相符：530个" in await chat.ask(QIANG, "B200盘点出来530个")
    chat.skip_all()
