"""The WeChat client at its edges: one shelf for many, a clock that jumps, answers that are none, the whole table."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connect.wechat.client import LARGEST_ANSWER, MemoryShelf, TokenShelf, WeChat
from connect.wechat.codes import POLICIES, policy_of
from connect.wechat.protocol import answer_of
from domain.errors import DeliveryFailed
from notify.tokens import DatabaseTokenShelf
from simulator import Clock, Follower, OfficialAccount, Platform, make_app

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SECRET = "0123456789abcdef0123456789abcdef"


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def platform(watch: Watch) -> AsyncIterator[Platform]:
    async with Platform(Clock(watch)) as platform:
        yield platform
        await platform.settled()


@pytest.fixture
def account(platform: Platform) -> OfficialAccount:
    return platform.add_account(secret=SECRET)


@pytest.fixture
def buyer(account: OfficialAccount) -> Follower:
    return account.add_follower("小王")


@pytest.fixture
async def api(platform: Platform) -> AsyncIterator[str]:
    server = TestServer(make_app(platform))
    async with server:
        yield str(server.make_url("")).rstrip("/")


Connect = Callable[..., WeChat]


@pytest.fixture
def connect(session: aiohttp.ClientSession, account: OfficialAccount, api: str, watch: Watch) -> Connect:
    """Makes a client; several with one shelf are several processes."""

    def make(shelf: TokenShelf | None = None, **other: Any) -> WeChat:
        given = {"appid": account.appid, "secret": SECRET, "api_url": api} | other
        return WeChat(session, shelf=shelf or MemoryShelf(), clock=watch, **given)

    return make


def fetches(platform: Platform) -> int:
    return len(platform.journal.calls("stable_token"))


async def test_processes_share_a_token_in_the_database(
    db: str, connect: Connect, platform: Platform, buyer: Follower
) -> None:
    clients = [connect(DatabaseTokenShelf("main")) for _ in range(4)]
    await asyncio.gather(*(client.user_info(buyer.openid) for client in clients))
    assert fetches(platform) == 1
    assert len({await client.token() for client in clients}) == 1
    platform.clock.forward(timedelta(hours=3))
    await asyncio.gather(*(client.user_info(buyer.openid) for client in clients))
    assert fetches(platform) == 2
    assert len({await client.token() for client in clients}) == 1


async def test_a_clock_that_jumps_makes_no_storm_of_tokens(connect: Connect, platform: Platform, watch: Watch) -> None:
    wechat = connect()
    for jump in (3600, -7200, 86400, -86400):
        watch.forward(seconds=jump)
        for _ in range(5):
            await wechat.token()
    assert fetches(platform) <= 3


Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[WeChat]]


@pytest.fixture
async def serve(connect: Connect) -> AsyncIterator[Serve]:
    """A client of a server that answers every call in one way of its own."""
    async with AsyncExitStack() as stack:

        async def begin(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> WeChat:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", answer)
            server = await stack.enter_async_context(TestServer(app))
            shelf = MemoryShelf()
            await shelf.store(0, "x" * 40, NOON + timedelta(hours=1))
            return connect(shelf, api_url=str(server.make_url("")).rstrip("/"))

        yield begin


def always(response: Callable[[], web.Response]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_: web.Request) -> web.StreamResponse:
        return response()

    return answer


@pytest.mark.parametrize(
    ("response", "code", "kind"),
    [
        (lambda: web.Response(body=b"[]"), "no_answer_object", "ambiguous"),
        (lambda: web.Response(body=b"null"), "no_answer_object", "ambiguous"),
        (lambda: web.Response(body=b'{"errcode": "bad"}'), "no_answer_object", "ambiguous"),
        (lambda: web.Response(body=b'{"errcode": null}'), "no_answer_object", "ambiguous"),
        (lambda: web.Response(body=b""), "no_json", "ambiguous"),
        (lambda: web.Response(body=b'{"url":' + b"[" * 100_000), "no_json", "ambiguous"),
        (lambda: web.Response(body=b"{}"), "no_url", "ambiguous"),
        (lambda: web.Response(body=b'{"url": 5}'), "no_url", "ambiguous"),
        (lambda: web.Response(body=b" " * (LARGEST_ANSWER + 1)), "too_large", "ambiguous"),
        (lambda: web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"}), "http302", "config"),
        (lambda: web.Response(status=404), "http404", "config"),
        (lambda: web.Response(status=429), "http429", "throttled"),
        (lambda: web.Response(status=503), "http503", "transient"),
        (lambda: web.Response(status=504), "http504", "ambiguous"),
    ],
)
async def test_whatever_comes_back_there_is_one_kind_of_error(
    serve: Serve, response: Callable[[], web.Response], code: str, kind: str
) -> None:
    wechat = await serve(always(response))
    with pytest.raises(DeliveryFailed) as failed:
        await wechat.create_qr("s", 60)
    assert (failed.value.code, failed.value.kind) == (code, kind)
    assert failed.value.maybe_sent == (kind == "ambiguous")


async def test_answers_are_read_whatever_their_type_and_control_characters(serve: Serve) -> None:
    body = b'{"openid":"o1","remark":"a\x01\n\xffb"}'
    wechat = await serve(always(lambda: web.Response(body=body, content_type="text/plain")))
    assert (await wechat.user_info("o1"))["remark"] == "a\x01\nb"


async def test_requests_are_raw_utf8_without_escapes(serve: Serve) -> None:
    seen: list[bytes] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(await request.read())
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    wechat = await serve(answer)
    await wechat.send_text("o1", '订单 😀 "引号"')
    assert seen == ['{"touser":"o1","msgtype":"text","text":{"content":"订单 😀 \\"引号\\""}}'.encode()]
    await wechat.send_text("o1", "half a character \ud800")
    assert json.loads(seen[1])["text"]["content"] == "half a character ?"


@pytest.mark.parametrize(
    ("kind", "permanent", "codes"),
    [
        ("token", True, {40001, 40014, 42001}),
        ("config", True, {40013, 40125, 40243, 41001, 41002, 41004, 40164, 61004, 89503, 89506, 89507}),
        ("config", True, {48001, 48004, 50007, 61007}),
        ("recipient", True, {43004, 50005, 40003, 49003, 50002, 43019, 48002}),
        ("consent", True, {43101}),
        ("window", True, {45015, 45047}),
        ("throttled", False, {45009, 45011, 43108, 45169, 45066}),
        ("content", True, {40033, 40035, 40037, 40036, 40039, 40249, 41030, 43116, 44002, 44004, 45168, 47001, 47003}),
        ("content", True, {45002, 45003, 45004, 45005, 45006, 45008}),
        ("review", True, {40252}),
        ("transient", False, {-1, 268487001, 268487002}),
        ("method", True, {43001, 43002, 43003}),
        ("quota_reset", True, {48006}),
        ("media", True, {*range(40004, 40013), 41005, 45001, 45007}),
    ],
)
def test_each_code_has_its_policy(kind: str, permanent: bool, codes: set[int]) -> None:
    for code in codes:
        assert (policy_of(code).kind, policy_of(code).permanent) == (kind, permanent), code


def test_throttles_say_how_long() -> None:
    assert policy_of(45011).retry_after == timedelta(seconds=60)
    assert policy_of(45009).retry_after is None
    assert (policy_of(43108).retry_after or timedelta()) < timedelta(seconds=60)


def test_an_unknown_code_may_pass_by_itself() -> None:
    assert 99999 not in POLICIES
    assert not policy_of(99999).permanent


def test_only_the_request_id_is_kept_of_a_message() -> None:
    body = '{"errcode":40003,"errmsg":"invalid openid o-secret hint: [abc] rid: 5f7a1b2c-11112222-33334444"}'
    with pytest.raises(DeliveryFailed) as failed:
        answer_of(200, body.encode())
    assert str(failed.value) == "40003 rid 5f7a1b2c-11112222-33334444"
