"""Several processes of the product on one PostgreSQL, a platform that pushes to any of them, and ways to do harm."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from domain import importing, joining
from domain.database import close_database, open_database
from domain.models import Event
from domain.values import SYSTEM, Address, Role
from simulator import Bubble, Clock, OfficialAccount, Platform
from tests.checker import Evidence, acks_of, violations_at
from tests.conftest import _execute
from tests.crash.child import Child
from tests.crash.scene import settings
from tests.harness import LI, WANG, Person, as_text, simulated
from tests.ports import unused_port
from tests.shopfloor import CUSTOMERS, PRODUCTS, STAFF

GLANCE = 0.05


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait until this is so."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - other processes cannot call us
            await asyncio.sleep(GLANCE)


@pytest.fixture(scope="session")
def furnished(postgres: str) -> str:
    """The server, with a template database of a shop whose people are bound."""
    asyncio.run(_execute(postgres, "CREATE DATABASE furnished TEMPLATE blank"))
    asyncio.run(furnish(f"{postgres}/furnished"))
    return postgres


async def furnish(url: str) -> None:
    """Goods, customers and staff, with one of each bound to a phone."""
    now = datetime.now(UTC)
    await open_database(url)
    try:
        await importing.import_products(PRODUCTS, now=now)
        await importing.import_customers(CUSTOMERS, now=now)
        await importing.import_staff(STAFF, now=now)
        issued = await joining.invite_contact("C001", WANG.name, Role.BUYER, by=SYSTEM, now=now)
        await joining.redeem_code(issued.code, Address("main", WANG.openid), now=now)
        issued = await joining.invite_staff("S001", by=SYSTEM, now=now)
        await joining.redeem_code(issued.code, Address("main", LI.openid), now=now)
        # That they joined was told long ago.
        await Event.all().update(routed_at=now)
    finally:
        await close_database()


@pytest.fixture
def town_url(furnished: str) -> Iterator[str]:
    """A furnished database of this test's own."""
    name = f"t{uuid.uuid4().hex[:12]}"
    asyncio.run(_execute(furnished, f"CREATE DATABASE {name} TEMPLATE furnished"))
    yield f"{furnished}/{name}"
    asyncio.run(_execute(furnished, f"DROP DATABASE {name} WITH (FORCE)"))


@dataclass
class Town:
    """The platform, its account, the database, and the processes by name."""

    platform: Platform
    account: OfficialAccount
    database: str
    make: Callable[[str, str], Child]
    processes: dict[str, Child] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)

    async def start(self, name: str, *, role: str = "all", **more: str) -> Child:
        """A process of this role."""
        child = self.processes[name] = self.make(name, role)
        await child.start(**more)
        return child

    async def say(self, person: Person, text: str, *, to: str) -> str:
        """Type a message that reaches this process; the answer, if there is one at once."""
        self.account.webhook = f"{self.processes[to].url}/wechat/main"
        pushed = await self.account.say(person.openid, text)
        return pushed.text or ""

    def cards(self, person: Person) -> list[Bubble]:
        """The cards on this phone."""
        return [bubble for bubble in self.account.person(person.openid).heard if bubble.kind == "card"]

    async def carded(self, *people: Person, number: int = 1, seconds: float = 20) -> None:
        """Wait until each of these has so many cards."""

        async def there() -> bool:
            return all(len(self.cards(person)) >= number for person in people)

        await until(there, seconds)

    async def forward(self, step: timedelta, *names: str) -> None:
        """Let time pass for the platform and for these processes, which do then what is due."""
        self.platform.clock.forward(step)
        async with aiohttp.ClientSession() as session:
            for name in names:
                wish = {"seconds": step.total_seconds()}
                async with session.post(f"{self.processes[name].url}/demo/clock", json=wish) as answer:
                    assert answer.status == 200

    async def scrape(self, name: str, metric: str) -> float:
        """A figure of a process."""
        child = self.processes[name]
        key = {"Authorization": f"Bearer {child.environment.get('GENDAN_METRICS_TOKEN', '')}"}
        async with aiohttp.ClientSession(headers=key) as session, session.get(f"{child.url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        return float(next(line.split()[-1] for line in lines if line.startswith(metric)))

    async def leader(self, *names: str, seconds: float = 40) -> str:
        """Wait until exactly one of these leads; its name."""
        leads: list[str] = []

        async def one() -> bool:
            leads[:] = [name for name in names or self.processes if await self.scrape(name, "gendan_leader")]
            return len(leads) == 1

        await until(one, seconds)
        return leads[0]

    async def sound(self) -> None:
        """Everything that must be true is, once all is at rest."""
        journal = self.platform.journal.entries()
        seen = Evidence(self.platform.clock(), journal, acks_of(journal))
        found: list[str] = []

        async def clean() -> bool:
            found[:] = await violations_at(self.database, seen)
            return not found

        try:
            await until(clean, 15)
        except TimeoutError:
            raise AssertionError("\n".join(found)) from None

    def said(self, person: Person) -> list[str]:
        """Everything on this phone."""
        return [as_text(bubble) for bubble in self.account.person(person.openid).heard]


@pytest.fixture
async def town(town_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """No process runs yet."""
    async with town_at(town_url, tmp_path) as made:
        yield made


@asynccontextmanager
async def town_at(database: str, tmp_path: Path) -> AsyncIterator[Town]:
    """A town on a furnished database; no process runs yet."""
    async with AsyncExitStack() as stack:
        platform, account, site = await stack.enter_async_context(simulated(Clock()))
        for person in (WANG, LI):
            account.add_follower(person.name, openid=person.openid)
        account.attempts, account.pace = 30, 0.5
        api = str(site.make_url("")).rstrip("/")

        def make(name: str, role: str) -> Child:
            folder = tmp_path / name
            folder.mkdir(exist_ok=True)
            port = unused_port()
            child = Child(
                settings(account, api, database, port) | {"GENDAN_ROLE": role}, f"http://127.0.0.1:{port}", folder
            )
            stack.push_async_callback(child.clear_away)
            return child

        yield Town(platform, account, database, make)
