"""The order page in Chromium through a whole delivery, as the buyer sees it: every stage, by day and by night."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import BaseTestServer

from domain import claiming, photographing, picking, receiving
from domain.commands import Fault, Wanted
from simulator.media import snapshot
from simulator.pages import BROWSER
from tests.axe import grave_faults
from tests.conversations.test_claims import delivered
from tests.harness import LI, WANG, Chat
from tests.web.conftest import TUESDAY, Shop
from tests.web.test_browser import chromium  # noqa: F401
from tests.web.test_browser import pytestmark as in_chromium
from tests.web.test_pages import moved, scan

pytestmark = [
    *in_chromium,
    pytest.mark.timeout(120),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

SHOTS = Path(__file__).parents[1] / "screenshots"
LOOKS = [(375, "light"), (375, "dark"), (1280, "light"), (1280, "dark")]


# A photo that cannot be drawn rejects; what is far below is loaded late, by its own word.
DRAWN = "Promise.all([...document.images].map(one => (one.loading = 'eager', one.decode())))"


async def photos_seen(page: Any) -> list[str]:
    """What is said in place of each photo of the claims, when all of them stand on the page as pictures."""
    await page.evaluate(DRAWN)
    photos = await page.evaluate(
        "[...document.querySelectorAll('.photos img')].map(one => [one.alt, one.naturalWidth])"
    )
    assert all(width > 0 for _, width in photos)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return [alt for alt, _ in photos]


async def test_every_stage_is_shown_without_a_reload(
    chromium,  # noqa: F811
    site: BaseTestServer,
    shop: Shop,
    browsers,
) -> None:
    path = f"/o/{shop.token(shop.own)}"
    buyer = await browsers()
    await buyer.enter(path, "o-C001-0001")
    SHOTS.mkdir(exist_ok=True)
    pages = []
    for width, scheme in LOOKS:
        context = await chromium.new_context(viewport={"width": width, "height": 812}, color_scheme=scheme)
        # The cookie is for HTTPS only, which a test server does not speak.
        await context.set_extra_http_headers({"Cookie": "; ".join(f"{n}={v}" for n, v in buyer.cookies.items())})
        page = await context.new_page()
        await page.goto(str(site.make_url(path)))
        pages.append((f"{width}-{scheme}", page))

    async def look(stage: str, *words: str) -> None:
        for name, page in pages:
            await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            for one in words:
                await page.get_by_text(one).first.wait_for(timeout=5000)
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            await page.evaluate(DRAWN)
            await page.screenshot(path=SHOTS / f"order-{stage}-{name}.png", full_page=True)

    ship, buy = shop.people["仓库"], shop.people["小王"]
    await look("1-placed", "备货中")
    await picking.pick(shop.own, by=ship, now=TUESDAY)
    await look("2-picking", "拣货中")
    await picking.pack(shop.own, 2, [Wanted("A100", base_qty=Decimal(150))], by=ship, now=TUESDAY)
    await look("3-packed", "已装 2 件")
    await shop.ship(shop.own)
    await moved(shop.own, scan("1", "已收取快件", TUESDAY))
    await look("4-shipped", "部分发货", "已揽收", "待发 1 箱", "还有待拣")
    await moved(shop.own, scan("5", "正在派送", TUESDAY))
    await look("5-at-the-door", "派送中")
    await moved(shop.own, scan("3", "已签收", TUESDAY))
    broken = [Fault("broken", Decimal(1), "箱", "A100")]
    await receiving.receive_goods(shop.own, None, "破1", broken, by=buy, now=TUESDAY)
    await look("6-delivered", "部分签收", "破损 电源适配器 1箱", "待处理")
    await photographing.attach("R1", ["m1", "m2"], by=buy, now=TUESDAY)
    for errand in await photographing.due_photos(now=TUESDAY):
        await photographing.keep_photo(errand.photo, snapshot(errand.photo), now=TUESDAY)
    await look("7-photos", "破损 电源适配器 1箱")
    for name, page in pages:
        assert await photos_seen(page) == ["R1 照片 1", "R1 照片 2"], name
    for name, page in pages[1:3]:
        assert await grave_faults(page) == [], name
    await claiming.decide("R1", None, by=shop.people["老李"], now=TUESDAY)
    await look("8-settled", "已办完", "¥925.00")


async def test_a_photo_sent_in_the_chat_is_seen_by_who_sent_it_without_a_reload(chromium, chat: Chat):  # noqa: F811
    number = await delivered(chat)
    assert "有照片请直接发" in await chat.ask(WANG, f"签收 {number} 19箱 破1")
    chat.skip_all()
    (url,) = re.findall(r"https?://[^\s\"<]+/o/[^\s\"<]+", await chat.ask(WANG, f"链接 {number}"))
    small = {"width": 375, "height": 812}
    context = await chromium.new_context(viewport=small, has_touch=True, user_agent="MicroMessenger")
    # Cookies know no ports: this one tells the platform whose telephone it is.
    await context.add_cookies([{"name": BROWSER, "value": WANG.openid, "url": chat.url}])
    page = await context.new_page()
    await page.goto(url)
    assert "R1 破损" in await page.inner_text("main")
    # Who has signed and said what is broken is not asked to count and to say so.
    assert await page.inner_text(".next") == "R1 待我们处理，结果会在微信里告诉您。有照片请直接发到公众号里。"
    assert await page.locator(".photos").count() == 0
    await chat.account.send_image(WANG.openid)
    await chat.settle()
    assert f"照片已附到 R1（{number}），共 1 张" in chat.heard(WANG)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.locator(".photos").wait_for(timeout=5000)
    assert await photos_seen(page) == ["R1 照片 1"]
    assert await grave_faults(page) == []
    await page.screenshot(path=SHOTS / "order-photo-375-light.png", full_page=True)
    # A tap shows the photo itself, and the way back leads to the order.
    await page.get_by_role("link", name="R1 照片 1").tap()
    await page.wait_for_url("**/photo/*")
    assert await page.evaluate(f"{DRAWN}.then(() => document.images[0].naturalWidth)") > 0
    await page.go_back()
    assert await photos_seen(page) == ["R1 照片 1"]
    await chat.later(seconds=30)
    await chat.ask(LI, "同意 R1")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.get_by_text("已办完").wait_for(timeout=5000)
    assert "售后已有结果" in await page.inner_text(".next")
    await context.close()
    chat.skip_all()
