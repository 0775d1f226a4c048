"""Announcements and to-dos by chat: previewed, sent once, read again; what waits for whom."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.models import Announcement, Event
from notify.models import Delivery
from tests.harness import CAI, CHEN, LI, LU, QIANG, WANG, Chat
from tests.ledger import written


@pytest.fixture
def database_url(blank: Path, tmp_path: Path) -> str:
    """SQLite only: what both databases do differently is seen in the tests of the use-cases."""
    file = tmp_path / "shop.sqlite3"
    file.write_bytes(blank.read_bytes())
    return f"sqlite://{file}"


async def test_an_announcement_is_previewed_sent_once_and_read_again(chat: Chat):
    before = await written()
    preview = "公告给仓库，共 1 人：\n明天盘点，早到半小时\n回复 1 发送，2 不发。"
    assert await chat.ask(CHEN, "公告 仓库: 明天盘点，早到半小时") == preview
    assert await written() == before
    await chat.restart()
    assert await chat.ask(CHEN, "1") == "已发给仓库 1 人，陆续送达。"
    assert "明天盘点" in chat.heard(QIANG)
    assert "没看懂" in await chat.ask(CHEN, "1")
    assert await Announcement.all().count() == 1
    assert "陈姐：明天盘点，早到半小时" in await chat.ask(QIANG, "公告")
    assert await chat.ask(CAI, "公告") == "最近没有公告。"
    assert await chat.ask(WANG, "公告") == "最近没有公告。"


async def test_customers_and_one_customer_are_told(chat: Chat):
    assert "公告给全部客户，共 1 人" in await chat.ask(CHEN, "公告 客户：国庆放假，10月1日到7日不发货")
    assert "公告没有发" in await chat.ask(CHEN, "2")
    chat.silent()
    assert "共 1 人" in await chat.ask(CHEN, "公告 华强: 周五不送货")
    assert "已发给深圳市华强电子有限公司 1 人" in await chat.ask(CHEN, "1")
    assert "周五不送货" in chat.heard(WANG)
    assert "周五不送货" in await chat.ask(WANG, "公告")
    assert "没有别人绑定" in await chat.ask(CHEN, "公告 宏达: 周五不送货")
    assert "没有别人绑定" in await chat.ask(CHEN, "公告 财务: 月底关账")
    for several in ("华强、宏达", "华强和宏达", "华强、老张"):
        assert "几家请一家一条" in await chat.ask(CHEN, f"公告 {several}: 周五不送货")
    chat.silent()


async def test_what_stands_in_an_announcement_is_not_done(chat: Chat):
    await chat.say(WANG, "下单 A100 20箱 明天送")
    await chat.say(WANG, "1")
    chat.skip(WANG, LI)
    assert "公告给仓库" in await chat.ask(CHEN, "公告 仓库: 取消1001，来20箱A100")
    assert "取消1001，来20箱A100" in await chat.ask(CHEN, "公告 仓库: 取消1001，来20箱A100")
    assert not await Event.filter(kind="OrderCancelled").exists()
    await chat.ask(CHEN, "2")


async def test_a_yes_older_than_the_preview_brings_it_again(chat: Chat):
    await chat.ask(CHEN, "公告 仓库: 明天盘点")
    await chat.say_overtaken(CHEN, "1", seconds=30)
    assert "回复 1 发送" in chat.heard(CHEN)
    assert not await Announcement.exists()
    assert "已发给仓库" in await chat.ask(CHEN, "1")
    chat.skip(QIANG)


async def test_only_managers_announce_and_long_or_vague_ones_are_refused(chat: Chat):
    for person in (LI, QIANG, CAI):
        assert "要由经理" in await chat.ask(person, "公告 仓库: 明天盘点")
    assert "看懂" in await chat.ask(WANG, "公告 仓库: 明天盘点")
    assert "绑定" in await chat.ask(LU, "公告 仓库: 明天盘点")
    assert "请写给谁" in await chat.ask(CHEN, "公告 明天盘点")
    assert "最多 300 字" in await chat.ask(CHEN, f"公告 仓库: {'盘' * 301}")
    assert not await Announcement.exists()


async def test_who_has_not_written_lately_gets_a_card(chat: Chat):
    await chat.later(days=3)
    chat.skip_all()
    await chat.say(CHEN, "公告 仓库: 明天盘点")
    await chat.say(CHEN, "1")
    chat.skip(CHEN)
    assert "明天盘点" in chat.card(QIANG).fields[1].value
    row = await Delivery.get(notice="ANNOUNCEMENT")
    assert row.state in ("sent", "delivered")


async def test_what_waits_for_whom(chat: Chat):
    for person in (LI, CHEN, QIANG, CAI):
        assert await chat.ask(person, "待办") == "没有待办。发「帮助」看可以做什么。"
    assert "绑定" in await chat.ask(LU, "待办")
    assert "要由" in await chat.ask(WANG, "待办")
    for text in ("下单 A100 20箱 明天送", "1", "下单 B200 20箱", "1"):
        await chat.say(WANG, text)
    for text in ("给华强下 A100 30箱 15块一个", "1"):
        await chat.say(LI, text)
    chat.skip_all()
    assert (await chat.ask(QIANG, "待办")).splitlines() == ["待办 2 件，发「」里的词看明细：", "待发货 2 单「待发货」"]
    lines = (await chat.ask(CHEN, "待办")).splitlines()
    assert lines[1].startswith("等你审核 1 单，最早 1003")
    assert "采购请求 1 个" in lines[3]
    assert len(lines) <= 6
    assert "采购请求 1 个" in await chat.ask(CAI, "待办")
    chat.platform.clock.forward(timedelta(days=3))
    assert "过了交期 1 单" in await chat.ask(LI, "待办")
    chat.skip_all()


async def test_the_leave_of_a_day_is_called_off(chat: Chat):
    await chat.say(QIANG, "请假 周五")
    await chat.say(QIANG, "请假 明天")
    chat.skip_all()
    assert "明天(11-25)的请假到此为止" in await chat.ask(QIANG, "明天请假取消")
    chat.skip_all()
    assert "没有可以取消的请假" in await chat.ask(QIANG, "销假 明天")
    assert "11-27" in await chat.ask(QIANG, "销假 周五")
    chat.skip_all()
