"""Leave and duty by chat: 采妹 goes away, 陈姐 plans, everybody sees who is there; customers have no part in it."""

from domain.models import Leave, Order, Shift
from tests.harness import CAI, CHEN, LI, LU, QIANG, WANG, Chat, as_text


async def test_leave_is_taken_listed_and_taken_back(chat: Chat):
    assert await chat.ask(LI, "请假 明天到周五 家里有事") == (
        "已记：你明天(11-25)到11-27请假（3 天）。\n已告诉陈姐。\n要取消请发「销假」。"
    )
    assert "老李" in chat.heard(CHEN)
    assert (await chat.ask(CHEN, "谁请假")).startswith("请假 1 人次：\n老李 明天(11-25)到11-27（家里有事）")
    assert await chat.ask(CHEN, "今天谁请假") == "今天(11-24)没有人请假。请假请发：请假 明天到周五"
    assert "老李 明天" in await chat.ask(QIANG, "明天谁请假")
    assert "老李" in await chat.ask(LI, "我的请假")
    assert "已经记过了" in await chat.ask(LI, "请假 明天到周五")
    assert "已经请了假" in await chat.ask(LI, "请假 周五")
    assert "已告诉陈姐" in await chat.ask(LI, "销假")
    assert "老李" in chat.heard(CHEN)
    assert await chat.ask(LI, "销假") == "老李 没有可以取消的请假。发「谁请假」看全部。"
    assert await Leave.all().count() == 1


async def test_the_day_is_asked_for_and_the_question_survives_a_restart(chat: Chat):
    assert "你哪天到哪天请假" in await chat.ask(CAI, "请假")
    await chat.restart()
    assert "你明天(11-25)下午请假" in await chat.ask(CAI, "明天下午")
    chat.skip(CHEN)
    assert "阿强哪天到哪天" in await chat.ask(CHEN, "给阿强请假")
    assert "阿强后天(11-26)请假" in await chat.ask(CHEN, "后天")
    assert "阿强" in chat.heard(QIANG)
    assert "已经过了" in await chat.ask(CAI, "请假 昨天")


async def test_others_leave_and_the_roster_are_for_managers(chat: Chat):
    for text in ("给阿强请假 明天", "取消阿强的请假", "排班 阿强 周六", "取消排班 阿强 周六"):
        assert "要由经理" in await chat.ask(LI, text), text
    for text in ("请假 明天", "今天谁值班", "谁请假", "排班 阿强 周六", "销假"):
        assert "看懂" in await chat.ask(WANG, text), text
        assert "绑定" in await chat.ask(LU, text), text
    assert not await Leave.exists()
    assert not await Shift.exists()


async def test_a_roster_is_planned_changed_and_shown(chat: Chat):
    assert await chat.ask(CHEN, "今天谁值班") == "今天(11-24)没有排班。\n现在在岗：老李、陈姐、阿强、采妹"
    assert (await chat.ask(CHEN, "排班 阿强 今天到明天 8点到20点")).startswith(
        "已排班：阿强 今天(11-24)周二、明天(11-25)周三 08:00–20:00。"
    )
    assert "值班" in chat.heard(QIANG)
    await chat.say(CAI, "请假 今天")
    chat.skip(CAI, CHEN)
    assert await chat.ask(LI, "今天谁值班") == (
        "今天(11-24)值班：\n仓库 阿强 08:00–20:00\n现在在岗：老李、陈姐、阿强\n请假：采妹（到 11-24）"
    )
    assert "没有排班" in await chat.ask(LI, "今天采购谁值班")
    assert "没有叫「小张」的同事" in await chat.ask(CHEN, "排班 小张 周六")
    assert "请写谁、哪天" in await chat.ask(CHEN, "排班 阿强")
    assert "已取消：阿强 今天(11-24)周二" in await chat.ask(CHEN, "取消排班 阿强 今天")
    chat.skip(QIANG)
    assert "没有排班" in await chat.ask(CHEN, "取消排班 阿强 今天")
    assert "全天" in await chat.ask(CHEN, "安排采妹周六值班")
    chat.skip(CAI)
    assert "采购 采妹 全天" in await chat.ask(LI, "周六谁值班")


async def test_duty_changes_hands_with_one_word_of_what_is_open(chat: Chat):
    for text in ("审核规则 2 100", "1"):
        await chat.ask(CHEN, text)
    for text in ("下单 A100 20箱 明天送", "1"):
        await chat.ask(WANG, text)
    chat.skip_all()
    (order,) = await Order.all()
    assert await chat.ask(QIANG, "交班") == "没有要交接的，都办完了。"
    shown = await chat.ask(CHEN, "交班")
    assert shown.splitlines() == [
        "交班，还开着 1 件：", f"等审核 1 单，最早 {order.number.removeprefix('SO')}", "发「待办」逐件处理",
    ]  # fmt: skip
    await chat.say(CHEN, "排班 陈姐 明天 8点到20点")
    chat.skip(CHEN)
    await chat.later(hours=13)
    chat.skip_all()
    await chat.later(hours=1, minutes=1)
    heard = [as_text(bubble) for bubble in chat.unread(CHEN)]
    assert sum("还开着 1 件" in text for text in heard) == 1, heard
    chat.skip_all()
    await chat.later(minutes=5)
    assert not [bubble for bubble in chat.unread(CHEN) if "还开着" in as_text(bubble)], "once"
    chat.skip_all()
    assert "这一步要由" in await chat.ask(WANG, "交班")
    assert "绑定" in await chat.ask(LU, "交班")
