"""One box with the goods of several orders, and several boxes of one order: each route seen, each thing told once."""

import re

import pytest
from aiohttp import ClientSession

from domain.models import OrderLine, Shipment
from tests.conversations.test_carriers import SF
from tests.conversations.test_main_story import booked
from tests.conversations.test_silence import told
from tests.harness import LI, QIANG, WANG, Chat

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECOND = "SF1234567890124"


async def arrived(number: str) -> list[int]:
    return [int(line.delivered) for line in await OrderLine.filter(order__number=f"SO{number}")]


@on_sqlite
async def test_two_boxes_of_one_order_are_followed_each_and_told_once(chat: Chat):
    number = await booked(chat)
    await chat.ask(QIANG, f"拣货 {number}")
    await chat.ask(QIANG, "装箱 2件")
    answer = await chat.ask(QIANG, f"发货 {number} 顺丰 {SF} {SECOND}")
    assert f"顺丰 {SF}、{SECOND}" in answer
    assert "等多件" in told(chat, WANG)
    assert "已登记过" in await chat.ask(QIANG, f"发货 {number} 顺丰 {SF} {SECOND}")
    await chat.platform.carrier.move(SF, "1", "已收取第一件")
    await chat.settle()
    assert "已揽收" in told(chat, WANG)
    await chat.platform.carrier.move(SECOND, "1", "已收取第二件")
    await chat.settle()
    assert not chat.unread(WANG)
    assert f"{number} 已发 20箱（顺丰 {SF}等 2 件 已揽收）" in await chat.ask(WANG, "A100发了没")
    await chat.platform.carrier.move(SF, "3", "第一件已签收")
    await chat.settle()
    # Half of it is there: nobody is asked to sign yet, and nothing counts as delivered.
    assert not chat.unread(WANG)
    assert await arrived(number) == [0]
    assert f"（顺丰 {SF}等 1/2 件已签收）" in await chat.ask(WANG, "A100发了没")
    await chat.platform.carrier.move(SECOND, "203", "第二件拒收")
    await chat.settle()
    assert "未成" in told(chat, WANG)
    chat.skip_all()
    (url,) = re.findall(r"https?://\S+", await chat.ask(WANG, f"链接 {number}"))
    async with ClientSession() as http:
        page = await (await http.get(url)).text()
    for words in (SF, SECOND, "第一件已签收", "第二件拒收"):
        assert words in page
    await chat.platform.carrier.move(SECOND, "3", "第二件已签收")
    await chat.settle()
    assert told(chat, WANG).count("已签收") >= 1
    assert await arrived(number) == [1000]
    answer = await chat.ask(QIANG, f"送货单 {number}")
    assert "送货单" in answer
    chat.skip_all()
    assert f"已签收 {number}（2 件）：A100 20箱" in await chat.ask(WANG, f"签收 {number} 外箱湿了")
    assert re.search("2 ?件", told(chat, LI))
    chat.skip_all()


@on_sqlite
async def test_a_waybill_of_somebody_else_in_a_row_of_them_stops_all(chat: Chat):
    first, second = await booked(chat), await booked(chat, "下单 B200 2箱 明天送")
    await chat.ask(QIANG, f"发货 {first} 顺丰 {SF}")
    chat.skip_all()
    assert "登记在别的" in await chat.ask(QIANG, f"发货 {second} 顺丰 {SECOND} {SF}")
    assert await Shipment.all().count() == 1
    assert "已发货" in await chat.ask(QIANG, f"发货 {second} 顺丰 {SECOND}")
    chat.skip_all()


async def test_two_orders_in_one_box_hear_of_it_each(chat: Chat):
    first, second = await booked(chat), await booked(chat, "下单 B200 2箱 明天送")
    answer = await chat.ask(QIANG, f"发货 {first} {second} 顺丰 {SF}")
    assert answer.startswith(f"已发货 2 单，同一箱：顺丰 {SF}")
    assert f"{first}：A100 20箱" in answer
    heard = told(chat, WANG)
    assert first in heard
    assert second in heard
    watches = [e for e in chat.platform.journal.entries("carrier") if e.request.get("path") == "/poll"]
    assert len(watches) == 1
    for _ in range(2):
        await chat.platform.carrier.move(SF, "1", "已收取快件")
        await chat.settle()
    heard = told(chat, WANG)
    assert (heard.count(first), heard.count(second)) == (1, 1)
    assert f"顺丰 {SF}" in await chat.ask(WANG, f"{second}到哪了")
    for label in (f"顺丰 {SECOND}", "京东"):
        assert f"更正 {first}" in await chat.ask(QIANG, f"更正 {second} {label}")
    assert "已更正" in await chat.ask(QIANG, f"更正 {first} 顺丰 {SECOND}")
    heard = told(chat, WANG)
    assert first in heard
    assert second in heard
    assert {row.label for row in await Shipment.all()} == {SECOND}
    await chat.platform.carrier.move(SECOND, "3", "已签收")
    await chat.settle()
    assert (await arrived(first), await arrived(second)) == ([1000], [48])
    again = await chat.ask(QIANG, f"发货 {first} {second} 顺丰 {SECOND}")
    assert again.count("登记过") == 2
    chat.skip_all()


@on_sqlite
async def test_one_box_has_one_address_and_all_of_it_leaves_or_nothing(chat: Chat):
    first, second = await booked(chat), await booked(chat, "下单 B200 2箱 明天送")
    await chat.ask(QIANG, f"发货 {second} 自提")
    chat.skip_all()
    assert "没有" in await chat.ask(QIANG, f"发货 {first} {second} 顺丰 {SF}")
    assert await Shipment.all().count() == 1
    line = await OrderLine.get(order__number=f"SO{first}")
    assert line.shipped == 0
    chat.skip_all()
