"""A platform with a clock that stands still, its API over real HTTP, and a bot whose answers a test chooses."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from wechatpy.crypto import WeChatCrypto

from simulator import Clock, Follower, OfficialAccount, Platform, make_app

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)

Answer = bytes | str | web.Response


class Bot:
    """A webhook that opens what comes with wechatpy's own crypto and answers as `answers` says."""

    def __init__(self, account: OfficialAccount) -> None:
        self.account = account
        self.got: list[dict[str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.answers: Callable[[str], Answer | Awaitable[Answer]] = lambda _inbound: "success"

    async def serve(self, request: web.Request) -> web.Response:
        self.queries.append(dict(request.query))
        self.bodies.append(await request.read())
        answer = self.answers(self.opened(-1))
        if not isinstance(answer, bytes | str | web.Response):
            answer = await answer
        if isinstance(answer, web.Response):
            return answer
        return web.Response(body=answer.encode() if isinstance(answer, str) else answer)

    def opened(self, index: int) -> str:
        """The plain text of one delivery."""
        query, body = self.queries[index], self.bodies[index].decode()
        if "encrypt_type" not in query:
            return body
        crypto = WeChatCrypto(self.account.token, self.account.aes_key, self.account.appid)
        if body.startswith("{"):
            body = f"<xml><Encrypt>{json.loads(body)['Encrypt']}</Encrypt></xml>"
        return str(crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"]))

    def seal(self, plain: str) -> str:
        """A reply sealed with wechatpy, not with the simulator's own code."""
        return str(
            WeChatCrypto(self.account.token, self.account.aes_key, self.account.appid).encrypt_message(plain, "n1")
        )

    def text(self, openid: str, content: str, **changed: str) -> str:
        """The XML of a text reply, with wrong parts if a test wants them."""
        parts = {"ToUserName": openid, "FromUserName": self.account.original_id, "CreateTime": "1793592000"}
        parts |= {"MsgType": "text", "Content": content} | changed
        inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in parts.items())
        return f"<xml>{inner}</xml>"


class Api:
    """Calls the API as a bot would: raw UTF-8 bodies, the account's stable token in the query."""

    def __init__(self, session: aiohttp.ClientSession, account: OfficialAccount) -> None:
        self.session = session
        self.account = account

    async def get(self, path: str, *, token: bool = True, **query: str) -> dict[str, Any]:
        async with self.session.get(path, params=self._query(token) | query) as response:
            return await self._read(response)

    async def post(self, path: str, body: Any, *, token: bool = True, **query: str) -> dict[str, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        async with self.session.post(path, data=raw, params=self._query(token) | query) as response:
            return await self._read(response)

    def _query(self, token: bool) -> dict[str, str]:
        return {"access_token": self.account.tokens.stable(False)[0]} if token else {}

    async def _read(self, response: aiohttp.ClientResponse) -> dict[str, Any]:
        assert response.status == 200
        answer: dict[str, Any] = json.loads(await response.read())
        return answer


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with Platform(Clock(lambda: NOON)) as platform:
        yield platform
        await platform.settled()


@pytest.fixture
def account(platform: Platform) -> OfficialAccount:
    return platform.add_account()


@pytest.fixture
def buyer(account: OfficialAccount) -> Follower:
    return account.add_follower("小王")


@pytest.fixture
async def server(platform: Platform) -> AsyncIterator[TestServer]:
    server = TestServer(make_app(platform))
    async with server:
        yield server


@pytest.fixture
async def http(server: TestServer) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.make_url("/"), cookie_jar=jar) as session:
        yield session


@pytest.fixture
def api(http: aiohttp.ClientSession, account: OfficialAccount) -> Api:
    return Api(http, account)


@pytest.fixture
async def bot(account: OfficialAccount) -> AsyncIterator[Bot]:
    bot = Bot(account)
    app = web.Application()
    app.router.add_post("/wechat/main", bot.serve)

    async def shake(request: web.Request) -> web.Response:
        return web.Response(text=request.query["echostr"])

    app.router.add_get("/wechat/main", shake)
    async with TestServer(app) as server:
        account.webhook = str(server.make_url("/wechat/main"))
        yield bot
