"""The warehouse by chat: what was counted, came in and was carried, and what a manager must say yes to."""

from typing import Any

from bot.models import InboundMessage, Progress
from domain import importing
from domain.models import StockCount
from tests.conversations.test_main_story import booked, number_in
from tests.conversations.test_picking import worked_on_again
from tests.harness import CHEN, LU, QIANG, WANG, Chat

CABLE: dict[str, Any] = {"sku": "C310", "name": "六类网线", "base_unit": "米", "list_price": 2.1}


async def test_a_count_that_fits_or_nearly_is_done_at_once(chat: Chat):
    assert "账实相符：5000个" in await chat.ask(QIANG, "盘点 A100 5000")
    assert "已改为 4990个（账上原 5000，少 10）" in await chat.ask(QIANG, "盘点 A100 4990")
    assert "可用 4990" in await chat.ask(QIANG, "A100还有多少")


async def test_a_count_far_off_is_the_managers_to_decide(chat: Chat):
    answer = await chat.ask(QIANG, "盘点 A100 380")
    assert "盘点单 1 已送审" in answer
    assert "盘380账5000 回复同意盘点1" in " ".join(f.value for f in chat.card(CHEN).fields)
    assert "可用 5000" in await chat.ask(QIANG, "A100还有多少")
    assert "由经理来做" in await chat.ask(QIANG, "同意盘点 1")
    assert "入账" not in await chat.ask(CHEN, "同意 001"), "figures alone are those of an order"
    assert "已入账：A100 电源适配器 少 4620个" in await chat.ask(CHEN, "同意盘点 1")
    assert "已入账" in " ".join(f.value for f in chat.card(QIANG).fields)
    chat.skip_all()
    assert "已由陈姐" in await chat.ask(CHEN, "驳回盘点 1 不对")
    assert "可用 380" in await chat.ask(QIANG, "A100还有多少")


async def test_a_count_that_is_not_believed_changes_nothing(chat: Chat):
    await chat.say(QIANG, "盘点 B200 2")
    chat.skip_all()
    assert "库存不变" in await chat.ask(CHEN, "驳回盘点 1 再数一遍")
    assert "盘点被驳回：再数一遍" in " ".join(f.value for f in chat.card(QIANG).fields)
    chat.skip_all()
    assert "可用 240" in await chat.ask(QIANG, "B200还有多少")
    assert "没有盘点单 7" in await chat.ask(CHEN, "同意盘点 7")


async def test_a_count_below_what_is_promised_says_who_gives_up_what(chat: Chat):
    number = await booked(chat, "下单 A100 90箱 明天送")
    await chat.say(QIANG, "盘点 A100 4400")
    chat.skip_all()
    answer = await chat.ask(CHEN, "同意盘点 1")
    assert f"{number} 少了 100个，已转采购" in answer
    await chat.settle()
    chat.skip_all()


async def test_goods_come_in_once_and_can_be_taken_back(chat: Chat):
    answer = await chat.ask(QIANG, "入库 B200 60")
    assert "已入库 B200 60个，现可用 300" in answer
    move = answer.rsplit(" ", 1)[-1]
    assert "现可用 240个" in await chat.ask(QIANG, f"冲销 {move}")
    assert "已经冲销过" in await chat.ask(QIANG, f"冲销 {move}")
    assert "没有可以冲销的流水 999" in await chat.ask(QIANG, "冲销 999")


async def test_what_comes_in_goes_to_who_waits(chat: Chat):
    await chat.say(WANG, "B200 20箱 明天送")
    number = number_in(await _second(chat, "确认"))
    chat.skip_all()
    assert "等货的 1 行已配上" in await chat.ask(QIANG, "入库 B200 240")
    assert number in await chat.ask(QIANG, "待发货")
    chat.skip_all()


async def _second(chat: Chat, text: str) -> str:
    chat.skip(WANG)
    return await chat.ask(WANG, text)


async def test_goods_are_carried_to_a_second_warehouse(chat: Chat):
    assert "没有叫「北仓」的仓库" in await chat.ask(QIANG, "调拨 A100 100 到 北仓")
    assert "由经理来做" in await chat.ask(QIANG, "新仓库 北仓")
    assert "已开仓库 北仓" in await chat.ask(CHEN, "新仓库 北仓")
    assert "已调 A100 100个：主仓 → 北仓" in await chat.ask(QIANG, "调拨 A100 100 到 北仓")
    assert "只有 100" in await chat.ask(QIANG, "调拨 A100 200 从北仓到主仓")
    stock = await chat.ask(QIANG, "A100还有多少")
    assert "可用 5000" in stock
    assert "北仓 100" in stock


async def test_half_a_phrase_changes_nothing_and_says_how(chat: Chat):
    assert "盘点 A100 380" in await chat.ask(QIANG, "盘点 灯泡 5")
    assert "入库 A100 200" in await chat.ask(QIANG, "入库 A100")
    assert "调拨 A100 100 到 北仓" in await chat.ask(QIANG, "调拨 A100 100")


async def test_who_has_no_shelf_to_count(chat: Chat):
    assert "这一步要由" in await chat.ask(WANG, "盘点 A100 1")
    assert "绑定" in await chat.ask(LU, "盘点 A100 1")
    assert "有货" in await chat.ask(WANG, "A100还有多少")


async def test_a_count_waits_through_a_restart(chat: Chat):
    await chat.say(QIANG, "盘点 A100 380")
    chat.skip_all()
    await chat.restart()
    assert "已入账" in await chat.ask(CHEN, "同意盘点 1")
    chat.skip_all()


async def test_a_count_that_waits_is_seen_and_answered_without_its_number(chat: Chat):
    await chat.say(QIANG, "盘点 A100 380")
    chat.skip_all()
    assert "盘点待批 1 张，最早「同意盘点 1」" in await chat.ask(CHEN, "待办")
    assert "盘得 380个，账上 5000（阿强），回复「同意盘点 1」" in await chat.ask(CHEN, "待审核")
    await chat.say(QIANG, "盘点 B200 2")
    chat.skip_all()
    answer = await chat.ask(CHEN, "同意盘点")
    assert "有 2 张盘点等你批" in answer
    assert "盘点 2　B200 LED驱动器 盘得 2个，账上 240（阿强）" in answer
    assert "已驳回" in await chat.ask(CHEN, "驳回盘点 2")
    assert "盘点被驳回，请重盘" in " ".join(f.value for f in chat.card(QIANG).fields)
    chat.skip_all()
    assert "已入账：A100 电源适配器 少 4620个" in await chat.ask(CHEN, "同意盘点吧")
    chat.skip_all()
    assert "没有待批的盘点" in await chat.ask(CHEN, "同意盘点")
    assert await chat.ask(CHEN, "待审核") == "没有待审核的订单。"


async def test_a_yes_to_a_count_that_is_worked_on_again_takes_no_other_count(chat: Chat):
    await chat.say(QIANG, "盘点 A100 380")
    chat.skip_all()
    await worked_on_again(chat, CHEN, "同意盘点")
    await chat.say(QIANG, "盘点 B200 2")
    chat.skip_all()
    assert [row.state for row in await StockCount.all().order_by("id")] == ["booked", "waiting"]
    newest = await InboundMessage.filter(key__startswith=f"m:{CHEN.openid}:").order_by("-id").first()
    assert newest is not None
    await InboundMessage.filter(id=newest.id).update(progress=Progress.WORKING, answer=None, lease_until=None)
    await chat.restart()
    await chat.shop.inbox.resume()
    await chat.settle()
    assert [row.state for row in await StockCount.all().order_by("id")] == ["booked", "waiting"]
    chat.skip_all()


async def test_a_count_that_was_made_again_is_outdated(chat: Chat):
    await chat.say(QIANG, "盘点 A100 380")
    await chat.say(QIANG, "盘点 A100 400")
    chat.skip_all()
    answer = await chat.ask(CHEN, "同意盘点 1")
    assert "盘点单 1 过时了：后来又盘过，以盘点单 2（400个，待批）为准" in answer
    assert "少 4600个" in await chat.ask(CHEN, "同意盘点")
    chat.skip_all()


async def test_a_count_that_nobody_answers_is_told_again_a_day_later(chat: Chat):
    await chat.say(QIANG, "盘点 A100 380")
    chat.skip_all()
    await chat.later(hours=25)
    assert "盘点没人批" in " ".join(f.value for f in chat.card(CHEN).fields)
    assert "回复「同意盘点 1」" in await chat.ask(CHEN, "提醒")
    chat.skip_all()


async def test_there_is_no_half_of_what_is_counted_by_the_piece(chat: Chat):
    for text in ("入库 A100 0.5", "盘点 A100 4999.5个"):
        assert "什么都没记" in await chat.ask(QIANG, text)
    assert "A100 按个算，没有 0.5个，什么都没记。请写整数，再发一次，如 1个" in await chat.ask(WANG, "下单 A100 0.5个")
    await chat.say(WANG, "取消")
    chat.skip_all()
    assert "25个" in await chat.ask(WANG, "下单 A100 半箱 明天送")
    number = number_in(await chat.ask(WANG, "确认"))
    chat.skip_all()
    assert "没有 12.5个" in await chat.ask(WANG, f"{number} A100改12.5个")
    await importing.import_products({"products": [CABLE]}, now=chat.platform.clock())
    await chat.later(minutes=2)
    assert "已入库 C310 0.5米" in await chat.ask(QIANG, "入库 C310 0.5米")
    chat.skip_all()
