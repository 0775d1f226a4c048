"""What a customer calls our goods: learnt from a booked order, known to that customer's people alone, forgettable."""

import pytest

from domain import joining
from domain.models import CustomerAlias
from domain.values import SYSTEM, Role
from tests.harness import LI, LU, WANG, Chat, Person


async def learnt(chat: Chat, words: str = "小红瓶", product: str = "A100") -> None:
    """An order in the customer's own words that went through."""
    assert f"没有找到「{words}」" in await chat.ask(WANG, f"下单 {words} 2箱 明天送")
    await chat.ask(WANG, product)
    assert "已下单" in await chat.ask(WANG, "确认")
    chat.skip_all()


async def join(chat: Chat, person: Person, customer: str) -> None:
    """Bind somebody to a customer."""
    issued = await joining.invite_contact(customer, person.name, Role.BUYER, by=SYSTEM, now=chat.platform.clock())
    await chat.say(person, f"绑定 {issued.code}")
    chat.skip_all()


async def test_a_name_is_learnt_when_the_order_is_booked_and_understood_from_then_on(chat: Chat):
    assert "没有找到「小红瓶」" in await chat.ask(WANG, "下单 小红瓶 2箱 明天送")
    await chat.restart()
    assert "A100 电源适配器 2箱" in await chat.ask(WANG, "A100")
    assert not await CustomerAlias.exists()
    await chat.restart()
    assert "已下单" in await chat.ask(WANG, "确认")
    chat.skip_all()

    await chat.restart()
    assert "A100 电源适配器 3箱(=150个)" in await chat.ask(WANG, "小红瓶3箱，后天送")
    assert (await chat.ask(WANG, "小红瓶改5箱")).startswith("已改：A100 3→5箱")
    assert "A100 电源适配器：18.5 元/个" in await chat.ask(WANG, "小红瓶多少钱")


async def test_an_order_that_was_never_confirmed_teaches_nothing(chat: Chat):
    await chat.ask(WANG, "下单 小红瓶 2箱")
    await chat.ask(WANG, "A100")
    await chat.ask(WANG, "取消")
    assert "还没有记下" in await chat.ask(WANG, "我的叫法")
    assert "没有找到「小红瓶」" in await chat.ask(WANG, "下单 小红瓶 2箱")


async def test_names_are_listed_with_day_and_person_and_forgotten(chat: Chat):
    await learnt(chat)
    answer = await chat.ask(WANG, "我的叫法")
    assert answer.startswith("您的叫法：\n小红瓶 = A100 电源适配器（11-24 18:0")
    assert "小王）" in answer
    await chat.restart()
    assert await chat.ask(WANG, "忘记 小红瓶") == "已忘记「小红瓶」（A100 电源适配器）。下次会再问您。"
    assert "没有记过「小红瓶」" in await chat.ask(WANG, "忘记 小红瓶")
    assert "还没有记下" in await chat.ask(WANG, "我的叫法")
    assert "没有找到「小红瓶」" in await chat.ask(WANG, "下单 小红瓶 2箱")


async def test_the_name_learnt_last_holds(chat: Chat):
    await learnt(chat)
    await chat.ask(WANG, "忘记 小红瓶")
    await learnt(chat, product="B200")
    assert "B200 LED驱动器 1箱" in await chat.ask(WANG, "小红瓶1箱")


async def test_another_customer_is_still_asked(chat: Chat):
    await learnt(chat)
    await join(chat, LU, "C003")
    assert "没有找到「小红瓶」" in await chat.ask(LU, "下单 小红瓶 2箱")
    assert "还没有记下" in await chat.ask(LU, "我的叫法")
    assert "没有记过" in await chat.ask(LU, "忘记 小红瓶")
    assert "小红瓶 = A100" in await chat.ask(WANG, "我的叫法")


async def test_a_colleague_of_the_same_customer_is_understood(chat: Chat):
    await learnt(chat)
    await join(chat, LU, "C001")
    assert "A100 电源适配器 2箱" in await chat.ask(LU, "下单 小红瓶 2箱")


async def test_the_rep_is_understood_when_the_customer_is_known(chat: Chat):
    await learnt(chat)
    assert "A100 电源适配器 2箱" in await chat.ask(LI, "给华强下小红瓶2箱")
    await chat.ask(LI, "取消")
    assert "给哪家客户" in await chat.ask(LI, "小红瓶2箱 明天送")
    assert "A100 电源适配器 2箱" in await chat.ask(LI, "华强")
    assert "A100 3箱" in (await chat.ask(LI, "小红瓶改3箱")).replace("2→3箱", "3箱")


async def test_what_the_rep_was_told_is_the_customers_name(chat: Chat):
    await chat.ask(LI, "给华强下小绿罐2箱 明天送")
    await chat.ask(LI, "L09")
    await chat.ask(LI, "确认")
    chat.skip_all()
    assert "小绿罐 = L09 灯泡9W" in await chat.ask(WANG, "我的叫法")
    assert "老李" in await chat.ask(WANG, "我的叫法")
    chat.skip_all()


async def test_a_word_of_the_catalogue_never_becomes_a_name(chat: Chat):
    await chat.ask(WANG, "灯泡2箱 明天送")
    await chat.ask(WANG, "1")
    assert "已下单" in await chat.ask(WANG, "确认")
    chat.skip_all()
    assert not await CustomerAlias.exists()
    assert "有 2 种" in await chat.ask(WANG, "灯泡2箱")


async def test_a_line_that_was_changed_to_other_goods_teaches_nothing(chat: Chat):
    await chat.ask(WANG, "下单 小红瓶 2箱 明天送")
    await chat.ask(WANG, "A100")
    await chat.ask(WANG, "A100换成B200")
    assert "已下单" in await chat.ask(WANG, "确认")
    chat.skip_all()
    assert not await CustomerAlias.exists()


@pytest.mark.parametrize("text", ["我的叫法", "忘记 小红瓶"])
async def test_staff_and_strangers_have_no_names(chat: Chat, text: str):
    assert "这一步" in await chat.ask(LI, text)
    assert "绑定" in await chat.ask(LU, text)
