"""The trip to WeChat and back: who is told apart is remembered for hours, everybody else sees the view of the link."""

from collections.abc import AsyncIterator
from functools import partial
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import BaseTestServer, TestClient, TestServer
from yarl import URL

from connect.wechat.client import WeChat
from domain.errors import DeliveryFailed
from notify.tokens import DatabaseTokenShelf
from simulator import Clock, OfficialAccount, Platform, make_app
from tests.web.conftest import IN_WECHAT, WECHAT, Browser, FakeWeChat, Shop, Watch
from web.assets import Assets
from web.identity import Door, Identity
from web.pages import OrderPages
from web.paper import Paper
from web.reception import Reception

WANG = "o-C001-0001"


@pytest.fixture
def link(shop: Shop) -> str:
    return f"/o/{shop.token(shop.own)}"


async def test_goes_to_wechat_in_the_order_the_platform_insists_on(browser: Browser, link: str) -> None:
    away = await browser.open(link, **IN_WECHAT)
    assert away.status == 302
    assert away.headers["Location"].startswith(WECHAT)
    asked = parse_qs(urlsplit(away.headers["Location"]).query)
    assert asked["redirect_uri"] == [f"https://shop.test{link}/in"]
    state = asked["state"][0]
    assert state.isalnum()
    assert len(state) == 32
    assert away.headers["Cache-Control"] == "no-store"


async def test_cookies_are_for_this_site_and_no_script(browser: Browser, wechat: FakeWeChat, link: str) -> None:
    away = await browser.open(link, **IN_WECHAT)
    trip = away.headers["Set-Cookie"]
    asked = parse_qs(urlsplit(away.headers["Location"]).query)
    path = f"{link}/in?code={wechat.code_for(WANG)}&state={asked['state'][0]}"
    arrived = await browser.open(path, **IN_WECHAT)
    visit = next(v for v in arrived.headers.getall("Set-Cookie") if "gendan-visit" in v)
    for cookie in (trip, visit):
        assert cookie.startswith("__Host-gendan-")
        for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
            assert word in cookie
    assert "Max-Age=43200" in visit
    assert arrived.headers["Location"] == link
    assert WANG not in visit


async def test_who_was_told_apart_is_remembered_for_twelve_hours(
    browser: Browser, wechat: FakeWeChat, watch: Watch, link: str
) -> None:
    assert "¥" in (await browser.enter(link, WANG)).text
    assert len(wechat.exchanged) == 1
    watch.later(hours=11, minutes=59)
    assert "¥" in (await browser.open(link, **IN_WECHAT)).text
    watch.later(minutes=2)
    assert (await browser.open(link, **IN_WECHAT)).status == 302
    assert "¥" not in (await browser.open(link + "/live", **IN_WECHAT)).text
    assert len(wechat.exchanged) == 1


async def test_outside_wechat_nobody_is_sent_anywhere(browser: Browser, link: str) -> None:
    page = await browser.open(link, **{"User-Agent": "Mozilla/5.0 Firefox/133.0"})
    assert page.status == 200
    assert browser.cookies == {}


async def test_the_fragment_never_leaves(browser: Browser, link: str) -> None:
    assert (await browser.open(link + "/live", **IN_WECHAT)).status == 200


async def test_a_snapshot_is_nobody(browser: Browser, link: str) -> None:
    page = await browser.enter(link, WANG, snapshot=True)
    assert page.status == 200
    assert "使用完整服务" in page.text
    assert "¥" not in page.text
    assert not any("visit" in name for name in browser.cookies)
    assert f'href="{link}"' in page.text
    assert "¥" in (await browser.enter(link, WANG)).text


async def guest(browser: Browser, page, link: str) -> None:
    """A guest sees the link's view, is not sent away again, and has one way on."""
    assert page.status == 200
    assert "电源适配器" in page.text
    assert "¥" not in page.text
    assert not any("visit" in name for name in browser.cookies)
    assert f'href="{link}"' in page.text


@pytest.mark.parametrize("state", ["", "0" * 32, "x", "é", "A" * 5000])
async def test_a_forged_or_missing_state_binds_nobody(
    browser: Browser, wechat: FakeWeChat, link: str, state: str
) -> None:
    away = await browser.open(link, **IN_WECHAT)
    await guest(browser, await browser.come_back(away, wechat.code_for(WANG), state=state), link)
    assert wechat.exchanged == []


async def test_a_state_of_another_browser_binds_nobody(browsers, wechat: FakeWeChat, link: str) -> None:
    theirs, mine = await browsers(), await browsers()
    away = await theirs.open(link, **IN_WECHAT)
    await guest(mine, await mine.come_back(away, wechat.code_for(WANG)), link)
    await mine.open(link, **IN_WECHAT)
    await guest(mine, await mine.come_back(away, wechat.code_for(WANG)), link)
    assert wechat.exchanged == []


async def test_a_state_is_good_once_and_for_ten_minutes(
    browser: Browser, wechat: FakeWeChat, watch: Watch, link: str
) -> None:
    away = await browser.open(link, **IN_WECHAT)
    watch.later(minutes=11)
    await guest(browser, await browser.come_back(away, wechat.code_for(WANG)), link)
    away = await browser.open(link, **IN_WECHAT)
    assert "¥" in (await browser.come_back(away, wechat.code_for(WANG))).text
    browser.cookies = {}
    await guest(browser, await browser.come_back(away, wechat.code_for(WANG)), link)
    assert len(wechat.exchanged) == 1


async def test_a_state_is_good_for_its_own_page_only(
    shop: Shop, browser: Browser, wechat: FakeWeChat, link: str
) -> None:
    away = await browser.open(link, **IN_WECHAT)
    state = parse_qs(urlsplit(away.headers["Location"]).query)["state"][0]
    other = f"/o/{shop.token(shop.other)}"
    arrived = await browser.open(f"{other}/in?code={wechat.code_for(WANG)}&state={state}", **IN_WECHAT)
    assert arrived.headers["Location"] == f"{other}?as=guest"
    assert wechat.exchanged == []


async def test_a_client_that_comes_back_twice_is_let_in_once(browser: Browser, wechat: FakeWeChat, link: str) -> None:
    away = await browser.open(link, **IN_WECHAT)
    trip = dict(browser.cookies)
    code = wechat.code_for(WANG)
    assert "¥" in (await browser.come_back(away, code)).text
    browser.cookies |= trip
    again = await browser.come_back(away, code)
    assert again.status == 200
    assert "¥" in again.text
    assert wechat.exchanged == [code, code]


@pytest.mark.parametrize("code", ["", "a b", "../x", "x" * 300, "é", "used"])
async def test_a_code_that_is_none_makes_a_guest(browser: Browser, link: str, code: str) -> None:
    away = await browser.open(link, **IN_WECHAT)
    await guest(browser, await browser.come_back(away, code), link)


@pytest.mark.parametrize(
    "error", [DeliveryFailed(40029, permanent=True), DeliveryFailed(-1), DeliveryFailed("timeout")]
)
async def test_trouble_at_wechat_makes_a_guest(
    browser: Browser, wechat: FakeWeChat, link: str, error: DeliveryFailed
) -> None:
    wechat.fails = error
    away = await browser.open(link, **IN_WECHAT)
    page = await browser.come_back(away, "code1")
    await guest(browser, page, link)
    wechat.fails = None
    assert "¥" in (await browser.enter(link, WANG)).text


@pytest.mark.parametrize("openid", ["", "x", "o" * 65, "o-wang|main", "o\n1234567"])
async def test_an_openid_that_is_none_makes_a_guest(browser: Browser, link: str, openid: str) -> None:
    await guest(browser, await browser.enter(link, openid), link)


async def test_a_browser_without_cookies_goes_round_once(browser: Browser, wechat: FakeWeChat, link: str) -> None:
    away = await browser.open(link, **IN_WECHAT)
    browser.cookies = {}
    page = await browser.come_back(away, wechat.code_for(WANG))
    assert page.status == 200
    assert "¥" not in page.text


async def test_a_changed_cookie_is_nobody(browser: Browser, link: str) -> None:
    await browser.enter(link, WANG)
    name, text = next((n, v) for n, v in browser.cookies.items() if "visit" in n)
    for forged in (text[:-1] + ("0" if text[-1] != "0" else "1"), text.partition(".")[2], "x.y", "", "A" * 3000):
        browser.cookies = {name: forged}
        assert "¥" not in (await browser.open(link)).text


async def test_a_trip_is_no_visit(browser: Browser, link: str) -> None:
    await browser.open(link, **IN_WECHAT)
    text = next(v for n, v in browser.cookies.items() if "trip" in n)
    browser.cookies = {"__Host-gendan-visit": text}
    assert "¥" not in (await browser.open(link)).text


@pytest.mark.parametrize("mark", ["guest", "snapshot", "x", "//evil.test", "https://evil.test", '"><script>'])
async def test_no_word_of_the_address_leads_elsewhere(browser: Browser, link: str, mark: str) -> None:
    page = await browser.open(f"{link}?as={mark}&next=https://evil.test&a=https://evil.test", **IN_WECHAT)
    assert page.status == 200
    assert "evil.test" not in page.text
    assert "<script>" not in page.text


@pytest.fixture
async def two_doors(shop: Shop, watch: Watch) -> AsyncIterator[tuple[BaseTestServer, dict[str, FakeWeChat]]]:
    wechats = {"main": FakeWeChat(), "second": FakeWeChat()}
    doors = {name: Door(one.authorize, one.exchange) for name, one in wechats.items()}
    assets = Assets()
    app = web.Application()
    identity = Identity(shop.secret, doors, "http://127.0.0.1:8080", watch)
    app.add_routes(OrderPages(Reception(shop.secret, identity, Paper(assets), "青禾批发", watch)).routes())
    async with TestServer(app) as server:
        yield server, wechats


async def test_a_link_may_name_the_account(two_doors, link: str) -> None:
    server, wechats = two_doors
    async with aiohttp.ClientSession(server.make_url("/")) as session:
        async with session.get(f"{link}?a=second", headers=IN_WECHAT, allow_redirects=False) as answer:
            asked = parse_qs(urlsplit(answer.headers["Location"]).query)
            trip = answer.cookies["gendan-trip"]
        assert not trip["secure"]
        assert asked["redirect_uri"] == [f"http://127.0.0.1:8080{link}/in?a=second"]
        code, state = wechats["second"].code_for(WANG), asked["state"][0]
        back = f"{link}/in?a=second&code={code}&state={state}"
        headers = IN_WECHAT | {"Cookie": f"gendan-trip={trip.value}"}
        async with session.get(back, headers=headers, allow_redirects=False) as answer:
            assert answer.headers["Location"] == f"{link}?a=second"
            assert "gendan-visit" in answer.cookies
    assert wechats["main"].exchanged == []
    assert wechats["second"].exchanged == [code]


@pytest.fixture
async def real(shop: Shop, watch: Watch) -> AsyncIterator[tuple[Browser, OfficialAccount, str]]:
    """The pages behind the real client, and the simulated platform with its own authorisation page."""
    async with Platform(Clock(watch)) as platform, aiohttp.ClientSession() as session:
        account = platform.add_account()
        async with TestServer(make_app(platform)) as wechat:
            base = str(wechat.make_url("/")).rstrip("/")
            shelf = DatabaseTokenShelf("main")
            client = WeChat(session, appid=account.appid, secret=account.secret, api_url=base, shelf=shelf, clock=watch)
            door = Door(partial(client.authorize_url, base), client.openid_by_code)
            identity = Identity(shop.secret, {"main": door}, "https://shop.test", watch)
            app = web.Application()
            app.add_routes(OrderPages(Reception(shop.secret, identity, Paper(Assets()), "青禾批发", watch)).routes())
            async with TestClient(TestServer(app), cookie_jar=DummyCookieJar()) as pages:
                yield Browser(pages, FakeWeChat()), account, base


async def through(browser: Browser, link: str, openid: str, more: str = "") -> tuple[str, str]:
    """Open the page as this follower and come back with the code that the platform gave; also where that was."""
    away = await browser.open(link, **IN_WECHAT)
    address = away.headers["Location"].replace("#wechat_redirect", f"&as_openid={openid}{more}")
    async with (
        aiohttp.ClientSession() as session,
        session.get(URL(address, encoded=True), allow_redirects=False) as answer,
    ):
        assert answer.status == 302, await answer.text()
        back = urlsplit(answer.headers["Location"])
    path = f"{back.path}?{back.query}"
    arrived = await browser.open(path, **IN_WECHAT)
    page = await browser.open(arrived.headers["Location"], **IN_WECHAT)
    assert page.status == 200
    return page.text, path


async def test_goes_to_the_platform_and_back(real, shop: Shop, link: str) -> None:
    browser, account, _ = real
    account.add_follower("小王", openid=WANG)
    page, path = await through(browser, link, WANG)
    assert "¥3,920.00" in page
    browser.cookies = {}
    again = await browser.open(path, **IN_WECHAT)
    assert again.headers["Location"] == f"{link}?as=guest"


async def test_a_snapshot_of_the_platform_is_nobody(real, link: str) -> None:
    browser, account, _ = real
    account.add_follower("小王", openid=WANG)
    page, _ = await through(browser, link, WANG, "&as_snapshot=1")
    assert "使用完整服务" in page
    assert "¥" not in page


async def test_a_code_used_before_is_no_error(real, link: str) -> None:
    browser, account, _ = real
    account.add_follower("小王", openid=WANG)
    away = await browser.open(link, **IN_WECHAT)
    used = account.oauth.authorize(WANG, "snapsi_base", False)
    account.oauth.exchange(used)
    await guest(browser, await browser.come_back(away, used), link)
