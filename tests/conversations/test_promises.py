"""The days that customers were told: kept or missed, by the first that was named and by the last."""

from tests.conversations.test_carriers import SF
from tests.conversations.test_main_story import booked
from tests.harness import CAI, CHEN, LI, LU, QIANG, WANG, Chat


async def test_a_day_that_was_put_off_does_not_pass_for_the_one_that_was_named_first(chat: Chat):
    assert await chat.ask(CHEN, "准时率") == "10-26 至 11-24 下的单，还没有到期的"
    kept, late = await booked(chat), await booked(chat, "下单 A100 3箱 明天送")
    put_off = await booked(chat, "下单 B200 15箱 明天送")
    for text in ("采购单", "1", "P1 改到 12-10"):
        await chat.say(CAI, text)
    await chat.say(QIANG, f"发货 {kept} 顺丰 {SF}")
    await chat.later(hours=14)
    await chat.say(WANG, f"签收 {kept}")
    chat.skip_all()
    assert (await chat.ask(CHEN, "准时率")).splitlines()[0].endswith("准时率 100%（1/1 单，按最后说的交期）")

    await chat.later(days=14)
    await chat.say(QIANG, "到货 P1")
    await chat.later(minutes=2)
    await chat.say(QIANG, f"发货 {put_off} 顺丰 SF1234567890555")
    await chat.later(days=1)
    await chat.say(WANG, f"签收 {put_off}")
    chat.skip_all()
    told = await chat.ask(WANG, f"交期 {put_off}")
    assert "11-30" in told
    assert "12-11" in told
    assert (await chat.ask(CHEN, "准时率")).splitlines()[:2] == [
        "11-11 至 12-10 下的单，准时率 66.7%（2/3 单，按最后说的交期）",
        "按最初说的交期 33.3%（1/3 单）",
    ]
    assert "66.7%" in await chat.ask(LI, "华强 准时率")
    assert "66.7%" in await chat.ask(QIANG, "准时率"), "no money in it"
    of_one = await chat.ask(CHEN, "B200 准时率")
    assert "下的单（有 B200 的），准时率 100%（1/1 单，按最后说的交期）\n按最初说的交期 0%（0/1 单）" in of_one
    assert late in await chat.ask(LI, "查订单")
    assert "没有找到客户" in await chat.ask(LI, "宏达 准时率")
    assert "看懂" in await chat.ask(WANG, "准时率")
    assert "绑定" in await chat.ask(LU, "准时率")
    chat.skip_all()
