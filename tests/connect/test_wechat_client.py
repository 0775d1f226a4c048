"""The client of the WeChat API: what it sends, how it keeps its token, and what it makes of every trouble."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from connect.wechat.client import MemoryShelf, OAuthAnswer, WeChat
from connect.wechat.codes import POLICIES
from connect.wechat.shelf import Kept
from connect.wechat.token import AccessToken
from domain.errors import DeliveryFailed
from notify.tokens import DatabaseTokenShelf
from simulator import Clock, Follower, OfficialAccount, Platform, make_app
from tests.ports import unused_port

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HASTY = aiohttp.ClientTimeout(total=0.15, connect=0.1)


class Line:
    """A platform with one account and one follower, and clients that call it."""

    def __init__(self, platform: Platform, session: aiohttp.ClientSession, url: str) -> None:
        self.platform = platform
        self.session = session
        self.url = url
        self.account: OfficialAccount = platform.add_account()
        self.person: Follower = self.account.add_follower("小王")
        self.template = self.account.templates.add_from_library("44120", ["订单编号", "商品名称"]).template_id
        self.shelf = MemoryShelf()
        self.wechat = self.client()

    def client(self, **changed: Any) -> WeChat:
        """A client of the account, on the shared shelf unless told otherwise."""
        given: dict[str, Any] = {
            "appid": self.account.appid,
            "secret": self.account.secret,
            "api_url": self.url,
            "shelf": self.shelf,
            "clock": self.platform.clock,
        }
        return WeChat(self.session, **(given | changed))

    async def card(self, key: str = "k1", *, wechat: WeChat | None = None, url: str | None = None) -> str:
        """Send a card to the person."""
        data = {"character_string1": {"value": "1042K"}, "thing2": {"value": "矿泉水 20箱"}}
        return await (wechat or self.wechat).send_template(
            self.person.openid, self.template, data, url=url, client_msg_id=key
        )

    def calls(self, path: str) -> int:
        """How often the platform was asked this."""
        return len(self.platform.journal.calls(path))

    def strike(self, path: str, kind: str, **traits: Any) -> None:
        """Let trouble wait at a path."""
        self.platform.faults.add(api=path, kind=kind, **traits)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with (
        Platform(Clock(lambda: NOON)) as platform,
        TestServer(make_app(platform)) as server,
        aiohttp.ClientSession() as session,
    ):
        yield Line(platform, session, str(server.make_url("/")))


async def refused(call: Awaitable[Any]) -> DeliveryFailed:
    """The failure that a call must end with."""
    with pytest.raises(DeliveryFailed) as caught:
        await call
    return caught.value


# What it sends


async def test_sends_a_card(line: Line) -> None:
    msgid = await line.card(url="https://shop.test/o/t")
    (bubble,) = line.person.heard
    assert bubble.msgid == msgid
    assert [one.value for one in bubble.fields] == ["1042K", "矿泉水 20箱"]
    assert bubble.url == "https://shop.test/o/t"


async def test_a_card_sent_twice_under_one_key_is_shown_once(line: Line) -> None:
    assert await line.card("once") == await line.card("once")
    assert await line.card("another") != await line.card("once")
    assert len(line.person.heard) == 2


async def test_sends_a_text_as_it_is_written(line: Line) -> None:
    await line.account.say(line.person.openid, "在吗")
    text = '已收到“1042K”\n下一行 \\u4f60 "引号" 😀'
    await line.wechat.send_text(line.person.openid, text)
    assert line.person.heard[-1].text == text


async def test_a_lone_surrogate_does_not_stop_a_text(line: Line) -> None:
    await line.account.say(line.person.openid, "在吗")
    await line.wechat.send_text(line.person.openid, "好\ud800的")
    assert line.person.heard[-1].text == "好?的"


async def test_sets_and_reads_the_menu(line: Line) -> None:
    assert await line.wechat.get_menu() == {}
    buttons = [{"type": "click", "name": "我的订单", "key": "ORDERS"}]
    await line.wechat.create_menu(json.dumps({"button": buttons}, ensure_ascii=False).encode())
    found = await line.wechat.get_menu()
    assert [(one["name"], one["key"]) for one in found["menu"]["button"]] == [("我的订单", "ORDERS")]


async def test_makes_a_code_that_people_can_scan(line: Line) -> None:
    url = await line.wechat.create_qr("join-ABCD2345", 600)
    assert line.account.qrcodes.find(url).scene == "join-ABCD2345"


async def test_tells_whether_a_person_follows(line: Line) -> None:
    assert (await line.wechat.user_info(line.person.openid))["subscribe"] == 1
    gone = line.account.add_follower("小李", subscribed=False)
    assert (await line.wechat.user_info(gone.openid))["subscribe"] == 0


async def test_lists_the_templates(line: Line) -> None:
    (one,) = await line.wechat.templates()
    assert one["template_id"] == line.template
    assert "{{thing2.DATA}}" in one["content"]


async def test_uploads_a_picture_again_after_a_stale_token(line: Line) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(64)
    await line.wechat.token()
    line.account.tokens.kill()
    media_id = await line.wechat.upload_media("image", "code.png", picture, "image/png")
    assert line.account.media.get(media_id).content == picture


@pytest.mark.parametrize("snapshot", [True, False])
async def test_learns_who_came_back(line: Line, snapshot: bool) -> None:
    code = line.account.oauth.authorize(line.person.openid, "snsapi_base", snapshot)
    answer = await line.wechat.openid_by_code(code)
    assert answer.snapshot is snapshot
    assert (answer.openid == line.person.openid) is not snapshot
    assert (await refused(line.wechat.openid_by_code(code))).code == 40163
    assert line.calls("stable_token") == 0


async def test_the_way_to_web_authorisation_opens(line: Line) -> None:
    link = line.wechat.authorize_url(line.url.rstrip("/"), "https://shop.test/o/t?a=main&b=甲", "s1")
    assert link.endswith("&state=s1#wechat_redirect")
    shown = link.replace("#wechat_redirect", f"&as_openid={line.person.openid}")
    async with line.session.get(shown, allow_redirects=False) as response:
        back = response.headers["Location"]
    assert back.startswith("https://shop.test/o/t?a=main&b=")
    code = back.partition("code=")[2].partition("&")[0]
    assert await line.wechat.openid_by_code(code) == OAuthAnswer(line.person.openid, False)


# The token


async def test_twenty_who_send_at_once_fetch_one_token(line: Line) -> None:
    sent = await asyncio.gather(*(line.card(f"k{number}") for number in range(20)))
    assert len(set(sent)) == len(line.person.heard) == 20
    assert line.calls("stable_token") == 1


async def test_twenty_who_find_the_token_refused_fetch_one_more(line: Line) -> None:
    await line.wechat.token()
    line.account.tokens.kill()
    await asyncio.gather(*(line.card(f"k{number}") for number in range(20)))
    assert len(line.person.heard) == 20
    assert line.calls("stable_token") == 2


async def test_one_who_gives_up_does_not_take_the_token_from_the_others(line: Line) -> None:
    line.strike("stable_token", "slow", seconds=0.05)
    first, second = (asyncio.create_task(line.card(key)) for key in ("a", "b"))
    await line.platform.journal.news(0, within=5)
    first.cancel()
    assert await second == line.person.heard[0].msgid
    assert line.calls("stable_token") == 1


async def test_asks_for_the_stable_token_and_never_by_force(line: Line) -> None:
    await line.wechat.token()
    (call,) = line.platform.journal.calls("stable_token")
    assert call.request["body"]["force_refresh"] is False
    assert line.calls("cgi-bin/token") == 0


async def test_a_token_is_used_until_just_before_its_end(line: Line) -> None:
    first = await line.wechat.token()
    line.platform.clock.forward(timedelta(seconds=7200 - 121))
    assert await line.wechat.token() == first
    line.platform.clock.forward(timedelta(seconds=1))
    assert await line.wechat.token() != first
    assert line.calls("stable_token") == 2
    await line.card()


async def test_processes_share_the_shelf(line: Line) -> None:
    token = await line.wechat.token()
    assert await line.client().token() == token
    assert line.calls("stable_token") == 1


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_refused_token_costs_one_fetch_and_one_more_try(line: Line, code: int) -> None:
    line.strike("template/send", "errcode", code=code)
    await line.card()
    assert len(line.person.heard) == 1
    assert (line.calls("template/send"), line.calls("stable_token")) == (2, 2)


async def test_takes_the_token_that_another_process_has_put_there(line: Line) -> None:
    """The refused token is dropped only if it still lies there."""
    stale = await line.wechat.token()
    line.account.tokens.kill()
    fresh, lasts = line.account.tokens.stable(False)
    shelf = Overtaken(stale, fresh, line.platform.clock() + timedelta(seconds=lasts))
    await line.card(wechat=line.client(shelf=shelf))
    assert len(line.person.heard) == 1
    assert line.calls("stable_token") == 1  # the very first
    assert not shelf.stored


class Overtaken(MemoryShelf):
    """A shelf on which the token changes right after it was read."""

    def __init__(self, stale: str, fresh: str, until: datetime) -> None:
        super().__init__()
        self._tokens = [Kept(fresh, until, 2), Kept(stale, until, 1)]
        self.stored: list[str] = []

    async def load(self) -> Kept:
        return self._tokens.pop() if len(self._tokens) > 1 else self._tokens[0]

    async def store(self, turn: int, token: str, expires_at: datetime) -> Kept:
        self.stored.append(token)
        return self._tokens[0]


async def test_a_shelf_gives_way_only_to_those_who_know_what_lies_there() -> None:
    shelf = MemoryShelf()
    assert await shelf.store(0, "a", NOON) == Kept("a", NOON, 1)
    assert await shelf.store(1, "b", NOON) == Kept("b", NOON, 2)
    assert await shelf.store(1, "late", NOON) == Kept("b", NOON, 2)
    assert await shelf.store(0, "blind", NOON) == Kept("b", NOON, 2)
    assert await shelf.load() == Kept("b", NOON, 2)


async def test_those_refused_with_one_token_fetch_once_even_one_after_another() -> None:
    """Also when the platform gives the same token again, as it does while it thinks the token good."""
    fetched = 0

    async def fetch() -> tuple[str, timedelta]:
        nonlocal fetched
        fetched += 1
        return "the same", timedelta(hours=2)

    token = AccessToken(MemoryShelf(), fetch, lambda: NOON)
    refused_both = [await token.current(), await token.current()]
    assert [(await token.another(held)).token for held in refused_both] == ["the same", "the same"]
    assert fetched == 2


async def test_a_token_read_before_the_next_was_stored_is_not_taken_for_the_next() -> None:
    shelf = SlowShelf()
    number = 0

    async def fetch() -> tuple[str, timedelta]:
        nonlocal number
        number += 1
        return f"token {number}", timedelta(hours=2)

    token = AccessToken(shelf, fetch, lambda: NOON)
    held = await token.current()
    shelf.hold()
    late = asyncio.create_task(token.another(held))
    await shelf.reached.wait()  # has read the first token, and does not know it yet
    assert (await token.another(held)).token == "token 2"
    shelf.go_on.set()
    assert (await late).token == "token 2"
    assert number == 2


class SlowShelf(MemoryShelf):
    """A shelf of which one reading, once held, arrives late."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go_on, self._held = asyncio.Event(), asyncio.Event(), False

    def hold(self) -> None:
        """Let the next reading wait for its release."""
        self._held = True

    async def load(self) -> Kept:
        kept = await super().load()
        if self._held:
            self._held = False
            self.reached.set()
            await self.go_on.wait()
        return kept


class Watched(MemoryShelf):
    """A shelf that counts those who look."""

    looks = 0

    async def load(self) -> Kept:
        self.looks += 1
        await asyncio.sleep(0)
        return await super().load()


async def test_of_many_who_begin_together_one_looks_at_the_shelf_and_each_later_one_anew() -> None:
    async def fetch() -> tuple[str, timedelta]:
        raise AssertionError("it has a good one")

    shelf = Watched()
    await shelf.store(0, "good", NOON + timedelta(hours=2))
    shelf.looks = 0
    token = AccessToken(shelf, fetch, lambda: NOON)
    assert {held.token for held in await asyncio.gather(*(token.current() for _ in range(20)))} == {"good"}
    assert shelf.looks == 1
    await shelf.store(1, "next", NOON + timedelta(hours=2))
    looked = shelf.looks
    assert (await token.current()).token == "next"
    assert shelf.looks == looked + 1


async def test_the_shelf_of_all_processes_serves_two_clients(line: Line, db: str) -> None:
    shelves = [DatabaseTokenShelf("main"), DatabaseTokenShelf("main")]
    clients = [line.client(shelf=shelf) for shelf in shelves]
    stale = await clients[0].token()
    assert await clients[1].token() == stale
    line.account.tokens.kill()
    await asyncio.gather(*(line.card(f"k{n}", wechat=clients[n % 2]) for n in range(8)))
    assert len(line.person.heard) == 8
    assert line.calls("stable_token") == 2
    assert await clients[0].token() == await clients[1].token() != stale


async def test_an_endless_40001_costs_two_fetches_and_then_silence(line: Line) -> None:
    line.strike("template/send", "errcode", code=40001, times=1000)
    assert (await refused(line.card())).code == 40001
    assert (line.calls("template/send"), line.calls("stable_token")) == (2, 2)
    line.platform.clock.forward(timedelta(seconds=59))
    failed = await refused(line.card())
    assert (failed.code, failed.kind, failed.permanent) == ("token_circuit", "token", False)
    assert failed.retry_after == timedelta(seconds=1)
    assert (line.calls("template/send"), line.calls("stable_token")) == (2, 2)


async def test_twenty_at_once_and_an_endless_40001_cost_two_fetches(line: Line) -> None:
    line.strike("template/send", "errcode", code=40001, times=1000)
    for failed in await asyncio.gather(*(line.card(f"k{n}") for n in range(20)), return_exceptions=True):
        assert isinstance(failed, DeliveryFailed)
        assert failed.code in (40001, "token_circuit")
    assert line.calls("stable_token") == 2
    assert line.calls("template/send") <= 40


async def test_an_hour_of_40001_stays_below_twenty_fetches(line: Line) -> None:
    line.strike("template/send", "errcode", code=40001, times=10_000)
    for _ in range(3600 // 5):
        await refused(line.card())
        line.platform.clock.forward(timedelta(seconds=5))
    assert 5 < line.calls("stable_token") <= 20


async def test_all_is_well_again_after_the_pause(line: Line) -> None:
    line.strike("template/send", "errcode", code=40001, times=2)
    await refused(line.card())
    line.platform.clock.forward(timedelta(seconds=60))
    await line.card()
    assert len(line.person.heard) == 1
    line.strike("template/send", "errcode", code=40001, times=2)
    await refused(line.card("k2"))
    failed = await refused(line.card("k2"))
    assert failed.retry_after == timedelta(seconds=60)  # as short as the first time


async def test_a_wrong_secret_is_a_matter_of_configuration(line: Line) -> None:
    wrong = line.client(secret="0" * 32)
    failed = await refused(line.card(wechat=wrong))
    assert (failed.code, failed.kind, failed.permanent, failed.maybe_sent) == (40125, "config", True, False)
    again = await refused(line.card(wechat=wrong))
    assert (again.code, again.kind) == ("token_circuit", "config")
    assert line.calls("stable_token") == 1


async def test_40001_from_the_token_endpoint_is_configuration_too(line: Line) -> None:
    line.strike("stable_token", "errcode", code=40001)
    failed = await refused(line.card())
    assert (failed.code, failed.kind, failed.permanent) == (40001, "config", True)
    assert line.calls("stable_token") == 1
    assert line.calls("template/send") == 0


@pytest.mark.parametrize("kind", ["errcode", "reset_before", "reset_after", "http500", "html", "truncated"])
async def test_trouble_with_the_token_means_that_nothing_was_sent(line: Line, kind: str) -> None:
    line.strike("stable_token", kind)
    failed = await refused(line.card())
    assert (failed.kind, failed.permanent, failed.maybe_sent) == ("transient", False, False)
    await line.card()
    assert len(line.person.heard) == 1


# Troubles


@pytest.mark.parametrize(
    ("code", "kind", "permanent", "wait"),
    [
        (-1, "transient", False, None),
        (40164, "config", True, None),
        (48001, "config", True, None),
        (43004, "recipient", True, None),
        (40003, "recipient", True, None),
        (43101, "consent", True, None),
        (45009, "throttled", False, None),
        (45011, "throttled", False, 60),
        (43108, "throttled", False, 5),
        (47003, "content", True, None),
        (40037, "content", True, None),
        (40252, "review", True, None),
        (99999, "transient", False, None),
    ],
)
async def test_a_code_becomes_its_policy(line: Line, code: int, kind: str, permanent: bool, wait: int | None) -> None:
    line.strike("template/send", "errcode", code=code)
    failed = await refused(line.card())
    assert (failed.code, failed.kind, failed.permanent, failed.maybe_sent) == (code, kind, permanent, False)
    assert failed.retry_after == (timedelta(seconds=wait) if wait else None)
    assert line.calls("template/send") == 1
    assert failed.text.startswith("rid ")


async def test_the_platform_itself_refuses_as_the_table_says(line: Line) -> None:
    silent = line.account.add_follower("小赵")
    failed = await refused(line.wechat.send_text(silent.openid, "在"))
    assert (failed.code, failed.kind) in {(45015, "window"), (45047, "window")}
    failed = await refused(
        line.wechat.send_template(line.person.openid, line.template, {}, url=None, client_msg_id="x")
    )
    assert (failed.code, failed.kind) == (47003, "content")
    await line.account.unfollow(line.person.openid)
    assert (await refused(line.card())).code == 43004


@pytest.mark.parametrize(
    ("kind", "arrived"), [("reset_before", False), ("reset_after", True), ("truncated", True), ("html", False)]
)
async def test_no_answer_leaves_open_whether_it_was_sent(line: Line, kind: str, arrived: bool) -> None:
    line.strike("template/send", kind)
    failed = await refused(line.card())
    assert (failed.kind, failed.permanent, failed.maybe_sent) == ("ambiguous", False, True)
    assert len(line.person.heard) == arrived
    # The same key makes a second try safe.
    await line.card()
    assert len(line.person.heard) == 1


async def test_a_slow_answer_is_given_up_and_may_have_been_sent(line: Line) -> None:
    line.strike("template/send", "slow", seconds=0.5)
    failed = await refused(line.card(wechat=line.client(timeout=HASTY)))
    assert (failed.code, failed.kind, failed.maybe_sent) == ("no_answer", "ambiguous", True)
    assert len(line.person.heard) == 1


async def test_a_page_of_a_broken_gateway_means_try_again(line: Line) -> None:
    line.strike("template/send", "http500")
    failed = await refused(line.card())
    assert (failed.code, failed.kind, failed.permanent, failed.maybe_sent) == ("http500", "transient", False, False)


async def test_nobody_there_means_nothing_sent(line: Line) -> None:
    await line.wechat.token()
    nowhere = line.client(api_url=f"http://127.0.0.1:{unused_port()}")
    failed = await refused(line.card(wechat=nowhere))
    assert (failed.code, failed.kind, failed.permanent, failed.maybe_sent) == (
        "no_connection",
        "transient",
        False,
        False,
    )


async def test_no_free_connection_means_nothing_sent(line: Line) -> None:
    await line.wechat.token()
    line.strike("template/send", "slow", seconds=0.4)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as narrow:
        line.session = narrow
        before = line.platform.journal.last
        first = asyncio.create_task(line.card("a", wechat=line.client()))
        await line.platform.journal.news(before, within=5)
        hurried = line.client(timeout=aiohttp.ClientTimeout(total=5, connect=0.05))
        failed = await refused(line.card("b", wechat=hurried))
        await first
    assert (failed.code, failed.maybe_sent) == ("no_connection", False)
    assert line.calls("template/send") == 1


# Answers that no platform should give


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def answered(line: Line, handler: Handler) -> DeliveryFailed:
    """How a send fails at a server that answers everything but the token like this."""
    await line.wechat.token()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", handler)
    async with TestServer(app) as server:
        return await refused(line.card(wechat=line.client(api_url=str(server.make_url("/")))))


async def test_an_endless_answer_is_cut_off(line: Line) -> None:
    taken = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal taken
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1000):
            await response.write(bytes(1 << 16))
            taken += 1
        return response

    failed = await answered(line, endless)
    assert (failed.code, failed.maybe_sent) == ("too_large", True)
    assert taken < 1000


async def test_a_redirect_is_not_followed(line: Line) -> None:
    visited = []

    async def away(request: web.Request) -> web.StreamResponse:
        visited.append(request.path)
        raise web.HTTPFound("/elsewhere")

    failed = await answered(line, away)
    assert (failed.code, failed.kind, failed.permanent) == ("http302", "config", True)
    assert visited == ["/cgi-bin/message/template/send"]


def test_whoever_is_told_to_wait_may_try_again() -> None:
    assert all(policy.retry_after is None or not policy.permanent for policy in POLICIES.values())


# Secrets


async def test_neither_token_nor_secret_nor_openid_is_told(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="aiohttp.client")
    secrets = [line.account.secret, line.person.openid, await line.wechat.token()]
    told = []
    with capture_logs() as logs:
        for kind in ("reset_after", "http500", "html", "errcode"):
            line.strike("template/send", kind, code=43004)
            told.append(await refused(line.card()))
        line.strike("template/send", "errcode", code=40001, times=2)
        told.append(await refused(line.card()))
        told.append(await refused(line.card()))
        told.append(await refused(line.client(secret="f" * 32, shelf=MemoryShelf()).token()))
    assert [one["event"] for one in logs] == ["token_fetched", "token_circuit_open", "token_circuit_open"]
    said = caplog.text + repr(logs) + "".join(f"{one!r} {one} {one.__cause__!r}" for one in told)
    assert not [secret for secret in [*secrets, "f" * 32] if secret in said]
    assert all(one.__suppress_context__ or one.__context__ is None for one in told)
