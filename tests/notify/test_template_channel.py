"""The template channel against the simulated platform's own templates: learnt, filled, learnt anew."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession

from connect.wechat.client import MemoryShelf, WeChat
from domain.errors import DeliveryFailed
from domain.values import Address
from notify.channels import Outgoing
from notify.channels.custom import CustomChannel
from notify.channels.template import TemplateChannel
from notify.notices import Notice
from notify.tries import tame
from simulator import Clock
from tests.harness import simulated
from tests.notify.test_notices import NOTICES, ORDERLY, WORST

OPENID = "o-xiaowang-buys-0000000000001"


@dataclass
class Desk:
    """A channel of a real client to the simulated platform, and the phone at its other end."""

    channel: TemplateChannel
    custom: CustomChannel
    account: Any
    mapping: dict[str, str] = field(default_factory=dict)
    keys: int = 0

    async def send(self, notice: Notice = Notice.ORDER_CONFIRMED, key: str = "", **facts: Any) -> str | None:
        self.keys += 1
        merged = tame({**ORDERLY, **facts})
        url = merged["url"]
        return await self.channel.send(Outgoing(key or str(self.keys), Address("main", OPENID), notice, merged, url))

    @property
    def cards(self) -> list[list[str]]:
        return [[one.value for one in bubble.fields] for bubble in self.account.person(OPENID).heard]

    def calls(self, path: str) -> int:
        return sum(path in str(entry) for entry in self.account.world.journal)


@pytest.fixture
async def desk():
    async with simulated(Clock()) as (_platform, account, site), ClientSession() as session:
        account.add_follower("小王", openid=OPENID)
        base = str(site.make_url("")).rstrip("/")
        client = WeChat(
            session, appid=account.appid, secret=account.secret, api_url=base, shelf=MemoryShelf(),
            clock=lambda: datetime.now(UTC),
        )  # fmt: skip
        mapping = {"DEFAULT": next(iter(account.templates.all())).template_id}
        yield Desk(TemplateChannel(client, mapping), CustomChannel(client), account, mapping)


async def test_the_default_template_carries_a_notice_without_further_set_up(desk: Desk):
    assert await desk.send()
    assert desk.cards == [["1042K", "A100 20箱、B200 2箱", "已确认，预计11-27送达", "2026-11-27 18:00", "¥18500.00"]]


@pytest.mark.parametrize("notice", NOTICES)
async def test_the_platform_takes_every_notice_at_its_worst(desk: Desk, notice: Notice):
    for worst in WORST:
        for audience in ("customer", "staff"):
            await desk.send(notice, **{**worst, "audience": audience})
    assert len(desk.cards) == 2 * len(WORST)


async def test_a_notice_with_a_template_of_its_own_uses_that(desk: Desk):
    own = desk.account.templates.add("发货通知", "单号：{{character_string1.DATA}}\n运单：{{character_string2.DATA}}")
    desk.mapping["ORDER_SHIPPED"] = own.template_id
    await desk.send(Notice.ORDER_SHIPPED)
    await desk.send()
    assert desk.cards[0] == ["1042K", "SF1234567890123"]
    assert len(desk.cards[1]) == 5


async def test_the_same_key_is_shown_once(desk: Desk):
    assert await desk.send(key="7-1") == await desk.send(key="7-1")
    assert len(desk.cards) == 1


async def test_changed_fields_are_learnt_anew(desk: Desk):
    await desk.send()
    held = next(iter(desk.account.templates.all()))
    desk.account.templates.remove(held.template_id)
    desk.account.templates.add("新的", "商品：{{thing1.DATA}}\n时间：{{time2.DATA}}", held.template_id)
    await desk.send()
    assert desk.cards[1] == ["A100 20箱、B200 2箱", "2026-11-27 18:00"]


async def test_a_template_that_is_gone_is_named(desk: Desk):
    await desk.send()
    desk.account.templates.remove(desk.mapping["DEFAULT"])
    with pytest.raises(DeliveryFailed) as failed:
        await desk.send()
    assert failed.value.code == 40037


async def test_no_template_at_all_is_named(desk: Desk):
    desk.mapping.clear()
    with pytest.raises(DeliveryFailed) as failed:
        await desk.send()
    assert (failed.value.code, failed.value.kind) == ("no_template", "unmapped")


@dataclass
class Counting:
    """A client that counts; ``wrong`` refuses the fields."""

    asked: int = 0
    sent: int = 0
    wrong: bool = False

    async def templates(self) -> list[dict[str, str]]:
        self.asked += 1
        await asyncio.sleep(0)
        return [{"template_id": "T", "content": "商品：{{thing1.DATA}}"}]

    async def send_template(self, openid: str, template: str, data: Any, *, url: str | None, client_msg_id: str) -> str:
        self.sent += 1
        await asyncio.sleep(0)
        if self.wrong:
            raise DeliveryFailed(47003, permanent=True, kind="content")
        return client_msg_id


async def test_a_crowd_asks_for_the_templates_once(desk: Desk):
    client: Any = Counting()
    channel = TemplateChannel(client, {"DEFAULT": "T"})
    await asyncio.gather(*(channel.send(notice_to(n)) for n in range(20)))
    assert (client.asked, client.sent) == (1, 20)
    client.wrong = True
    failed = await asyncio.gather(*(channel.send(notice_to(n)) for n in range(20)), return_exceptions=True)
    assert all(isinstance(one, DeliveryFailed) and one.code == 47003 for one in failed)
    assert (client.asked, client.sent) == (2, 40)


def notice_to(number: int) -> Outgoing:
    return Outgoing(str(number), Address("main", f"o{number}"), Notice.ORDER_CONFIRMED, tame(ORDERLY))


async def test_plain_messages_are_cut_between_characters(desk: Desk):
    await desk.account.say(OPENID, "你好")
    text = "长" * 1000
    await desk.custom.send(Outgoing("1", Address("main", OPENID), Notice.REPLY, {"text": text}))
    shown = desk.account.person(OPENID).heard[-1].text
    assert len(shown.encode()) <= 2000
    assert shown.endswith("长…")
