"""The order page in Chromium through a whole delivery, as the buyer sees it: every stage, by day and by night."""

from decimal import Decimal
from pathlib import Path

import pytest
from aiohttp.test_utils import BaseTestServer

from domain import claiming, photographing, picking, receiving
from domain.commands import Fault, Wanted
from simulator.media import snapshot
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
    for _, page in pages:
        await page.wait_for_function("document.querySelector('.photos li:last-child img')?.naturalWidth > 0")
    await claiming.decide("R1", None, by=shop.people["老李"], now=TUESDAY)
    await look("8-settled", "已办完", "¥925.00")
