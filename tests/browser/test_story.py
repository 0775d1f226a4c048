"""The whole story in a real browser, from a fresh start of the demonstration: by typing only, with screenshots kept."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.conftest import REQUIRED
from tests.ports import unused_port

CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "tests" / "screenshots"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SLOW = 15_000

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[str]:
    """The address that a fresh demonstration prints."""
    if not CHROMIUM.exists():
        if "browser" in REQUIRED:
            pytest.fail("Chromium is required but not installed")
        pytest.skip("Chromium is not installed")
    command = [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(unused_port()), "--folder", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, cwd=ROOT, env=os.environ
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(40):
            while True:
                line = (await process.stdout.readline()).decode()
                assert line or process.returncode is None, "the demonstration ended"
                found = re.search(r"http://\S+/phones/", line)
                if found:
                    break
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 20)


@pytest.fixture
async def page(table: str) -> AsyncIterator[Page]:
    """The table of phones in Chromium; an error of a script fails the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = await browser.new_page(viewport={"width": 1440, "height": 1000})
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        await page.goto(table)
        yield page
        assert not wrong
        await browser.close()


class Table:
    """Types on the phones and looks at what they show."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def say(self, name: str, text: str, answer: str) -> str:
        """Type, and wait until this phone shows the answer; the text of the phone then."""
        field = self.page.get_by_label(f"{name} · 发消息")
        await field.fill(text)
        await field.press("Enter")
        return await self.shows(name, answer)

    async def shows(self, name: str, text: str) -> str:
        """Wait until this phone shows a text."""
        phone = self.page.locator("section.phone, article.phone, .phone").filter(
            has=self.page.get_by_label(f"{name} · 发消息")
        )
        await expect(phone.last).to_contain_text(text, timeout=SLOW)
        return await phone.last.inner_text()

    async def keep(self, name: str) -> None:
        """Keep a screenshot."""
        SHOTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=SHOTS / f"{name}.png")


async def test_the_story_is_played_by_typing_only(page: Page):
    table = Table(page)
    await table.say("小王", "下单 A100 20箱 B200两箱 明天送", "请核对")
    booked = await table.say("小王", "确认", "已下单")
    number = re.findall(r"已下单 (\d+[A-Z])", booked)[-1]
    await table.shows("小王", "已确认，预计")
    await table.shows("老李", number)
    await table.keep("1-order")

    await table.say("阿强", "待发货", number)
    await table.say("阿强", f"发货 {number} 顺丰 SF1234567890123", "已发货")
    await table.shows("小王", "SF1234567890123")
    for button, told in (("揽收", "已揽收"), ("派送", "派送中"), ("签收", "已签收")):
        await page.get_by_role("button", name=button, exact=True).click(timeout=SLOW)
        await table.shows("小王", told)
    await table.say("小王", f"{number}到哪了", f"{number} 已签收")
    await table.keep("2-signed")

    held = await table.say("老李", "给华强下 A100 20箱 15块一个", "请核对") and await table.say(
        "老李", "1", "人工看一下"
    )
    second = re.findall(r"已收到 (\d+[A-Z])", held)[-1]
    await table.shows("陈姐", "价格低于底价")
    await table.say("陈姐", f"同意 {second}", f"已同意 {second}")
    await table.shows("小王", second)
    await table.keep("3-approved")

    await table.say("小王", "B200 20箱 周五送", "现货")
    await table.say("小王", "确认", "已去采购")
    await table.shows("陈姐", "收到 A1")
    await table.say("陈姐", "收到 A1", "由你处理")
    await table.say("路人", "查订单", "绑定码")
    await table.keep("4-short")


async def test_the_table_fits_a_telephone(page: Page):
    await page.set_viewport_size({"width": 375, "height": 812})
    await page.wait_for_timeout(300)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 375
    await Table(page).keep("phone-375")
