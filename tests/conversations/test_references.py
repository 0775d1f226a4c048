"""The customer's own order number: said with the order or afterwards, shown, found, and taken once at a time."""

from pathlib import Path

import pytest

from domain.errors import StepRefused
from domain.models import Customer, Order
from domain.rules.lifecycle import OrderState, Step
from templates import refusal
from tests.conversations.test_main_story import booked
from tests.conversations.test_rules import newest
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat


@pytest.fixture
def database_url(blank: Path, tmp_path: Path) -> str:
    """SQLite only: nothing here is written in a way of its own."""
    file = tmp_path / "shop.sqlite3"
    file.write_bytes(blank.read_bytes())
    return f"sqlite://{file}"


async def test_it_is_read_back_kept_shown_and_found(chat: Chat):
    assert "客户单号 PO-889" in await chat.ask(WANG, "下单 A100 20箱 po-889 明天送")
    await chat.ask(WANG, "1")
    chat.skip_all()
    order = await newest()
    assert (order.po, order.remark) == ("PO-889", "")
    assert "，客户单号 PO-889" in await chat.ask(WANG, order.number)
    for text in ("查 PO-889", "PO889到哪了", "查客户单号 889"):
        await chat.restart()
        assert (await chat.ask(WANG, text)).startswith(order.number[2:])
    assert order.number[2:] in await chat.ask(LI, "查PO-889")
    assert "客户单号 PO-889" in await chat.ask(QIANG, "查PO-889")
    assert "PO-890" in await chat.ask(WANG, "查 PO-890")
    assert order.number[2:] not in await chat.ask(LU, "查PO-889")
    chat.skip_all()


async def test_it_is_given_to_an_order_that_is_booked_without_stopping_the_warehouse(chat: Chat):
    number = await booked(chat)
    await chat.ask(QIANG, f"拣货 {number}")
    assert "客户单号 4500123" in await chat.ask(WANG, f"{number} 客户单号 4500123")
    assert (await Order.get()).po is None
    assert "已改" in await chat.ask(WANG, "1")
    chat.skip(LI)
    assert chat.unread(QIANG) == []
    assert (await Order.get()).po == "4500123"
    assert number in await chat.ask(WANG, "查客户单号 4500123")


async def test_an_order_that_waits_takes_a_number_that_is_free_and_one_that_is_done_says_why_not(chat: Chat):
    await booked(chat, "下单 B200 2箱 客户单号 PO-1 明天送")
    await Customer.filter(code="C001").update(credit_limit=100)
    await chat.ask(WANG, "下单 A100 20箱 明天送")
    await chat.ask(WANG, "1")
    chat.skip_all()
    order = await newest()
    number = order.number[2:]
    for other in ("客户单号 PO-1", "客户单号 PO-889 备注：加急"):
        assert "审批人看的就是现在的内容，出了结果再发一次" in await chat.ask(WANG, f"{number} {other}")
    assert "客户单号 PO-889" in await chat.ask(WANG, f"{number} 客户单号 PO-889")
    assert "已改" in await chat.ask(WANG, "1")
    chat.skip_all()
    assert ((await newest()).po, (await newest()).state) == ("PO-889", "awaiting_approval")
    assert "客户单号 PO-889" in await chat.ask(CHEN, number)
    await chat.ask(CHEN, f"同意 {number}")
    assert ((await newest()).po, (await newest()).state) == ("PO-889", "accepted")
    chat.skip_all()
    assert "客户单号也不再补" in refusal(StepRefused(order.number, OrderState.CLOSED, Step.AMEND))


async def test_a_second_open_order_under_one_number_waits_for_a_person(chat: Chat):
    first = await booked(chat, "下单 A100 20箱 客户单号 PO-889 明天送")
    assert f"PO889（{first} 已用过，要人工核对）" in await chat.ask(WANG, "下单 A100 5箱 客户单号 PO889 明天送")
    assert "这单要人工看一下" in await chat.ask(WANG, "1")
    chat.skip_all()
    second = await newest()
    assert second.state == "awaiting_approval"
    assert f"客户单号 PO889 与 {first} 重复" in await chat.ask(CHEN, "待审核")
    assert "对得上 2 单" in await chat.ask(WANG, "查 PO-889")
    await chat.ask(CHEN, f"驳回 {second.number} 下重了")
    chat.skip_all()
    assert (await chat.ask(WANG, "查 PO-889")).startswith(first)
    third = await booked(chat, "下单 A100 5箱 明天送")
    assert "重复" in await chat.ask(WANG, f"{third} 客户单号 po#889"), "nor is the rule got round afterwards"
    await chat.ask(WANG, f"取消 {first}")
    await chat.ask(WANG, "1")
    chat.skip_all()
    await chat.ask(WANG, f"{third} 客户单号 po#889")
    assert "已改" in await chat.ask(WANG, "1"), "the number is free again"
    chat.skip_all()
