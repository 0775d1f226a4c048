"""Accounts behind a real HTTP server, a platform's pen to write pushes with, and a shop that answers as a test says."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import aiohttp
import pytest
from aiohttp import web
from wechatpy.crypto import WeChatCrypto

from bot import dialogue, kept
from bot.envelope import Inbound, WireAccount
from bot.inbox import Inbox, Limits
from bot.kept import Keeps
from bot.webhook import routes
from bot.working import Said
from simulator import envelope
from simulator.envelope import Letter, Stamp

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
WANG = "oWang-buys_00000000000000001"
SORRY = "没有保存，请再发一次"
TOKEN = "TokenForTests"
KEYS = {"main": "m" * 43, "compat": "c" * 43, "old": "o" * 43}


@dataclass
class Party:
    """An account as the platform has it; what it does to a push shows in ``letter``."""

    name: str
    mode: envelope.Mode
    format: envelope.Format = "xml"
    appid: str = "wx0123456789abcdef"
    token: str = TOKEN
    aes_key: str = KEYS["main"]
    original_id: str = "gh_0123456789ab"

    def letter(self, message: dict[str, Any], now: datetime = NOW, nonce: str = "486452656") -> Letter:
        """The push as it travels."""
        return envelope.write(self, message, Stamp(str(int(now.timestamp())), nonce))

    def message(self, **fields: Any) -> dict[str, Any]:
        """A text message, changed by ``fields``; None leaves one out."""
        whole = {
            "ToUserName": self.original_id,
            "FromUserName": WANG,
            "CreateTime": int(NOW.timestamp()),
            "MsgType": "text",
            "Content": "订 A100 20箱",
            "MsgId": 7001,
        }
        return {name: value for name, value in (whole | fields).items() if value is not None}

    def event(self, name: str, **fields: Any) -> dict[str, Any]:
        """An event of this name."""
        return self.message(MsgType="event", Event=name, Content=None, MsgId=None, **fields)


SAFE = Party("main", "safe")
COMPAT = Party("compat", "compat", aes_key=KEYS["compat"])
PLAIN = Party("plain", "plain")


def wire_account(party: Party, *, previous: str | None = None) -> WireAccount:
    """The same account as our side has it in its settings."""
    key = None if party.mode == "plain" else party.aes_key
    return WireAccount(
        party.name, party.appid, party.original_id, party.token, key, aes_key_previous=previous, mode=party.mode
    )


ACCOUNTS = {
    "main": wire_account(SAFE, previous=KEYS["old"]),
    "compat": wire_account(COMPAT),
    "plain": wire_account(PLAIN),
}


@dataclass(frozen=True)
class Got:
    """What came back over HTTP."""

    status: int
    body: bytes
    seconds: float
    content_type: str

    def opened(self, party: Party) -> str:
        """The words in a sealed reply, opened by other people's code."""
        hull = ElementTree.fromstring(self.body)
        crypto = WeChatCrypto(party.token, party.aes_key, party.appid)
        stamp, nonce, signature = (hull.findtext(name) for name in ("TimeStamp", "Nonce", "MsgSignature"))
        return words(crypto.decrypt_message(self.body.decode(), signature, stamp, nonce).encode())


def words(reply: bytes, to: str = WANG) -> str:
    """The text of a plain reply that is addressed as the platform wants it."""
    inner = ElementTree.fromstring(reply)
    assert inner.findtext("ToUserName") == to
    assert inner.findtext("FromUserName") == SAFE.original_id
    assert inner.findtext("MsgType") == "text"
    return inner.findtext("Content") or ""


@dataclass
class Shop:
    """Stands where the dialogue will be: remembers what it was asked, answers as the test wants."""

    asked: list[Inbound] = field(default_factory=list)
    late: list[tuple[str, str]] = field(default_factory=list)
    reply: Callable[[Inbound], Awaitable[str | None]] | str | None = "好的"
    gone: bool = False
    keeps: Keeps = kept.nothing

    async def answer(self, inbound: Inbound) -> Said:
        """Called once for a message, if all goes well."""
        self.asked.append(inbound)
        return Said(await self.reply(inbound) if callable(self.reply) else self.reply, self.keeps)

    async def later(self, inbound: Inbound, text: str) -> None:
        """Where late answers go."""
        if self.gone:
            raise ConnectionError("no way to keep it")
        self.late.append((inbound.key, text))


class Gate:
    """Work that takes until the test opens the gate."""

    def __init__(self, text: str = "好的") -> None:
        self.text = text
        self.entered = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(self, inbound: Inbound) -> str:
        self.entered.set()
        await self.open.wait()
        return self.text


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


class Process:
    """One process of ours: an inbox and a server; several of them share the database."""

    def __init__(self, shop: Shop, watch: Watch, budget: float, keep: float, limits: Limits) -> None:
        self.shop = shop
        self.inbox = Inbox(shop.answer, shop.later, watch, keep_seconds=keep, limits=limits)
        app = web.Application()
        app.add_routes(routes(ACCOUNTS, self.inbox, watch, sorry=SORRY, budget=budget, body_seconds=0.2))
        # Not aiohttp's test server: that one stops the work of a caller who leaves, ours goes on.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Process":
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.host, self.port = self._runner.addresses[0][:2]
        self._session = aiohttp.ClientSession(f"http://{self.host}:{self.port}/")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session
        await self._session.close()
        await self._runner.cleanup()

    async def post(self, query: Any, body: bytes, account: str = "main", **headers: str) -> Got:
        """Post anything to an account's address."""
        assert self._session
        began = time.perf_counter()
        async with self._session.post(f"/wechat/{account}", params=query, data=body, headers=headers) as response:
            got = await response.read()
            return Got(response.status, got, time.perf_counter() - began, response.content_type)

    async def push(self, message: dict[str, Any], party: Party = SAFE, **how: Any) -> Got:
        """One delivery of a message by the platform."""
        letter = party.letter(message, **how)
        return await self.post(letter.query, letter.body, party.name)

    async def shake(self, account: str = "main", **query: str) -> tuple[int, str]:
        """The handshake."""
        assert self._session
        async with self._session.get(f"/wechat/{account}", params=query) as response:
            return response.status, await response.text()

    async def die(self) -> None:
        """Be killed: whatever is in work stops where it is."""
        tasks = [task for task in asyncio.all_tasks() if task.get_name().startswith("message ")]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


Start = Callable[..., Awaitable[Process]]


@pytest.fixture(autouse=True)
def no_locks_of_the_dead() -> None:
    """A process that died in an earlier test may still hold its people: only the garbage collector ends that."""
    dialogue._locks.clear()


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def start(shop: Shop, watch: Watch) -> AsyncIterator[Start]:
    """Starts a process; the shop may be another one than the test's first."""
    async with AsyncExitStack() as stack:

        async def begin(
            other: Shop | None = None, budget: float = 4.5, keep: float = 3.5, limits: Limits | None = None
        ) -> Process:
            process = Process(other or shop, watch, budget, keep, limits or Limits())
            return await stack.enter_async_context(process)

        yield begin


@pytest.fixture
async def wire(db: str, start: Start) -> Process:
    """One process over an open database."""
    return await start()


def as_json(fields: dict[str, Any]) -> bytes:
    """The JSON form of a push."""
    return json.dumps(fields, ensure_ascii=False).encode()
