"""Credit by chat: a limit that holds orders until money comes in, terms, a customer who is stopped, and changes."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain import importing, joining
from domain.models import Customer, Event, Order, Payment
from domain.values import SYSTEM, Address
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat, Person

QIAN = Person("钱姐", "o-qianjie-finance-00000000008")


@pytest.fixture
def database_url(blank: Path, tmp_path: Path) -> str:
    """SQLite only: what both databases do differently is seen in the tests of the use-cases."""
    file = tmp_path / "shop.sqlite3"
    file.write_bytes(blank.read_bytes())
    return f"sqlite://{file}"


@pytest.fixture(autouse=True)
async def qian(chat: Chat) -> None:
    """钱姐 minds the money."""
    now = chat.platform.clock()
    await importing.import_staff({"staff": [{"id": "S010", "name": QIAN.name, "roles": ["finance"]}]}, now=now)
    chat.account.add_follower(QIAN.name, openid=QIAN.openid)
    issued = await joining.invite_staff("S010", by=SYSTEM, now=now)
    await joining.redeem_code(issued.code, Address("main", QIAN.openid), now=now)
    await chat.settle()
    chat.skip_all()


async def order(chat: Chat, text: str = "下单 A100 20箱 明天送") -> tuple[str, str]:
    """What 小王 is told of an order, and its number as people type it."""
    await chat.say(WANG, text)
    chat.skip(WANG)
    said = await chat.ask(WANG, "1")
    chat.skip(WANG, LI)
    (row,) = await Order.all().order_by("-id").limit(1)
    return said, row.number.removeprefix("SO")


async def test_beyond_the_limit_an_order_waits_until_money_comes_in(chat: Chat):
    assert await chat.ask(QIAN, "额度 华强 2万") == (
        "华强电子 额度：不限 → ¥20,000.00\n欠 ¥0.00，额度还剩 ¥20,000.00。以后的订单按它审。"
    )
    said, first = await order(chat)
    assert "已下单" in said
    said, second = await order(chat, "下单 A100 5箱 明天送")
    assert "这单要人工看一下" in said
    assert "超信用额度" in chat.heard(CHEN)
    card = await chat.ask(CHEN, "待审核")
    assert "原因：超额度 ¥3,125.00\n办法：财务收款，或调「额度 客户 金额」\n之后信用余 ¥-3,125.00" in card
    assert len(card.splitlines()) <= 6
    await chat.restart()
    noted = await chat.ask(QIAN, "收款 华强 15000 招行")
    assert noted == (
        "已记收款 1 号：华强电子 ¥15,000.00\n现在欠 ¥3,500.00，额度还剩 ¥16,500.00\n"
        f"待审的 {second} 可以再看看，发「待审核」\n记错了发「撤销收款 1」"
    )
    assert "之后信用余 ¥11,875.00" in await chat.ask(CHEN, "待审核")
    assert "已同意" in await chat.ask(CHEN, f"同意 {second}")
    chat.skip(WANG, LI)
    said, _ = await order(chat, "下单 B200 2箱 明天送")
    assert "已下单" in said
    assert "欠 ¥9,181.00" in await chat.ask(LI, "额度 华强")
    assert first != second


async def test_a_payment_that_was_noted_by_mistake_is_taken_back_once(chat: Chat):
    await order(chat)
    await chat.ask(QIAN, "收款 华强 50000")
    assert "预收 ¥31,500.00" in await chat.ask(QIAN, "额度 华强")
    assert await chat.ask(QIAN, "撤销收款 1") == "已撤销收款 1 号（¥50,000.00）。华强电子 现在欠 ¥18,500.00"
    assert "已经撤销过" in await chat.ask(QIAN, "撤销收款 1")
    assert "没有收款 99 号" in await chat.ask(QIAN, "撤销收款 99")
    assert [row.amount for row in await Payment.all().order_by("id")] == [50000, -50000]


async def test_goods_that_are_not_paid_for_in_time_hold_the_next_order(chat: Chat):
    assert "账期：不限 → 发货后 30 天" in await chat.ask(QIAN, "账期 华强 30天")
    _, number = await order(chat)
    await chat.say(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    chat.skip_all()
    chat.platform.clock.forward(timedelta(days=30))
    said, _ = await order(chat, "下单 A100 1箱 后天送")
    assert "已下单" in said
    chat.platform.clock.forward(timedelta(days=1))
    said, held = await order(chat, "下单 A100 2箱 后天送")
    assert "这单要人工看一下" in said
    assert "货款逾期" in chat.heard(CHEN)
    assert "逾期 1 天未付 ¥18,500.00" in await chat.ask(CHEN, "待审核")
    assert "其中逾期 ¥18,500.00（最久 1 天）" in await chat.ask(QIAN, "额度 华强")
    assert await chat.ask(QIAN, "应收") == (
        "应收共 ¥19,425.00，1 家；逾期 ¥18,500.00，1 家\n"
        "· 华强电子 欠 ¥19,425.00，其中逾期 ¥18,500.00（最久 1 天）\n看一家发「应收 华强电子」"
    )
    assert "欠 ¥19,425.00" in await chat.ask(LI, "应收 华强")
    assert "应收" not in await chat.ask(QIANG, "应收"), "the warehouse does not see money"
    for text in ("审核规则 9 5", "1"):
        await chat.say(CHEN, text)
    chat.skip(CHEN)
    said, _ = await order(chat, "下单 A100 3箱 后天送")
    assert "已下单" in said, "five days of grace"
    await chat.ask(QIAN, "收款 华强 18500")
    assert "逾期" not in await chat.ask(QIAN, "额度 华强")
    assert "已驳回" in await chat.ask(CHEN, f"驳回 {held} 重下")
    chat.skip_all()


async def test_a_customer_is_stopped_with_a_reason_and_let_go_on(chat: Chat):
    assert await chat.ask(QIAN, "停单 华强") == "停单要写原因，如：停单 深圳市华强电子有限公司 三个月没付款"
    assert "已停单 华强电子：三个月没付款" in await chat.ask(QIAN, "停单 华强 三个月没付款")
    said, number = await order(chat)
    assert "这单要人工看一下" in said
    assert "三个月没付款" not in said, "the reason is the house's own"
    chat.skip(CHEN)
    assert "客户已停单：三个月没付款\n办法：财务问清再发「恢复 客户」" in await chat.ask(CHEN, "待审核")
    assert f"待审的 {number} 还要人定" in await chat.ask(QIAN, "恢复 华强")
    assert "没有停单" in await chat.ask(QIAN, "恢复 华强")
    said, _ = await order(chat, "下单 A100 1箱 明天送")
    assert "已下单" in said
    kinds = [row.kind for row in await Event.all().order_by("id") if row.kind.startswith("Customer")]
    assert kinds == ["CustomerBlocked", "CustomerUnblocked"]
    await chat.say(CHEN, f"驳回 {number} 重下")
    chat.skip_all()


async def test_a_change_of_an_accepted_order_is_judged_as_an_order_is(chat: Chat):
    await chat.ask(QIAN, "额度 华强 20000")
    _, number = await order(chat)
    answer = await chat.ask(WANG, f"{number} A100改30箱")
    assert answer.endswith("\n这样改要人审（超额度 ¥7,750.00），审过才改。回复 1 送审，2 不改")
    assert answer.splitlines()[-2].startswith("改后：A100 30箱")
    await chat.ask(WANG, "2")
    assert "回复 1 确认" in await chat.ask(WANG, f"{number} A100改21箱")
    await chat.ask(WANG, "2")
    assert "审过才改" in await chat.ask(CHEN, f"{number} A100改30箱"), "not even who decides on orders does it alone"
    await chat.ask(CHEN, "2")
    await chat.ask(WANG, f"{number} A100改30箱")
    await chat.ask(WANG, "1")
    await chat.ask(CHEN, f"同意 {number}")
    chat.skip_all()
    assert "改后：A100 29箱" in await chat.ask(WANG, f"{number} A100改29箱"), "less is always welcome"
    await chat.ask(WANG, "1")
    await chat.ask(QIAN, "停单 华强 欠款")
    answer = await chat.ask(WANG, f"{number} A100改40箱")
    assert "客户已停单" in answer
    assert "欠款" not in answer, "the reason is the house's own"
    chat.skip_all()


async def test_who_may_not_mind_the_money_does_not(chat: Chat):
    for text in ("额度 华强 50000", "账期 华强 30天", "停单 华强 欠款", "恢复 华强", "收款 华强 5000", "撤销收款 1"):
        for person in (LI, QIANG):
            assert "这一步要由财务或经理来做" in await chat.ask(person, text)
        await chat.say(WANG, text)
        chat.skip_all()
        assert "绑定" in await chat.ask(LU, text)
    assert "没有找到客户" in await chat.ask(LI, "额度 宏达"), "a rep sees the own customers"
    assert "没有找到客户「没听过的店」" in await chat.ask(QIAN, "额度 没听过的店 5000")
    assert "最长 365 天" in await chat.ask(QIAN, "账期 华强 999天")
    assert "不能当金额" in await chat.ask(QIAN, "收款 华强 0")
    assert "请写收到多少" in await chat.ask(QIAN, "收款 华强")
    assert not await Payment.exists()
    row = await Customer.get(code="C001")
    assert (row.credit_limit, row.credit_days, row.blocked) == (None, None, False)
    chat.skip_all()
