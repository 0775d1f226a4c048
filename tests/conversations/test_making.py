"""Goods that we make ourselves: what is missing becomes work, work becomes goods, and who waits is told honest days."""

from typing import Any

import pytest

from domain import importing, recipes
from domain.errors import ImportRefused
from domain.models import Recipe, Staff, StockMove, WorkOrder
from tests.checker import books
from tests.conversations.test_main_story import number_in
from tests.harness import CAI, CHEN, LI, LU, QIANG, WANG, Chat

PARTS: list[dict[str, Any]] = [
    {"sku": "M01", "name": "外壳", "base_unit": "个", "list_price": 1, "stock": 1000, "supplier": "华南电子"},
    {"sku": "M02", "name": "芯片", "base_unit": "个", "list_price": 1, "lead_days": 5, "supplier": "华南电子"},
]
LAMP = [{"sku": "M01", "qty": 1}, {"sku": "M02", "qty": 2}]
RECIPES = {"recipes": [{"sku": "B200", "station": "一号线", "per_day": 60, "parts": LAMP}]}


async def maker(chat: Chat, *, chips: int = 1000) -> str:
    """A shop that makes B200, and an order of 小王 for 480 of which 240 lie there; its number."""
    now = chat.platform.clock()
    rows = [PARTS[0], PARTS[1] | {"stock": chips}]
    await importing.import_products({"products": rows}, now=now)
    await recipes.import_recipes(RECIPES, now=now)
    await chat.say(WANG, "下单 B200 20箱 明天送")
    chat.skip(WANG)
    number = number_in(await chat.ask(WANG, "确认"))
    chat.skip_all()
    return number


async def test_what_is_missing_is_made_in_two_reports_and_given_to_who_waits(chat: Chat):
    number = await maker(chat)
    assert "没有要采购的" in await chat.ask(CAI, "采购单")
    assert "还没有安排生产，请生产处理" in await chat.ask(WANG, f"为什么没发 {number}")
    assert "B200 LED驱动器：一号线，每天最多 60个，一个要：" in await chat.ask(QIANG, "配方 B200")
    assert "1 B200 LED驱动器 240个" in await chat.ask(QIANG, "生产单")
    made = await chat.ask(QIANG, "1")
    assert "已下生产单 W1" in made
    assert "0/240个，一号线，待开工，预计 11-27" in made
    assert "已留料：M01 240、M02 480" in made
    assert "料已备齐，生产负责" in await chat.ask(LI, f"为什么没发 {number}")
    assert "可用 520个（在库 1000，已留 480" in await chat.ask(QIANG, "M02还有多少")
    assert "还没开工，请先发：开工 W1" in await chat.ask(QIANG, "报工 W1 良50")
    assert "W1 已开工" in await chat.ask(QIANG, "开工 W1")
    told = await chat.ask(QIANG, "报工 W1 良50 废2")
    assert "已报：良 50 废 2，已入库。等货的 1 行已配上" in told
    assert "50/240个（废 2）" in told
    assert "生产单 W1 在做 50/240" in await chat.ask(LI, f"为什么没发 {number}")
    assert "生产负责" in await chat.ask(WANG, f"为什么没发 {number}")
    assert "还差 190，报不了 191" in await chat.ask(QIANG, "报工 W1 191")
    assert "已完工" in await chat.ask(QIANG, "报工 W1 190")
    assert "W1 已经完工了" in await chat.ask(QIANG, "报工 W1 1")
    moves = {(row.sku, int(row.qty)) for row in await StockMove.filter(document="W1")}
    assert moves == {("M01", -52), ("M02", -104), ("B200", 50), ("M01", -190), ("M02", -380), ("B200", 190)}
    assert number in await chat.ask(QIANG, "待发货")
    assert not await books.balanced()
    await chat.later(minutes=2)
    chat.skip_all()


async def test_a_part_that_is_made_itself_is_made_first_and_its_parts_are_bought(chat: Chat):
    now = chat.platform.clock()
    board = {"sku": "D05", "name": "电路板", "base_unit": "个", "list_price": 1, "stock": 40}
    await importing.import_products({"products": [PARTS[0], PARTS[1] | {"stock": 100}, board]}, now=now)
    levels = [
        {
            "sku": "B200",
            "station": "一号线",
            "per_day": 60,
            "parts": [{"sku": "M01", "qty": 1}, {"sku": "D05", "qty": 1}],
        },
        {"sku": "D05", "station": "二号线", "per_day": 200, "parts": [{"sku": "M02", "qty": 2}]},
    ]
    await recipes.import_recipes({"recipes": levels}, now=now)
    await chat.say(WANG, "下单 B200 20箱 明天送")
    await chat.say(WANG, "确认")
    chat.skip_all()
    listed = await chat.ask(QIANG, "生产单")
    assert "B200 LED驱动器 240个" in listed
    assert "D05 电路板 200个" in listed, "40 of 240 lie there"
    assert "华南电子：M02 300个" in await chat.ask(CAI, "采购单"), "400 less the 100 that lie there"
    await chat.say(QIANG, "排产 D05 200")
    await chat.say(QIANG, "排产 B200 240")
    chat.skip_all()
    assert "料一个都不够做" not in await chat.ask(QIANG, "开工 W2"), "40 boards lie there"
    assert "还差" not in await chat.ask(QIANG, "报工 W2 40")
    assert "D05" in await chat.ask(QIANG, "报工 W2 1")
    assert not await books.balanced()
    chat.skip_all()


async def test_materials_that_lack_are_bought_and_the_chain_is_told(chat: Chat):
    number = await maker(chat, chips=1)
    await chat.say(QIANG, "生产单")
    chat.skip_all()
    made = await chat.ask(QIANG, "1")
    assert "缺料：M02 479" in made
    assert "还没下单" in made
    assert "料一个都不够做，缺：M02 479" in await chat.ask(QIANG, "开工 W1")
    assert "1 华南电子：M02 479个" in await chat.ask(CAI, "采购单")
    await chat.say(CAI, "1")
    chat.skip_all()
    await chat.later(minutes=2)
    chat.skip_all()
    assert "← 缺料 M02 479 ← P1，采购负责" in await chat.ask(LI, f"为什么没发 {number}")
    assert "缺料" not in await chat.ask(WANG, f"为什么没发 {number}")
    assert "收齐了" in await chat.ask(QIANG, "到货 P1")
    assert "已开工" in await chat.ask(QIANG, "开工 W1")
    chat.skip_all()


async def test_work_that_will_be_late_is_alerted_and_the_customer_told_once(chat: Chat):
    number = await maker(chat)
    await Recipe.all().update(per_day=10)
    await chat.say(QIANG, "生产单")
    chat.skip_all()
    await chat.ask(QIANG, "1")
    await chat.later(minutes=2)
    assert "抱歉 交期推迟到12-28" in " ".join(f.value for b in chat.unread(WANG) for f in b.fields)
    assert "生产单 W1" in " ".join(f.value for b in chat.unread(CHEN) for f in b.fields)
    chat.skip_all()
    await chat.later(minutes=5)
    assert not [b for b in chat.unread(WANG) if b.kind == "card"]
    chat.skip_all()
    told = await chat.ask(WANG, f"交期 {number}")
    assert "12-28" in told
    chat.skip_all()


async def test_a_standstill_is_told_to_the_manager_and_moves_the_day(chat: Chat):
    await maker(chat)
    await chat.say(QIANG, "生产单")
    await chat.say(QIANG, "1")
    await chat.say(QIANG, "开工 W1")
    chat.skip_all()
    assert "W1 已停工（缺人）" in await chat.ask(QIANG, "停工 W1 缺人")
    assert "停工：缺人" in " ".join(f.value for f in chat.card(CHEN).fields)
    assert "W1 已停工（缺人）" in await chat.ask(QIANG, "停工 W1 缺人")
    assert not chat.unread(CHEN), "said twice, it is told once"
    assert "停工中，请先发：开工 W1" in await chat.ask(QIANG, "报工 W1 5")
    before = await WorkOrder.get()
    await chat.later(days=4)  # Nobody knows when it goes on: its day stands until it has passed.
    after = await WorkOrder.get()
    assert before.forecast is not None
    assert after.forecast is not None
    assert after.forecast > before.forecast
    chat.skip_all()
    assert "已开工" in await chat.ask(QIANG, "w1复工")
    assert "W1 已完工，不再做了" in await chat.ask(QIANG, "完工 W1")
    assert "1 B200 LED驱动器 240个" in await chat.ask(QIANG, "生产单")
    chat.skip_all()


async def test_two_press_one_and_one_work_order_comes_of_it(chat: Chat):
    await maker(chat)
    await chat.say(QIANG, "生产单")
    await chat.say(CHEN, "生产单")
    chat.skip_all()
    assert "已下生产单 W1" in await chat.ask(QIANG, "1")
    assert "现在没有缺的" in await chat.ask(CHEN, "1")
    assert await WorkOrder.all().count() == 1
    assert "已下生产单 W2" in await chat.ask(QIANG, "排产 B200 100")
    chat.skip_all()


async def test_half_a_phrase_and_those_who_have_no_say(chat: Chat):
    await maker(chat)
    assert "报工 W1 良50 废2" in await chat.ask(QIANG, "报工 W1")
    assert "没有生产单 W9" in await chat.ask(QIANG, "开工 W9")
    assert "A100 还没有配方" in await chat.ask(QIANG, "排产 A100 5")
    assert "这一步要由" in await chat.ask(WANG, "生产单")
    assert "这一步要由" in await chat.ask(LI, "开工 W1")
    assert "绑定" in await chat.ask(LU, "开工 W1")
    chat.skip(CAI)


async def test_a_file_of_recipes_is_taken_whole_or_not_at_all(chat: Chat):
    now = chat.platform.clock()
    bad = {"recipes": [{"sku": "B200", "station": "", "per_day": 0, "parts": [{"sku": "NO", "qty": 0}]}]}
    with pytest.raises(ImportRefused) as refused:
        await recipes.import_recipes(bad, now=now)
    assert [field for _, field, _ in refused.value.problems] == ["station", "per_day", "parts", "parts"]
    around = [_of("A100", "B200"), _of("B200", "A100")]
    with pytest.raises(ImportRefused, match="circle"):
        await recipes.import_recipes({"recipes": around}, now=now)
    assert not await Recipe.all().count()
    done = await recipes.import_recipes({"recipes": around[:1]}, now=now)
    again = await recipes.import_recipes({"recipes": around[:1]}, now=now)
    assert (done.created, again.updated) == (1, 1)


def _of(sku: str, part: str) -> dict[str, Any]:
    return {"sku": sku, "station": "x", "per_day": 1, "parts": [{"sku": part, "qty": 1}]}


async def test_who_makes_hears_what_lacks_and_what_nobody_wants_any_more(chat: Chat):
    await Staff.filter(name="阿强").update(roles=["warehouse", "production"])
    now = chat.platform.clock()
    await importing.import_products({"products": [PARTS[0], PARTS[1] | {"stock": 1000}]}, now=now)
    await recipes.import_recipes(RECIPES, now=now)
    await chat.say(WANG, "下单 B200 20箱 明天送")
    chat.skip(WANG)
    number = number_in(await chat.ask(WANG, "确认"))
    assert "请安排生产" in " ".join(f.value for f in chat.card(QIANG).fields)
    assert not chat.unread(CAI), "there is nothing to buy"
    chat.skip_all()
    assert f"订单 {number} LED驱动器 缺 240个" in await chat.ask(QIANG, "提醒")
    assert "要生产 1 种「生产单」" in await chat.ask(QIANG, "待办")
    await chat.say(QIANG, "生产单")
    await chat.say(QIANG, "1")
    chat.skip_all()
    assert "生产" not in await chat.ask(QIANG, "待办")
    await chat.say(WANG, f"取消 {number}")
    await chat.say(WANG, "1")
    chat.skip_all()
    assert "没有订单要的生产单 1 张，停下请发「停工 W1 不要了」" in await chat.ask(QIANG, "待办")
    chat.skip_all()


async def test_a_report_is_in_its_own_unit_and_of_the_work_that_runs(chat: Chat):
    await maker(chat)
    assert "没有在做的生产单" in await chat.ask(QIANG, "报工 10个")
    await chat.say(QIANG, "排产 B200 240")
    await chat.say(QIANG, "排产 B200 100")
    chat.skip_all()
    await chat.say(QIANG, "开工 W1")
    chat.skip_all()
    assert "W1 已报：良 48，" in await chat.ask(QIANG, "报工 W1 2箱")
    assert "W1 不按「托」算，什么都没记" in await chat.ask(QIANG, "报工 W1 2托")
    assert "B200 按个算，没有 5.5个，什么都没记" in await chat.ask(QIANG, "报工 W1 良5.5")
    assert "W1 已报：良 10 废 1，" in await chat.ask(QIANG, "报工 10个，报废1个")
    await chat.say(QIANG, "开工 W2")
    chat.skip_all()
    assert "在做的有：W1 B200、W2 B200。是哪一张？" in await chat.ask(QIANG, "报工 10个")
    assert "58/240个（废 1）" in await chat.ask(QIANG, "生产单 W1")
    chat.skip_all()
