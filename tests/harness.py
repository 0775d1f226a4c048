"""The chat harness: people with phones on the simulated platform, and the bot behind a real HTTP server."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from aiohttp.test_utils import TestServer

from server import Shop, build
from settings import read_settings
from simulator import Bubble, Carrier, Clock, OfficialAccount, Platform, Pushed, make_app
from simulator.fleet import Fleet
from simulator.kdniao import KdniaoDesk
from tests.ports import unused_port

AES_KEY = "k" * 43
TEMPLATE = (
    "订单号：{{character_string1.DATA}}\n商品：{{thing2.DATA}}\n状态：{{thing3.DATA}}\n"
    "时间：{{time4.DATA}}\n金额：{{amount5.DATA}}"
)


@dataclass(frozen=True)
class Person:
    """Somebody with a phone."""

    name: str
    openid: str


WANG = Person("小王", "o-xiaowang-buys-0000000000001")
LI = Person("老李", "o-laoli-sells-00000000000002")
CHEN = Person("陈姐", "o-chenjie-reviews-000000003")
QIANG = Person("阿强", "o-aqiang-ships-0000000000004")
CAI = Person("采妹", "o-caimei-purchases-00000005")
LU = Person("路人", "o-luren-nobody-000000000006")


@dataclass
class Chat:
    """Speaks for people, hears what their phones show, moves the clock; ends by proving silence."""

    platform: Platform
    account: OfficialAccount
    shop: Shop
    url: str
    reopen: Callable[[], Awaitable[Shop]]
    read: dict[str, int] = field(default_factory=dict)
    spoilt: bool = False
    """The test harms the database on purpose: what it leaves behind proves nothing."""

    async def say(self, person: Person, text: str) -> Pushed:
        """Type a message and wait until everything that follows from it has been sent."""
        pushed = await self.account.say(person.openid, text)
        await self.settle()
        return pushed

    async def say_overtaken(self, person: Person, text: str, *, seconds: int) -> Pushed:
        """A message that was typed some seconds ago and arrives only now, after others."""
        typed = self.platform.clock.epoch() - seconds
        pushed = await self.account._message(person.openid, "text", text, Content=text, CreateTime=typed)
        await self.settle()
        return pushed

    async def restart(self) -> None:
        """Stop the process of the bot and start another one on the same database, as a deployment does."""
        self.shop = await self.reopen()

    async def tap(self, person: Person, key: str) -> Pushed:
        """Tap a menu entry."""
        pushed = await self.account.tap(person.openid, key)
        await self.settle()
        return pushed

    async def settle(self) -> None:
        """Let the hub send what is due and the platform report on it, until neither has anything left."""
        for _ in range(4):
            seen = len(self.platform.journal.entries())
            done = await self.shop.settle()
            await self.platform.settled()
            if not done and len(self.platform.journal.entries()) == seen:
                return

    def unread(self, person: Person) -> list[Bubble]:
        """What the phone shows and the test has not looked at."""
        heard = self.account.person(person.openid).heard
        return heard[self.read.get(person.openid, 0) :]

    def heard(self, person: Person) -> str:
        """The next thing on this phone, as text; a card as ``title | value | value``."""
        bubbles = self.unread(person)
        assert bubbles, f"{person.name} heard nothing"
        self.read[person.openid] = self.read.get(person.openid, 0) + 1
        return as_text(bubbles[0])

    def card(self, person: Person) -> Bubble:
        """The next thing on this phone, which must be a template card."""
        bubbles = self.unread(person)
        assert bubbles, f"{person.name} heard nothing"
        self.read[person.openid] = self.read.get(person.openid, 0) + 1
        assert bubbles[0].kind == "card", as_text(bubbles[0])
        return bubbles[0]

    def skip(self, *people: Person) -> None:
        """These phones were looked at; what they show is not the point of the test."""
        for person in people:
            self.read[person.openid] = len(self.account.person(person.openid).heard)

    def skip_all(self) -> None:
        """Nobody's screen is the point so far."""
        for openid, follower in self.account.followers.items():
            self.read[openid] = len(follower.heard)

    async def ask(self, person: Person, text: str) -> str:
        """Say something and read the answer."""
        await self.say(person, text)
        answer = self.heard(person)
        assert "\n\n" not in answer, answer
        return answer

    async def later(self, **span: float) -> None:
        """Let time pass for everybody, run the clock-driven jobs, send what is due."""
        self.platform.clock.forward(timedelta(**span))
        await self.shop.tick()
        await self.settle()

    def silent(self) -> None:
        """Nobody has heard anything that the test did not look at."""
        left = {
            follower.name: [as_text(bubble) for bubble in follower.heard[self.read.get(openid, 0) :]]
            for openid, follower in self.account.followers.items()
        }
        assert not {name: texts for name, texts in left.items() if texts}


def as_text(bubble: Bubble) -> str:
    """A bubble as one string."""
    if bubble.kind == "card":
        return " | ".join([bubble.title, *(f.value for f in bubble.fields)])
    return bubble.text


class Errors(logging.Handler):
    """Remembers log records of level ERROR and above."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())


@asynccontextmanager
async def simulated(
    clock: Clock, address: str = "127.0.0.1"
) -> AsyncIterator[tuple[Platform, OfficialAccount, TestServer]]:
    """A platform with one account, on its own port."""
    async with Platform(clock) as platform:
        account = platform.add_account(aes_key=AES_KEY, token="TokenForTests", name="青禾批发")
        account.templates.add("订单通知", TEMPLATE)
        site = TestServer(make_app(platform), host=address)
        await site.start_server()
        try:
            yield platform, account, site
        finally:
            await site.close()


def settings_for(
    database: str,
    account: OfficialAccount,
    site: TestServer,
    carrier: Carrier,
    *,
    services: tuple[str, ...] = ("kuaidi100",),
    **more: Any,
) -> Any:
    """The settings of a bot that talks to this platform and to these carrier services of it."""
    base = str(site.make_url("")).rstrip("/")
    desk, fleet = KdniaoDesk(carrier.world), Fleet(carrier.world)
    carriers = {
        "kuaidi100": {"url": base, "key": carrier.key, "customer": carrier.customer},
        "kdniao": {"url": base, "key": desk.key, "id": desk.business},
        "fleet": {"key": fleet.secret},
    }
    template = next(iter(account.templates.all()))
    main = {
        "appid": account.appid,
        "secret": account.secret,
        "token": account.token,
        "aes_key": account.aes_key,
        "original_id": account.original_id,
        "templates": {"DEFAULT": template.template_id},
    }
    return read_settings(
        env="test",
        database_url=database,
        accounts={"main": main},
        wechat_api_url=base,
        wechat_open_url=base,
        wechat_mp_url=base,
        carriers={name: carriers[name] for name in services},
        **more,
    )


def database_file(path: Path) -> str:
    """The URL of an SQLite file."""
    return f"sqlite://{path}"


__all__ = [
    "CAI",
    "CHEN",
    "LI",
    "LU",
    "QIANG",
    "WANG",
    "Chat",
    "Person",
    "build",
    "simulated",
    "structlog",
    "unused_port",
]
