"""A shop with two customers and an order of each, browsers to look at its pages, and a WeChat that tells who looks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import BaseTestServer, TestClient, TestServer
from multidict import CIMultiDict

from connect.wechat.protocol import OAuthAnswer
from domain import importing, joining, ordering, shipping
from domain.commands import Details
from domain.errors import DeliveryFailed
from domain.linking import Ticket, load_secret, token_of
from domain.quotedvalues import DraftLine, OrderDraft
from domain.values import SYSTEM, Actor, Address, Role
from web.assets import Assets
from web.identity import Door, Identity
from web.pages import OrderPages
from web.paper import Paper
from web.past import PastPages
from web.reception import Reception
from web.slips import SlipPages

Client = TestClient[Any, Any]

TUESDAY = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
WECHAT = "https://open.wechat.test/connect/oauth2/authorize"
IN_WECHAT = {"User-Agent": "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile MicroMessenger/8.0.54"}
PHONE = "13800138000"

PRODUCTS = {
    "products": [
        {
            "sku": "A100", "name": "电源适配器", "base_unit": "个", "units": {"个": 1, "箱": 50},
            "list_price": 18.5, "floor_price": 16, "stock": 500, "lead_days": 5,
        },
        {"sku": "B200", "name": "LED<驱动器>", "base_unit": "个", "units": {"个": 1}, "list_price": 22, "stock": 240},
    ]
}  # fmt: skip
CUSTOMERS = {
    "customers": [
        {
            "id": "C001", "name": "深圳市华强电子有限公司", "short_names": ["华强"],
            "ship_to": {"address": "深圳市福田区华强北路1号", "name": "王先生", "phone": PHONE},
        },
        {
            "id": "C003", "name": "东莞市宏达五金制品有限公司", "short_names": ["宏达"], "city": "东莞",
            "ship_to": {"address": "长安镇振安路18号"},
        },
    ]
}  # fmt: skip
STAFF = {
    "staff": [
        {"id": "S001", "name": "老李", "roles": ["sales"], "customers": ["C001"]},
        {"id": "S002", "name": "陈姐", "roles": ["reviewer", "manager"], "customers": []},
        {"id": "S003", "name": "阿强", "roles": ["warehouse"], "customers": []},
    ]
}


@dataclass
class Shop:
    """Who is who, and the orders: ``own`` is of C001, ``other`` of C003."""

    people: dict[str, Actor]
    secret: bytes
    own: str = ""
    other: str = ""

    def token(self, number: str) -> str:
        return token_of(Ticket(number, 0, int((TUESDAY + timedelta(days=30)).timestamp())), self.secret)

    async def way(self, number: str) -> str:
        return f"https://shop.test/o/{self.token(number)}"

    async def order(self, customer: str, by: Actor, *lines: tuple[str, int, str], now: datetime = TUESDAY) -> str:
        wanted = tuple(DraftLine(sku, Decimal(qty), unit) for sku, qty, unit in lines)
        key = f"test:{customer}:{now.isoformat()}:{lines}"
        placed = await ordering.place_order(OrderDraft(key, customer, wanted, Details()), by=by, now=now)
        return placed.number

    async def ship(
        self, number: str, waybill: str | None = "SF1234567890123", carrier: str = "顺丰", lines=None
    ) -> str:
        shipped = await shipping.ship(number, carrier, waybill, lines, by=self.people["仓库"], now=TUESDAY)
        return shipped.shipment


async def _bound(openid: str, code: str) -> Actor:
    return await joining.redeem_code(code, Address("main", openid), now=TUESDAY)


@pytest.fixture
async def shop(db) -> Shop:
    await importing.import_products(PRODUCTS, now=TUESDAY)
    await importing.import_customers(CUSTOMERS, now=TUESDAY)
    await importing.import_staff(STAFF, now=TUESDAY)
    people = {}
    for name, customer in (("小王", "C001"), ("小周", "C003")):
        issued = await joining.invite_contact(customer, name, Role.BUYER, by=SYSTEM, now=TUESDAY)
        people[name] = await _bound(f"o-{customer}-0001", issued.code)
    for name, staff in (("老李", "S001"), ("陈姐", "S002"), ("仓库", "S003")):
        people[name] = await _bound(f"o-{staff}-0001", (await joining.invite_staff(staff, by=SYSTEM, now=TUESDAY)).code)
    shop = Shop(people, await load_secret())
    shop.own = await shop.order("C001", people["小王"], ("A100", 4, "箱"), ("B200", 10, "个"))
    shop.other = await shop.order("C003", people["小周"], ("B200", 5, "个"))
    return shop


@dataclass
class FakeWeChat:
    """Hands out codes for whoever is browsing and honours each once."""

    codes: dict[str, OAuthAnswer] = field(default_factory=dict)
    exchanged: list[str] = field(default_factory=list)
    fails: DeliveryFailed | None = None

    def authorize(self, redirect: str, state: str) -> str:
        query = {"redirect_uri": redirect, "response_type": "code", "scope": "snsapi_base", "state": state}
        return f"{WECHAT}?appid=wx1&{urlencode(query)}#wechat_redirect"

    async def exchange(self, code: str) -> OAuthAnswer:
        self.exchanged.append(code)
        if self.fails:
            raise self.fails
        if code not in self.codes:
            raise DeliveryFailed(40163, permanent=True, kind="content")
        return self.codes.pop(code)

    def code_for(self, openid: str, *, snapshot: bool = False) -> str:
        code = f"code{len(self.exchanged)}x{len(self.codes)}"
        self.codes[code] = OAuthAnswer(openid, snapshot)
        return code


@dataclass
class Watch:
    """A clock that a test moves."""

    now: datetime = TUESDAY

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def wechat() -> FakeWeChat:
    return FakeWeChat()


@pytest.fixture
def identity(shop: Shop, wechat: FakeWeChat, watch: Watch) -> Identity:
    doors = {"main": Door(wechat.authorize, wechat.exchange)}
    return Identity(shop.secret, doors, "https://shop.test", watch)


@pytest.fixture
async def site(shop: Shop, identity: Identity, watch: Watch) -> AsyncIterator[BaseTestServer]:
    assets = Assets()
    paper = Paper(assets)
    app = web.Application(middlewares=[paper.middleware()])
    reception = Reception(shop.secret, identity, paper, "青禾批发", watch)
    app.add_routes(OrderPages(reception).routes())
    app.add_routes(SlipPages(shop.secret, paper, "青禾批发", "", shop.way, watch).routes())
    app.add_routes(PastPages(reception).routes())
    app.add_routes(assets.routes())

    async def bug(_request: web.Request) -> web.Response:
        raise RuntimeError("secret words")

    app.router.add_get("/bug/{token}", bug)
    async with TestServer(app) as server:
        yield server


class Browser:
    """One browser with its own cookies; follows nothing by itself."""

    def __init__(self, client: Client, wechat: FakeWeChat) -> None:
        self._client = client
        self._wechat = wechat
        self.cookies: dict[str, str] = {}

    async def open(self, path: str, *, method: str = "GET", **headers: str) -> "Shown":
        sent = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())} if self.cookies else {}
        async with self._client.request(method, path, headers=sent | headers, allow_redirects=False) as answer:
            for name, morsel in answer.cookies.items():
                if morsel.value:
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
            return Shown(answer.status, answer.headers.copy(), await answer.text())

    async def enter(self, path: str, openid: str, *, snapshot: bool = False) -> "Shown":
        """Open a page inside WeChat as this person and go the whole way."""
        away = await self.open(path, **IN_WECHAT)
        assert away.status == 302, away.status
        return await self.come_back(away, self._wechat.code_for(openid, snapshot=snapshot))

    async def come_back(self, away: "Shown", code: str, *, state: str | None = None) -> "Shown":
        asked = parse_qs(urlsplit(away.headers["Location"]).query)
        back = urlsplit(asked["redirect_uri"][0])
        query = urlencode({"code": code, "state": asked["state"][0] if state is None else state})
        arrived = await self.open(f"{back.path}?{query}", **IN_WECHAT)
        assert arrived.status in (303, 404), arrived.status
        return await self.open(arrived.headers["Location"], **IN_WECHAT) if arrived.status == 303 else arrived


@dataclass
class Shown:
    """What a browser got."""

    status: int
    headers: CIMultiDict[str]
    text: str


@pytest.fixture
async def browsers(site: BaseTestServer, wechat: FakeWeChat):
    clients: list[Client] = []

    async def start() -> Browser:
        client: Client = TestClient(site, cookie_jar=DummyCookieJar())
        clients.append(client)
        return Browser(client, wechat)

    yield start
    for client in clients:
        await client.session.close()


@pytest.fixture
async def browser(browsers: Callable[[], Awaitable[Browser]]) -> Browser:
    return await browsers()
