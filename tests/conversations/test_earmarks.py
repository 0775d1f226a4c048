"""Goods are kept for what was read back, once a manager says for how long: nobody else gets them, nor are they lost."""

from decimal import Decimal
from pathlib import Path

import pytest

from domain.models import Customer, Earmark, OrderLine, Stock
from tests.checker.books import balanced
from tests.harness import CHEN, LI, WANG, Chat


@pytest.fixture
def database_url(blank: Path, tmp_path: Path) -> str:
    """SQLite only: the race for goods is tested where both databases are."""
    file = tmp_path / "shop.sqlite3"
    file.write_bytes(blank.read_bytes())
    return f"sqlite://{file}"


async def switched_on(chat: Chat, minutes: int = 30) -> None:
    assert f"13 回读留货：关 → {minutes} 分钟内" in await chat.ask(CHEN, f"审核规则 13 {minutes}")
    await chat.ask(CHEN, "1")


async def kept() -> Decimal:
    """What is kept of A100; the books are right."""
    assert await balanced() == []
    return sum((row.qty for row in await Earmark.filter(sku="A100")), Decimal(0))


async def test_nothing_is_kept_until_it_is_switched_on(chat: Chat):
    assert "留到" not in await chat.ask(WANG, "下单 A100 100箱 明天送")
    assert (await kept(), (await Stock.get(sku="A100")).reserved) == (0, 0)


async def test_the_own_order_takes_what_was_kept_and_nobody_else_does(chat: Chat):
    await switched_on(chat)
    assert "货给您留到 11-24 18:30" in (said := await chat.ask(WANG, "下单 A100 100箱 明天送"))
    assert "现货" not in said
    assert await kept() == 5000
    assert "（现货 0个）" in await chat.ask(LI, "给华强下 A100 3箱 明天送")
    assert "（现货 0个）" not in await chat.ask(WANG, "草稿"), "one's own does not stand in one's way"
    await chat.restart()
    assert "库存已留好" in await chat.ask(WANG, "1")
    assert (await OrderLine.get()).reserved == 5000
    assert await kept() == 0
    await chat.say(WANG, "1")
    chat.skip_all()
    assert await kept() == 0


async def test_when_the_time_is_up_the_goods_go_to_who_waits(chat: Chat):
    await switched_on(chat)
    await chat.ask(WANG, "下单 A100 100箱 明天送")
    await chat.ask(LI, "给华强下 A100 3箱 明天送")
    assert "缺 150个" in await chat.ask(LI, "1")
    await chat.later(minutes=10)
    chat.skip_all()
    assert (await kept(), (await OrderLine.get()).reserved) == (5000, 0)
    await chat.later(minutes=31)
    await chat.later(minutes=1)
    chat.skip_all()
    assert (await kept(), (await OrderLine.get()).reserved) == (0, 150)
    answer = await chat.ask(WANG, "1")
    assert "缺 150个" in answer, "a late yes is an honest order: what went is called short"
    chat.skip_all()


async def test_a_change_keeps_what_is_wanted_now_and_a_no_keeps_nothing(chat: Chat):
    await switched_on(chat)
    await chat.ask(WANG, "下单 A100 100箱 明天送")
    assert "货给您留到" in await chat.ask(WANG, "A100改2箱")
    assert await kept() == 100
    await chat.ask(WANG, "下单 A100 4箱 后天送")
    assert await kept() == 200, "a new draft lets go of the one before it"
    assert "现货" not in await chat.ask(LI, "给华强下 A100 96箱 明天送")
    assert await kept() == 5000
    await chat.ask(WANG, "取消")
    assert await kept() == 4800
    await chat.ask(LI, "取消")
    assert await kept() == 0
    chat.skip_all()


async def test_what_is_held_after_all_leaves_the_goods_to_who_waits(chat: Chat):
    await switched_on(chat)
    await chat.ask(WANG, "下单 A100 100箱 明天送")
    await chat.ask(LI, "给华强下 A100 3箱 明天送")
    assert "缺 150个" in await chat.ask(LI, "1")
    await Customer.filter(code="C001").update(credit_limit=0)
    chat.skip(WANG)
    assert "这单要人工看一下" in await chat.ask(WANG, "1")
    await chat.later(minutes=32)
    await chat.later(minutes=1)
    chat.skip_all()
    assert (await kept(), (await OrderLine.get(qty=3)).reserved) == (0, 150)
