"""套装 as people see it: set by a manager, ordered like any product, picked and sent as its parts."""

from typing import Any

import pytest

from domain import importing
from domain.models import OrderLine, Product, Stock
from tests.checker.books import balanced
from tests.conversations.test_main_story import booked
from tests.harness import CHEN, LI, QIANG, WANG, Chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KIT: dict[str, Any] = {"sku": "K100", "name": "入门套装", "base_unit": "套", "units": {"套": 1}, "list_price": 50}
SF = "SF1234567890123"


async def a_shop_with_kits(chat: Chat) -> None:
    await importing.import_products({"products": [KIT]}, now=chat.platform.clock())
    said = await chat.ask(CHEN, "套装 K100 = A100×2 + B200×1")
    assert said.splitlines()[0] == "记下了：K100 入门套装一套是 A100 电源适配器 2个、B200 LED驱动器 1个"
    assert "已下的单不变" in said


async def reserved() -> dict[str, int]:
    assert await balanced() == []
    return {row.sku: int(row.reserved) for row in await Stock.filter(reserved__gt=0)}


async def test_a_kit_is_ordered_changed_picked_and_sent_as_its_parts(chat: Chat):
    await a_shop_with_kits(chat)
    read_back = await chat.ask(WANG, "下单 K100 5套 明天送")
    assert "K100 入门套装 5套 ×50=250（每套 A100×2、B200×1）" in read_back
    assert len(read_back.splitlines()) <= 6
    chat.skip(WANG)
    assert "K100 5套，¥250.00" in await chat.ask(WANG, "确认")
    order = await OrderLine.get().select_related("order")
    number = order.order.number[2:]
    chat.skip_all()
    assert await reserved() == {"A100": 10, "B200": 5}

    assert "K100 5套→3套" in await chat.ask(WANG, f"{number} K100改3套")
    await chat.ask(WANG, "1")
    chat.skip_all()
    assert await reserved() == {"A100": 6, "B200": 3}

    picking = await chat.ask(QIANG, f"拣货 {number}")
    assert picking.splitlines()[1:3] == ["K100 入门套装 3套", "└ A100 6个、B200 3个"]
    assert "只能整套走，不能单动 A100" in await chat.ask(QIANG, f"装箱 {number} 1件 A100 4个")
    assert "K100 3套，共 1 件" in await chat.ask(QIANG, f"装箱 {number} 1件")
    assert "K100 3套" in await chat.ask(QIANG, f"发货 {number} 顺丰 {SF}")
    assert await reserved() == {}
    chat.skip_all()
    assert f"{number} 套装 K100 已发 3套" in await chat.ask(WANG, "A100发了没")
    said = await chat.ask(WANG, f"签收 {number} A100破1")
    assert "K100 3套" in said
    assert "K100 1套" in said
    chat.skip_all()


async def test_a_kit_that_is_short_of_one_part_says_so_and_gives_everything_back(chat: Chat):
    await a_shop_with_kits(chat)
    assert "（现货 240套）" in await chat.ask(WANG, "下单 K100 300套 明天送")
    said = await chat.ask(WANG, "确认")
    assert "LED驱动器缺 60个，已去采购" in said
    assert await reserved() == {"A100": 480, "B200": 240}
    assert "LED驱动器" in await chat.ask(CHEN, "采购单")
    number = (await OrderLine.get().select_related("order")).order.number[2:]
    await chat.ask(WANG, f"取消 {number}")
    await chat.ask(WANG, "1")
    assert await reserved() == {}
    chat.skip_all()


async def test_a_new_recipe_counts_from_the_next_order_on(chat: Chat):
    await a_shop_with_kits(chat)
    await booked(chat, "下单 K100 5套 明天送")
    await chat.ask(CHEN, "套装 K100=B200 2个")
    assert "每套 B200×2" in await chat.ask(WANG, "下单 K100 1套 明天送")
    chat.skip_all()
    assert await reserved() == {"A100": 10, "B200": 5}


async def test_who_may_not_and_what_cannot_be(chat: Chat):
    await a_shop_with_kits(chat)
    for person in (WANG, LI, QIANG):
        await chat.ask(person, "套装 K100 = A100×3")
    assert (await Product.get(sku="K100")).kit == {"A100": "2", "B200": "1"}
    assert "A100 写了两遍" in await chat.ask(CHEN, "套装 K100 = A100×2 + A100×1")
    assert "请发：套装 K100 = A100×2" in await chat.ask(CHEN, "套装 K100 = A100")
    assert "K100 是套装，没有自己的库存" in await chat.ask(QIANG, "入库 K100 5套")
    assert "K100 入门套装一套是" in await chat.ask(QIANG, "配方 K100")
    assert "可用 240套" in await chat.ask(CHEN, "K100还有多少")
    chat.skip_all()
