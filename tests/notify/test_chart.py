"""The chart beside a report: a picture to who may be sent one, uploaded once, lines of text where none can be drawn."""

from io import BytesIO

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from PIL import Image

from connect.wechat.client import MemoryShelf, WeChat
from desk import placecheck
from domain.choosing import choose_way
from domain.models import Identity
from domain.rules.wishes import Way
from notify.channels.charts import Charts
from notify.channels.custom import CustomChannel
from notify.chart import as_text, bars_of, font_here, picture
from notify.models import Delivery, DeliveryState
from notify.notices import CUSTOM, TEMPLATE
from notify.reporting import send_reports
from notify.sender import Sender
from simulator import Clock, Platform, make_app
from tests.notify.company import an_order, company, openid
from tests.notify.fakes import FakeChannel
from tests.notify.test_reporting import CLOSING, wants

DAYS = [{"day": f"2026-11-{day}", "worth": worth} for day, worth in ((22, "120000"), (23, "0"), (24, "60000.00"))]


def test_bars_of_text_are_as_long_as_the_days_were_good():
    assert as_text(bars_of(DAYS)).splitlines() == [
        "近 3 天下单金额", "周日 11-22 ▇▇▇▇▇▇▇▇▇▇ ¥12.0万", "周一 11-23 ¥0", "周二 11-24 ▇▇▇▇▇ ¥6.0万",
    ]  # fmt: skip
    empty = bars_of([{"day": "2026-11-24", "worth": "0"}])
    assert as_text(empty).endswith("周二 11-24 ¥0")
    assert picture(empty) is None or picture(empty)


def test_the_picture_has_the_width_of_a_phone_and_its_bars():
    if font_here() is None:
        pytest.skip("no Chinese font on this machine")
    drawn = picture(bars_of(DAYS))
    assert drawn is not None
    image = Image.open(BytesIO(drawn)).convert("RGB")
    assert (image.format or "PNG", image.width, len(drawn) < 100_000) == ("PNG", 750, True)
    # The first day is twice as high as the last, the one between has none.
    blue, strong = (143, 184, 232), (31, 111, 208)
    heights = [sum(image.getpixel((x, y)) in (blue, strong) for y in range(image.height)) for x in (145, 375, 605)]
    assert heights[0] == pytest.approx(2 * heights[2], abs=3)
    assert heights[1] <= 1


def test_without_pillow_or_a_font_nothing_is_drawn_and_the_doctor_says_how():
    assert picture(bars_of(DAYS), {}) is None
    found = placecheck.charts(False, None)
    assert found.ok is None
    assert "pip install 'gendan[charts]'；apt install fonts-wqy-microhei" in found.words


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("drawn", [b"\x89PNG\r\n\x1a\n", None])
async def test_who_wrote_lately_has_a_card_and_the_chart(db: str, drawn: bytes | None):
    await company()
    await an_order(placed_at=CLOSING.replace(day=23))
    await wants("老张", daily=Way.ON)
    async with (
        Platform(Clock(lambda: CLOSING)) as platform,
        TestServer(make_app(platform)) as server,
        ClientSession() as session,
    ):
        account = platform.add_account()
        boss = account.add_follower(subscribed=True)
        await Identity.filter(openid=openid("老张")).update(openid=boss.openid, wrote_at=CLOSING)
        boss.grant("message", CLOSING)
        client = WeChat(
            session, appid=account.appid, secret=account.secret, api_url=str(server.make_url("")),
            shelf=MemoryShelf(), clock=platform.clock,
        )  # fmt: skip
        custom = CustomChannel(client, Charts(client, platform.clock, lambda _: drawn))
        card = FakeChannel()
        sender = Sender({"main": {TEMPLATE: card, CUSTOM: custom}}, clock=platform.clock, worker="w")
        for _ in range(2):
            await send_reports(CLOSING)
            while await sender.send_due():
                pass
        assert len(card.shown) == 1
        rows = await Delivery.filter(cause__startswith="chart:")
        assert [(row.state, row.channels) for row in rows] == [(DeliveryState.SENT, ["custom"])]
        (said,) = boss.heard
        assert said.kind == ("image" if drawn else "custom")
        assert ("近 7 天下单金额" in said.text) == (drawn is None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_is_silent_or_reads_elsewhere_has_no_chart(db: str):
    await company()
    await wants("老张", daily=Way.ON, weekly=Way.ON)
    heard = Identity.filter(openid=openid("老张"))
    await heard.update(last_inbound_at=CLOSING.replace(day=21))
    await send_reports(CLOSING)
    assert not await Delivery.filter(cause__startswith="chart:").exists()
    await heard.update(wrote_at=CLOSING.replace(day=27))
    await choose_way("S005", "email")
    await send_reports(CLOSING.replace(day=26))
    assert not await Delivery.filter(cause__startswith="chart:").exists()
    await choose_way("S005", "")
    assert await send_reports(CLOSING.replace(day=27)) == 2
    assert [row.notice for row in await Delivery.filter(cause__startswith="chart:")] == ["DAILY_REPORT"]
