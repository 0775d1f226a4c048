"""Carriers as people meet them: three services, their troubles, and what whom is told of it."""

from typing import Any

import pytest

from domain.models import CarrierPush, Shipment
from tests.conversations.test_main_story import booked
from tests.harness import QIANG, WANG, Chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SF, YTO = "SF1234567890123", "YT1234567890123"


@pytest.fixture
def knobs() -> dict[str, Any]:
    return {"services": ("kuaidi100", "kdniao", "fleet")}


async def sent(chat: Chat, waybill: str = SF, carrier: str = "顺丰") -> str:
    """An order of 小王 that left the house; nobody has anything unread."""
    number = await booked(chat)
    assert "已发货" in await chat.ask(QIANG, f"发货 {number} {carrier} {waybill}")
    chat.skip_all()
    return number


def questions(chat: Chat) -> int:
    return sum(entry.request.get("path") == "/poll/query.do" for entry in chat.platform.journal.entries("carrier"))


def state(chat: Chat, person=WANG) -> str:
    return " ".join(f.value for f in chat.card(person).fields)


async def test_what_one_service_refuses_another_watches(chat: Chat):
    chat.platform.faults.add(api="/poll", code=601)
    await sent(chat, YTO, "圆通")
    assert (await Shipment.get()).service == "kdniao"
    await chat.platform.kdniao.move(YTO, "1", "圆通已收件")
    await chat.settle()
    assert "已揽收" in state(chat)
    await chat.platform.kdniao.move(YTO, "311", "已放入快递柜")
    await chat.settle()
    assert "快递柜" in state(chat)


async def test_own_fleet_tells_where_its_van_is(chat: Chat):
    number = await booked(chat)
    assert "已发货" in await chat.ask(QIANG, f"发货 {number} 送货")
    chat.skip_all()
    shipment = (await Shipment.get()).number
    fleet = chat.platform.fleet
    assert (
        await fleet.tell({"shipment": shipment, "events": [{"status": "out_for_delivery", "text": "司机已出发"}]})
        == 200
    )
    await chat.settle()
    assert "派送中" in state(chat)
    forged = {"shipment": shipment, "events": [{"status": "delivered", "text": "送到"}]}
    assert await fleet.tell(forged, secret="whsec_" + "A" * 32) == 401
    assert await fleet.tell(forged, seconds_ago=600) == 401
    await chat.settle()
    assert not chat.unread(WANG)
    kept = await CarrierPush.filter(genuine=False).order_by("id")
    assert [row.outcome for row in kept] == [{"refused": "signature"}] * 2
    assert await fleet.tell({"shipment": shipment, "events": [{"status": "delivered", "text": "老板签收"}]}) == 200
    await chat.settle()
    assert "已签收" in state(chat)
    assert "已签收" in await chat.ask(WANG, f"{number}到哪了")


async def test_a_push_that_got_lost_is_asked_for(chat: Chat):
    number = await sent(chat)
    carrier = chat.platform.carrier
    carrier.parcel(SF).subscriptions.clear()
    await carrier.move(SF, "5", "快递员正在派送")
    await chat.later(hours=13)
    assert "派送" in state(chat)
    chat.skip_all()
    assert questions(chat) == 1
    await chat.later(minutes=5)
    assert questions(chat) == 1
    assert "正在派送" in await chat.ask(WANG, f"{number}到哪了")
