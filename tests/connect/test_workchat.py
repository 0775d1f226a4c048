"""Group robots and webhooks: signed and judged as their vendors do, and no address of our own network is called."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from connect.workchat.forms import KINDS, Letter, Room, dingtalk_sign, failed, feishu_sign, judge, webhook_sign
from connect.workchat.guard import guarded, is_public, may_call
from connect.workchat.rooms import Porter
from domain.errors import DeliveryFailed
from simulator import Clock, Platform, make_app

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
LETTER = Letter("7-1", "alert_raised", "A7 订单 1042K 审核超时")
PATHS = {
    "wecom": "/cgi-bin/webhook/send?key={key}", "dingtalk": "/robot/send?access_token={key}",
    "feishu": "/open-apis/bot/v2/hook/{key}", "webhook": "/hooks/standard",
}  # fmt: skip


def test_the_signatures_are_those_of_the_vendors():
    assert dingtalk_sign("SECabc", "1700000000000") == "jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM="
    assert feishu_sign("SECabc", "1700000000") == "XprR1de+0SSBnwWyU/4k6x2TL+Q2SJlM5NNEdAv7MWg="
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    signed = webhook_sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@dataclass
class Street:
    """The rooms on loopback, and who carries letters to them."""

    platform: Platform
    porter: Porter
    base: str

    def room(self, kind: str, **changes: Any) -> Room:
        rooms = self.platform.rooms
        secret = rooms.secrets.get(kind)
        made = Room(kind, self.base + PATHS[kind].format(key=rooms.key), (secret,) if secret else (), inside=True)
        return replace(made, **changes)

    async def refused(self, room: Room, letter: Letter = LETTER) -> tuple[str, str]:
        with pytest.raises(DeliveryFailed) as failure:
            await self.porter.carry(room, letter)
        assert (failure.value.permanent, failure.value.maybe_sent) == (True, False)
        return str(failure.value.code), failure.value.kind


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    async with (
        Platform(Clock(lambda: NOON)) as platform,
        TestServer(make_app(platform)) as server,
        ClientSession() as session,
    ):
        porter = Porter(session, platform.clock)
        yield Street(platform, porter, str(server.make_url("")).rstrip("/"))
        await porter.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_each_room_takes_what_is_sent_to_it(street: Street, kind: str):
    await street.porter.carry(street.room(kind), LETTER)
    assert street.platform.rooms.told == [(kind, LETTER.text)]


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("wecom", {"url": "/cgi-bin/webhook/send?key=other"}, "wecom:93000"),
        ("dingtalk", {"secrets": ("SECold",)}, "dingtalk:310000"),
        ("dingtalk", {"secrets": ()}, "dingtalk:310000"),
        ("feishu", {"secrets": ("SECold",)}, "feishu:19021"),
        ("webhook", {"url": "/nowhere"}, "webhook:404"),
    ],
)
async def test_a_mistake_in_the_setup_is_told_by_its_code(
    street: Street, kind: str, changes: dict[str, Any], code: str
):
    if "url" in changes:
        changes = {"url": street.base + changes["url"]}
    found = await street.refused(street.room(kind, **changes))
    assert found == (code, "content" if code == "webhook:404" else "config")


@pytest.mark.parametrize(
    ("kind", "most", "code"), [("wecom", 20, 45009), ("dingtalk", 20, 130101), ("feishu", 100, 11232)]
)
async def test_too_many_in_a_minute_go_another_way_and_the_next_minute_is_open(
    street: Street, kind: str, most: int, code: int
):
    room = street.room(kind)
    for _ in range(most):
        await street.porter.carry(room, LETTER)
    assert await street.refused(room) == (f"{kind}:{code}", "content")
    street.platform.clock.forward(timedelta(minutes=1))
    await street.porter.carry(room, LETTER)


async def test_a_webhook_is_signed_with_both_secrets_while_they_change_and_shown_once(street: Street):
    rooms = street.platform.rooms
    old, new = rooms.secrets["webhook"], "whsec_bmV3bmV3bmV3bmV3bmV3bmV3bmV3"
    both = street.room("webhook", secrets=(new, old))
    await street.porter.carry(both, LETTER)
    rooms.secrets["webhook"] = new
    await street.porter.carry(both, LETTER)
    assert rooms.told == [("webhook", LETTER.text)]
    assert await street.refused(street.room("webhook", secrets=(old,))) == ("webhook:401", "content")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, ""), (204, ""), (302, "config"), (307, "config"), (410, "config"), (429, "content"), (500, "content")],
)
async def test_only_2xx_is_a_yes_and_no_redirect_is_followed(street: Street, status: int, kind: str):
    street.platform.rooms.status = status
    if not kind:
        await street.porter.carry(street.room("webhook"), LETTER)
        return
    assert await street.refused(street.room("webhook")) == (f"webhook:{status}", kind)
    assert street.platform.rooms.told == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errcode":"0"}', b"\xff", b"[" * 9000])
def test_an_answer_that_is_none_is_no_yes(body: bytes):
    with pytest.raises(DeliveryFailed, match="wecom:no_answer"):
        judge("wecom", 200, body)


PRIVATE = [
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "nonsense",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_inside_counts_as_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https://127.0.0.1/", "https://[::1]/", "https://10.1/",
        "https://2130706433/", "https://0177.0.0.1/", "https://localhost/", "https://printer.local/",
        "https://db.internal/", "https://user:pw@example.com/", "https://example.com:22/", "https://example.com:99999/",
        "https:///x", "https://[::1", "//example.com/", "",
    ],
)  # fmt: skip
async def test_an_address_of_another_form_is_refused_before_anything_is_asked(street: Street, url: str):
    assert not may_call(url)
    room = Room("webhook", url, ("s",))
    assert await street.refused(room) == ("webhook:refused_address", "config")


def test_public_addresses_may_be_called():
    assert all(map(may_call, ("https://example.com/hook?x=1", "https://8.8.8.8/", "https://example.com:8443/")))
    assert is_public("8.8.8.8")
    assert is_public("2606:4700:4700::1111")


class Told(AbstractResolver):
    """A resolver that answers as it was told, one answer after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ResolveResult(hostname=host, host=one, port=port, family=2, proto=0, flags=0) for one in found]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["169.254.169.254"], ["0.0.0.0"]])
async def test_a_name_that_leads_inside_is_refused_at_the_connection(street: Street, answer: list[str]):
    street.porter._outside = ClientSession(connector=guarded(Told(answer)))
    room = Room("webhook", "https://rebound.example.com/hook", ("s",))
    assert await street.refused(room) == ("webhook:refused_address", "config")


def test_a_code_never_looks_like_one_of_wechat():
    assert str(failed("wecom", 45009).code) != "45009"
