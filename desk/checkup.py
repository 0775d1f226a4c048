"""``gendan doctor``: looks at everything that the product needs, and says for each what to do about it."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time

import aiohttp

from accounts import AccountSettings
from connect.wechat.client import MemoryShelf, WeChat
from desk.provenance import unread
from domain.database import close_database, pending_migrations, visit_database
from domain.errors import DeliveryFailed
from domain.probing import take_write_lock
from settings import Settings

LEAST_FREE = 0.05
# What to do about the codes that a set-up meets first, in the words of someone who looks at the console.
FIXES = {
    40164: "把本机出口 IP 加到公众平台的 IP 白名单 · add this host to the IP whitelist",
    61004: "把本机出口 IP 加到公众平台的 IP 白名单 · add this host to the IP whitelist",
    40013: "APPID 不对 · check APPID",
    40125: "SECRET 不对，或已在后台重置 · check SECRET",
    40001: "SECRET 不对，或已在后台重置 · check SECRET",
    40243: "AppSecret 已冻结，请在后台解冻 · the AppSecret is frozen",
    48001: "账号没有这个接口的权限（需要认证服务号） · the account lacks this interface",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    words: str


async def examine(settings: Settings) -> list[Finding]:
    """Every check, in the order in which one would mend things."""
    findings = [_names(), _accounts(settings), _public_url(settings), _disk(settings), await _database(settings)]
    async with aiohttp.ClientSession() as session:
        for name, account in settings.accounts.items():
            findings += await _account(session, settings, name, account)
    return findings


def _names() -> Finding:
    strangers = unread()
    words = "没有写错的名字 · no unknown names"
    if strangers:
        words = f"这些不是设置，写错了？· not settings, misspelt? {'、'.join(strangers)}"
    return Finding("设置 settings", not strangers, words)


def _accounts(settings: Settings) -> Finding:
    if settings.accounts:
        return Finding("公众号 accounts", True, "、".join(settings.accounts))
    return Finding("公众号 accounts", False, "请设置 GENDAN_ACCOUNTS__MAIN__APPID、SECRET、TOKEN、AES_KEY")


def _public_url(settings: Settings) -> Finding:
    good = settings.public_url.startswith("https://")
    words = (
        settings.public_url
        if good
        else "请设置 GENDAN_PUBLIC_URL 为 https 网址，消息里的链接要用 · set an https address"
    )
    return Finding("网址 public url", good, words)


def _disk(settings: Settings) -> Finding:
    folder = settings.sqlite_file.parent if settings.sqlite_file else Path()
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    words = f"剩余 {share:.0%}" + ("" if share > LEAST_FREE else "，请腾出空间 · free some space")
    return Finding("磁盘 disk", share > LEAST_FREE, words)


async def _database(settings: Settings) -> Finding:
    file = settings.sqlite_file
    if file is not None and not file.exists():
        return Finding("数据库 database", False, f"{file} 还没有，请运行 gendan migrate · run gendan migrate")
    try:
        await visit_database(settings.database_url)
        if await pending_migrations():
            return Finding("数据库 database", False, "有未执行的升级，请运行 gendan migrate · run gendan migrate")
        await take_write_lock()
    except Exception as error:
        return Finding("数据库 database", False, f"不能写入 · cannot write: {type(error).__name__}")
    finally:
        await close_database()
    return Finding("数据库 database", True, "可写，版本最新 · writable and current")


async def _account(
    session: aiohttp.ClientSession, settings: Settings, name: str, account: AccountSettings
) -> list[Finding]:
    client = WeChat(
        session,
        appid=account.appid,
        secret=account.secret.get_secret_value(),
        api_url=settings.wechat_api_url,
        shelf=MemoryShelf(),
        clock=lambda: datetime.fromtimestamp(time(), UTC),
    )

    async def templates() -> str:
        known = {one["template_id"] for one in await client.templates()}
        missing = [notice for notice, wanted in account.templates.items() if wanted not in known]
        if missing or not account.templates:
            raise LookupError("、".join(missing) or "DEFAULT")
        return f"{len(account.templates)} 个模板可用"

    async def token() -> str:
        await client.token()
        return "可以取得"

    return [await _asked(f"{name} 令牌 token", token), await _asked(f"{name} 模板 templates", templates)]


async def _asked(what: str, work: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(what, True, await work())
    except DeliveryFailed as failed:
        code = failed.code if isinstance(failed.code, int) else 0
        return Finding(what, False, f"{failed.code} {FIXES.get(code, '请检查网络和设置 · check network and settings')}")
    except LookupError as missing:
        return Finding(what, False, f"账号里没有这些模板，请设置 GENDAN_ACCOUNTS__…__TEMPLATES__：{missing.args[0]}")
