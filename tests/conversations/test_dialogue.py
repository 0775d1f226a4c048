"""Writing an order by talking: read-backs, differences, questions, answers, and drafts that outlive a restart."""

import pytest

from domain.models import Order
from tests.harness import LI, WANG, Chat


async def test_quantities_are_read_back_in_both_units(chat: Chat):
    answer = await chat.ask(WANG, "下单 A100 20箱，B200两箱半，L09 300只，明天送")
    assert "A100 电源适配器 20箱(=1000个) ×18.5=18500" in answer
    assert "B200 LED驱动器 2.5箱(=60个) ×22=1320" in answer
    assert "L09 灯泡9W 300只 ×3.2=960" in answer
    assert "明天(11-25)送" in answer
    assert not await Order.exists()


async def test_a_change_is_told_as_a_difference(chat: Chat):
    await chat.ask(WANG, "下单 A100 20箱 B200 2箱 明天送")
    assert (await chat.ask(WANG, "A100改30")).startswith("已改：A100 20→30箱\n")
    await chat.restart()
    assert (await chat.ask(WANG, "不要B200了")).startswith("已改：去掉 B200\n")
    assert (await chat.ask(WANG, "再加L09 3箱")).startswith("已改：加 L09 3箱\n")
    assert (await chat.ask(WANG, "L09换成L12")).startswith("已改：L09 换成 L12\n")
    assert (await chat.ask(WANG, "L12改50只")).startswith("已改：L12 3箱→50只\n")
    answer = await chat.ask(WANG, "后天送")
    assert "后天(11-26)送" in answer
    assert "A100 电源适配器 30箱(=1500个)" in answer
    assert "L12 灯泡12W 50只" in answer
    assert "B200" not in answer


async def test_one_question_for_each_gap_with_numbers_to_choose_from(chat: Chat):
    answer = await chat.ask(WANG, "要灯泡2箱，A100 5台，B200")
    assert answer == "「灯泡」有 2 种，要哪种？\n1 L09 灯泡9W\n2 L12 灯泡12W"
    await chat.restart()
    answer = await chat.ask(WANG, "2")
    assert answer == "A100 电源适配器没有「台」这个单位，5 什么？\n1 个\n2 箱"
    await chat.restart()
    assert await chat.ask(WANG, "２") == "B200 LED驱动器要多少？"
    await chat.restart()
    answer = await chat.ask(WANG, "两箱")
    assert "L12 灯泡12W 2箱(=200只)" in answer
    assert "A100 电源适配器 5箱(=250个)" in answer
    assert "B200 LED驱动器 2箱(=48个)" in answer


async def test_a_number_that_is_no_choice_is_asked_again(chat: Chat):
    question = await chat.ask(WANG, "要灯泡2箱")
    assert await chat.ask(WANG, "3") == question
    assert await chat.ask(WANG, "0") != ""
    assert "L09 灯泡9W 2箱" in await chat.ask(WANG, "9W的")


async def test_choices_may_be_typed_in_words(chat: Chat):
    await chat.ask(WANG, "要灯泡2箱")
    assert "L12 灯泡12W 2箱" in await chat.ask(WANG, "第二个")
    await chat.ask(WANG, "取消")
    await chat.ask(WANG, "要灯泡2箱")
    assert "L12 灯泡12W 2箱" in await chat.ask(WANG, "灯泡12W")


async def test_several_answers_at_once_are_all_taken(chat: Chat):
    assert "要多少" in await chat.ask(WANG, "下单 A100")
    answer = await chat.ask(WANG, "20箱，周五送，备注轻放，收货人李明 13800138111")
    assert "A100 电源适配器 20箱(=1000个)" in answer
    assert "11-27" in answer
    assert "备注：轻放" in answer
    assert "李明 13800138111" in answer

    await chat.ask(WANG, "取消")
    assert "没有找到「小红瓶」" in await chat.ask(WANG, "要小红瓶2箱")
    answer = await chat.ask(WANG, "A100 3箱 周五送")
    assert "A100 电源适配器 3箱(=150个)" in answer
    assert "11-27" in answer


async def test_staff_are_asked_for_the_customer_once(chat: Chat):
    assert "给哪家客户" in await chat.ask(LI, "A100 20箱 明天送")
    await chat.restart()
    answer = await chat.ask(LI, "华强 周五送")
    assert "深圳市华强电子有限公司" in answer
    assert "11-27" in answer


async def test_a_wish_without_goods_leads_to_the_goods(chat: Chat):
    assert "要什么、各多少" in await chat.ask(WANG, "下单")
    answer = await chat.ask(WANG, "A100 3箱 B200 2箱")
    assert answer.startswith("请核对")
    assert "A100 电源适配器 3箱" in answer
    assert "B200 LED驱动器 2箱" in answer


async def test_a_draft_outlives_a_restart_and_a_day_less_a_minute(chat: Chat):
    await chat.ask(WANG, "下单 A100 20箱 后天送")
    await chat.restart()
    await chat.later(hours=23, minutes=59)
    assert "A100 电源适配器 20箱" in await chat.ask(WANG, "草稿")
    await chat.restart()
    assert "已下单" in await chat.ask(WANG, "1")
    assert await Order.all().count() == 1
    chat.skip_all()


async def test_a_draft_is_gone_after_a_day(chat: Chat):
    await chat.ask(WANG, "下单 A100 20箱 后天送")
    await chat.later(hours=24, minutes=1)
    assert "现在没有草稿" in await chat.ask(WANG, "草稿")
    await chat.ask(WANG, "确认")
    assert not await Order.exists()


async def test_a_vague_day_is_asked_about(chat: Chat):
    assert "哪天送" in await chat.ask(WANG, "下单 A100 2箱 过几天送")
    assert "11-27" in await chat.ask(WANG, "周五")
    assert "哪天送" in await chat.ask(WANG, "改天送")
    assert "11-30" in await chat.ask(WANG, "30号")


@pytest.mark.parametrize("text", ["A100 -5箱", "A100 负5箱", "A100 0箱", "A100 几箱", "A100 十来箱"])
async def test_a_quantity_that_is_none_is_asked_again(chat: Chat, text: str):
    assert await chat.ask(WANG, text) == "A100 电源适配器要多少？"
    assert await chat.ask(WANG, "-5") == "A100 电源适配器要多少？"
    assert "A100 电源适配器 6箱(=300个)" in await chat.ask(WANG, "6")


async def test_a_day_that_has_passed_is_refused_and_can_be_mended(chat: Chat):
    answer = await chat.ask(WANG, "A100 5箱 昨天送")
    assert answer == "11-23 已经过了，请发一个今天以后的日子，如：明天、下周三。\n草稿还在，改好再发即可。"
    await chat.restart()
    assert "已经过了" in await chat.ask(WANG, "确认")
    assert not await Order.exists()
    answer = await chat.ask(WANG, "明天送")
    assert "A100 电源适配器 5箱" in answer
    assert "明天(11-25)送" in answer
    assert "已经过了" in await chat.ask(WANG, "改到昨天送")
    assert "明天(11-25)送" in await chat.ask(WANG, "草稿")


@pytest.mark.parametrize(
    ("text", "words"), [("下单 X999 5箱", "X999"), ("X999 5箱", "X999"), ("下单 神奇粉 5箱", "神奇粉")]
)
async def test_goods_that_we_lack_are_asked_about_in_the_words_that_were_used(chat: Chat, text: str, words: str):
    assert f"没有找到「{words}」" in await chat.ask(WANG, text)
    await chat.restart()
    assert "B200 LED驱动器 5箱(=120个)" in await chat.ask(WANG, "B200")


async def test_no_line_of_a_pasted_list_is_lost(chat: Chat):
    assert "没有找到「X999」" in await chat.ask(WANG, "下单\nA100 5箱\nX999 3箱\n小绿罐 4箱\nB200 1箱")
    assert "没有找到「小绿罐」" in await chat.ask(WANG, "L09")
    answer = await chat.ask(WANG, "L12")
    for line in ("A100 电源适配器 5箱", "L09 灯泡9W 3箱", "L12 灯泡12W 4箱", "B200 LED驱动器 1箱"):
        assert line in answer


async def test_too_much_is_refused_in_words_and_the_draft_stays(chat: Chat):
    await chat.ask(WANG, "下单 A100 20箱 明天送")
    assert "一次最多 99999个" in await chat.ask(WANG, "A100改99999箱")
    assert "A100 电源适配器 20箱" in await chat.ask(WANG, "草稿")
