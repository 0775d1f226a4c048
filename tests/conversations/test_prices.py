"""What it costs and why: agreed prices, breaks, a rep's own word, packs, and who may look into the lists."""

from decimal import Decimal

from domain import pricing
from domain.models import Customer, Order, Product, Staff
from tests.conversations.test_main_story import booked, number_in
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat

LISTS = {
    "price_lists": [{"code": "VIP", "name": "大客户"}],
    "prices": [
        {"list": "BASE", "sku": "A100", "price": 17.5, "from": 2000},
        {"list": "VIP", "sku": "A100", "price": 18},
        {"list": "VIP", "sku": "A100", "price": 17, "from": 1000},
        {"customer": "C001", "sku": "B200", "price": 21, "ends": "2026-11-30"},
    ],
}


async def agreed(chat: Chat) -> None:
    """小王's company buys as a VIP, and has a price of its own for B200 until the end of the month."""
    await pricing.import_prices(LISTS, now=chat.platform.clock())
    await Customer.filter(code="C001").update(price_list="VIP")


async def test_everybody_hears_their_own_price(chat: Chat):
    await agreed(chat)
    assert await chat.ask(WANG, "A100多少钱") == (
        "A100 电源适配器：18 元/个，900 元/箱（大客户价），满 1000个 17 元\n要下单直接发：A100 数量"
    )
    assert "17 元/个，850 元/箱（大客户价，满 1000个价）" in await chat.ask(WANG, "A100 20箱多少钱")
    assert "21 元/个，504 元/箱（协议价）" in await chat.ask(WANG, "B200多少钱")
    assert "3.2 元/只，320 元/箱\n" in await chat.ask(WANG, "L09多少钱")
    assert (await chat.ask(LI, "华强 A100多少钱")).startswith("深圳市华强电子有限公司的价：\nA100 电源适配器：18 元/个")
    assert "18.5 元/个，925 元/箱，满 2000个 17.5 元" in await chat.ask(LI, "A100多少钱")
    assert "没有找到客户" in await chat.ask(LI, "宏达 A100多少钱")
    assert "18.5 元/个" in await chat.ask(CHEN, "宏达 A100多少钱")
    assert "绑定" in await chat.ask(LU, "A100多少钱")


async def test_the_read_back_says_why_a_price_is_not_the_usual_one(chat: Chat):
    await agreed(chat)
    read_back = await chat.ask(WANG, "下单 A100 20箱 B200 2箱 L09 1箱 明天送")
    assert "A100 电源适配器 20箱(=1000个) ×17（大客户价，满 1000个价）=17000" in read_back
    assert "B200 LED驱动器 2箱(=48个) ×21（协议价）=1008" in read_back
    assert "L09 灯泡9W 1箱(=100只) ×3.2=320" in read_back
    assert "A100 电源适配器 10箱(=500个) ×18（大客户价）=9000" in await chat.ask(WANG, "A100改10箱")
    assert "已下单" in await chat.ask(WANG, "确认")
    chat.skip_all()


async def test_a_break_counts_the_whole_order_whichever_line_comes_first(chat: Chat):
    await agreed(chat)
    for text in ("下单 A100 10箱，A100 500个 明天送", "下单 A100 500个，A100 10箱 明天送"):
        read_back = await chat.ask(WANG, text)
        assert "合计 ¥17,000.00" in read_back, read_back
        assert read_back.count("×17（大客户价，满 1000个价）") == read_back.count("A100 电源适配器")
        await chat.ask(WANG, "取消")
    assert "×18（大客户价）" in await chat.ask(WANG, "下单 A100 10箱，A100 499个 明天送"), "one short of the break"
    chat.skip_all()


async def test_with_tax_or_without_is_said_and_reckoned(chat: Chat):
    taxed = LISTS | {"price_lists": [{"code": "VIP", "name": "大客户", "tax": "incl", "tax_rate": 0.13}]}
    await pricing.import_prices(taxed, now=chat.platform.clock())
    await Customer.filter(code="C001").update(price_list="VIP")
    assert "×18（大客户价，含税）=1800" in await chat.ask(WANG, "下单 A100 2箱 明天送")
    without = await chat.ask(WANG, "不含税")
    assert "×15.9292（大客户价，不含税）=1592.92" in without
    assert "已下单" in await chat.ask(WANG, "确认")
    assert (await Order.get()).tax == "excl"
    chat.skip_all()


async def test_an_agreed_price_ends_on_its_last_day(chat: Chat):
    await agreed(chat)
    await chat.later(days=6)
    assert "（协议价）" in await chat.ask(WANG, "B200多少钱")
    await chat.later(days=1)
    assert "B200 LED驱动器：22 元/个，528 元/箱\n" in await chat.ask(WANG, "B200多少钱")
    chat.skip_all()


async def test_a_rep_names_a_price_and_the_order_says_who(chat: Chat):
    read_back = await chat.ask(LI, "下单 华强 A100 500个 单价17.5 明天送")
    assert "×17.5（老李定价）=8750" in read_back
    number = number_in(await chat.ask(LI, "确认"))
    chat.skip_all()
    assert number in await chat.ask(WANG, number)


async def test_a_price_below_the_floor_waits_for_a_reviewer(chat: Chat):
    await chat.ask(LI, "下单 华强 A100 500个 单价15 明天送")
    answer = await chat.ask(LI, "确认")
    assert "这单要人工看一下（A100 低于底价）" in answer
    chat.skip_all()
    assert "已同意" in await chat.ask(CHEN, f"同意 {number_in(answer)}")
    chat.skip_all()


async def test_packs_and_minimum_quantities_are_said_before_an_order_is_made(chat: Chat):
    await Product.filter(sku="A100").update(min_qty=Decimal(100), pack_qty=Decimal(50))
    answer = await chat.ask(WANG, "下单 A100 70个 明天送")
    assert answer.startswith("A100 起订 100个，按 50个 一份卖，70个 不行。可以发：A100 100个")
    assert "A100 电源适配器 100个 ×18.5=1850" in await chat.ask(WANG, "A100 100个")
    assert "可以发：A100 150个" in await chat.ask(WANG, "A100改120个")
    assert "A100 电源适配器 100个" in await chat.ask(WANG, "草稿")
    assert "已下单" in await chat.ask(WANG, "确认")
    chat.skip_all()


async def test_those_who_sell_look_into_the_lists(chat: Chat):
    assert (await chat.ask(CHEN, "价格表")).startswith("还没有价格表，都按商品标价。")
    await agreed(chat)
    assert await chat.ask(CHEN, "价格表") == (
        "价格表 3 张：\nBASE：1 个价，2 家客户\nC001：1 个价，1 家客户\nVIP 大客户：2 个价，1 家客户\n"
        "看一张发「价格表 BASE」"
    )
    await chat.restart()
    assert await chat.ask(LI, "价格表 vip") == (
        "大客户（2 个价）：\nA100 电源适配器 18 元/个（标价 18.5）\nA100 电源适配器 满 1000个 17 元/个（标价 18.5）"
    )
    assert "B200 LED驱动器 21 元/个（标价 22） 到 11-30" in await chat.ask(LI, "价格表 C001")
    assert "没有找到客户" in await chat.ask(LI, "价格表 C003")
    assert "没有价格表「GOLD」" in await chat.ask(CHEN, "价格表 GOLD")
    assert "由销售或经理来做" in await chat.ask(QIANG, "价格表 VIP")
    assert "请说明商品" in await chat.ask(WANG, "价格表")


async def test_new_prices_are_for_new_orders_and_for_open_drafts(chat: Chat):
    number = await booked(chat)
    await chat.ask(WANG, "下单 A100 30箱 明天送")
    await agreed(chat)
    assert "¥18,500.00" in await chat.ask(WANG, number)
    chat.skip_all()
    assert "（大客户价，满 1000个价）" in await chat.ask(WANG, "草稿")
    await chat.ask(WANG, "确认")
    chat.skip_all()


async def test_a_rep_gives_way_within_a_limit_and_beyond_it_somebody_else_decides(chat: Chat):
    await chat.say(LI, "给华强下 A100 20箱 17块一个 明天送")
    chat.skip(LI)
    assert "已下单" in await chat.ask(LI, "1")
    chat.skip_all()
    await chat.say(LI, "给华强下 A100 21箱 16.5块一个 明天送")
    chat.skip(LI)
    assert "要人工看一下（A100 让价 10.8%，限 10%）" in await chat.ask(LI, "1")
    assert "让价超权限" in chat.heard(CHEN)
    assert "办法：销售谈高一点，或由你定" in await chat.ask(CHEN, "待审核")
    (held,) = await Order.filter(state="awaiting_approval")
    assert "已同意" in await chat.ask(CHEN, f"同意 {held.number}")
    chat.skip_all()
    await Staff.filter(name=LI.name).update(price_limit=5)
    await chat.say(LI, "给华强下 A100 22箱 17块一个 明天送")
    chat.skip(LI)
    assert "让价 8.1%，限 5%" in await chat.ask(LI, "1")
    chat.skip_all()
    await chat.say(CHEN, "给华强下 A100 23箱 16.1块一个 明天送")
    chat.skip(CHEN)
    assert "已下单" in await chat.ask(CHEN, "1"), "a manager may go down to the floor"
    chat.skip_all()


async def test_a_changed_price_keeps_to_the_same_limit(chat: Chat):
    number = await booked(chat)
    assert "这样改要人审（A100 让价 10.8%，限 10%），审过才改" in await chat.ask(LI, f"{number} A100单价16.5元/个")
    assert "¥18.5→¥17/个" in await chat.ask(LI, f"{number} A100单价17元/个")
    await chat.ask(LI, "1")
    assert "改后：A100 21箱" in await chat.ask(LI, f"{number} A100改21箱"), "what was agreed is not judged again"
    chat.skip_all()
