"""What each error code, a lost answer and half an hour without the platform come to: through the real client."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest
from aiohttp import ClientSession, TCPConnector, web

from connect.wechat.client import WeChat
from connect.wechat.codes import POLICIES
from domain.models import Identity
from domain.values import Address
from notify.alerts.rules import Thresholds
from notify.alerts.watch import watch
from notify.channels import Channels
from notify.channels.custom import CustomChannel
from notify.channels.template import TemplateChannel
from notify.models import Alert, ChannelPause, Delivery, DeliveryState
from notify.notices import CUSTOM, TEMPLATE, URGENT, Notice, Plan
from notify.outbox import put
from notify.sender import AT_ONCE, Sender
from notify.tokens import DatabaseTokenShelf
from simulator import Clock, OfficialAccount, Platform, make_app
from tests.harness import TEMPLATE as CONTENT
from tests.notify.fakes import ORDER
from tests.ports import unused_port

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
FACTS = ORDER | {"tries": 30, "reasons": (), "text": "盘点"}
ENDS = frozenset(DeliveryState) - {DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.FAILED}
STEP = timedelta(seconds=5)


@pytest.fixture
def database_url(tmp_path: Path, blank: Path) -> str:
    """One kind of database is enough: the platform is the matter here."""
    return f"sqlite://{copy(blank, tmp_path / 'shop.sqlite3')}"


@dataclass
class Line:
    """The sender with its real channels, the platform at the other end, and the switch between them."""

    platform: Platform
    account: OfficialAccount
    sender: Sender
    runner: web.AppRunner
    port: int

    async def put(self, *notices: Notice, ways: tuple[str, ...] = (TEMPLATE,)) -> list[Delivery]:
        for notice in notices:
            openid = self.account.add_follower(subscribed=True).openid
            plan = Plan(Address("main", openid), notice, FACTS, "test", channels=ways)
            await put(f"event:{openid}", [plan], now=self.platform.clock())
        return await Delivery.all().order_by("id")

    async def send(self) -> None:
        while await self.sender.send_due():
            pass

    async def until_over(self, longest: timedelta) -> None:
        """Move the clock from one thing that is due to the next until everything has ended."""
        over = self.platform.clock() + longest
        while (row := await Delivery.exclude(state__in=ENDS).order_by("next_at").first()) is not None:
            assert row.next_at <= over, row.last_code
            self.platform.clock.forward(max(row.next_at - self.platform.clock(), timedelta()))
            await self.send()

    async def pull(self) -> None:
        """The platform is gone."""
        for site in list(self.runner.sites):
            await site.stop()

    async def plug(self) -> None:
        """And is back."""
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()

    def calls(self, path: str) -> int:
        return len(self.platform.journal.calls(path))

    @property
    def seen(self) -> int:
        return sum(len(one.heard) for one in self.account.followers.values())


@pytest.fixture
async def line(db: str) -> AsyncIterator[Line]:
    async with (
        Platform(Clock(lambda: NOON)) as platform,
        ClientSession(connector=TCPConnector(force_close=True)) as web_,
    ):
        account, port = platform.add_account(), unused_port()
        runner = web.AppRunner(make_app(platform))
        await runner.setup()
        client = WeChat(
            web_, appid=account.appid, secret=account.secret, api_url=f"http://127.0.0.1:{port}",
            shelf=DatabaseTokenShelf("main"), clock=platform.clock,
        )  # fmt: skip
        mapping = {"DEFAULT": account.templates.add("订单通知", CONTENT).template_id}
        channels: Channels = {"main": {TEMPLATE: TemplateChannel(client, mapping), CUSTOM: CustomChannel(client)}}
        chance = random.Random(7).random
        made = Line(platform, account, Sender(channels, clock=platform.clock, worker="w", chance=chance), runner, port)
        await made.plug()
        yield made
        await runner.cleanup()


OUTCOMES = {
    "recipient": (DeliveryState.GIVEN_UP, 1), "consent": (DeliveryState.HELD, 1), "window": (DeliveryState.HELD, 1),
    "throttled": (DeliveryState.HELD, 40), "content": (DeliveryState.HELD, 1), "media": (DeliveryState.HELD, 1),
    "review": (DeliveryState.SENT, 1), "method": (DeliveryState.HELD, 1), "quota_reset": (DeliveryState.HELD, 1),
    "transient": (DeliveryState.HELD, 40),
}  # fmt: skip
"""Of each class, how a notice ends that meets it for ever, and how many calls that costs at most."""
OUTCOME_OF = {
    43004: (DeliveryState.HELD, 1), 45009: (DeliveryState.HELD, 3),
    40036: (DeliveryState.HELD, 14), 40037: (DeliveryState.HELD, 14),
}  # fmt: skip
SETUP = frozenset({"config", "token"})


@pytest.mark.parametrize("number", sorted(number for number, policy in POLICIES.items() if policy.kind not in SETUP))
async def test_a_code_for_ever_comes_to_the_end_of_its_class_at_its_price(line: Line, number: int):
    (row,) = await line.put(Notice.ORDER_CANCELLED)
    line.platform.faults.add(api="template/send", kind="errcode", code=number, times=10_000)
    await line.until_over(timedelta(hours=40))
    await row.refresh_from_db()
    state, most = OUTCOME_OF.get(number) or OUTCOMES[POLICIES[number].kind]
    assert (row.state, line.seen) == (state, 0), row.last_code
    assert 1 <= line.calls("template/send") <= most
    assert row.last_code.split(" ")[1]
    assert await ChannelPause.exists() is (number == 45009)


@pytest.mark.parametrize("number", sorted(number for number, policy in POLICIES.items() if policy.kind in SETUP))
async def test_a_mistake_of_setup_shuts_the_way_and_is_looked_at_every_five_minutes(line: Line, number: int):
    rows = await line.put(*[Notice.ORDER_CANCELLED] * 3)
    line.platform.faults.add(api="template/send", kind="errcode", code=number, times=10_000)
    for _ in range(4):
        await line.send()
        line.platform.clock.forward(timedelta(minutes=5))
    assert line.calls("template/send") <= 4 * 2 * len(rows)
    pause = await ChannelPause.get()
    assert pause.kind == "config"
    line.platform.faults.clear()
    await line.until_over(timedelta(hours=1))
    assert (line.seen, await ChannelPause.exists()) == (3, False)


async def test_an_endless_40001_costs_two_tokens_and_one_alert(line: Line):
    await line.put(*[Notice.ORDER_CANCELLED] * 5)
    line.platform.faults.add(api="template/send", kind="errcode", code=40001, times=10_000)
    for _ in range(10):
        await line.send()
        await watch(Thresholds(), now=line.platform.clock())
        line.platform.clock.forward(timedelta(seconds=5))
    assert line.calls("stable_token") <= 2
    assert [alert.rule for alert in await Alert.all()] == ["channel_shut"]


@pytest.mark.parametrize(
    ("way", "kind", "state"),
    [
        (TEMPLATE, "reset_after", DeliveryState.SENT),
        (TEMPLATE, "truncated", DeliveryState.SENT),
        (CUSTOM, "reset_after", DeliveryState.UNSURE),
        (CUSTOM, "truncated", DeliveryState.UNSURE),
    ],
)
async def test_an_answer_lost_after_acceptance_gives_one_visible_message(
    line: Line, way: str, kind: str, state: DeliveryState
):
    (row,) = await line.put(Notice.ORDER_CANCELLED, ways=(way,))
    await Identity.create(account="main", openid=row.openid, last_inbound_at=NOON)
    line.account.person(row.openid).grant("message", NOON)
    line.platform.faults.add(api="template/send" if way == TEMPLATE else "custom/send", kind=kind)
    await line.until_over(timedelta(hours=1))
    await row.refresh_from_db()
    assert (row.state, line.seen) == (state, 1)


async def test_half_an_hour_without_the_platform_and_all_is_told_alerts_first_without_a_storm(line: Line):
    usual = [Notice.ANNOUNCEMENT] * 40 + [Notice.ORDER_CANCELLED] * 10
    await line.put(*usual, *[Notice.CODES_GUESSED] * 3)
    await line.pull()
    back = line.platform.clock() + timedelta(minutes=30)
    while line.platform.clock() < back:
        await line.send()
        line.platform.clock.forward(STEP)
    assert (line.seen, await Delivery.exclude(state=DeliveryState.FAILED).count()) == (0, 0)
    await line.plug()
    while await Delivery.exclude(state__in=ENDS).exists():
        assert line.platform.clock() <= back + timedelta(minutes=3)
        await line.send()
        line.platform.clock.forward(STEP)
    assert (line.seen, line.calls("template/send")) == (53, 53)
    shown = {one.openid: one.seq for one in line.platform.journal.entries("delivery")}
    went = [row.rank for row in sorted(await Delivery.all(), key=lambda row: shown[row.openid])]
    assert went[0] == URGENT
    assert max(at for at, rank in enumerate(went) if rank == URGENT) < AT_ONCE, went
