"""Words that look like something else: what is said of buying, of arrivals, of days, of orders and of codes."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import importing
from domain.models import Leave, Order, PurchaseOrder, StockMove
from tests.conversations.test_fallback import endpoint  # noqa: F401
from tests.conversations.test_main_story import booked
from tests.conversations.test_supplies import short
from tests.harness import CAI, CHEN, LI, QIANG, WANG, Chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "text",
    [
        "采购 A100 500 先别买",
        "采购问A100 500个有没有",
        "采购部要A100 50个",
        "采购经理要10箱A100",
        "采购说A100 500个下周涨价",
    ],
)
async def test_words_about_purchasing_buy_nothing(chat: Chat, text: str):
    await chat.say(CHEN, text)
    chat.skip_all()
    assert not await PurchaseOrder.exists()


@pytest.mark.parametrize("text", ["到货后给华强发A100 50个", "A100到货后发50箱给华强"])
async def test_an_order_of_a_rep_is_no_arrival(chat: Chat, text: str):
    answer = await chat.ask(LI, text)
    await chat.say(LI, "2")
    chat.skip_all()
    assert "请核对" in answer, answer


async def test_an_order_of_the_manager_is_no_arrival(chat: Chat):
    await short(chat)
    await chat.say(CAI, "采购单")
    await chat.say(CAI, "1")
    chat.skip_all()
    answer = await chat.ask(CHEN, "B200到货，华强50个")
    chat.skip_all()
    assert not await StockMove.filter(document="P1").exists(), answer


async def test_friday_or_thursday_is_not_a_week(chat: Chat):
    await chat.ask(LI, "请假 周五和周四")
    chat.skip_all()
    rows = [(row.first_day, row.last_day) for row in await Leave.all()]
    assert rows in ([], [(date(2026, 11, 26), date(2026, 11, 27))]), rows


async def test_a_delivery_on_friday_or_thursday_is_not_wanted_in_the_next_week(chat: Chat):
    await chat.ask(WANG, "A100 20箱,周五或周四送")
    await chat.ask(WANG, "1")
    chat.skip_all()
    wish = (await Order.get()).wish
    assert "2026-12-03" not in str(wish), wish


async def test_my_annual_leave_is_mine(chat: Chat):
    await chat.ask(LI, "请假 明天")
    answer = await chat.ask(LI, "年假取消")
    chat.skip_all()
    assert "没有叫「年」的同事" not in answer


async def test_the_order_that_is_named_is_changed_and_not_the_last_one(chat: Chat):
    first, last = await booked(chat, "下单 A100 20箱 明天送"), await booked(chat, "下单 A100 30箱 明天送")
    answer = await chat.ask(WANG, f"请把{first}换成B200")
    await chat.say(WANG, "2")
    chat.skip_all()
    assert last not in answer, answer


async def test_who_takes_one_day_of_a_leave_back_is_away_on_the_others(chat: Chat):
    await chat.ask(LI, "请假 明天到周五")
    answer = await chat.ask(LI, "取消周五的请假")
    chat.skip_all()
    assert "不能只销其中一天，没有改" in answer
    assert await Leave.filter(ended_at__isnull=True).exists()


class TestWithAModel:
    @pytest.fixture
    def knobs(self, endpoint: Any) -> dict[str, Any]:  # noqa: F811
        return {"fallback_url": endpoint.url, "fallback_key": "sk-test", "fallback_model": "small"}

    async def test_the_digits_of_an_order_show_it(self, chat: Chat, endpoint: Any):  # noqa: F811
        number = await booked(chat)
        endpoint.says = "查订单"
        answer = await chat.ask(WANG, number[:-1])
        chat.skip_all()
        assert number in answer, (answer, endpoint.texts)


async def test_goods_whose_code_is_a_number_are_still_known(chat: Chat):
    row = {"sku": "6204", "name": "轴承", "base_unit": "个", "list_price": 100, "stock": 1000}
    await importing.import_products({"products": [row]}, now=chat.platform.clock())
    chat.platform.clock.forward(timedelta(minutes=10))
    await chat.shop.tick()
    chat.skip_all()
    assert "轴承" in await chat.ask(WANG, "6204")
    await chat.say(WANG, "2")
    chat.skip_all()


async def test_the_help_of_the_warehouse_names_nothing_that_it_may_not_do(chat: Chat):
    assert "采购 B200" not in await chat.ask(QIANG, "帮助")
    assert "采购 B200 500" in await chat.ask(CAI, "帮助")
