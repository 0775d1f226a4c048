"""An alert goes to its person in WeCom, a mistake there costs a detour and one word, and reports take the same way."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from connect.workchat.app import WecomApp
from connect.workchat.appforms import App
from domain.choosing import choose_way, keep_member, member_of
from domain.rules.lifecycle import OrderState
from domain.values import Address
from domain.wisherrors import MemberRefused
from notify.alerts.rules import Thresholds
from notify.alerts.watch import watch
from notify.channels import Channels
from notify.channels.wecomapp import WecomAppChannel
from notify.models import ChannelPause, Delivery, DeliveryState, TokenLease
from notify.sender import Sender
from notify.tokens import DatabaseTokenShelf
from simulator import Clock, Platform, make_app
from templates import notice as words
from tests.notify.company import ago, an_order, company, openid
from tests.notify.fakes import FakeChannel
from tests.notify.samples import NOW


@dataclass
class Desk:
    """陈姐 reads alerts in WeCom; the phone is the other way."""

    platform: Platform
    sender: Sender
    phone: FakeChannel = field(default_factory=FakeChannel)

    async def alert(self, number: str) -> Delivery:
        await an_order(number, state=OrderState.AWAITING_APPROVAL, placed_at=ago(hours=3))
        await watch(Thresholds(), now=NOW, link=_page)
        while await self.sender.send_due():
            pass
        return await Delivery.get(order_number=number, openid=openid("陈姐"), notice="ALERT_RAISED")


async def _page(order: str) -> str:
    return f"https://shop/{order}"


@pytest.fixture
async def desk(db: str) -> AsyncIterator[Desk]:
    await company()
    await choose_way("S002", "wecom_app")
    await keep_member("S002", "ChenJie")
    async with (
        Platform(Clock(lambda: NOW)) as platform,
        TestServer(make_app(platform)) as server,
        ClientSession() as session,
    ):
        there, phone = platform.wecom_app, FakeChannel()
        app = App(str(server.make_url("")).rstrip("/"), there.corp, there.agent, there.secret)
        way = WecomAppChannel(WecomApp(session, app, DatabaseTokenShelf(app.shelf), platform.clock), member_of)
        channels: Channels = {"main": {"wecom_app": way, "template": phone}}
        yield Desk(platform, Sender(channels, clock=platform.clock, worker="w", chance=lambda: 0.5), phone)


async def test_an_alert_is_read_in_wecom_and_its_token_lies_with_those_of_wechat(desk: Desk):
    row = await desk.alert("SO1042K")
    assert (row.state, row.channel, row.channels) == (
        DeliveryState.SENT,
        "wecom_app",
        ["wecom_app", "template", "custom"],
    )
    ((to, text),) = desk.platform.wecom_app.told
    assert to == "ChenJie"
    assert "1042K" in text
    assert "https://shop/SO1042K" in text
    assert "请在公众号里回复。" in text
    assert (await TokenLease.get()).account.startswith("wecom_app:")
    assert await member_of(Address("main", openid("老李"))) == ""
    with pytest.raises(MemberRefused):
        await keep_member("S001", "陈姐|@all")


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        ("trusted", "wecom_app:60020", "把服务器 IP 加入该应用的「企业可信 IP」"),
        ("takes_tokens", "wecom_app:40014", "令牌刚取就被拒，请查应用是否停用、SECRET 是否重置"),
    ],
)
async def test_a_mistake_costs_a_detour_and_one_word_about_it(desk: Desk, fault: str, code: str, said: str):
    setattr(desk.platform.wecom_app, fault, False)
    row = await desk.alert("SO1042K")
    assert (row.state, row.channel, [one["code"] for one in row.tries]) == (DeliveryState.SENT, "template", [code, "0"])
    assert (await ChannelPause.get()).code == code
    row = await desk.alert("SO1043M")
    assert (row.state, row.channel) == (DeliveryState.SENT, "template")
    fetched, sent = (desk.platform.wecom_app.calls[path] for path in ("gettoken", "send"))
    assert (fetched, sent) == ((2, 2) if fault == "takes_tokens" else (1, 1))
    told = await Delivery.filter(why__startswith="channel_shut")
    assert len({one.openid for one in told}) == len(told) > 0
    assert f"企业微信应用通知发不出去，错误 {code}：{said}" in words("alert_raised", "text", **told[0].facts)


async def test_who_is_not_known_there_has_it_on_the_phone(desk: Desk):
    await keep_member("S002", "ChenJie2")
    row = await desk.alert("SO1042K")
    assert (row.channel, row.tries[0]["code"], len(desk.phone.shown)) == ("template", "wecom_app:81013", 1)
