"""Changing one's mind about a booked order: by difference, within what has not left, and one word to who must know."""

from decimal import Decimal

from domain import pricing
from domain.models import Event, Order, OrderLine, Product, PurchaseRequest, ShortageOffer, Stock
from tests.conversations.test_main_story import booked
from tests.harness import CAI, CHEN, LI, LU, QIANG, WANG, Chat


async def shipped(chat: Chat, number: str, goods: str = "") -> None:
    """阿强 sends it, or a part of it."""
    await chat.say(QIANG, f"发货 {number} {goods} 顺丰 SF1234567890123")
    chat.skip_all()


async def test_more_of_it_is_read_back_as_a_difference_and_done_after_a_yes(chat: Chat):
    number = await booked(chat)
    assert await chat.ask(WANG, f"{number[:-1]} A100改30箱") == (
        f"{number} 要改成这样吗？\nA100 20箱→30箱\n改后：A100 30箱，¥27,750.00（原 ¥18,500.00）\n回复 1 确认，2 不改"
    )
    assert (await OrderLine.get()).base_qty == 1000
    answer = await chat.ask(WANG, "1")
    assert answer.startswith(f"已改 {number}：A100 30箱，¥27,750.00\n预计")
    assert chat.card(LI).fields[0].value == number
    line = await OrderLine.get()
    assert (line.base_qty, line.qty, line.reserved) == (1500, 30, 1500)
    chat.skip_all()


async def test_right_after_booking_no_number_is_needed(chat: Chat):
    await booked(chat)
    await chat.restart()
    assert "A100 20箱→10箱" in await chat.ask(WANG, "A100改10箱")
    assert "A100 10箱，¥9,250.00" in await chat.ask(WANG, "确认")
    assert "可用 4500个" in await chat.ask(QIANG, "A100还有多少")
    chat.skip_all()


async def test_a_no_leaves_the_order_as_it_was(chat: Chat):
    number = await booked(chat)
    await chat.ask(WANG, f"{number} A100改30箱")
    await chat.restart()
    assert number in await chat.ask(WANG, "2")
    assert (await OrderLine.get()).base_qty == 1000
    assert not await Event.filter(kind="OrderAmended").exists()


async def test_a_second_yes_changes_nothing_more(chat: Chat):
    number = await booked(chat)
    await chat.ask(WANG, f"{number} A100加5箱")
    await chat.ask(WANG, "1")
    await chat.restart()
    chat.skip_all()
    await chat.ask(WANG, "1")
    assert (await OrderLine.get()).base_qty == 1250
    assert await Event.filter(kind="OrderAmended").count() == 1
    chat.skip_all()


async def test_a_yes_to_an_order_that_moved_meanwhile_changes_nothing(chat: Chat):
    number = await booked(chat)
    await chat.ask(WANG, f"{number} A100改30箱")
    await shipped(chat, number, "A100 5箱")
    assert "刚刚有变化，这次没有改" in await chat.ask(WANG, "1")
    assert (await OrderLine.get()).base_qty == 1000
    chat.skip_all()


async def test_what_has_left_cannot_be_called_off_and_a_return_is_offered(chat: Chat):
    number = await booked(chat)
    await shipped(chat, number, "A100 15箱")
    answer = await chat.ask(WANG, f"{number} A100改10箱")
    assert answer == f"{number} 的 A100 已发出 15箱，不能改得更少。多的要退，请收到后发「人工」办退货。"
    assert "A100 20箱→15箱" in await chat.ask(WANG, f"{number} A100改15箱")
    await chat.ask(WANG, "1")
    assert (await OrderLine.get()).reserved == 0
    chat.skip_all()


async def test_a_line_is_taken_out_and_goods_are_put_in(chat: Chat):
    number = await booked(chat, "下单 A100 20箱 B200 2箱 明天送")
    answer = await chat.ask(WANG, f"{number} 不要B200了，加L09 3箱")
    assert "B200 2箱→0箱，L09 0箱→3箱" in answer
    assert "改后：A100 20箱、L09 3箱，¥19,460.00（原 ¥19,556.00）" in answer
    assert "A100 20箱、L09 3箱，¥19,460.00" in await chat.ask(WANG, "1")
    rows = {line.sku: (line.base_qty, line.cancelled, line.reserved) for line in await OrderLine.all()}
    assert rows == {"A100": (1000, 0, 1000), "B200": (48, 48, 0), "L09": (300, 0, 300)}
    assert "A100 20箱、L09 3箱，¥19,460.00" in await chat.ask(WANG, f"查 {number}")
    assert f"要取消 {number} 吗？（A100 20箱、L09 3箱，¥19,460.00）" in await chat.ask(WANG, f"取消 {number}")
    assert "（A100 20箱、L09 3箱）" in await chat.ask(WANG, "1"), "what was taken out before is not called off again"
    chat.skip_all()


async def test_nothing_left_is_a_cancellation(chat: Chat):
    number = await booked(chat)
    assert f"整单不要请发「取消 {number}」" in await chat.ask(WANG, f"{number} 不要A100了")
    assert (await Order.get()).state == "accepted"


async def test_what_lacks_is_asked_of_purchasing_and_asked_less_when_it_shrinks(chat: Chat):
    number = await booked(chat, "下单 B200 5箱 明天送")
    await chat.ask(WANG, f"{number} B200改15箱")
    answer = await chat.ask(WANG, "1")
    assert "LED驱动器缺 120个，已去采购；有货的已留好。" in answer
    assert "缺的怎么办？" in answer
    assert answer.splitlines()[-1].startswith("1 先发现货（") or "2 等齐" in answer
    assert len(answer.splitlines()) <= 6
    assert (await PurchaseRequest.get()).qty == 120
    chat.skip_all()
    await chat.ask(WANG, f"{number} B200改12箱")
    await chat.ask(WANG, "1")
    assert (await PurchaseRequest.get()).qty == 48
    assert (await Stock.get(sku="B200")).reserved == 240
    chat.skip(WANG, LI, CAI, CHEN, QIANG)


async def test_what_a_change_makes_lack_is_asked_about_and_answered_by_a_number(chat: Chat):
    number = await booked(chat, "下单 B200 15箱 明天送")
    chat.skip_all()
    assert "等齐" in await chat.ask(WANG, f"{number} 等齐")
    assert (await ShortageOffer.get()).choice == "wait"
    await chat.ask(WANG, f"{number} B200改20箱")
    answer = await chat.ask(WANG, "1")
    assert "缺的怎么办？" in answer, "more lacks than was answered about"
    chat.skip_all()
    assert "取消缺的" in answer
    place = next(n for n in "1234" if f"{n} 取消缺的" in answer)
    await chat.later(minutes=1)
    chat.skip_all()
    assert "B200 10箱" in await chat.ask(WANG, place)
    line = await OrderLine.get()
    assert (line.base_qty - line.cancelled, line.reserved) == (240, 240)
    assert not await PurchaseRequest.filter(state="open")
    chat.skip(WANG, LI, CAI, CHEN, QIANG)


async def test_a_price_is_changed_by_the_rep_and_the_buyer_hears_once(chat: Chat):
    number = await booked(chat)
    assert "要谈价请发「人工」" in await chat.ask(WANG, f"{number} A100单价17元/个")
    assert "A100 ¥18.5→¥17/个" in await chat.ask(LI, f"{number} A100单价17元/个")
    await chat.ask(LI, "1")
    card = chat.card(WANG)
    assert (card.fields[0].value, card.fields[2].value[:3]) == (number, "已修改")
    line = await OrderLine.get()
    assert (line.reserved, line.amount, line.price_source) == (1000, Decimal(17000), "manual")
    assert line.price_facts == {"by": "老李", "usual": "18.5"}
    assert "不能下" in await chat.ask(LI, f"{number} A100单价15元/个")
    chat.silent()


async def test_a_break_is_reached_or_lost_by_a_change(chat: Chat):
    await pricing.import_prices(
        {"prices": [{"list": "BASE", "sku": "A100", "price": 17.5, "from": 2000}]}, now=chat.platform.clock()
    )
    number = await booked(chat)
    answer = await chat.ask(WANG, f"{number} A100改40箱")
    assert "A100 20箱→40箱，A100 ¥18.5→¥17.5/个" in answer
    assert "¥35,000.00" in await chat.ask(WANG, "1")
    chat.skip_all()
    assert "A100 ¥17.5→¥18.5/个" in await chat.ask(WANG, f"{number} A100改39箱")
    chat.skip_all()


async def test_another_day_is_asked_for(chat: Chat):
    number = await booked(chat)
    assert "改到 11-30送" in await chat.ask(WANG, f"{number} 改到11月30号送")
    assert "预计 11-30 送到" in await chat.ask(WANG, "1")
    chat.skip_all()


async def test_who_may_not_change_an_order(chat: Chat):
    number = await booked(chat)
    for person in (QIANG, CAI, LU):
        await chat.ask(person, f"{number} A100改30箱")
    await chat.ask(LI, f"{number} A100改30箱")
    assert (await OrderLine.get()).base_qty == 1000
    assert "没有找到订单" in await chat.ask(WANG, "SO9999K A100改30箱")
    chat.skip_all()


async def test_the_rest_is_called_off_after_a_part_was_sent(chat: Chat):
    number = await booked(chat)
    assert "整单不要请发「取消" in await close(chat, number)
    await shipped(chat, number, "A100 15箱")
    answer = await chat.ask(WANG, f"{number} 剩下的不要了")
    assert answer == f"{number} 只收已发的，其余不要了吗？\n不再发：A100 5箱\n回复 1 确认，2 不改"
    await chat.restart()
    assert f"已结案 {number}：不再发 A100 5箱，留的库存已放回" in await chat.ask(WANG, "1")
    assert "已结案" in chat.card(LI).fields[2].value
    order = await Order.get()
    assert (order.state, order.total) == ("short_closed", Decimal(13875))
    assert (await Stock.get(sku="A100")).reserved == 0
    assert "不能结案" in await close(chat, number)
    assert "不能改" in await chat.ask(WANG, f"{number} A100改30箱")
    chat.skip_all()


async def close(chat: Chat, number: str) -> str:
    """Close it short, with the yes."""
    await chat.ask(WANG, f"结案 {number} 不急用了")
    return await chat.ask(WANG, "1")


async def test_a_paused_order_does_not_leave_the_house(chat: Chat):
    number = await booked(chat)
    answer = await chat.ask(LI, f"暂停 {number} 等客户付款")
    assert answer.startswith(f"已暂停 {number}（A100 20箱），恢复前不会发货，库存仍留着。原因：等客户付款。")
    assert "暂停发货" in chat.card(QIANG).fields[2].value
    await chat.restart()
    assert "不能发货" in await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    assert number not in await chat.ask(QIANG, "待发货")
    assert f"{number} 已暂停" in await chat.ask(WANG, number)
    assert "老李暂停：等客户付款" in await chat.ask(CHEN, number)
    assert "不能暂停" in await chat.ask(CHEN, f"暂停 {number}")
    assert "这一步" in await chat.ask(WANG, f"恢复 {number}")
    assert "由" in await chat.ask(QIANG, f"恢复 {number}")
    assert f"已恢复 {number}" in await chat.ask(CHEN, f"恢复 {number}")
    assert "不能恢复" in await chat.ask(CHEN, f"恢复 {number}")
    assert "已发货" in await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    chat.skip_all()


async def test_the_unit_of_a_line_is_frozen(chat: Chat):
    number = await booked(chat)
    await Product.filter(sku="A100").update(units={"个": "1", "箱": "60"})
    await chat.ask(WANG, f"{number} A100改30箱")
    await chat.ask(WANG, "1")
    assert (await OrderLine.get()).base_qty == 1500
    chat.skip_all()
