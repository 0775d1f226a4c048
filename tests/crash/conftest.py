"""A platform in this process, a small shop in a database file, and the product as a child process between them."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port

from domain import importing, joining
from domain.database import close_database, open_database
from domain.models import Event
from domain.values import SYSTEM, Address, Role
from simulator import Bubble, Clock, OfficialAccount, Platform
from tests.crash.child import Child
from tests.harness import LI, WANG, Person, simulated
from tests.shopfloor import CUSTOMERS, PRODUCTS, STAFF

AFTER_LEASE = timedelta(seconds=40)
CAST = {LI: "S001"}


@pytest.fixture(scope="session")
def stocked(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with goods, customers, staff, and phones that are bound."""
    path = tmp_path_factory.mktemp("stocked") / "stocked.sqlite3"
    shutil.copy(blank, path)
    asyncio.run(_fill(path))
    return path


async def _fill(path: Path) -> None:
    now = datetime.now(UTC)
    await open_database(f"sqlite://{path}")
    try:
        await importing.import_products(PRODUCTS, now=now)
        await importing.import_customers(CUSTOMERS, now=now)
        await importing.import_staff(STAFF, now=now)
        issued = await joining.invite_contact("C001", WANG.name, Role.BUYER, by=SYSTEM, now=now)
        await joining.redeem_code(issued.code, Address("main", WANG.openid), now=now)
        for person, code in CAST.items():
            issued = await joining.invite_staff(code, by=SYSTEM, now=now)
            await joining.redeem_code(issued.code, Address("main", person.openid), now=now)
        # That they joined was told long ago.
        await Event.all().update(routed_at=now)
    finally:
        await close_database()


@dataclass
class Street:
    """The platform, its account, the database file and the child that works on it."""

    platform: Platform
    account: OfficialAccount
    file: Path
    child: Child

    def heard(self, person: Person) -> list[Bubble]:
        """What this phone shows."""
        return self.account.person(person.openid).heard

    async def handed(self) -> bool:
        """Whether a notice is on its way right now, its outcome unknown."""
        return any(row["state"] == "sending" for row in (await self.child.trace())["deliveries"])

    def replies(self, person: Person, words: str) -> list[Bubble]:
        """The sentences on this phone that hold these words, however they came."""
        return [bubble for bubble in self.heard(person) if bubble.kind in {"out", "custom"} and words in bubble.text]

    def cards(self, person: Person) -> list[Bubble]:
        """The cards on this phone."""
        return [bubble for bubble in self.heard(person) if bubble.kind == "card"]


@pytest.fixture
async def street(stocked: Path, tmp_path: Path) -> AsyncIterator[Street]:
    """A platform that delivers a message thirty times in fifteen seconds, which is three times as far as it matters."""
    file = tmp_path / "shop.sqlite3"
    shutil.copy(stocked, file)
    async with AsyncExitStack() as stack:
        platform, account, site = await stack.enter_async_context(simulated(Clock()))
        for person in (WANG, *CAST):
            account.add_follower(person.name, openid=person.openid)
        account.attempts, account.pace = 30, 0.5
        url = f"http://127.0.0.1:{(port := unused_port())}"
        account.webhook = f"{url}/wechat/main"
        child = Child(_settings(account, str(site.make_url("")).rstrip("/"), file, port), url, tmp_path)
        stack.push_async_callback(child.clear_away)
        yield Street(platform, account, file, child)


def _settings(account: OfficialAccount, platform: str, file: Path, port: int) -> dict[str, str]:
    ours = {
        "APPID": account.appid,
        "SECRET": account.secret,
        "TOKEN": account.token,
        "AES_KEY": account.aes_key,
        "ORIGINAL_ID": account.original_id,
        "TEMPLATES__DEFAULT": next(iter(account.templates.all())).template_id,
    }
    return {
        "GENDAN_ENV": "test",
        "GENDAN_HOST": "127.0.0.1",
        "GENDAN_PORT": str(port),
        "GENDAN_DATABASE_URL": f"sqlite://{file}",
        "GENDAN_WECHAT_API_URL": platform,
        **{f"GENDAN_ACCOUNTS__MAIN__{name}": value for name, value in ours.items()},
    }
