"""Words about the price of a whole order: a rep's discount counts, all others are told as not counted."""

from decimal import Decimal

import pytest

from domain.models import Order, OrderLine
from tests.conversations.test_main_story import booked
from tests.conversations.test_prices import agreed
from tests.harness import CHEN, LI, WANG, Chat


async def test_a_discount_of_a_rep_is_worked_into_every_line(chat: Chat):
    assert await chat.ask(LI, "华强 A100 20箱，B200 3箱 打95折") == (
        "请核对：深圳市华强电子有限公司，合计 ¥19,079.80，后天(11-26)送\n"
        "A100 电源适配器 20箱(=1000个) ×17.575（老李定价）=17575\n"
        "B200 LED驱动器 3箱(=72个) ×20.9（老李定价）=1504.8\n"
        "（已按「打95折」算，原来合计 ¥20,084.00）\n"
        "回复 1 确认，2 取消；要改直接说，如「A100改10箱」"
    )
    await chat.ask(LI, "1")
    assert (await Order.get()).total == Decimal("19079.80")
    assert set(await OrderLine.all().values_list("price_source", flat=True)) == {"manual"}
    chat.skip_all()


async def test_it_is_one_of_the_usual_price_however_often_it_is_said(chat: Chat):
    await chat.ask(LI, "华强 A100 20箱")
    assert "×16.65（老李定价）" in await chat.ask(LI, "打九折")
    assert "×17.575（老李定价）" in await chat.ask(LI, "打95折吧")
    changed = await chat.ask(LI, "A100改30箱")
    assert "30箱(=1500个) ×17.575" in changed
    assert "（已按「打95折」算，原来合计 ¥27,750.00）" in changed
    assert (await chat.ask(LI, "A100 单价18")).startswith("已改：A100 单价 18\n请核对")
    await chat.ask(LI, "2")


async def test_one_below_the_floor_goes_to_a_person(chat: Chat):
    await chat.ask(LI, "华强 A100 5箱 7折")
    assert "低于底价" in await chat.ask(LI, "1")
    chat.skip_all()


async def test_a_sum_is_no_price_and_the_rep_hears_it_until_there_is_one(chat: Chat):
    words = "（「总价2900」没有算进去，请写单价，如「A100 单价18.5」）"
    assert words in await chat.ask(LI, "华强要20箱A100，总价2900")
    assert words in await chat.ask(LI, "再加10箱B200")
    assert "没有算进去" not in await chat.ask(LI, "A100 单价18.5")
    await chat.ask(LI, "2")


async def test_a_sum_that_comes_out_needs_no_word(chat: Chat):
    assert "没有算进去" not in await chat.ask(LI, "华强要20箱A100，总价18500")
    await chat.ask(LI, "2")


async def test_a_customer_hears_that_it_does_not_count(chat: Chat):
    read = await chat.ask(WANG, "A100 20箱，优惠100吧")
    assert "合计 ¥18,500.00" in read
    assert "（「优惠100」没有算进去，价格按您的报价单计算，要谈价请发「人工」）" in read
    read = await chat.ask(WANG, "打9折")
    assert "合计 ¥18,500.00" in read
    assert "「打9折、优惠100」没有算进去" in read
    await chat.ask(WANG, "1")
    assert (await Order.get()).total == Decimal(18500)
    chat.skip_all()


async def test_the_same_again_and_a_trial_hear_of_it_too(chat: Chat):
    await chat.ask(LI, "华强 A100 20箱")
    await chat.ask(LI, "1")
    chat.skip_all()
    assert "×16.65（老李定价）" in await chat.ask(LI, "华强照旧 打9折")
    await chat.ask(LI, "2")
    trial = await chat.ask(LI, "试算 华强 A100 20箱 打9折")
    assert "合计 ¥16,650.00" in trial
    assert "（已按「打9折」算，原来合计 ¥18,500.00）" in trial
    assert "「总价100」没有算进去" in await chat.ask(WANG, "试算 A100 20箱 总价100")


async def test_a_dozen_is_no_discount(chat: Chat):
    assert "A100 电源适配器 3打(=36个) ×16.65（老李定价）" in await chat.ask(LI, "华强 3打A100 打9折")
    await chat.ask(LI, "2")


@pytest.mark.parametrize("words", ["不打9折", "不能打9折", "客户要打8折，没答应", "能不能打9折", "上次打9折的"])
async def test_a_discount_that_is_refused_or_asked_about_is_not_given(chat: Chat, words: str):
    read = await chat.ask(LI, f"华强 A100 20箱 {words}")
    await chat.ask(LI, "2")
    assert "，合计 ¥18,500.00" in read, read


@pytest.mark.parametrize("words", ["不要打9折", "取消打9折", "去掉9折"])
async def test_a_discount_that_is_taken_back_goes(chat: Chat, words: str):
    await chat.ask(LI, "华强 A100 20箱 打9折")
    read = await chat.ask(LI, words)
    await chat.ask(LI, "2")
    assert "合计 ¥16,650.00" not in read


async def test_a_customer_who_is_changed_in_the_same_breath_is_changed(chat: Chat):
    await chat.ask(CHEN, "华强 A100 20箱")
    read = await chat.ask(CHEN, "客户改成宏达，打9折")
    await chat.ask(CHEN, "2")
    assert "宏达" in read


async def test_a_vague_day_in_the_same_breath_is_asked_about(chat: Chat):
    await chat.ask(LI, "华强 A100 20箱")
    read = await chat.ask(LI, "改天送，打9折")
    await chat.say(LI, "2")
    chat.skip_all()
    assert "哪天" in read or "日期" in read, read


async def test_a_price_that_was_named_is_not_raised_by_a_discount(chat: Chat):
    read = await chat.ask(LI, "华强 A100 20箱 单价17元/个，B200 3箱 打95折")
    await chat.ask(LI, "2")
    assert "×17.575" not in read, read


async def test_what_is_added_to_a_discounted_order_is_discounted_or_said_not_to_be(chat: Chat):
    await chat.ask(LI, "华强 A100 20箱 打9折")
    read = await chat.ask(LI, "再加10箱L09")
    await chat.ask(LI, "2")
    assert "×2.88" in read or "打9折" in read, read


async def test_a_discount_never_costs_more_than_the_list(chat: Chat):
    await agreed(chat)
    await chat.ask(LI, "华强 A100 10箱 打98折")
    read = await chat.ask(LI, "A100改30箱")
    await chat.ask(LI, "2")
    assert "×17.64" not in read, "17 is the price of everybody in this list from 1000 on"


async def test_a_discount_is_one_of_the_price_of_the_customer_who_buys(chat: Chat):
    await agreed(chat)
    await chat.ask(CHEN, "华强 A100 30箱 打9折")
    read = await chat.ask(CHEN, "客户改成宏达")
    await chat.ask(CHEN, "2")
    assert "×15.3" not in read, "nine tenths of what 宏达 pays are 16.65"


async def test_the_total_before_is_that_without_a_discount(chat: Chat):
    await chat.ask(LI, "华强 A100 20箱 打9折")
    read = await chat.ask(LI, "打95折")
    await chat.ask(LI, "2")
    assert "原来合计 ¥18,500.00" in read, read


async def test_every_word_of_money_is_counted_or_said_not_to_be(chat: Chat):
    read = await chat.ask(LI, "华强 A100 20箱 打95折再优惠100元")
    await chat.ask(LI, "2")
    assert "优惠100元" in read, read


async def test_a_sum_in_ten_thousands_that_comes_out_needs_no_word(chat: Chat):
    read = await chat.ask(LI, "华强 A100 20箱 总价1.85万")
    await chat.ask(LI, "2")
    assert "没有算进去" not in read, read


async def test_a_discount_on_an_order_that_stands_is_said_not_to_be_counted(chat: Chat):
    number = await booked(chat, "下单 A100 20箱 明天送")
    read = await chat.ask(LI, f"{number} A100改30箱，打9折")
    await chat.ask(LI, "2")
    chat.skip_all()
    assert "9折" in read, read


async def test_of_two_orders_in_one_message_none_takes_the_discount_of_the_other(chat: Chat):
    await chat.say(CHEN, "华强 A100 20箱 打9折\n宏达 B200 5箱")
    read = chat.heard(CHEN)
    assert "打9折" in read
    assert "×16.65" not in read
    assert "×19.8" not in read
