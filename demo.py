"""The demonstration: a small shop, the simulated platform with its table of phones, and the bot as a child process.

The bot is a child process, so that "kill and restart" on the page is a real SIGKILL; the phones are bound with real
one-time codes sent over the wire.
"""

import asyncio
import contextlib
import json
import secrets
import signal
import socket
import string
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time

import aiohttp
from aiohttp import web

from connect.wechat.client import MemoryShelf, WeChat
from domain import importing, joining
from domain.database import close_database, migrate, open_database
from domain.queries import actor_of
from domain.values import SYSTEM, Address, Role
from process import Bot
from simulator import OfficialAccount, Phone, Platform, make_app
from templates import menu

ROOT = Path(__file__).parent
SHOP = ROOT / "demoshop"
TEMPLATE_ID = "GendanDemoTemplateGendanDemoTemplateGendan1"


@dataclass(frozen=True, slots=True)
class Seat:
    """Who a phone belongs to: a contact of a customer, a member of staff, or nobody."""

    phone: Phone
    staff: str = ""
    customer: str = ""


def cast() -> tuple[Seat, ...]:
    """The people at the table, as ``demoshop/phones.json`` names them."""
    rows = json.loads((SHOP / "phones.json").read_text("utf-8"))
    return tuple(
        Seat(
            Phone(
                openid=row["openid"],
                name=row["name"],
                role_words=row["role_words"],
                hints=tuple(row["hints"]),
                provoke=tuple(row.get("provoke", ())),
            ),
            row.get("staff", ""),
            row.get("customer", ""),
        )
        for row in rows
    )


async def run(folder: Path, port: int) -> None:
    """Run the demonstration until Ctrl-C; everything it keeps is in ``folder``."""
    _end_on_signal(asyncio.current_task())
    with contextlib.suppress(asyncio.CancelledError):
        await _play(folder, port)


async def _play(folder: Path, port: int) -> None:
    began = time()
    account_traits, table_port = _traits(folder), _free(port)
    # Next to ours: another demonstration, or a service on 8080, that starts at this very moment wants another one.
    bot_port = _free(min(table_port + 1, 65535))
    table, bot_url = f"http://127.0.0.1:{table_port}", f"http://127.0.0.1:{bot_port}"
    people = cast()
    codes = await _prepared(folder, people)
    async with Platform() as platform:
        account = platform.add_account(**account_traits, webhook=f"{bot_url}/wechat/main")
        account.templates.add("订单通知", (SHOP / "template.txt").read_text("utf-8").strip(), TEMPLATE_ID)
        bot = Bot(_environment(folder, account, platform, table, bot_port), bot_url, folder / "bot.log")
        app = make_app(
            platform,
            phones=[one.phone for one in people],
            restart_bot=bot.restart,
            advance_bot=bot.advance,
            check_bot=bot.check,
        )
        async with _served(app, table_port):
            await _set_menu(account, table)
            try:
                await bot.start()
                await _bind(account, codes)
                _say(table, folder, time() - began)
                await asyncio.Event().wait()
            finally:
                await bot.stop()


async def _prepared(folder: Path, people: tuple[Seat, ...]) -> dict[str, str]:
    """Tables, goods and people in the database; a binding code for every phone that is not bound yet."""
    url = f"sqlite://{folder / 'gendan.sqlite3'}"
    now = datetime.fromtimestamp(time(), UTC)
    await migrate(url)
    await open_database(url)
    try:
        if not await _has_goods():
            for name in ("products", "customers", "staff"):
                document = json.loads((SHOP / f"{name}.json").read_text("utf-8"))
                await getattr(importing, f"import_{name}")(document, now=now)
        return {
            one.phone.openid: await _code(one, now)
            for one in people
            if (one.staff or one.customer) and (await actor_of(Address("main", one.phone.openid))).is_stranger
        }
    finally:
        await close_database()


async def _has_goods() -> bool:
    from domain.offering import products_on_sale

    return bool(await products_on_sale(limit=1))


async def _code(one: Seat, now: datetime) -> str:
    if one.staff:
        return (await joining.invite_staff(one.staff, by=SYSTEM, now=now)).code
    return (await joining.invite_contact(one.customer, one.phone.name, Role.BUYER, by=SYSTEM, now=now)).code


async def _bind(account: OfficialAccount, codes: Mapping[str, str]) -> None:
    staff = {one.phone.openid for one in cast() if one.staff}
    words = json.loads((SHOP / "binding.json").read_text("utf-8"))
    for openid, code in codes.items():
        await account.say(openid, words["bind"].format(code=code))
        if openid in staff:
            await account.say(openid, words["me"])


async def _set_menu(account: OfficialAccount, api: str) -> None:
    async with aiohttp.ClientSession() as session:
        client = WeChat(
            session,
            appid=account.appid,
            secret=account.secret,
            api_url=api,
            shelf=MemoryShelf(),
            clock=lambda: datetime.fromtimestamp(time(), UTC),
        )
        await client.create_menu(menu())


def _environment(folder: Path, account: OfficialAccount, platform: Platform, table: str, port: int) -> dict[str, str]:
    account_settings = {
        "APPID": account.appid,
        "SECRET": account.secret,
        "TOKEN": account.token,
        "AES_KEY": account.aes_key,
        "ORIGINAL_ID": account.original_id,
        "TEMPLATES__DEFAULT": TEMPLATE_ID,
    }
    return {
        "GENDAN_ENV": "demo",
        "GENDAN_HOST": "127.0.0.1",
        "GENDAN_PORT": str(port),
        "GENDAN_DATABASE_URL": f"sqlite://{(folder / 'gendan.sqlite3').resolve()}",
        "GENDAN_WECHAT_API_URL": table,
        "GENDAN_WECHAT_OPEN_URL": table,
        "GENDAN_WECHAT_MP_URL": table,
        "GENDAN_CARRIERS__KUAIDI100__URL": table,
        "GENDAN_CARRIERS__KUAIDI100__KEY": platform.carrier.key,
        "GENDAN_CARRIERS__KUAIDI100__CUSTOMER": platform.carrier.customer,
        **{f"GENDAN_ACCOUNTS__MAIN__{name}": value for name, value in account_settings.items()},
    }


def _traits(folder: Path) -> dict[str, str]:
    """The keys of the demonstration's own account, made once."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "account.json"
    if not file.exists():
        letters = string.ascii_letters + string.digits
        traits = {
            "appid": "wx" + secrets.token_hex(8),
            "secret": secrets.token_hex(16),
            "token": "".join(secrets.choice(letters) for _ in range(24)),
            "aes_key": "".join(secrets.choice(letters) for _ in range(42)) + "A",
            "original_id": "gh_" + secrets.token_hex(6),
            "name": "青禾批发",
        }
        file.write_text(json.dumps(traits, ensure_ascii=False), "utf-8")
        file.chmod(0o600)
    return dict(json.loads(file.read_text("utf-8")))


@asynccontextmanager
async def _served(app: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


def _free(port: int) -> int:
    """The port, or another one when it is taken."""
    for wanted in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", wanted))
                return int(probe.getsockname()[1])
    raise SystemExit("没有可用的端口 · no free port")


def _say(table: str, folder: Path, seconds: float) -> None:
    words = json.loads((SHOP / "binding.json").read_text("utf-8"))["started"]
    print(words.format(url=f"{table}/phones/", folder=folder, seconds=f"{seconds:.1f}"), flush=True)  # noqa: T201


def _end_on_signal(task: asyncio.Task[None] | None) -> None:
    """Let the first Ctrl-C end everything in its order, even while it starts; further ones change nothing."""
    loop = asyncio.get_running_loop()
    asked: list[bool] = []

    def end() -> None:
        if task is not None and not asked:
            asked.append(task.cancel())

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, end)
