"""From yes to order and back: late, early and repeated yeses, taking back, the same again, and odd quantities."""

from domain.models import Order
from tests.conversations.test_main_story import booked, number_in
from tests.harness import CAI, CHEN, LI, QIANG, WANG, Chat


async def test_a_yes_sent_before_the_read_back_books_nothing(chat: Chat):
    await chat.ask(WANG, "下单 A100 20箱 明天送")
    await chat.later(seconds=30)
    await chat.ask(WANG, "A100改30")
    await chat.say_overtaken(WANG, "确认", seconds=10)
    assert "A100 电源适配器 30箱" in chat.heard(WANG)
    assert not await Order.exists()
    assert "A100 30箱" in await chat.ask(WANG, "确认")
    chat.skip_all()


async def test_a_yes_with_no_draft_books_nothing(chat: Chat):
    for word in ("确认", "1", "好的", "👌"):
        await chat.ask(WANG, word)
        await chat.restart()
    assert not await Order.exists()


async def test_a_yes_repeated_after_a_restart_books_nothing_new(chat: Chat):
    number = await booked(chat)
    for word in ("确认", "1", "好的"):
        await chat.restart()
        assert number in await chat.ask(WANG, word)
    await chat.later(hours=2)
    assert number in await chat.ask(WANG, "确认")
    assert await Order.all().count() == 1
    chat.skip_all()


async def test_a_no_keeps_the_draft_and_a_later_yes_reads_it_back_first(chat: Chat):
    await chat.ask(WANG, "下单 A100 20箱 明天送")
    assert "还没下单，草稿保留 24 小时" in await chat.ask(WANG, "不对")
    await chat.restart()
    assert "请核对" in await chat.ask(WANG, "确认")
    assert not await Order.exists()
    assert "已下单" in await chat.ask(WANG, "确认")
    chat.skip_all()


async def test_two_throws_the_draft_away(chat: Chat):
    await chat.ask(WANG, "下单 A100 20箱 明天送")
    assert "草稿已取消" in await chat.ask(WANG, "2")
    assert "现在没有草稿" in await chat.ask(WANG, "草稿")


async def test_an_order_is_taken_back_within_ten_minutes(chat: Chat):
    number = await booked(chat)
    await chat.later(minutes=9)
    chat.skip_all()
    await chat.restart()
    assert await chat.ask(WANG, "撤销") == f"已撤销 {number}（A100 20箱），留的库存已放回。"
    assert "可用 5000个" in await chat.ask(QIANG, "A100还有多少")
    assert "没有可以撤销" in await chat.ask(WANG, "撤销")
    assert (await Order.get()).state == "cancelled"
    chat.skip_all()


async def test_after_ten_minutes_it_is_a_cancellation_that_needs_a_yes(chat: Chat):
    number = await booked(chat)
    await chat.later(minutes=11)
    chat.skip_all()
    assert "已超过 10 分钟" in await chat.ask(WANG, "撤销")
    assert (await Order.get()).state == "accepted"
    assert "要取消" in await chat.ask(WANG, f"取消 {number}")
    await chat.restart()
    assert f"已取消 {number}" in await chat.ask(WANG, "1")
    chat.skip_all()


async def test_why_an_order_was_cancelled_is_kept_and_told_to_who_must_know(chat: Chat):
    number = await booked(chat)
    assert "原因：客户不要了\n1 取消这单" in await chat.ask(WANG, f"取消 {number} 客户不要了")
    await chat.restart()
    assert f"已取消 {number}" in await chat.ask(WANG, "1")
    assert "已取消：客户不要了" in " ".join(f.value for b in chat.unread(LI) for f in b.fields)
    order = await Order.get()
    assert (order.state, order.reason) == ("cancelled", "客户不要了")
    chat.skip_all()
    assert "已取消" in await chat.ask(WANG, f"取消 {number}")
    assert f"{number} 没有卡住：已取消" in await chat.ask(LI, f"为什么没发 {number}")
    chat.skip_all()


async def test_a_yes_after_a_refused_cancellation_is_a_yes_to_nothing_older(chat: Chat):
    stands = await booked(chat)
    await chat.later(minutes=11)
    gone = await booked(chat, "下单 A100 3箱 明天送")
    await chat.ask(WANG, "撤销")
    chat.skip_all()
    for refused in (f"取消 {gone}", "取消 999999"):
        assert f"要取消 {stands} 吗" in await chat.ask(WANG, f"取消 {stands}")
        assert "取消这单" not in await chat.ask(WANG, refused)
        await chat.ask(WANG, "好的")
        assert (await Order.get(number__endswith=stands)).state == "accepted"
    await chat.ask(WANG, "下单 A100 7箱 明天送")
    assert "取消" in await chat.ask(WANG, f"取消 {gone}")
    # The draft stays, and is read back before a yes books it.
    assert "A100 电源适配器 7箱" in await chat.ask(WANG, "好的")
    assert await Order.all().count() == 2
    assert "已下单" in await chat.ask(WANG, "好的")
    chat.skip_all()


async def test_the_reason_of_staff_is_shown_to_be_for_the_customer_and_is_no_decision(chat: Chat):
    number = await booked(chat)
    assert "原因：老板不同意（客户会看到）\n1 取消这单" in await chat.ask(LI, f"取消 {number} 老板不同意")
    assert f"已取消 {number}" in await chat.ask(LI, "1")
    chat.skip_all()


async def test_what_has_been_shipped_is_not_taken_back(chat: Chat):
    number = await booked(chat)
    await chat.say(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    chat.skip_all()
    for words in ("撤销", f"取消 {number}"):
        answer = await chat.ask(WANG, words)
        assert answer == f"{number} 的货已发出，不能整单取消。已发的要退，收到后发「退货 {number} 商品 数量 原因」。"
    assert (await Order.get()).state == "accepted"
    chat.skip_all()


async def test_what_has_been_sent_in_part_is_refused_at_once_and_its_rest_called_off(chat: Chat):
    number = await booked(chat)
    await chat.ask(WANG, f"取消 {number}")
    await chat.ask(QIANG, f"发货 {number} A100 15箱 顺丰 SF1234567890123")
    chat.skip_all()
    late = await chat.ask(WANG, "1")
    assert late.startswith(f"{number} 的货已发出一部分，不能整单取消。还没发的 A100 5箱 不要了")
    for person in (WANG, LI):
        assert await chat.ask(person, f"取消 {number} 不想要了") == late
        assert "已取消" not in await chat.ask(person, "1"), "nothing was asked"
    assert (await Order.get()).state == "accepted"
    assert "不再发：A100 5箱" in await chat.ask(WANG, f"取消 {number} 剩下的")
    assert f"已结案 {number}：不再发 A100 5箱" in await chat.ask(WANG, "1")
    chat.skip_all()


async def test_the_same_order_twice_within_minutes_is_asked_about(chat: Chat):
    number = await booked(chat)
    await chat.ask(WANG, "下单 A100 20箱 明天送")
    assert f"不久前下过一样的单 {number}" in await chat.ask(WANG, "确认")
    await chat.later(seconds=1)
    await chat.restart()
    assert "没有再下" in await chat.ask(WANG, "2")
    assert await Order.all().count() == 1

    await chat.ask(WANG, "下单 A100 20箱 明天送")
    await chat.ask(WANG, "确认")
    await chat.later(seconds=1)
    await chat.restart()
    assert "已下单" in await chat.ask(WANG, "1")
    assert await Order.all().count() == 2
    chat.skip_all()


async def test_the_same_order_is_not_asked_about_when_time_has_passed_or_goods_differ(chat: Chat):
    await booked(chat)
    await chat.ask(WANG, "下单 A100 21箱 明天送")
    assert "已下单" in await chat.ask(WANG, "确认")
    await chat.later(minutes=11)
    chat.skip_all()
    await chat.ask(WANG, "下单 A100 20箱 明天送")
    assert "已下单" in await chat.ask(WANG, "确认")
    chat.skip_all()


async def test_far_more_than_usual_is_asked_once_more(chat: Chat):
    for boxes in (2, 3, 2):
        await booked(chat, f"下单 A100 {boxes}箱 明天送")
        await chat.later(minutes=11)
    chat.skip_all()
    assert await chat.ask(WANG, "下单 A100 50箱 明天送") == (
        "A100 50箱比平时（每次约 117个）多很多。\n没错就再发「50箱」，不对就发新的数量。"
    )
    await chat.restart()
    assert "A100 电源适配器 5箱" in await chat.ask(WANG, "5箱")
    assert "比平时" in await chat.ask(WANG, "A100改50箱")
    await chat.restart()
    assert "A100 电源适配器 50箱(=2500个)" in await chat.ask(WANG, "50箱")
    assert await Order.all().count() == 3
    answer = await chat.ask(WANG, "1")
    assert "要人工看一下" in answer
    assert number_in(answer) in chat.card(CHEN).fields[0].value
    chat.skip_all()


async def test_far_more_than_usual_is_meant_when_a_yes_says_so(chat: Chat):
    for boxes in (2, 3, 2):
        await booked(chat, f"下单 A100 {boxes}箱 明天送")
        await chat.later(minutes=11)
    chat.skip_all()
    await chat.ask(WANG, "下单 A100 50箱 明天送")
    assert "A100 电源适配器 50箱(=2500个)" in await chat.ask(WANG, "没错")
    assert await Order.all().count() == 3
    chat.skip_all()


async def test_the_same_again_and_with_a_change(chat: Chat):
    await booked(chat, "下单 A100 20箱 B200 2箱 明天送")
    answer = await chat.ask(WANG, "照旧")
    assert "A100 电源适配器 20箱" in answer
    assert "B200 LED驱动器 2箱" in answer
    await chat.ask(WANG, "取消")
    await chat.restart()
    answer = await chat.ask(WANG, "同上次但A100改3箱")
    assert answer.startswith("已改：A100 20→3箱\n")
    assert "B200 LED驱动器 2箱" in answer
    assert "已下单" in await chat.ask(WANG, "确认")
    assert await Order.all().count() == 2
    chat.skip_all()


async def test_there_is_nothing_to_repeat_at_first(chat: Chat):
    assert "还没有以前的订单" in await chat.ask(WANG, "照旧")
    assert "还没有下过单" in await chat.ask(WANG, "常购")


async def test_what_one_usually_takes(chat: Chat):
    await booked(chat, "下单 A100 20箱 B200 2箱 明天送")
    await booked(chat, "下单 B200 3箱 明天送")
    await chat.restart()
    answer = await chat.ask(WANG, "常购")
    assert answer.startswith("您常要的：\n1 B200 LED驱动器，每次约 3箱\n2 A100 电源适配器，每次约 20箱\n")
    assert "请说明是哪家客户" in await chat.ask(LI, "常购")
    chat.skip(CAI)
