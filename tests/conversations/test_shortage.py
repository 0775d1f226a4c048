"""Goods lack: the buyer is asked what to do, by number or words, late or twice, or says nothing until time is up."""

from datetime import timedelta
from typing import Any

from domain import importing
from domain.models import Order, OrderLine, PurchaseRequest, ShortageOffer
from tests.conversations.test_main_story import number_in
from tests.conversations.test_picking import worked_on_again
from tests.conversations.test_silence import told
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat
from tests.shopfloor import PRODUCTS


async def short(chat: Chat, text: str = "下单 A100 2箱 B200 15箱 明天送") -> tuple[str, str]:
    """The answer to an order of 小王 of which 5 箱 are missing, and its number; nobody has anything unread."""
    await chat.say(WANG, text)
    chat.skip(WANG)
    answer = await chat.ask(WANG, "确认")
    chat.skip_all()
    chat.platform.clock.forward(timedelta(seconds=2))
    return answer, number_in(answer)


async def test_the_buyer_reads_the_choices_with_their_days(chat: Chat):
    answer, _ = await short(chat)
    assert answer.splitlines()[-2:] == [
        "1 先发现货（明天(11-25)，缺的 11-30）  2 等齐（11-30）",
        "3 取消缺的（明天(11-25)）",
    ]
    assert len(answer.splitlines()) <= 6


async def test_what_is_there_is_sent_first(chat: Chat):
    _, number = await short(chat)
    assert "先发现货；缺的 B200 5箱 到了再发" in await chat.ask(WANG, "1")
    assert "先发现货" in " ".join(f.value for f in chat.card(LI).fields)
    assert number in await chat.ask(QIANG, "待发货")
    assert "已发货" in await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    chat.skip_all()


async def test_an_order_that_waits_for_all_of_it_does_not_leave_in_parts(chat: Chat):
    _, number = await short(chat)
    assert "等齐一起发" in await chat.ask(WANG, "等齐吧")
    chat.skip_all()
    assert number not in await chat.ask(QIANG, "待发货")
    assert "客户要等齐一起发，还缺 B200 5箱" in await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    assert "客户要等齐一起发" in await chat.ask(QIANG, f"拣货 {number}")
    assert "按您的要求等齐一起发" in await chat.ask(WANG, f"为什么没发 {number}")
    await chat.say(QIANG, "入库 B200 120")
    chat.skip_all()
    assert number in await chat.ask(QIANG, "待发货")
    assert "已发货" in await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    chat.skip_all()


async def test_what_lacks_is_called_off_at_the_price_that_was_agreed(chat: Chat):
    _, number = await short(chat)
    answer = await chat.ask(WANG, "3")
    assert "已取消缺的 B200 5箱" in answer
    assert "A100 2箱、B200 10箱，¥7,130.00，预计 明天" in answer
    assert (await PurchaseRequest.get()).state == "done"
    chat.skip_all()
    assert "已取消缺的" not in await chat.ask(WANG, f"{number} 先发现货")
    assert "之前就定了「取消缺的」" in await chat.ask(WANG, f"{number} 缺的不要了")
    chat.skip_all()


async def test_a_substitute_is_offered_only_where_the_catalogue_names_one(chat: Chat):
    products: Any = PRODUCTS["products"]
    row = {key: value for key, value in products[1].items() if key != "stock"} | {"substitute": "A100"}
    await importing.import_products({"products": [row]}, now=chat.platform.clock())
    answer, _ = await short(chat, "下单 L09 2箱 B200 15箱 明天送")
    assert "3 换成 A100（明天(11-25)，共 ¥8,140.00）  4 取消缺的" in answer
    done = await chat.ask(WANG, "换成A100")
    assert "已换掉缺的 B200 5箱" in done
    assert "L09 2箱、B200 10箱、A100 120个，¥8,140.00" in done
    lines = await OrderLine.all().order_by("position")
    assert [(row.sku, int(row.reserved), int(row.short)) for row in lines] == [
        ("L09", 200, 0),
        ("B200", 240, 0),
        ("A100", 120, 0),
    ]
    chat.skip_all()


async def test_silence_brings_the_default_once(chat: Chat):
    _, number = await short(chat)
    await chat.later(hours=25)
    assert "没收到答复 先发现货" in " ".join(f.value for b in chat.unread(WANG) for f in b.fields)
    chat.skip_all()
    await chat.later(hours=1)
    assert "没收到答复" not in " ".join(f.value for b in chat.unread(WANG) for f in b.fields)
    chat.skip_all()
    offer = await ShortageOffer.get()
    assert (offer.choice, offer.decided_by) == ("send", "系统")
    assert "等齐一起发" in await chat.ask(WANG, f"{number} 等齐")
    assert (await Order.get()).ship_whole
    chat.skip_all()


async def test_a_second_one_of_the_same_moment_is_no_choice(chat: Chat):
    await chat.say(WANG, "下单 A100 2箱 B200 15箱 明天送")
    chat.skip(WANG)
    await chat.say(WANG, "1")
    number = number_in(chat.heard(WANG))
    chat.skip_all()
    again = await chat.say_overtaken(WANG, "1", seconds=1)
    assert again is not None
    assert f"{number} 已下单，缺 B200 5箱。缺的怎么办？请回数字" in chat.heard(WANG)
    assert "请回数字" in await chat.ask(WANG, "确认")
    assert (await ShortageOffer.get()).choice is None
    assert await Order.all().count() == 1
    chat.platform.clock.forward(timedelta(seconds=2))
    assert "1 到 3 之间" in await chat.ask(WANG, "7")
    chat.skip_all()


async def test_a_late_answer_finds_that_nothing_lacks(chat: Chat):
    _, number = await short(chat)
    await chat.say(QIANG, "入库 B200 120")
    chat.skip_all()
    assert "现在不缺货了" in await chat.ask(WANG, "3")
    assert "现在不缺货了" in await chat.ask(WANG, f"{number} 取消缺的")
    await chat.later(hours=25)
    assert (await ShortageOffer.get()).choice == "over"
    chat.skip_all()


async def test_when_somebody_else_decided_the_buyer_is_asked_by_card(chat: Chat):
    await chat.ask(LI, "下单 华强 A100 2箱 B200 15箱 明天送")
    number = number_in(await chat.ask(LI, "确认"))
    cards = " ".join(f.value for b in chat.unread(WANG) for f in b.fields)
    assert "缺 B200 5箱" in cards
    chat.skip_all()
    await chat.restart()
    assert "等齐一起发" in await chat.ask(WANG, f"{number} 选2")
    chat.skip_all()
    assert "之前就定了「等齐」" in await chat.ask(LI, f"{number} 等齐")
    chat.skip_all()


async def test_who_has_no_say_in_it(chat: Chat):
    _, number = await short(chat)
    assert "由经理或销售来做" in await chat.ask(QIANG, f"{number} 先发现货")
    assert "绑定" in await chat.ask(LU, f"{number} 先发现货")
    assert "没有找到订单" in await chat.ask(WANG, "SO9999K 先发现货")
    chat.skip(CHEN)


async def test_the_one_open_question_needs_no_number_and_of_several_it_is_asked(chat: Chat):
    _, first = await short(chat)
    await chat.say(WANG, "查订单")
    await chat.restart()
    chat.skip_all()
    assert f"{first} 先发现货" in await chat.ask(WANG, "选1")
    _, second = await short(chat, "下单 A100 1箱 B200 3箱 明天送")
    await chat.ask(WANG, f"查 {first}")
    assert f"{second} 等齐" in await chat.ask(WANG, "等齐"), "it is never guessed"
    assert f"{second} 等齐一起发" in await chat.ask(WANG, f"{second} 等齐")
    third = (await short(chat, "下单 A100 1箱 B200 4箱 明天送"))[1]
    fourth = (await short(chat, "下单 A100 1箱 B200 6箱 明天送"))[1]
    await chat.ask(WANG, f"查 {first}")
    which = await chat.ask(WANG, "先发现货")
    assert f"{fourth}、{third}。是哪一单？" in which
    digits = third.removeprefix("SO")[:-1]
    assert f"{third} 等齐一起发" in await chat.ask(WANG, f"{digits}等齐")
    assert f"{fourth} 先发现货" in await chat.ask(WANG, f"订单{fourth.removeprefix('SO')[:-1]}先发现货")
    chat.skip_all()


async def test_bare_digits_of_an_order_are_no_quantity_and_never_the_whole_order(chat: Chat):
    _, number = await short(chat)
    digits = number.removeprefix("SO")[:-1]
    await chat.restart()
    assert "多少" in await chat.ask(WANG, f"{digits}再加点L09")
    await chat.say(WANG, "取消")
    chat.skip_all()
    assert "退" in await chat.ask(WANG, f"{digits} 退A100")
    chat.skip_all()
    assert await Order.all().count() == 1
    assert "已取消缺的 B200 5箱" in await chat.ask(WANG, f"{digits} 缺的不要了")
    assert (await Order.get()).state == "accepted"
    chat.skip_all()


async def test_words_without_a_number_never_settle_another_order_than_the_one_spoken_of(chat: Chat):
    _, first = await short(chat)
    await chat.ask(WANG, f"{first} 等齐")
    _, second = await short(chat, "下单 A100 1箱 B200 3箱 明天送")
    chat.skip_all()
    await chat.ask(WANG, f"查 {first}")
    which = await chat.ask(WANG, "缺的不要了")
    assert "是哪一单？" in which
    assert second in which
    await chat.ask(LI, f"查 {first}")
    assert "是哪一单？" in await chat.ask(LI, "缺的不要了"), "nor a question that was put to somebody else"
    choices = {row.order_number: row.choice for row in await ShortageOffer.all()}
    assert choices == {f"SO{first}": "wait", f"SO{second}": None}
    chat.silent()


async def test_an_answer_without_a_number_that_is_worked_on_again_settles_one_order(chat: Chat):
    _, first = await short(chat)
    _, second = await short(chat, "下单 A100 1箱 B200 3箱 明天送")
    await chat.ask(WANG, f"查 {first}")
    chat.skip_all()
    once = await worked_on_again(chat, WANG, "缺的不要了")
    assert f"{first} 现在是" in once
    assert once in told(chat, WANG), "the words of the first time"
    choices = {row.order_number: row.choice for row in await ShortageOffer.all()}
    assert choices == {f"SO{first}": "cancel", f"SO{second}": None}
    chat.skip_all()


async def test_silence_about_more_that_lacks_leaves_the_wish_to_wait_for_all(chat: Chat):
    _, number = await short(chat)
    await chat.ask(WANG, f"{number} 等齐")
    await chat.ask(WANG, f"{number} 加B200 2箱")
    assert "不回，按「等齐」办" in await chat.ask(WANG, "1")
    await chat.later(hours=25)
    assert (await Order.get()).ship_whole
    assert (await ShortageOffer.get()).choice == "wait"
    chat.skip_all()
