"""批次 as people see it: goods come in by lot, what expires first goes first, and what has expired is not sold."""

import re

import pytest

from domain.slips import slip_of
from templates import document, page
from tests.checker.books import balanced
from tests.conversations.test_main_story import booked
from tests.conversations.test_supplies import short
from tests.harness import CAI, CHEN, LI, LU, QIANG, WANG, Chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SF = "SF1234567890123"


async def test_goods_come_in_by_lot_and_leave_by_the_day_they_expire(chat: Chat):
    said = await chat.ask(QIANG, "批次 B200 开")
    assert said.splitlines()[0] == "B200 LED驱动器 从现在起分批次：入库和到货要写批号，发货先到期的先发。"
    assert "现有的 240个记在批号「期初」下" in said
    assert "B200 分批次管理，要写批号，什么都没动" in await chat.ask(QIANG, "入库 B200 200")
    assert "要写批号" in await chat.ask(QIANG, "入库 B200 200 有效期 2027-03-31")
    assert "已经过了，不能入库" in await chat.ask(QIANG, "入库 B200 200 批号 L1 有效期 2026-10-31")
    assert "现可用 440" in await chat.ask(QIANG, "入库 B200 200 批号 L2301 有效期 2027-06-30")
    assert "现可用 500" in await chat.ask(QIANG, "入库 B200 60 批号L2299 效期2027-03-31")
    assert "这次不一样" in await chat.ask(QIANG, "入库 B200 5 批号 L2299 有效期 2027-04-30")
    assert "A100 不分批次" in await chat.ask(QIANG, "入库 A100 5 批号 L2299")
    assert await chat.ask(QIANG, "批次 B200") == (
        "B200 LED驱动器 共 500个，先到期的先发：\n"
        "L2299 剩 60个，有效期至 2027-03-31\n"
        "L2301 剩 200个，有效期至 2027-06-30\n"
        "期初 剩 240个"
    )
    number = await booked(chat, "下单 B200 100个 明天送")
    chat.skip_all()
    picking = await chat.ask(QIANG, f"拣货 {number}")
    assert "批号 L2299 60（2027-03-31到期）、L2301 40（2027-06-30到期）" in picking
    assert len(picking.splitlines()) <= 6
    other = await booked(chat, "下单 B200 10个 明天送")
    chat.skip_all()
    assert "批号 L2301（2027-06-30到期）" in await chat.ask(QIANG, f"拣货 {other}"), "the first is on the other list"
    await chat.ask(QIANG, f"装箱 {number} 1件 B200 90")
    await chat.ask(QIANG, f"发货 {number} 顺丰 {SF}")
    chat.skip_all()
    slip = await slip_of(f"SO{number}", "1")
    assert slip is not None
    facts = {"slip": slip, "shop": "店", "code": "", "pdf": "", "asset": str}
    for note in (document("slip", **facts), page("slip", **facts)):
        assert re.findall(r"批号 (\w+) × (\d+).*?至 ([\d-]+)", note) == [
            ("L2299", "60", "2027-03-31"),
            ("L2301", "30", "2027-06-30"),
        ]
    assert "剩 170个" in await chat.ask(QIANG, "批次 B200")
    assert await balanced() == []
    chat.skip_all()


async def test_a_purchase_comes_in_lots_and_a_count_is_of_one(chat: Chat):
    await chat.ask(CHEN, "批次 B200 开")
    await short(chat)
    await chat.say(CAI, "采购单")
    await chat.say(CAI, "1")
    chat.skip_all()
    assert "要写批号" in await chat.ask(QIANG, "到货 P1 B200 100")
    assert "还差：B200 140个" in await chat.ask(QIANG, "到货 P1 B200 100 批号 L7 有效期 2027-06-30")
    assert "收齐了" in await chat.ask(QIANG, "P1到货了 批号 L8")
    assert "要写批号" in await chat.ask(QIANG, "盘点 B200 480")
    assert "B200 LED驱动器 已改为 99个（账上原 100，少 1）" in await chat.ask(CHEN, "盘点 B200 L7 99")
    assert "账实相符" in await chat.ask(QIANG, "盘点 B200 批号 L8 140")
    assert await balanced() == []
    chat.skip_all()


async def test_what_expires_is_told_before_and_not_sold_after(chat: Chat):
    await chat.ask(QIANG, "批次 B200 开")
    assert "已改为 0" in await chat.ask(CHEN, "盘点 B200 期初 0")
    await chat.ask(QIANG, "入库 B200 40 批号 K1 有效期 2026-12-04")
    number = await booked(chat, "下单 B200 30个 明天送")
    chat.skip_all()
    await chat.later(minutes=2)
    told = " ".join(f.value for b in chat.unread(QIANG) for f in b.fields)
    assert "K1" in told
    assert "批次快到期" in told
    chat.skip_all()
    assert "K1 剩 40" in await chat.ask(QIANG, "批次")
    chat.skip_all()
    await chat.later(days=12)
    chat.skip_all()
    assert "已过期 40" in await chat.ask(QIANG, "批次 B200")
    assert "暂时没货" in await chat.ask(WANG, "B200还有货吗")
    assert "没有" in await chat.ask(QIANG, f"发货 {number} 顺丰 {SF}")
    assert "已改为 0" in await chat.ask(QIANG, "盘点 B200 K1 0")
    assert await balanced() == []
    chat.skip_all()


async def test_who_may_not_and_what_cannot_be(chat: Chat):
    assert "B200" not in await chat.ask(WANG, "批次 B200")
    assert "经理" in await chat.ask(LI, "批次 B200 开")
    assert "不分批次" in await chat.ask(QIANG, "批次 B200")
    assert "没有记着有效期的批次" in await chat.ask(QIANG, "批次")
    assert "带批号的一次写一样" in await chat.ask(QIANG, "入库 A100 5，B200 5 批号 L1")
    await chat.say(LU, "批次 B200")
    chat.skip_all()
