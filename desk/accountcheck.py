"""The doctor on the platform: the clock against its own, an access token, the templates."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import asyncpg.exceptions as pg
from tortoise.exceptions import BaseORMException

from accounts import AccountSettings
from connect.wechat.client import MemoryShelf, WeChat
from desk.finding import Finding, bad, unseen, well
from domain.database import close_database, visit_database
from domain.errors import DeliveryFailed
from domain.probing import database_time
from notify.fitting import misfits
from notify.notices import Notice
from settings import Settings

CLOCK = "时钟 clock"
MOST_SKEW = timedelta(seconds=30)
WHITELIST = "公众平台 → 设置与开发 → 基本配置 → IP 白名单"
SECRET = "SECRET 不对，或已在后台重置：改 GENDAN_ACCOUNTS__…__SECRET · check SECRET"  # noqa: S105
# What to do about the codes that a set-up meets first, in the words of someone who looks at the console.
FIXES: Mapping[int, str] = {
    40013: "APPID 不对：改 GENDAN_ACCOUNTS__…__APPID · check APPID",
    40125: SECRET,
    40001: SECRET,
    40243: "AppSecret 已冻结，请在后台解冻 · the AppSecret is frozen, unfreeze it",
    48001: "账号没有这个接口的权限，需要认证服务号 · the account lacks this interface",
    45009: "当日额度用完，第二天恢复 · the quota of the day is used up",
    -1: "微信忙，过一会儿再试 · WeChat is busy, try again later",
}
NOT_LISTED = frozenset({40164, 61004})
NETWORK = "检查网络、DNS 和 GENDAN_WECHAT_API_URL · check the network, DNS and the address"
Clock = Callable[[], datetime]
_IP = re.compile(r"ip (\S+)")


async def clock(session: aiohttp.ClientSession, settings: Settings, ours: Clock) -> Finding:
    """Our clock against that of the platform, or of the database server where that cannot be asked."""
    there, whose = await _platform_time(session, settings.wechat_api_url), "微信 WeChat"
    if there is None:
        there, whose = await _database_time(settings), "数据库 database"
    if there is None:
        return unseen(CLOCK, "没有可比的时钟 · no other clock to compare with")
    skew = ours() - there
    words = f"与{whose}相差 {skew.total_seconds():+.0f} 秒 · seconds"
    if abs(skew) <= MOST_SKEW:
        return well(CLOCK, words)
    fix = "校准时钟：sudo timedatectl set-ntp true；差十分钟以上消息会被拒收 · set the clock: pushes are refused"
    return bad(CLOCK, words, fix)


async def _platform_time(session: aiohttp.ClientSession, url: str) -> datetime | None:
    try:
        async with session.get(url, allow_redirects=False) as answer:
            return parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, OSError, KeyError, ValueError):
        return None


async def _database_time(settings: Settings) -> datetime | None:
    if settings.sqlite_file is not None:
        return None
    try:
        await visit_database(settings.database_url)
        return await database_time()
    except (OSError, BaseORMException, pg.PostgresError):
        return None  # That it cannot be reached is told by the check of the database.
    finally:
        await close_database()


async def api(session: aiohttp.ClientSession, settings: Settings, name: str, ours: Clock) -> list[Finding]:
    """Whether a token can be had, and whether the templates are there."""
    account = settings.accounts[name]
    client = WeChat(
        session,
        appid=account.appid,
        secret=account.secret.get_secret_value(),
        api_url=settings.wechat_api_url,
        shelf=MemoryShelf(),
        clock=ours,
    )
    token, templates = f"{name} 令牌 token", f"{name} 模板 templates"

    async def fetched() -> Finding:
        await client.token()
        return well(token, "可以取得 · can be had")

    async def there() -> Finding:
        return _templates(templates, account, await client.templates())

    found = await _asked(token, fetched)
    return [found, await _asked(templates, there) if found.ok else unseen(templates, "没有令牌，看不到 · no token")]


def _templates(what: str, account: AccountSettings, private: list[dict[str, object]]) -> Finding:
    mapping = account.templates
    known = {str(one["template_id"]) for one in private}
    gone = [f"{notice} {wanted}" for notice, wanted in mapping.items() if wanted not in known]
    if gone or not mapping:
        fix = "在公众平台添加模板，把 ID 写进 GENDAN_ACCOUNTS__…__TEMPLATES__DEFAULT · add it there, set its id"
        return bad(what, f"账号里没有：{'、'.join(gone) or 'DEFAULT'} · not at the account", fix)
    strange = sorted(set(mapping) - {notice.value for notice in Notice} - {"DEFAULT"})
    if strange:
        return bad(what, f"没有这种通知：{'、'.join(strange)} · no such notice", "改正设置里的名字 · correct the name")
    if poor := misfits(mapping, private, account.fields):
        fix = "换一个字段合适的模板；gendan templates check 列出全部 · choose templates with fitting fields"
        return bad(what, f"{len(poor)} 处放不下：{poor[0]} · do not fit", fix)
    return well(what, f"{len(mapping)} 个，字段合适 · there, and fit")


async def _asked(what: str, work: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await work()
    except DeliveryFailed as failed:
        return bad(what, f"微信回答 {failed.code} · WeChat says", _fix(failed))


def _fix(failed: DeliveryFailed) -> str:
    if failed.code in NOT_LISTED:
        ip = _IP.search(failed.text)
        ours = ip[1] if ip else "本机出口 IP（this host's address）"
        return f"把 {ours} 加到 {WHITELIST} · add {ours} to the IP whitelist"
    code = failed.code if isinstance(failed.code, int) else 0
    return FIXES.get(code, NETWORK)
