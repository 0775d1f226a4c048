"""Quantities that mean harm: none becomes an order by itself, and every one gets a clear sentence."""

import time
from decimal import Decimal

import pytest

from bot.meeting import meet
from domain.models import Order
from domain.rules.rows import product_problems, stock_problems
from domain.values import Address
from tests.harness import LI, WANG, Chat
from tests.security.payloads import NUMBERS

MOST = 99_999


def asks_or_refuses(said: str) -> bool:
    return "草稿" in said or any(sign in said for sign in "？?") or "请" in said or "没" in said


async def test_through_the_wire_none_is_booked_and_all_are_answered(chat: Chat):
    odd: dict[str, str] = {}
    for number in NUMBERS:
        for text in (f"下单 A100 {number}个 明天送", f"A100 {number}箱", f"A100改{number}个"):
            started = time.perf_counter()
            await chat.say(WANG, text)
            assert time.perf_counter() - started < 3
            said = "\n".join(bubble.text for bubble in chat.unread(WANG))
            chat.skip_all()
            if not asks_or_refuses(said):
                odd[text[:60]] = said
            draft = (await meet(Address("main", WANG.openid), now=chat.platform.clock())).talk.draft
            for line in draft.lines if draft else ():
                assert line.qty is None or (line.qty.is_finite() and line.qty > 0), text[:60]
    assert not odd
    assert not await Order.all().exists()


@pytest.mark.parametrize(
    "number", ["٣", "²", "₂", "①", "Ⅳ", "१०", "۵", "0b11", "1e5", "1E5", "NaN", "∞", "-5", "1_0", "1/0"]
)
async def test_what_is_no_number_here_is_not_read_as_one(chat: Chat, number: str):
    await chat.say(WANG, f"下单 A100 {number}个 明天送")
    draft = (await meet(Address("main", WANG.openid), now=chat.platform.clock())).talk.draft
    assert {line.qty for line in draft.lines} <= {None} if draft else True
    chat.skip_all()


@pytest.mark.parametrize("price", ["-1", "0", "1e400", "NaN", "∞", "9" * 5000, "=1+1"])
async def test_no_price_is_given_with_them(chat: Chat, price: str):
    await chat.say(LI, f"下单 华强 A100 20箱 单价{price} 明天送")
    await chat.say(LI, "确认")
    for order in await Order.all().prefetch_related("lines"):
        assert all(line.unit_price == Decimal("18.5") for line in order.lines)
    chat.skip_all()


@pytest.mark.parametrize("number", [*NUMBERS, 1e400, float("nan"), True, [], {}, "1e13", "1e-9", -1])
def test_imports_refuse_them(number: object):
    row = {"sku": "A1", "name": "x", "base_unit": "个", "list_price": number, "units": {"箱": number}}
    stock = {"sku": "A1", "qty": number}
    if number in FINE:
        return
    assert product_problems(row)
    assert stock_problems(stock, {"A1"})


FINE = ("0", "-0", "0.0001", "1E5", "1e5", "1_000", "100000000", "٣", "٣٤", "१०", "１０００００００００")
