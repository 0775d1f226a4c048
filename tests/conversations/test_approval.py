"""A held order by chat: 陈姐 is asked with margin and credit, goes on leave, is stood in for, hands on, is reminded."""

from decimal import Decimal
from pathlib import Path

import pytest

from domain import importing, joining
from domain.models import Customer, Event, Order, Product, Staff
from domain.values import SYSTEM, Address
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat, Person

WU = Person("老吴", "o-laowu-reviews-00000000007")
HELD = "给华强下 A100 {} 15块一个 明天送"


@pytest.fixture
def database_url(blank: Path, tmp_path: Path) -> str:
    """SQLite only: what both databases do differently is seen in the tests of the use-cases."""
    file = tmp_path / "shop.sqlite3"
    file.write_bytes(blank.read_bytes())
    return f"sqlite://{file}"


async def hire_wu(chat: Chat, **more) -> None:
    now = chat.platform.clock()
    row = {"id": "S009", "name": "老吴", "roles": ["reviewer"], "manager": "S002"} | more
    await importing.import_staff({"staff": [row]}, now=now)
    chat.account.add_follower(WU.name, openid=WU.openid)
    issued = await joining.invite_staff("S009", by=SYSTEM, now=now)
    await joining.redeem_code(issued.code, Address("main", WU.openid), now=now)
    await chat.settle()
    chat.skip_all()


async def a_held_order(chat: Chat, qty: str = "20箱") -> str:
    await chat.say(LI, HELD.format(qty))
    await chat.say(LI, "1")
    chat.skip(LI, WANG)
    return (await Order.all().order_by("-id").limit(1))[0].number.removeprefix("SO")


async def test_the_approver_sees_what_a_yes_means(chat: Chat):
    await Product.filter(sku="A100").update(cost=Decimal(12))
    await Customer.filter(code="C001").update(credit_limit=20000)
    number = await a_held_order(chat)
    assert number in chat.heard(CHEN)
    assert await chat.ask(CHEN, "待审核") == (
        f"待审核 {number} 华强电子 ¥15,000.00，等陈姐\nA100 20箱\n原因：A100 低于底价\n"
        "办法：销售谈回底价，或由你定\n毛利 20%，之后信用余 ¥5,000.00\n"
        f"回复「同意 {number}」「驳回 {number} 理由」或「转 {number} 同事」"
    )
    assert "已同意" in await chat.ask(CHEN, f"同意 {number}")
    assert number in chat.heard(WANG)
    assert number in chat.heard(LI)
    assert "已由陈姐在" in await chat.ask(CHEN, f"同意 {number}")


async def test_the_approver_sees_who_else_waits_for_the_goods(chat: Chat):
    await chat.say(WANG, "下单 B200 15箱 明天送")
    await chat.say(WANG, "1")
    chat.skip_all()
    other = (await Order.get()).number.removeprefix("SO")
    await chat.say(LI, "给华强下 B200 2箱 15块一个 明天送")
    await chat.say(LI, "1")
    chat.skip_all()
    assert other in await chat.ask(CHEN, "待审核")
    chat.skip_all()


async def test_leave_sends_the_question_to_the_deputy_and_both_names_stay(chat: Chat):
    await hire_wu(chat)
    await Staff.filter(code="S009").update(deputy="S002")
    await chat.say(WU, "请假 今天")
    chat.skip(WU, CHEN)
    number = await a_held_order(chat)
    assert number in chat.heard(CHEN)
    assert "等陈姐（代老吴）" in await chat.ask(CHEN, "待审核")
    assert "代老吴" in await chat.ask(CHEN, f"同意 {number}")
    given = await Event.get(kind="ApprovalGiven")
    assert (given.by, given.facts["instead_of"]) == ("陈姐", "老吴")
    chat.skip(WANG, LI)


async def test_off_hours_somebody_stands_in_until_a_turn_of_duty_brings_the_approver_back(chat: Chat):
    await hire_wu(chat, deputy="S002", hours={"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "17:30"})
    number = await a_held_order(chat)
    assert number in chat.heard(CHEN), "it is six in the evening"
    assert "等陈姐（代老吴）" in await chat.ask(CHEN, "待审核")
    assert "代老吴" in await chat.ask(CHEN, f"驳回 {number} 价格太低")
    rejected = await Event.get(kind="OrderRejected")
    assert (rejected.by, rejected.facts["reason"]) == ("陈姐", "价格太低")
    assert "已排班：老吴" in await chat.ask(CHEN, "排班 老吴 今天 17点到20点")
    chat.skip_all()
    number = await a_held_order(chat, "30箱")
    assert number in chat.heard(WU)
    assert "已同意" in await chat.ask(WU, f"同意 {number}")
    chat.skip_all()


async def test_a_no_without_a_reason_promises_none(chat: Chat):
    await hire_wu(chat)
    number = await a_held_order(chat)
    assert number in chat.heard(WU)
    assert "已驳回" in await chat.ask(WU, f"驳回 {number}")
    assert "未通过审核" in [field.value for field in chat.card(WANG).fields]
    chat.skip_all()


async def test_a_decision_is_handed_on_by_chat(chat: Chat):
    await hire_wu(chat)
    number = await a_held_order(chat)
    assert number in chat.heard(WU)
    assert "没有叫「小张」的同事" in await chat.ask(WU, f"转 {number} 小张")
    assert "不能审这一单" in await chat.ask(WU, f"{number} 转给老李")
    assert "已转给陈姐" in await chat.ask(WU, f"{number} 转给陈姐")
    assert number in chat.heard(CHEN)
    await chat.restart()
    assert "现在是第 1 级（共 1 级），等陈姐审核" in await chat.ask(WU, f"同意 {number}")
    assert "已驳回" in await chat.ask(CHEN, f"驳回 {number} 价格太低")
    assert "已由陈姐" in await chat.ask(WU, f"同意 {number}")
    chat.skip(WANG, LI)


async def test_nobody_hears_then_a_reminder_then_the_manager(chat: Chat):
    await hire_wu(chat)
    await chat.later(hours=16)
    number = await a_held_order(chat)
    chat.skip(WU)
    await chat.later(minutes=59)
    chat.silent()
    await chat.later(minutes=2)
    assert number in chat.heard(WU)
    await chat.later(minutes=62)
    assert number in chat.heard(CHEN)
    chat.silent()
    assert "等陈姐\n" in await chat.ask(CHEN, "待审核")
    assert "已同意" in await chat.ask(CHEN, f"同意 {number}")
    chat.skip(WANG, LI)


async def test_an_answer_that_was_typed_before_the_question_does_not_count(chat: Chat):
    await hire_wu(chat)
    number = await a_held_order(chat)
    await chat.later(minutes=10)
    await chat.say(WU, f"转 {number} 陈姐")
    chat.skip(WU, CHEN)
    await chat.say_overtaken(CHEN, f"同意 {number}", seconds=60)
    answer = chat.heard(CHEN)
    assert "没有算数" in answer
    assert f"{number} 现在等陈姐" in answer
    assert (await Order.get()).state == "awaiting_approval"


async def test_an_own_order_is_for_somebody_else(chat: Chat):
    await hire_wu(chat)
    await chat.say(CHEN, HELD.format("20箱"))
    await chat.say(CHEN, "1")
    chat.skip(CHEN, WANG)
    number = (await Order.get()).number.removeprefix("SO")
    assert number in chat.heard(WU)
    assert "你自己下的单" in await chat.ask(CHEN, f"同意 {number}")
    assert "你自己下的单" in await chat.ask(CHEN, f"转 {number} 老吴")
    assert "不能审这一单" in await chat.ask(WU, f"转 {number} 陈姐")
    assert "已同意" in await chat.ask(WU, f"同意 {number}")
    chat.skip(WANG, LI, CHEN)


async def test_handing_on_is_for_those_who_decide(chat: Chat):
    number = await a_held_order(chat)
    chat.skip(CHEN)
    for person in (LI, QIANG):
        assert "要由经理或审核员" in await chat.ask(person, f"转 {number} 陈姐")
    assert "看懂" in await chat.ask(WANG, f"转 {number} 陈姐")
    assert "绑定" in await chat.ask(LU, f"转 {number} 陈姐")
    assert (await Order.get()).state == "awaiting_approval"
    chat.skip_all()


async def test_whom_and_which_are_asked_for(chat: Chat):
    await hire_wu(chat)
    assert "转给谁" in await chat.ask(CHEN, "转")
    first, second = await a_held_order(chat), await a_held_order(chat, "30箱")
    chat.skip(WU)
    assert "转哪一单" in await chat.ask(WU, "转给陈姐")
    assert f"已转给陈姐审核 {second}" in await chat.ask(WU, second)
    chat.skip(CHEN)
    assert f"{first} 华强电子 ¥15,000.00，A100 低于底价，等老吴" in await chat.ask(CHEN, "待审核")


async def test_levels_are_set_by_chat_and_a_large_order_passes_both(chat: Chat):
    await hire_wu(chat)
    assert await chat.ask(CHEN, "审批级别") == "审批级别：\n¥0.00 起：审核\n要改请发：审批级别 5万以上经理"
    assert await chat.ask(CHEN, "审批级别 1万以上经理") == (
        "审批级别（第 1 版）已改：\n¥0.00 起：审核\n¥10,000.00 起：经理\n要改请发：审批级别 5万以上经理"
    )
    assert "不能审" in await chat.ask(CHEN, "审批级别 5万以上老李")
    assert "没有叫「张总」的同事" in await chat.ask(CHEN, "审批级别 5万以上张总")
    for person in (LI, WU):
        assert "要由经理" in await chat.ask(person, "审批级别 0经理")
    number = await a_held_order(chat)
    assert number in chat.heard(WU)
    assert "还要第 2 级：已请陈姐审核" in await chat.ask(WU, f"同意 {number}")
    assert number in chat.heard(CHEN)
    await chat.restart()
    assert "你已经答复过，现在是第 2 级（共 2 级），等陈姐审核" in await chat.ask(WU, f"同意 {number}")
    assert "已同意" in await chat.ask(CHEN, f"同意 {number}")
    assert number in chat.heard(WANG)
    chat.skip(LI)


async def test_a_bare_yes_is_asked_about_by_a_numbered_list(chat: Chat):
    assert await chat.ask(CHEN, "同意") == "没有待审核的订单。"
    first, second = await a_held_order(chat), await a_held_order(chat, "30箱")
    chat.skip_all()
    answer = await chat.ask(CHEN, "同意")
    assert answer.startswith("同意哪一单？回复数字或单号：\n1 ")
    assert f"2 {second}" in answer
    assert f"已同意 {second}" in await chat.ask(CHEN, "2")
    chat.skip_all()
    assert f"已同意 {first}" in await chat.ask(CHEN, "同意")
    chat.skip_all()
