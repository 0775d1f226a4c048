"""From a chat message to a signed-for parcel, as people see it on their phones."""

import re

from tests.harness import CAI, CHEN, LI, LU, QIANG, WANG, Chat


def number_in(text: str) -> str:
    """The order number that a reply shows."""
    found = re.search(r"\b(\d{4,}[A-HJ-KM-NP-Z])\b", text)
    assert found, text
    return found.group(1)


async def booked(chat: Chat, text: str = "下单 A100 20箱 明天送") -> str:
    """An order of 小王 that went through; nobody has anything unread."""
    await chat.say(WANG, text)
    chat.skip(WANG)
    answer = await chat.ask(WANG, "确认")
    chat.skip_all()
    return number_in(answer)


async def test_order_is_read_back_confirmed_shipped_tracked_and_signed(chat: Chat):
    read_back = await chat.ask(WANG, "下单 A100 20箱 B200两箱 明天送")
    assert "A100 电源适配器 20箱(=1000个) ×18.5=18500" in read_back
    assert "B200 LED驱动器 2箱(=48个) ×22=1056" in read_back
    assert "合计 ¥19,556.00" in read_back
    assert "11-25" in read_back

    answer = await chat.ask(WANG, "确认")
    number = number_in(answer)
    assert "已下单" in answer
    card = chat.card(WANG)
    assert number in card.fields[0].value
    assert "A100" in card.fields[1].value
    assert chat.card(LI).fields[0].value.startswith(number)
    chat.skip(QIANG)

    waiting = await chat.ask(QIANG, "待发货")
    assert number in waiting
    shipped = await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    assert "已发货" in shipped
    card = chat.card(WANG)
    assert number in card.fields[0].value
    chat.skip_all()

    await chat.platform.carrier.move("SF1234567890123", "1", "顺丰速运 已收取快件")
    await chat.settle()
    assert "已揽收" in " ".join(f.value for f in chat.card(WANG).fields)
    where = await chat.ask(WANG, f"{number[:-1]}到哪了")
    assert "已发货" in where
    assert "已收取快件" in where

    await chat.platform.carrier.move("SF1234567890123", "5", "正在派送")
    await chat.settle()
    assert "派送" in " ".join(f.value for f in chat.card(WANG).fields)
    await chat.platform.carrier.move("SF1234567890123", "3", "已签收")
    await chat.settle()
    assert "签收" in " ".join(f.value for f in chat.card(WANG).fields)
    assert "已签收" in await chat.ask(WANG, "查订单 " + number)
    chat.skip_all()


async def test_several_orders_are_listed_one_to_a_line(chat: Chat):
    first, second = await booked(chat), await booked(chat, "下单 B200 2箱 明天送")
    assert (await chat.ask(WANG, "查订单")).splitlines() == [
        "您进行中的订单：",
        f"1 {second} 备货中 ¥1,056.00",
        f"2 {first} 备货中 ¥18,500.00",
        "回复序号看详情。",
    ]


async def test_yes_repeated_ten_times_books_one_order(chat: Chat):
    number = await booked(chat)
    for word in ("确认", "1", "确认", "是", "对", "1", "确认", "好", "可以", "确认"):
        assert number in await chat.ask(WANG, word)
    from domain.models import Order

    assert await Order.all().count() == 1


async def test_held_order_is_decided_by_reply(chat: Chat):
    await chat.say(LI, "给华强下 A100 20箱 15块一个 明天送")
    chat.skip(LI)
    answer = await chat.ask(LI, "1")
    number = number_in(answer)
    assert "人工" in answer
    card = chat.card(CHEN)
    assert number in card.fields[0].value
    chat.skip_all()

    assert "已同意" in await chat.ask(CHEN, f"同意 {number[:-1]}")
    assert number in chat.card(WANG).fields[0].value
    assert number in chat.card(LI).fields[0].value
    chat.skip_all()
    assert "已由陈姐" in await chat.ask(CHEN, f"驳回 {number} 价格太低")


async def test_shortage_is_told_honestly_and_bought(chat: Chat):
    await chat.say(WANG, "B200 20箱 明天送")
    chat.skip(WANG)
    answer = await chat.ask(WANG, "确认")
    assert "缺 240" in answer
    assert "采购" in answer
    chat.skip(WANG)
    assert "LED驱动器 缺240个" in " ".join(f.value for f in chat.card(CAI).fields)
    chat.skip_all()


async def test_stranger_gets_a_welcome_and_nothing_else(chat: Chat):
    number = await booked(chat)
    for text in ("你好", "查订单", f"{number}到哪了", "下单 A100 20箱", "同意 " + number, "A100多少钱"):
        assert "绑定" in await chat.ask(LU, text)
    assert number not in "".join(b.text for b in chat.account.person(LU.openid).heard)


async def test_missing_and_foreign_orders_sound_the_same(chat: Chat):
    number = await booked(chat)
    from domain import joining
    from domain.values import SYSTEM, Role

    issued = await joining.invite_contact("C003", LU.name, Role.BUYER, by=SYSTEM, now=chat.platform.clock())
    await chat.say(LU, f"绑定{issued.code}")
    chat.skip(LU)
    foreign = await chat.ask(LU, f"{number}到哪了")
    missing = await chat.ask(LU, "9999到哪了")
    assert foreign.replace(number, "#") == missing.replace("9999", "#")
    chat.skip_all()
