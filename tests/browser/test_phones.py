"""The page of phones in Chromium, with a small bot behind: typing, tapping, pages, trials, small screens."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from typing import Any
from xml.etree import ElementTree

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright, expect

from simulator import OfficialAccount, Phone, Platform, make_app
from simulator.table import PHONES
from tests.axe import grave_faults

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
REQUIRED = "browser" in os.environ.get("GENDAN_TEST_REQUIRE", "").split(",")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WANG, LI, LU = ("o-" + name.ljust(26, "0") for name in ("wang", "li", "lu"))
CONTENT = "订单编号：{{character_string1.DATA}}\n商品：{{thing2.DATA}}"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and not REQUIRED, reason="no Chromium on this machine"),
]


class Echo:
    """Answers what is typed with its own words and a link; sends a card for an order, once unless `forgetful`."""

    platform_url = ""
    forgetful = False

    def __init__(self, account: OfficialAccount) -> None:
        self.account, self.home = account, ""
        self.template = account.templates.add("订单确认通知", CONTENT)
        self.known: set[str | None] = set()

    async def hook(self, request: web.Request) -> web.Response:
        parts = {part.tag: part.text or "" for part in ElementTree.fromstring(await request.text())}
        if parts.get("Event") == "TEMPLATESENDJOBFINISH":
            return web.Response(text="success")
        words = parts.get("Content") or parts.get("EventKey") or parts["MsgType"]
        first = parts.get("MsgId") not in self.known
        self.known.add(parts.get("MsgId"))
        if words == "下单" and (first or self.forgetful):
            self.account.world.spawn(self.card(parts["FromUserName"]), "card")
        return web.Response(text=self.reply(parts, self.answer(words)), content_type="text/xml")

    def answer(self, words: str) -> str:
        tap = '<a href="weixin://bizmsgmenu?msgmenucontent=%E7%A1%AE%E8%AE%A4&msgmenuid=1">好</a>'
        return f"听到：{words}\n{tap} <a href=\"{self.home}/o/1\">看详情</a> <b onclick='x'>"

    def reply(self, parts: dict[str, str], words: str) -> str:
        inner = {"ToUserName": parts["FromUserName"], "FromUserName": parts["ToUserName"], "CreateTime": "1"}
        inner |= {"MsgType": "text", "Content": words}
        return f"<xml>{''.join(f'<{name}><![CDATA[{value}]]></{name}>' for name, value in inner.items())}</xml>"

    async def card(self, openid: str) -> None:
        data = {"character_string1": {"value": "1042K"}, "thing2": {"value": "电源适配器"}}
        wish = {"touser": openid, "template_id": self.template.template_id, "data": data, "url": f"{self.home}/o/1"}
        token = self.account.tokens.stable(False)[0]
        url = f"{self.platform_url}/cgi-bin/message/template/send"
        body = json.dumps(wish, ensure_ascii=False).encode()  # the platform shows escapes literally
        async with self.account.world.session.post(url, params={"access_token": token}, data=body) as response:
            assert response.status == 200

    async def page(self, request: web.Request) -> web.Response:
        inside = "MicroMessenger" in request.headers["User-Agent"]
        headers = {"X-Frame-Options": "DENY", "Content-Security-Policy": "frame-ancestors 'none'"}
        text = f"<!doctype html><meta charset=utf-8><h1>订单 1042K</h1><p>{'微信里' if inside else '外面'}</p>"
        return web.Response(text=text, content_type="text/html", headers=headers)


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    """A table with three phones and the echo behind it, on two ports."""
    async with Platform() as platform:
        account = platform.add_account(name="青禾批发", mode="plain")
        account.menu = [
            {"type": "click", "name": "查订单", "key": "orders"},
            {"name": "下单", "sub_button": [{"type": "click", "name": "照旧", "key": "usual"}]},
        ]
        echo = Echo(account)
        phones = [
            Phone(WANG, "小王", "客户 · 采购", ("下单", "查订单")),
            Phone(LI, "老李", "销售", ("查订单",)),
            Phone(LU, "路人", "谁也不是", follows=False),
        ]
        app = make_app(platform, phones=phones)
        app[PHONES].trials.quiet = 0.1
        bot = web.Application()
        bot.router.add_post("/hook", echo.hook)
        bot.router.add_get("/o/1", echo.page)
        async with TestServer(app) as table, TestServer(bot) as site:
            echo.platform_url, echo.home = (str(one.make_url("/")).rstrip("/") for one in (table, site))
            account.webhook = echo.home + "/hook"
            yield echo
            await platform.settled()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    assert CHROMIUM, "GENDAN_TEST_REQUIRE asks for a browser and there is no Chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


async def opened(browser: Browser, echo: Echo, width: int, height: int) -> tuple[Page, list[str]]:
    """The page at this size, and the list that any trouble of its scripts is written to."""
    page = await browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    await page.goto(echo.platform_url)
    await expect(page.locator(".phone").first).to_be_visible()
    await expect(page.locator("#clock")).not_to_be_empty()
    return page, troubles


async def test_a_conversation_on_a_desk(echo: Echo, browser: Browser) -> None:
    page, troubles = await opened(browser, echo, 1440, 900)
    wang = page.locator("#phone-1")
    for number in (1, 2, 3):
        await expect(page.locator(f"#phone-{number}")).to_be_visible()
    await wang.locator(".hint").first.click()
    await page.keyboard.press("Enter")
    await expect(wang.locator(".mine .bubble")).to_have_text(["下单"])
    await expect(wang.locator(".theirs .bubble")).to_contain_text("听到：下单")
    await expect(wang.locator(".theirs .bubble")).to_contain_text("<b onclick='x'>")
    await expect(wang.locator(".card dd")).to_have_text(["1042K", "电源适配器"])
    await expect(wang.locator(".card dt")).to_have_text(["订单编号", "商品"])
    await wang.locator("button.tap").click()
    await expect(wang.locator(".mine .bubble")).to_have_text(["下单", "确认"])
    await expect(page.locator(".journey").first).to_contain_text("确认")
    await expect(page.locator(".journey").nth(1).locator(".stop.done")).to_have_count(4)
    assert troubles == []


async def test_a_card_opens_the_page_inside_the_phone(echo: Echo, browser: Browser) -> None:
    page, _ = await opened(browser, echo, 1440, 900)
    li = page.locator("#phone-2")
    await li.locator(".line-in").fill("下单")
    await li.locator(".line-in").press("Enter")
    await li.locator("a.card").click()
    inside = li.frame_locator("iframe")
    await expect(inside.locator("h1")).to_have_text("订单 1042K")
    await expect(inside.locator("p")).to_have_text("微信里")
    await page.keyboard.press("Escape")
    await expect(li.locator("iframe")).to_have_count(0)
    await expect(li.locator("a.card")).to_be_focused()


async def test_menu_drawer_and_door(echo: Echo, browser: Browser) -> None:
    page, troubles = await opened(browser, echo, 1440, 900)
    wang, lu = page.locator("#phone-1"), page.locator("#phone-3")
    await wang.get_by_role("button", name="显示菜单").click()
    await wang.get_by_role("button", name="下单").last.click()
    await wang.get_by_role("button", name="照旧").click()
    await expect(wang.locator(".theirs .bubble")).to_contain_text("听到：usual")
    await wang.get_by_role("button", name="显示键盘").click()
    await wang.get_by_role("button", name="更多").click()
    await wang.get_by_role("button", name="图片").click()
    await expect(wang.locator(".picture")).to_be_visible()
    await lu.get_by_role("button", name="关注").click()
    await expect(lu.locator(".door")).to_be_hidden()
    await lu.locator(".line-in").fill("你好")
    await lu.locator(".line-in").press("Enter")
    await expect(lu.locator(".mine .bubble")).to_have_text(["你好"])
    assert troubles == []


async def test_a_broken_bot_leaves_a_grey_line_and_three_deliveries_one_answer(echo: Echo, browser: Browser) -> None:
    page, _ = await opened(browser, echo, 1440, 900)
    await page.get_by_role("button", name="重复投递").click()
    verdict = page.locator('[data-trial="duplicate"]')
    await expect(verdict).to_have_attribute("data-state", "good")
    await expect(verdict).to_contain_text("3 次投递 → 1 种回复，内容一致")
    await expect(verdict).to_contain_text("重复 0")
    await expect(page.get_by_role("button", name="杀进程再启动")).to_be_disabled()
    echo.account.webhook, echo.account.attempts = echo.home + "/gone", 1
    wang = page.locator("#phone-1")
    await wang.locator(".line-in").fill("在吗")
    await wang.locator(".line-in").press("Enter")
    await expect(wang.locator(".system")).to_have_text("该公众号提供的服务出现故障，请稍后再试")


async def test_a_bot_that_forgets_is_found_out(echo: Echo, browser: Browser) -> None:
    page, _ = await opened(browser, echo, 1440, 900)
    echo.forgetful = True
    await page.get_by_role("button", name="重复投递").click()
    verdict = page.locator('[data-trial="duplicate"]')
    await expect(verdict).to_have_attribute("data-state", "bad")
    await expect(verdict).to_contain_text("重复 2")


async def test_one_phone_at_a_time_on_a_small_screen(echo: Echo, browser: Browser) -> None:
    page, troubles = await opened(browser, echo, 375, 812)
    await expect(page.locator("#phone-1")).to_be_visible()
    await expect(page.locator("#phone-2")).to_be_hidden()
    await asyncio.wait_for(echo.account.say(LI, "在吗"), 5)
    await expect(page.get_by_role("tab", name="老李").locator(".badge")).to_have_text("1")
    await page.get_by_role("tab", name="小王").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#phone-2")).to_be_visible()
    await expect(page.locator("#phone-1")).to_be_hidden()
    await expect(page.get_by_role("tab", name="老李").locator(".badge")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == 375
    assert troubles == []


CONTRAST: Any = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [.2126, .7152, .0722][at], 0);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const plain = read(style.backgroundColor);
      if (plain[3] > 200) return plain;
      if (style.backgroundImage.includes("gradient") && at !== document.body) return null;
    }
    return read(getComputedStyle(document.body).backgroundColor);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = [];
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.checkVisibility()) continue;
    if (node.closest("[inert], .door, [hidden], noscript")) continue;
    const below = ground(node);
    if (!below) continue;
    const [one, two] = [light(read(getComputedStyle(node).color)), light(below)].sort((a, b) => b - a);
    const ratio = (one + .05) / (two + .05);
    if (ratio < 4.5) faint.push(`${walker.currentNode.textContent.trim()} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_word_can_be_read(echo: Echo, browser: Browser, theme: str) -> None:
    page, _ = await opened(browser, echo, 1440, 900)
    await page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    wang = page.locator("#phone-1")
    await wang.locator(".line-in").fill("下单")
    await wang.locator(".line-in").press("Enter")
    await expect(wang.locator(".card")).to_be_visible()
    await page.get_by_role("button", name="重复投递").click()
    await expect(page.locator('[data-trial="duplicate"]')).to_have_attribute("data-state", "good")
    assert await page.evaluate(CONTRAST) == []


async def test_the_page_speaks_english_too(echo: Echo, browser: Browser) -> None:
    page, troubles = await opened(browser, echo, 1440, 900)
    await page.get_by_role("button", name="Switch to English").click()
    await expect(page.locator("#trouble-title")).to_contain_text("Make trouble")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    assert troubles == []


async def test_nobody_is_shut_out_of_the_table(echo: Echo, browser: Browser) -> None:
    page, troubles = await opened(browser, echo, 1280, 900)
    faults = await grave_faults(page)
    assert not faults, "\n".join(faults)
    assert troubles == []
