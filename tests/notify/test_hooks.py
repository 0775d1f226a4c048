"""A webhook that takes nothing: its person has the alert at once, the receiver is asked for days, then no more."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from connect.workchat.forms import Room
from connect.workchat.rooms import Porter
from domain.choosing import choose_way
from domain.rules.lifecycle import OrderState
from notify.alerts.rules import Thresholds
from notify.alerts.watch import watch
from notify.channels import Channels
from notify.channels.workchat import RoomChannel
from notify.hooks import enable
from notify.models import ChannelPause, Delivery, DeliveryState
from notify.retry import LADDER
from notify.sender import Sender
from notify.untold import untold
from simulator import Clock, Platform, make_app
from templates import notice as words
from tests.notify.company import actor, ago, an_order, company, openid
from tests.notify.fakes import FakeChannel
from tests.notify.samples import NOW

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Receiver:
    """陈姐 hears alerts through a webhook; the phone is the other way."""

    platform: Platform
    porter: Porter
    url: str
    phone: FakeChannel = field(default_factory=FakeChannel)
    wanted: frozenset[str] = frozenset()

    @property
    def told(self) -> list[str]:
        """What the receiver took, each id once."""
        return [text for _, text in self.platform.rooms.told]

    async def alert(self, number: str) -> None:
        now = self.platform.clock()
        await an_order(number, state=OrderState.AWAITING_APPROVAL, placed_at=ago(hours=3))
        await watch(Thresholds(), now=now)
        await self.work()

    async def work(self, **later: float) -> None:
        self.platform.clock.forward(timedelta(**later))
        secrets = (self.platform.rooms.secrets["webhook"],)
        room = Room("webhook", self.url, secrets, inside=True)
        other = replace(room, name="hook:erp", url=f"{self.url}?of=erp", events=self.wanted)
        clock = self.platform.clock
        hooks = {one.name or one.kind: RoomChannel(one, self.porter) for one in (room, other)}
        channels: Channels = {"main": {**hooks, "template": self.phone}}
        sender = Sender(channels, clock=clock, worker=f"w{clock().timestamp()}", chance=lambda: 0.5)
        while await sender.send_due():
            pass


@pytest.fixture
async def receiver(db: str) -> AsyncIterator[Receiver]:
    await company()
    await choose_way("S002", "webhook")
    async with (
        Platform(Clock(lambda: NOW)) as platform,
        TestServer(make_app(platform)) as server,
        ClientSession() as session,
    ):
        yield Receiver(platform, Porter(session, platform.clock), str(server.make_url("/hooks/standard")))


async def test_a_receiver_that_comes_back_is_told_once_under_the_same_id(receiver: Receiver):
    receiver.platform.rooms.status = 503
    await receiver.alert("SO1042K")
    first = await Delivery.get(openid=openid("陈姐"), cause__startswith="alert:")
    assert (first.state, first.channel, len(receiver.phone.shown)) == (DeliveryState.SENT, "template", 1)
    assert [one["code"] for one in first.tries] == ["webhook:503", "0"]
    await receiver.work(seconds=5)
    again = await Delivery.get(cause=f"again:{first.id}")
    assert (again.state, again.channels, again.last_code) == (DeliveryState.FAILED, ["webhook"], "webhook:503 receiver")
    receiver.platform.rooms.status = 204
    await receiver.work(minutes=5)
    await receiver.work(hours=1)
    again = await Delivery.get(id=again.id)
    assert (again.state, len(receiver.told), len(receiver.phone.shown)) == (DeliveryState.SENT, 1, 1)
    assert receiver.platform.rooms.seen == {f"{first.id}-{int(first.created_at.timestamp())}"}
    me = await actor("陈姐")
    assert me.address is not None
    assert (await untold(me.address, None, now=receiver.platform.clock())).rows == ()


async def test_three_days_of_nothing_disable_it_with_one_word_until_it_is_enabled(receiver: Receiver):
    receiver.platform.rooms.status = 500
    await receiver.alert("SO1042K")
    for pause in LADDER:
        assert not await ChannelPause.exists()
        await receiver.work(seconds=pause.total_seconds())
    again = await Delivery.get(cause__startswith="again:")
    assert (again.state, again.attempts, again.last_code) == (DeliveryState.GIVEN_UP, 9, "webhook:500 too_late")
    assert (await ChannelPause.get()).kind == "disabled"
    for minutes in (0, 1, 2):
        await watch(Thresholds(), now=receiver.platform.clock() + timedelta(minutes=minutes))
    told = await Delivery.filter(why__startswith="channel_shut")
    assert len({one.openid for one in told}) == len(told) > 0
    text = words("alert_raised", "text", **told[0].facts)
    assert "Webhook通知发不出去，错误 webhook:disabled：三天没送进去，已停用；修好后回复「通道 恢复 webhook」" in text

    asked = len([one for one in await Delivery.all() for tried in one.tries if tried["channel"] == "webhook"])
    await receiver.alert("SO1043M")
    assert len([one for one in await Delivery.all() for tried in one.tries if tried["channel"] == "webhook"]) == asked
    receiver.platform.rooms.status = 204
    assert await enable("webhook", now=receiver.platform.clock())
    assert not await enable("webhook", now=receiver.platform.clock())
    await receiver.alert("SO1044P")
    assert any("1044P" in text for text in receiver.told)


async def test_one_that_took_something_meanwhile_is_not_disabled(receiver: Receiver):
    receiver.platform.rooms.status = 500
    await receiver.alert("SO1042K")
    for pause in LADDER[:-1]:
        await receiver.work(seconds=pause.total_seconds())
    receiver.platform.rooms.status = 204
    await receiver.alert("SO1043M")
    receiver.platform.rooms.status = 500
    await receiver.work(hours=24)
    assert (await Delivery.get(cause__startswith="again:")).state is DeliveryState.GIVEN_UP
    assert not await ChannelPause.exists()


async def tries_of(channel: str) -> int:
    return len([one for row in await Delivery.all() for one in row.tries if one["channel"] == channel])


async def test_gone_is_disabled_at_once_and_costs_nothing_until_it_is_enabled(receiver: Receiver):
    receiver.platform.rooms.status = 410
    await receiver.alert("SO1042K")
    first = await Delivery.get(openid=openid("陈姐"), cause__startswith="alert:")
    assert (first.state, first.channel, len(receiver.phone.shown)) == (DeliveryState.SENT, "template", 1)
    pause = await ChannelPause.get()
    assert (pause.kind, pause.code) == ("disabled", "webhook:410")
    await watch(Thresholds(), now=receiver.platform.clock())
    told = await Delivery.filter(why__startswith="channel_shut").first()
    assert told is not None
    text = words("alert_raised", "text", **told.facts)
    assert "错误 webhook:410：对方说不再接收，已停用；换好地址后回复「通道 恢复 webhook」" in text

    receiver.platform.rooms.status = 204
    before = await Delivery.get(cause=f"again:{first.id}")
    for days in (1, 4, 30):
        await receiver.work(days=days)
    after = await Delivery.get(id=before.id)
    assert (after.state, after.lease_by, after.next_at) == (before.state, None, before.next_at)
    assert (await tries_of("webhook"), receiver.told) == (1, [])
    assert await enable("webhook", now=receiver.platform.clock())
    await receiver.work(seconds=1)
    assert len(receiver.told) == 1
    assert receiver.platform.rooms.seen == {f"{first.id}-{int(first.created_at.timestamp())}"}


async def test_of_several_one_that_is_gone_leaves_the_others(receiver: Receiver):
    receiver.platform.rooms.status = 410
    await receiver.alert("SO1042K")
    receiver.platform.rooms.status = 204
    await choose_way("S002", "hook:erp")
    await receiver.alert("SO1043M")
    assert "1043M" in receiver.told[0]
    assert [one.channel for one in await ChannelPause.all()] == ["webhook"]
    receiver.platform.rooms.status = 410
    await receiver.alert("SO1044P")
    assert sorted([one.channel for one in await ChannelPause.all()]) == ["hook:erp", "webhook"]
    await watch(Thresholds(), now=receiver.platform.clock())
    said = [words("alert_raised", "text", **one.facts) for one in await Delivery.filter(why__startswith="channel_shut")]
    assert any("Webhook erp通知发不出去" in text and "回复「通道 恢复 webhook erp」" in text for text in said)
    assert await enable("hook:erp", now=receiver.platform.clock())
    assert [one.channel for one in await ChannelPause.all()] == ["webhook"]


async def test_what_a_receiver_does_not_want_goes_by_wechat_and_is_not_kept_for_it(receiver: Receiver):
    await choose_way("S002", "hook:erp")
    receiver.wanted = frozenset({"stock_short"})
    await receiver.alert("SO1042K")
    row = await Delivery.get(openid=openid("陈姐"))
    assert (row.channel, row.tries[0]["code"], receiver.told) == ("template", "webhook:not_wanted", [])
    assert not await Delivery.filter(cause__startswith="again:").exists()
    receiver.wanted = frozenset({"order_held"})
    await receiver.alert("SO1043M")
    assert len(receiver.told) == 1
