"""From the shelf to the door: picked, packed, short, stopped, gone, as the warehouse types it."""

import asyncio
import re

import pytest
from aiohttp import ClientSession

from bot.models import Dialogue, InboundMessage, Progress
from domain.models import PickList, Shipment, ShipmentLine
from tests.conversations.test_carriers import SF
from tests.conversations.test_main_story import booked
from tests.conversations.test_silence import told
from tests.harness import CHEN, LI, QIANG, WANG, Chat, Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TWO = "下单 A100 20箱 B200两箱 明天送"


async def worked_on_again(chat: Chat, person: Person, text: str) -> str:
    """Say something, die when its effect is on disk and its answer is not, and start again; the first answer."""
    chat.spoilt = True  # The answer was given, and its row is made to know nothing of it.
    before = await Dialogue.filter(openid=person.openid).values_list("id", "state", "version")
    first = await chat.ask(person, text)
    for row_id, state, version in before:
        await Dialogue.filter(id=row_id).update(state=state, version=version)
    mine = InboundMessage.filter(key__startswith=f"m:{person.openid}:").order_by("-id")
    newest = await mine.first().values_list("id", flat=True)
    await InboundMessage.filter(id=newest).update(progress=Progress.WORKING, answer=None, lease_until=None)
    await chat.restart()
    assert await chat.shop.inbox.resume() == 1
    await chat.settle()
    return first


async def test_a_word_without_a_number_that_is_worked_on_again_does_not_take_the_next_order(chat: Chat):
    first, second = await booked(chat), await booked(chat, "下单 B200 2箱 明天送")
    await worked_on_again(chat, QIANG, "拣货")
    assert f"{first} 阿强" in chat.heard(QIANG)
    assert await PickList.all().count() == 1
    for number, waybill in ((first, SF), (second, "SF1234567890555")):
        await chat.ask(QIANG, f"发货 {number} 顺丰 {waybill}")
    chat.skip_all()
    await chat.ask(WANG, first)
    await worked_on_again(chat, WANG, "签收")
    assert f"已签收 {first}" in chat.heard(WANG)
    signed = await Shipment.exclude(received_by="").values_list("order__number", flat=True)
    assert signed == [f"SO{first}"]
    chat.skip_all()


async def test_picked_packed_and_gone(chat: Chat):
    number = await booked(chat, TWO)
    assert f"拣货：拣货 {number}" in await chat.ask(QIANG, "待发货")
    answer = await chat.ask(QIANG, "拣货")
    assert answer.splitlines()[:3] == [f"拣货 {number}：", "A100 电源适配器 20箱", "B200 LED驱动器 2箱"]
    assert "阿强在拣" in await chat.ask(QIANG, "待发货")
    answer = await chat.ask(QIANG, "装箱 2件")
    assert answer.splitlines()[0] == f"已装箱 {number}：A100 20箱、B200 2箱，共 2 件"
    assert "已装 2 件" in await chat.ask(QIANG, "待发货")
    assert not chat.unread(WANG)
    assert "已全部发完" in await chat.ask(QIANG, f"发货 {number} 顺丰 {SF}")
    assert "没有待发货" in await chat.ask(QIANG, "待发货")
    assert (await Shipment.get()).boxes == 2
    assert (await PickList.get()).state == "gone"
    chat.skip_all()


async def test_what_is_not_on_the_shelf_waits_on_a_new_list_and_the_rep_hears_of_it(chat: Chat):
    number = await booked(chat, TWO)
    await chat.ask(QIANG, f"拣货 {number}")
    answer = await chat.ask(QIANG, f"装箱 {number} 1件 A100 18箱")
    assert f"已装箱 {number}：A100 18箱、B200 2箱，共 1 件" in answer
    assert "少拣 A100 2箱" in answer
    assert "缺 A100 2箱" in told(chat, LI)
    assert not chat.unread(WANG)
    answer = await chat.ask(QIANG, f"发货 {number} 顺丰 {SF}")
    assert "A100 18箱、B200 2箱" in answer
    assert "还欠：A100 2箱" in answer
    chat.skip_all()
    assert "待补拣" in await chat.ask(QIANG, "待发货")
    assert "A100 电源适配器 2箱" in await chat.ask(QIANG, "拣货")
    await chat.ask(QIANG, "装箱 1件")
    assert "已全部发完" in await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890555")
    assert [part.qty for part in await ShipmentLine.all().order_by("id")] == [900, 48, 100]
    chat.skip_all()


async def test_more_than_the_list_says_is_refused_and_nothing_at_all_too(chat: Chat):
    number = await booked(chat)
    assert "没有在拣的货" in await chat.ask(QIANG, f"装箱 {number} 2件")
    assert "请写上单号和件数" in await chat.ask(QIANG, "装箱 2件")
    await chat.ask(QIANG, f"拣货 {number}")
    assert f"{number} 装了几件" in await chat.ask(QIANG, "装箱")
    assert "1000" in await chat.ask(QIANG, "装箱 2件 A100 21箱")
    assert "没看清" in await chat.ask(QIANG, "装箱 2件 A100")
    assert (await PickList.get()).state == "picking"


async def test_two_people_do_not_pick_the_same_order_and_a_repeated_word_changes_nothing(chat: Chat):
    number = await booked(chat)
    await asyncio.gather(chat.say(QIANG, f"拣货 {number}"), chat.say(CHEN, f"拣货 {number}"))
    heard = chat.heard(QIANG) + chat.heard(CHEN)
    assert heard.count("已开始拣") == 1
    await chat.say(QIANG, f"拣货 {number}")
    assert await PickList.all().count() == 1
    chat.skip_all()
    assert "已装箱" in await chat.ask(QIANG, f"装箱 {number} 1件")
    assert "没有在拣的货" in await chat.ask(QIANG, f"装箱 {number} 1件")


async def test_an_order_that_is_cancelled_or_changed_stops_the_warehouse(chat: Chat):
    number = await booked(chat)
    await chat.ask(QIANG, f"拣货 {number}")
    await chat.say(WANG, f"{number} A100改10箱")
    await chat.say(WANG, "确认")
    assert "请重新拣货" in told(chat, QIANG)
    assert "A100 电源适配器 10箱" in await chat.ask(QIANG, f"拣货 {number}")
    await chat.ask(QIANG, "装箱 1件")
    await chat.say(WANG, f"取消 {number}")
    await chat.say(WANG, "确认")
    assert "请把货放回" in told(chat, QIANG)
    chat.skip_all()
    assert "已取消" in await chat.ask(QIANG, f"发货 {number} 顺丰 {SF}")


async def test_back_on_the_shelf_is_still_the_orders(chat: Chat):
    number = await booked(chat)
    await chat.ask(QIANG, f"拣货 {number}")
    assert "已取消拣货" in await chat.ask(QIANG, "取消拣货")
    assert not chat.unread(LI)
    assert "没有在拣的货" in await chat.ask(QIANG, f"取消拣货 {number}")
    assert number in await chat.ask(QIANG, "待发货")
    assert "仓库" in await chat.ask(LI, f"拣货 {number}")


async def test_who_names_what_leaves_departs_from_the_list(chat: Chat):
    number = await booked(chat, TWO)
    await chat.ask(QIANG, f"拣货 {number}")
    await chat.ask(QIANG, "装箱 3件")
    assert "还欠：A100 10箱" in await chat.ask(QIANG, f"发货 {number} A100 10箱 B200 2箱 顺丰 {SF}")
    assert "A100 电源适配器 10箱" in await chat.ask(QIANG, f"拣货 {number}")
    chat.skip_all()


async def test_the_delivery_note_says_what_the_chat_says(chat: Chat):
    number = await booked(chat, TWO)
    assert "没有可发的货" in await chat.ask(QIANG, f"送货单 {number}")
    await chat.ask(QIANG, f"拣货 {number}")
    await chat.ask(QIANG, "装箱 2件 A100 12箱")
    packed = await note(chat, number)
    assert cells(packed) == [
        ["A100", "电源适配器", "20箱", "—", "12箱", "8箱"],
        ["B200", "LED驱动器", "2箱", "—", "2箱", "—"],
    ]
    shipped = await chat.ask(QIANG, f"发货 {number} 顺丰 {SF}")
    assert "还欠：A100 8箱" in shipped
    sent = await note(chat, number)
    assert cells(sent) == cells(packed)
    chat.skip_all()
    assert "待发：A100 8箱" in await chat.ask(WANG, f"{number}到哪了")
    await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890555")
    chat.skip_all()
    assert cells(await note(chat, number))[0] == ["A100", "电源适配器", "20箱", "12箱", "8箱", "—"]
    assert cells(await note(chat, f"{number}-1"))[0] == ["A100", "电源适配器", "20箱", "—", "12箱", "—"]
    assert "没看懂" in await chat.ask(WANG, f"送货单 {number}")


async def note(chat: Chat, number: str) -> str:
    """The page of a delivery note, as somebody opens it from the chat."""
    found = re.search(r'href="([^"]+)"', await chat.ask(QIANG, f"送货单 {number}"))
    assert found
    async with ClientSession() as session, session.get(found[1]) as page, session.get(found[1] + "/pdf") as paper:
        assert (page.status, paper.status, paper.content_type) == (200, 200, "application/pdf")
        assert (await paper.read()).startswith(b"%PDF-1.5")
        return await page.text()


def cells(page: str) -> list[list[str]]:
    """The table of the note."""
    rows = re.findall(r"<tr><td>(.*?)</td></tr>", page)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in row.split("</td><td>")] for row in rows]


async def test_more_than_the_answer_holds_is_counted_and_found_on_a_page(chat: Chat):
    for pieces in range(1, 7):
        await booked(chat, f"下单 A100 {pieces}箱 明天送")
    answer = await chat.ask(QIANG, "待发货")
    assert answer.startswith("待发货 6 单，先发的 5 单：")
    assert "；还有 1 单：http" in answer
    assert answer.endswith("?state=ready")
