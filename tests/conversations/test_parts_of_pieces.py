"""Parts of a piece where there are some, and words to the warehouse that hold."""

from datetime import timedelta

import pytest

from domain import importing, recipes
from domain.models import Staff
from tests.conversations.test_main_story import booked
from tests.conversations.test_making import PARTS, maker
from tests.conversations.test_supplies import short
from tests.harness import CHEN, QIANG, WANG, Chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def card(chat: Chat) -> str:
    return " | ".join(field.value for bubble in chat.unread(QIANG) for field in bubble.fields)


async def test_goods_that_a_count_took_did_not_go_to_another_order(chat: Chat):
    number = await booked(chat, "下单 A100 20箱 明天送")
    await chat.ask(QIANG, f"拣货 {number}")
    chat.skip_all()
    await chat.ask(CHEN, "盘点 A100 0")
    said = card(chat)
    chat.skip_all()
    assert "让给别的单" not in said, said


async def test_who_is_told_to_pick_again_can(chat: Chat):
    number = await booked(chat, "下单 B200 10箱 明天送")
    await chat.ask(QIANG, f"拣货 {number}")
    other = await short(chat, "下单 B200 12箱 明天送")
    await chat.ask(CHEN, f"优先 {other}")
    chat.skip_all()
    await chat.ask(CHEN, "1")
    said = card(chat)
    chat.skip_all()
    answer = await chat.ask(QIANG, f"拣货 {number}")
    chat.skip_all()
    assert "请重新拣货" not in said or "没有可发的货" not in answer, (said, answer)


async def test_work_that_was_stopped_as_told_is_not_told_of_again(chat: Chat):
    number = await maker(chat)
    await Staff.filter(name="阿强").update(roles=["warehouse", "production"])
    await chat.ask(QIANG, "生产单")
    await chat.ask(QIANG, "1")
    await chat.ask(WANG, f"取消 {number}")
    await chat.ask(WANG, "1")
    chat.skip_all()
    assert "停下请发「停工 W1 不要了」" in await chat.ask(QIANG, "待办")
    assert "W1 已停工（不要了）" in await chat.ask(QIANG, "停工 W1 不要了")
    chat.skip_all()
    answer = await chat.ask(QIANG, "待办")
    chat.skip_all()
    assert "停下请发" not in answer, answer


async def test_a_bucket_that_was_begun_can_be_counted(chat: Chat):
    glue = {"sku": "G1", "name": "胶水", "base_unit": "桶", "list_price": 1, "stock": 12}
    now = chat.platform.clock()
    await importing.import_products({"products": [glue]}, now=now)
    part = {"sku": "G1", "qty": "0.05"}
    made = {"sku": "B200", "station": "一", "per_day": 60, "parts": [part]}
    await recipes.import_recipes({"recipes": [made]}, now=now)
    await chat.ask(QIANG, "排产 B200 33")
    await chat.ask(QIANG, "开工 W1")
    assert "已入库" in await chat.ask(QIANG, "报工 W1 33")
    answer = await chat.ask(QIANG, "盘点 G1 10.3桶")
    chat.skip_all()
    assert "没有 10.3桶" not in answer, "10.35 are on the books"


async def test_work_on_a_part_of_a_bucket_can_be_reported_to_the_end(chat: Chat):
    now = chat.platform.clock()
    paint = {"sku": "D05", "name": "漆", "base_unit": "桶", "list_price": 1, "stock": 0}
    await importing.import_products({"products": [PARTS[0], paint]}, now=now)
    rows = [
        {"sku": "B200", "station": "一", "per_day": 60, "parts": [{"sku": "D05", "qty": "0.05"}]},
        {"sku": "D05", "station": "二", "per_day": 60, "parts": [{"sku": "M01", "qty": 1}]},
    ]
    await recipes.import_recipes({"recipes": rows}, now=now)
    await chat.say(WANG, "下单 B200 473个 明天送")
    await chat.say(WANG, "确认")
    await chat.say(QIANG, "生产单")
    await chat.say(QIANG, "2")
    chat.skip_all()
    await chat.ask(QIANG, "开工 W1")
    answers = [await chat.ask(QIANG, f"报工 W1 {qty}") for qty in ("11.65", "12", "11", "0.65", "1")]
    chat.skip_all()
    assert any("已完工" in answer for answer in answers), answers


async def test_goods_whose_own_unit_is_a_part_of_the_base_can_be_ordered_in_it(chat: Chat):
    units = {"卷": 1, "米": "0.01"}
    cable = {"sku": "C1", "name": "电缆", "base_unit": "卷", "units": units, "list_price": 100, "stock": 10}
    await importing.import_products({"products": [cable]}, now=chat.platform.clock())
    chat.platform.clock.forward(timedelta(minutes=10))
    await chat.shop.tick()
    chat.skip_all()
    answer = await chat.ask(WANG, "电缆 50米")
    await chat.say(WANG, "2")
    chat.skip_all()
    assert "合计 ¥50.00" in answer, answer
