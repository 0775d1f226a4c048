"""An alert goes where its person chose to read, and to WeChat when that fails."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from connect.workchat.forms import Room
from connect.workchat.rooms import Porter
from domain.choosing import choose_way, ways_of_staff
from domain.rules.lifecycle import OrderState
from notify.alerts.rules import Thresholds
from notify.alerts.watch import watch
from notify.channels import Channels
from notify.channels.workchat import RoomChannel, plain
from notify.models import ChannelPause, Delivery, DeliveryState
from notify.sender import Sender
from simulator import Clock, Platform, make_app
from templates import notice as words
from tests.notify.company import ago, an_order, company, openid
from tests.notify.fakes import FakeChannel
from tests.notify.samples import NOW


def test_links_are_written_out():
    assert plain('晚了\n<a href="https://s/o/1">查看订单</a>') == "晚了\n查看订单 https://s/o/1"
    assert plain("1 < 2 > 0") == "1 < 2 > 0"


@dataclass
class Group:
    """陈姐 reads alerts in a group of WeCom; the phone is the other way."""

    platform: Platform
    porter: Porter
    base: str
    phone: FakeChannel = field(default_factory=FakeChannel)

    async def alert(self, number: str, *, key: str = "") -> Delivery:
        await an_order(number, state=OrderState.AWAITING_APPROVAL, placed_at=ago(hours=3))
        await watch(Thresholds(), now=NOW, link=_page)
        url = f"{self.base}/cgi-bin/webhook/send?key={key or self.platform.rooms.key}"
        room = RoomChannel(Room("wecom", url, inside=True), self.porter)
        channels: Channels = {"main": {"wecom": room, "template": self.phone}}
        sender = Sender(channels, clock=self.platform.clock, worker=number, chance=lambda: 0.5)
        while await sender.send_due():
            pass
        return await Delivery.get(order_number=number, openid=openid("陈姐"))


async def _page(order: str) -> str:
    return f"https://shop/{order}"


@pytest.fixture
async def group(db: str) -> AsyncIterator[Group]:
    await company()
    async with (
        Platform(Clock(lambda: NOW)) as platform,
        TestServer(make_app(platform)) as server,
        ClientSession() as session,
    ):
        yield Group(platform, Porter(session, platform.clock), str(server.make_url("")).rstrip("/"))


async def test_who_chose_a_group_reads_alerts_there_and_everybody_else_on_the_phone(group: Group):
    row = await group.alert("SO1042K")
    assert (row.channels, len(group.phone.shown)) == (["template", "custom"], 1)
    assert await choose_way("S002", "wecom")
    row = await group.alert("SO1043M")
    assert (row.state, row.channels[0], len(group.phone.shown)) == (DeliveryState.SENT, "wecom", 1)
    ((kind, text),) = group.platform.rooms.told
    assert kind == "wecom"
    assert "1043M" in text
    assert "https://shop/SO1043M" in text
    assert text.endswith("请在公众号里回复。")
    assert "<" not in text
    assert ("S002", "陈姐", "wecom") in await ways_of_staff()


async def test_a_group_that_is_gone_costs_a_detour_and_one_word_about_it(group: Group):
    await choose_way("S002", "wecom")
    row = await group.alert("SO1042K", key="gone")
    assert (row.state, row.channel) == (DeliveryState.SENT, "template")
    assert [one["code"] for one in row.tries] == ["wecom:93000", "0"]
    assert (await ChannelPause.get()).kind == "config"
    await watch(Thresholds(), now=NOW)
    told = await Delivery.filter(why__startswith="channel_shut").first()
    assert told is not None
    assert "企业微信群机器人通知发不出去，错误 wecom:93000：群机器人已删除或地址不对" in words(
        "alert_raised", "text", **told.facts
    )
    row = await group.alert("SO1043M", key="gone")
    assert (row.state, row.channel) == (DeliveryState.SENT, "template")
    group.platform.clock.forward(timedelta(minutes=6))
    row = await group.alert("SO1044P")
    assert row.channel == "wecom"
    assert not await ChannelPause.exists()


async def test_somebody_who_does_not_work_here_chooses_nothing(db):
    assert not await choose_way("S999", "wecom")
    assert await ways_of_staff() == []
