"""A platform in this process, a small shop in a database, and the product as a child process between them."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain import importing, joining
from domain.database import close_database, open_database, sqlite_file
from domain.models import Event
from domain.values import SYSTEM, Address, Role
from simulator import Bubble, Clock, OfficialAccount, Platform
from tests.crash.child import Child
from tests.harness import CHEN, LI, QIANG, WANG, Person, simulated
from tests.ports import unused_port
from tests.shopfloor import CUSTOMERS, PRODUCTS, STAFF

AFTER_LEASE = timedelta(seconds=31)
"""Leases last thirty seconds; tests let the clock jump over them."""
CAST = {LI: "S001", CHEN: "S002", QIANG: "S003"}
BUYERS = tuple(Person(f"买家{n}", f"o-buyer-{n}-0000000000000000000") for n in range(1, 5))
PLENTY = [product | {"stock": 10**7} for product in PRODUCTS["products"]]  # type: ignore[operator]


async def furnish(url: str) -> None:
    """Goods, customers, staff and phones that are bound, in a database of empty tables."""
    now = datetime.now(UTC)
    await open_database(url)
    try:
        await importing.import_products(PRODUCTS | {"products": PLENTY}, now=now)
        await importing.import_customers(CUSTOMERS, now=now)
        await importing.import_staff(STAFF, now=now)
        for person in (WANG, *BUYERS):
            issued = await joining.invite_contact("C001", person.name, Role.BUYER, by=SYSTEM, now=now)
            await joining.redeem_code(issued.code, Address("main", person.openid), now=now)
        for person, code in CAST.items():
            issued = await joining.invite_staff(code, by=SYSTEM, now=now)
            await joining.redeem_code(issued.code, Address("main", person.openid), now=now)
        # That they joined was told long ago.
        await Event.all().update(routed_at=now)
    finally:
        await close_database()


@dataclass
class Street:
    """The platform, its account, the database and the child that works on it."""

    platform: Platform
    account: OfficialAccount
    database: str
    child: Child
    ahead: timedelta = timedelta()
    """How far the clocks are moved on; a child that is started takes it over."""

    @property
    def file(self) -> Path:
        """The SQLite file."""
        file = sqlite_file(self.database)
        assert file is not None
        return file

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

    def forward(self, step: timedelta) -> None:
        """Let time pass while nobody works."""
        self.ahead += step
        self.platform.clock.forward(step)

    async def start(self, failpoints: str = "") -> bool:
        """Start the child at the present time; False when it was killed before it was ready."""
        await self.launch(failpoints)
        return await self.child.ready()

    async def launch(self, failpoints: str = "") -> None:
        """The same without waiting."""
        await self.child.launch(failpoints=failpoints, demo_ahead=str(self.ahead.total_seconds()))


@asynccontextmanager
async def scene(database: str, folder: Path, people: Sequence[Person] = ()) -> AsyncIterator[Street]:
    """A furnished database with a platform that delivers a message five times a second for fifteen seconds, more
    often than it matters; the child is not started."""
    async with AsyncExitStack() as stack:
        platform, account, site = await stack.enter_async_context(simulated(Clock()))
        for person in (WANG, *CAST, *people):
            account.add_follower(person.name, openid=person.openid)
        account.attempts, account.pace = 75, 0.2
        platform.journal.forget_nothing()
        url = f"http://127.0.0.1:{(port := unused_port())}"
        account.webhook = f"{url}/wechat/main"
        child = Child(settings(account, str(site.make_url("")).rstrip("/"), database, port), url, folder)
        stack.push_async_callback(child.clear_away)
        yield Street(platform, account, database, child)


def settings(account: OfficialAccount, platform: str, database: str, port: int) -> dict[str, str]:
    """The environment of a process that talks to this platform."""
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
        "GENDAN_DATABASE_URL": database,
        "GENDAN_WECHAT_API_URL": platform,
        **{f"GENDAN_ACCOUNTS__MAIN__{name}": value for name, value in ours.items()},
    }


def copy_of(file: Path, folder: Path) -> str:
    """The URL of a copy of this SQLite file."""
    target = folder / "shop.sqlite3"
    shutil.copy(file, target)
    return f"sqlite://{target}"


def furnished(url: str) -> None:
    """Furnish from outside of any loop."""
    asyncio.run(furnish(url))
