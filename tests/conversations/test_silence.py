"""Parcels of which nothing is heard, or nothing good: who is told what of it, once, while time goes by."""

from datetime import timedelta

import pytest

from domain.models import Shipment
from tests.conversations.test_carriers import SF, sent, state
from tests.conversations.test_main_story import booked
from tests.harness import LI, QIANG, WANG, Chat, as_text

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OTHER = "SF1234567890999"


def told(chat: Chat, person) -> str:
    """Everything unread on this phone."""
    text = "\n".join(as_text(bubble) for bubble in chat.unread(person))
    chat.skip(person)
    return text


async def past(chat: Chat, n: int, *, hours: int) -> None:
    """A parcel that went the same way before, of which nothing was heard for so long at the longest."""
    now, mine = chat.platform.clock(), await Shipment.get(waybill=SF)
    await Shipment.create(
        number=f"old-{n}", order_id=mine.order_id, carrier="顺丰", hook_token=f"t{n}", salt="s", shipped_by="阿强",
        shipped_at=now, delivered_at=now, received_by="小王", state="delivered", lane=mine.lane,
        longest_gap=hours * 3600,
    )  # fmt: skip


async def test_a_normal_journey_alerts_nobody(chat: Chat):
    await sent(chat)
    carrier = chat.platform.carrier
    for hours, code, text in ((2, "1", "已揽收"), (9, "0", "已发往杭州"), (10, "5", "派送中"), (4, "3", "已签收")):
        await chat.later(hours=hours)
        await carrier.move(SF, code, text)
        await chat.settle()
    assert told(chat, WANG).count("\n") == 2  # collected, out for delivery, signed
    await chat.later(days=4)
    assert not chat.unread(QIANG)
    assert (await Shipment.get()).longest_gap == pytest.approx(timedelta(hours=10).total_seconds(), abs=60)


async def test_nobody_scans_the_parcel_and_both_sides_hear_of_it_once(chat: Chat):
    number = await sent(chat)
    await chat.later(hours=23)
    assert not chat.unread(WANG)
    await chat.later(hours=1.1)
    assert "迟迟未揽收" in told(chat, QIANG)
    assert "快递还没揽收，我们已在催" in told(chat, WANG)
    assert f"A1 订单 {number} 顺丰 {SF} 迟迟未揽收" in await chat.ask(QIANG, "提醒")
    assert "A1" in await chat.ask(QIANG, "收到 A1")
    await chat.later(hours=5)
    assert not chat.unread(WANG)
    await chat.platform.carrier.move(SF, "1", "已揽收")
    await chat.settle()
    assert "已揽收" in state(chat)
    assert "没有未处理" in await _tick_and_list(chat)


async def test_silence_is_measured_by_what_is_usual_on_the_lane(chat: Chat):
    await sent(chat)
    for n in range(10):
        await past(chat, n, hours=14 + n)
    await chat.platform.carrier.move(SF, "1", "已揽收")
    await chat.settle()
    chat.skip_all()
    await chat.later(hours=21.9)
    assert not chat.unread(WANG)
    await chat.later(hours=0.2)
    assert "物流无更新" in told(chat, LI)
    assert "已 22 小时" in await chat.ask(LI, "提醒")
    assert "物流暂无更新" in told(chat, WANG)
    await chat.later(hours=1)
    assert not chat.unread(WANG)
    chat.skip_all()


async def test_a_service_that_finds_nothing_in_three_days_asks_for_the_right_number(chat: Chat):
    number = await sent(chat)
    await chat.platform.carrier.abort(SF, "3天查询无记录")
    await chat.later(minutes=1)
    assert "三天查不到物流" in told(chat, QIANG)
    assert not chat.unread(WANG)

    answer = await chat.ask(QIANG, f"更正 {number} {OTHER}")
    assert answer.splitlines()[0].endswith(f"已更正为 顺丰 {OTHER}")
    assert "没有未处理" in await _tick_and_list(chat)
    assert f"顺丰 {OTHER}" in told(chat, WANG)
    assert "本来就是" in await chat.ask(QIANG, f"更正 {number} {OTHER}")
    assert not chat.unread(WANG)

    # What is still said of the wrong number is news of somebody else's parcel.
    await chat.platform.carrier.move(SF, "3", "已签收")
    await chat.settle()
    assert not chat.unread(WANG)
    await chat.platform.carrier.move(OTHER, "1", "已揽收")
    await chat.settle()
    assert "已揽收" in state(chat)
    assert OTHER in await chat.ask(WANG, f"{number}到哪了")
    assert chat.platform.carrier.parcel(OTHER).subscriptions


async def _tick_and_list(chat: Chat) -> str:
    await chat.later(minutes=1)
    chat.skip(QIANG)
    return await chat.ask(QIANG, "提醒")


async def test_a_service_that_hears_nothing_for_sixty_days_gives_up_and_the_rep_looks_for_it(chat: Chat):
    await sent(chat)
    await chat.platform.carrier.move(SF, "1", "已揽收")
    await chat.settle()
    await chat.later(days=59)
    chat.skip_all()
    await chat.platform.carrier.abort(SF, "60天无变化")
    await chat.later(minutes=1)
    assert "快递已停止跟踪" in told(chat, LI)
    assert not chat.unread(WANG)


async def test_refused_and_brought_back_is_told_to_the_buyer_and_put_before_the_rep(chat: Chat):
    number = await sent(chat)
    await chat.platform.carrier.move(SF, "1", "已揽收")
    await chat.settle()
    chat.skip_all()
    await chat.platform.carrier.move(SF, "203", "收件人拒收")
    await chat.later(minutes=1)
    assert "收件人拒收" in told(chat, WANG)
    assert number in told(chat, LI)
    await chat.platform.carrier.move(SF, "203", "收件人拒收，再次派送")
    await chat.later(minutes=1)
    assert not chat.unread(WANG)
    assert not chat.unread(LI)
    await chat.platform.carrier.move(SF, "6", "退回途中")
    await chat.later(minutes=1)
    assert "退回途中" in told(chat, WANG)
    assert "退回途中" in told(chat, LI)
    await chat.platform.carrier.move(SF, "5", "客户要求再派")
    await chat.platform.carrier.move(SF, "3", "已签收")
    await chat.later(minutes=1)
    chat.skip_all()


async def test_damage_on_the_way_tells_the_buyer_to_look_before_signing(chat: Chat):
    await sent(chat)
    await chat.platform.carrier.move(SF, "209", "外包装破损")
    await chat.later(minutes=1)
    assert "外包装破损" in told(chat, WANG)
    assert "外包装破损" in told(chat, LI)


async def test_only_the_warehouse_corrects_and_only_what_is_under_way(chat: Chat):
    number = await sent(chat)
    assert "仓库" in await chat.ask(LI, f"更正 {number} {OTHER}")
    assert "更正 1042" in await chat.ask(QIANG, "更正")
    assert "运单" in await chat.ask(QIANG, f"更正 {number} {'SF000000000000'} {OTHER}")
    await chat.platform.carrier.move(SF, "3", "已签收")
    await chat.settle()
    chat.skip_all()
    assert "已经到了" in await chat.ask(QIANG, f"更正 {number} {OTHER}")
    assert not chat.unread(WANG)


async def test_of_two_parcels_one_has_to_be_named(chat: Chat):
    number = await booked(chat)
    await chat.ask(QIANG, f"发货 {number} A100 10箱 顺丰 {SF}")
    await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890555")
    chat.skip_all()
    assert f"{SF}、SF1234567890555" in await chat.ask(QIANG, f"更正 {number} {OTHER}")
    assert f"已更正为 顺丰 {OTHER}" in await chat.ask(QIANG, f"更正 {number} {SF} {OTHER}")
    assert "运单号已更正" in told(chat, WANG)
    assert "已登记在别的发货单上" in await chat.ask(QIANG, f"更正 {number} {OTHER} SF1234567890555")
