"""A change that a rule holds: submitted, decided by somebody else, and the order stays as it is until then."""

from pathlib import Path

import pytest

from domain.models import Customer, Event, Order, OrderLine, Stock, SubmittedChange
from tests.conversations.test_approval import WU, hire_wu
from tests.conversations.test_main_story import booked
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat, as_text


@pytest.fixture
def database_url(blank: Path, tmp_path: Path) -> str:
    """SQLite only: nothing here is written in a way of its own."""
    file = tmp_path / "shop.sqlite3"
    file.write_bytes(blank.read_bytes())
    return f"sqlite://{file}"


async def content() -> tuple[object, ...]:
    """What the one order holds, and what it takes from the house."""
    line, order, customer = await OrderLine.get(), await Order.get(), await Customer.get(code="C001")
    held = (await Stock.get(sku="A100")).reserved
    return (line.base_qty, line.unit_price, line.reserved, held, order.total, customer.owed)


async def submitted(chat: Chat, text: str = "A100改30箱") -> str:
    """An order of 小王's within the limit, and a change beyond it that waits for 陈姐."""
    await Customer.filter(code="C001").update(credit_limit=20000)
    number = await booked(chat)
    assert "审过才改。回复 1 送审，2 不改" in await chat.ask(WANG, f"{number} {text}")
    assert "审过之前订单照旧" in await chat.ask(WANG, "1")
    return number


async def test_the_order_stays_until_somebody_else_says_yes(chat: Chat):
    number = await submitted(chat)
    before = await content()
    assert before == (1000, 18.5, 1000, 1000, 18500, 18500)
    assert "改单待审，回复" in " ".join(field.value for field in chat.card(CHEN).fields)
    card = await chat.ask(CHEN, "待审核")
    assert f"待审核 {number} 华强电子 ¥27,750.00，等陈姐\n改单：A100 20箱→30箱；改后 A100 30箱\n原因：超额度" in card
    assert "之后信用余 ¥-7,750.00" in card
    assert len(card.splitlines()) <= 6
    assert "改单待审：A100 20箱→30箱" in await chat.ask(WANG, number)
    await chat.restart()
    await chat.say(WANG, "1")
    chat.skip(WANG)
    assert await SubmittedChange.all().count() == 1, "a second yes submits nothing"
    answer = await chat.ask(CHEN, f"同意 {number}")
    assert answer.startswith(f"已同意改单 {number}（A100 20箱→30箱）\n现在：A100 30箱，预计")
    assert await content() == (1500, 18.5, 1500, 1500, 27750, 27750)
    assert number in chat.heard(WANG)
    chat.skip(LI)
    assert "的改单已由陈姐在" in await chat.ask(CHEN, f"同意 {number}")
    assert "没有待审核" in await chat.ask(CHEN, "待审核")


async def test_on_a_no_the_writer_hears_why_and_nothing_has_changed(chat: Chat):
    number = await submitted(chat)
    before = await content()
    chat.skip(CHEN)
    for person in (LI, WANG, QIANG, LU):
        await chat.say(person, f"同意 {number}")
        chat.skip(person)
    assert await content() == before, "only who decides decides"
    assert f"已驳回改单 {number}" in await chat.ask(CHEN, f"驳回 {number} 先把上月的付了")
    assert "先把上月的付了" in chat.heard(WANG)
    chat.skip(LI)
    assert await content() == before
    assert "的改单已由陈姐在" in await chat.ask(CHEN, f"同意 {number}")
    assert "改单待审" not in await chat.ask(WANG, number)
    assert not await Event.filter(kind="OrderAmended").exists()


async def test_a_newer_change_takes_the_place_of_the_one_that_waits(chat: Chat):
    number = await submitted(chat)
    chat.skip(CHEN)
    await chat.ask(WANG, f"{number} A100改40箱")
    assert "已送审" in await chat.ask(WANG, "1")
    chat.skip(CHEN)
    await chat.say_overtaken(CHEN, f"同意 {number}", seconds=60)
    assert (await OrderLine.get()).base_qty == 1000, "a yes that was typed before the new question is not about it"
    chat.skip(CHEN)
    assert "A100 20箱→40箱" in await chat.ask(CHEN, f"同意 {number}")
    assert [row.state for row in await SubmittedChange.all().order_by("id")] == ["replaced", "approved"]
    chat.skip_all()


async def test_a_change_of_an_order_that_became_another_is_not_made(chat: Chat):
    number = await submitted(chat)
    await chat.ask(LI, f"{number} A100改10箱")
    await chat.ask(LI, "1")
    chat.skip(CHEN, LI)
    assert any("改单" in as_text(bubble) for bubble in chat.unread(WANG))
    chat.skip(WANG)
    assert (await OrderLine.get()).base_qty == 500
    assert "没有待审核" in await chat.ask(CHEN, "待审核")
    assert "作废" in await chat.ask(CHEN, f"同意 {number}")
    assert (await OrderLine.get()).base_qty == 500


async def test_what_was_sent_or_cancelled_meanwhile_is_refused_with_how_it_is_now(chat: Chat):
    number = await submitted(chat)
    chat.skip(CHEN)
    await OrderLine.all().update(unit_price=17)
    assert "这次改单作废，没有改" in await chat.ask(CHEN, f"同意 {number}")
    chat.skip_all()
    await chat.ask(WANG, f"{number} A100改30箱")
    await chat.ask(WANG, "1")
    chat.skip(CHEN)
    await chat.ask(LI, f"取消 {number}")
    await chat.ask(LI, "1")
    chat.skip_all()
    assert "没有待审核" in await chat.ask(CHEN, "待审核")
    await chat.say(CHEN, f"同意 {number}")
    chat.skip_all()
    assert (await Order.get()).state == "cancelled"


async def test_nobody_decides_on_a_change_of_their_own(chat: Chat):
    await Customer.filter(code="C001").update(credit_limit=20000)
    number = await booked(chat)
    await chat.ask(CHEN, f"{number} A100改30箱")
    assert "现在没有人能审" in await chat.ask(CHEN, "1")
    assert "要由别的审核员来定" in await chat.ask(CHEN, f"同意 {number}")
    await hire_wu(chat)
    await chat.later(minutes=5)
    assert "改单待审" in " ".join(field.value for field in chat.card(WU).fields)
    assert "已同意改单" in await chat.ask(WU, f"同意 {number}")
    assert (await OrderLine.get()).base_qty == 1500
    chat.skip_all()


async def test_particulars_that_wait_for_a_decision_are_told_with_their_label(chat: Chat):
    await booked(chat, "下单 A100 1箱 明天送 客户单号 PO-889")
    number = await booked(chat)
    assert "客户单号" in await chat.ask(WANG, f"{number} 客户单号 PO-889 备注：放门卫")
    assert "的改单：客户单号 PO-889，备注 放门卫" in await chat.ask(WANG, "1")
    chat.skip(CHEN)
    assert "改单：客户单号 PO-889，备注 放门卫；改后 A100 20箱" in await chat.ask(CHEN, "待审核")
    assert "改单待审：客户单号 PO-889，备注 放门卫" in await chat.ask(WANG, number)
    chat.skip_all()
