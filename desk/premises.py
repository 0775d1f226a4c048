"""What a command works on: a file, the database beside a running service, the API of the accounts."""

import json
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from desk.terminal import answered, refuse
from logbook import hide
from settings import Settings, read_settings

T = TypeVar("T")

LARGEST = 20 << 20
NO_ACCOUNT = "没有公众号：请设置 GENDAN_ACCOUNTS__MAIN__APPID 等 · no account: set GENDAN_ACCOUNTS__MAIN__APPID …"


def document(file: Path) -> dict[str, Any]:
    """The JSON object in a file; anything else, and what is too large to be a catalogue, is refused."""
    try:
        with file.open("rb") as handle:
            content = handle.read(LARGEST + 1)
        if len(content) > LARGEST:
            refuse(f"{file} 超过 {LARGEST >> 20} MB，请分成几个文件 · larger than {LARGEST >> 20} MB, split it")
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        refuse(f"{file} 不是 JSON · not JSON: {error}")
    return found if isinstance(found, dict) else refuse(f"{file} 应是一个 JSON 对象 · expected a JSON object")


def in_confidence() -> Settings:
    """The settings, and from here on their secrets in nothing that is said or logged, by a library neither."""
    settings = read_settings()
    hide(settings.secrets)
    return settings


def now() -> datetime:
    """The moment at which the command runs."""
    return datetime.fromtimestamp(time.time(), UTC)


def with_database(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run on the database of the settings with its key, beside a service that may be running on it."""
    from domain.keyring import unlock

    settings = in_confidence()

    async def unlocked() -> T:
        await unlock(settings.secret_file, now=now())
        return await work()

    return beside_service(unlocked)


def beside_service(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run on the database of the settings, whatever key it goes with."""
    from domain.database import close_database, visit_database
    from domain.policy import Policy, set_policy
    from templates import set_zone

    settings = in_confidence()
    above = settings.approval_above
    limit = None if above is None else Decimal(str(above))
    set_policy(Policy(zone=settings.zone, approval_above=limit, unusual_factor=Decimal(str(settings.unusual_factor))))
    set_zone(settings.zone)

    async def run() -> T:
        await visit_database(settings.database_url)
        try:
            return await work()
        finally:
            await close_database()

    return answered(run)


def each_account(work: Callable[[Any], Coroutine[Any, Any, T]]) -> dict[str, T]:
    """Run with the API client of every Official Account that is set up; the results by account."""
    import aiohttp

    from connect.wechat.client import MemoryShelf, WeChat

    settings = in_confidence()
    if not settings.accounts:
        refuse(NO_ACCOUNT)

    async def run() -> dict[str, T]:
        found = {}
        async with aiohttp.ClientSession() as session:
            for name, account in settings.accounts.items():
                client = WeChat(
                    session,
                    appid=account.appid,
                    secret=account.secret.get_secret_value(),
                    api_url=settings.wechat_api_url,
                    shelf=MemoryShelf(),
                    clock=now,
                )
                found[name] = await work(client)
        return found

    return answered(run)
