"""The order page in Chromium: dressed, inert, at home on a thumb and on a desk, and fresh without a reload."""

import os
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import BaseTestServer

from tests.axe import grave_faults
from tests.web.conftest import TUESDAY, Shop, Watch
from web.past import past_address
from web.seals import sealed
from web.slips import PURPOSE

CHROMIUM = os.environ.get("GENDAN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
REQUIRED = "browser" in os.environ.get("GENDAN_TEST_REQUIRE", "")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM and not REQUIRED, reason="Chromium is not installed"),
]


@pytest.fixture
async def chromium() -> AsyncIterator[Any]:
    from playwright.async_api import async_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        await browser.close()


@pytest.mark.parametrize(
    ("width", "size", "scheme"), [(375, 16, "light"), (375, 24, "dark"), (320, 16, "light"), (1440, 16, "dark")]
)
async def test_is_dressed_and_fits(
    chromium, site: BaseTestServer, shop: Shop, width: int, size: int, scheme: str
) -> None:
    await shop.ship(shop.own)
    page = await chromium.new_page(viewport={"width": width, "height": 812}, color_scheme=scheme)
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    await page.goto(str(site.make_url(f"/o/{shop.token(shop.own)}")))
    await page.evaluate("size => { document.documentElement.style.fontSize = `${size}px` }", size)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(17, 17, 17)" if scheme == "dark" else "rgb(237, 237, 237)")
    assert await page.locator("h1").count() == 1
    assert await page.locator("[aria-current=step]").count() == 1
    assert troubles == []


async def test_becomes_fresh_without_a_reload(chromium, site: BaseTestServer, shop: Shop) -> None:
    page = await chromium.new_page()
    await page.goto(str(site.make_url(f"/o/{shop.token(shop.own)}")))
    await page.evaluate("window.mine = true")
    assert "SF1234567890123" not in await page.inner_text("main")
    looked = page.expect_response(lambda answer: answer.url.endswith("/live"))
    async with looked as same:
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert (await same.value).status == 304
    await shop.ship(shop.own)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.get_by_text("SF1234567890123").wait_for(timeout=5000)
    assert await page.inner_text("#fresh") == "已更新"
    assert await page.evaluate("window.mine")


@pytest.mark.parametrize(("width", "size", "scheme"), [(375, 16, "light"), (375, 24, "dark"), (1280, 16, "dark")])
async def test_past_orders_are_looked_for_and_leafed_through(
    chromium, site: BaseTestServer, shop: Shop, watch: Watch, width: int, size: int, scheme: str
) -> None:
    await shop.ship(shop.own)
    identity = shop.people["小王"].identity
    assert identity is not None
    address = await past_address(identity, base=str(site.make_url("")), secret=shop.secret, now=watch())
    page = await chromium.new_page(viewport={"width": width, "height": 812}, color_scheme=scheme)
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    await page.goto(address)
    await page.evaluate("size => { document.documentElement.style.fontSize = `${size}px` }", size)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.get_by_role("link", name=shop.own[2:]).count() == 1
    await page.get_by_label("单号、商品、运单").fill("L09")
    await page.keyboard.press("Enter")
    await page.get_by_text("没有符合的订单").wait_for(timeout=5000)
    await page.get_by_label("单号、商品、运单").fill("适配器")
    await page.get_by_role("button", name="查找").click()
    await page.get_by_role("link", name=shop.own[2:]).click()
    await page.get_by_text("SF1234567890123").wait_for(timeout=5000)
    assert troubles == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_shuts_anybody_out(chromium, site: BaseTestServer, shop: Shop, watch: Watch, scheme: str) -> None:
    await shop.ship(shop.own)
    identity = shop.people["小王"].identity
    assert identity is not None
    slip = sealed([shop.own, "1"], purpose=PURPOSE, until=TUESDAY + timedelta(days=1), secret=shop.secret)
    page = await chromium.new_page(viewport={"width": 375, "height": 812}, color_scheme=scheme)
    for path in (
        f"/o/{shop.token(shop.own)}",
        f"/o/{shop.token(shop.other)}",
        await past_address(identity, base="", secret=shop.secret, now=watch()),
        f"/d/{slip}",
        "/o/nothing",
    ):
        await page.goto(str(site.make_url(path)))
        assert await grave_faults(page) == [], path
