"""The order page: who sees what on it, how it keeps fresh, and that nobody learns what is not theirs."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from domain import joining, ordering, photographing, receiving, reviewing
from domain.commands import Fault, Wanted
from domain.models import Order, Shipment
from domain.tracking import apply_trace
from domain.values import Scan, Trace
from tests.shop import scan as told
from tests.web.conftest import IN_WECHAT, PHONE, TUESDAY, Browser, Shop, Watch

PRICES = ("¥3,700.00", "¥220.00", "¥3,920.00", "18.5 元/个")
ADDRESS = "华强北路1号"
WAYBILL = "SF1234567890123"

PEOPLE = {
    "小王": "o-C001-0001",
    "小周": "o-C003-0001",
    "老李": "o-S001-0001",
    "陈姐": "o-S002-0001",
    "路人": "o-nobody-01",
}


def scan(code: str, text: str, at: datetime) -> Scan:
    return told(at, code, text)


async def moved(number: str, *scans: Scan) -> None:
    shipment = await Shipment.filter(order__number=number).order_by("-id").first()
    assert shipment is not None
    await apply_trace(shipment.id, Trace("shunfeng", WAYBILL, "polling", scans), now=TUESDAY)


def headline(text: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", text, re.S)
    assert found
    return found[1].strip()


def steps(text: str) -> list[tuple[str, str]]:
    return re.findall(r'<li class="step-(\w+)".*?<span class="what">(.*?)</span>', text, re.S)


@pytest.mark.parametrize(
    ("who", "whose", "sees"),
    [
        ("路人", "own", "link"),
        ("路人", "other", "link"),
        ("小王", "own", "full"),
        ("小王", "other", "link"),
        ("小周", "own", "link"),
        ("小周", "other", "full"),
        ("老李", "own", "full"),
        ("老李", "other", "link"),
        ("陈姐", "own", "full"),
        ("陈姐", "other", "full"),
        *((who, "missing", "nothing") for who in PEOPLE),
        *((who, "forged", "nothing") for who in PEOPLE),
    ],
)
async def test_everybody_sees_what_is_theirs(shop: Shop, browser: Browser, who: str, whose: str, sees: str) -> None:
    known = await browser.enter(f"/o/{shop.token(shop.own)}", PEOPLE[who])
    assert known.status == 200
    number = {"own": shop.own, "other": shop.other}.get(whose, "SO9999A")
    token = shop.token(number) if whose != "forged" else shop.token(shop.own)[:-1] + "!"
    page = await browser.open(f"/o/{token}", **IN_WECHAT)
    live = await browser.open(f"/o/{token}/live", **IN_WECHAT)
    if sees == "nothing":
        assert (page.status, live.status) == (404, 404)
        assert page.text == live.text == (await browser.open("/o/x")).text
        return
    assert (page.status, live.status) == (200, 200)
    assert live.text in page.text
    assert number.removeprefix("SO") in page.text
    assert ("元/个" in page.text) == ("¥" in page.text) == ("有限公司" in page.text) == (sees == "full")
    if whose == "own":
        assert (ADDRESS in page.text) == ("王先生" in page.text) == (sees == "full")
        assert all((price in page.text) == (sees == "full") for price in PRICES)
    assert PHONE not in page.text


async def test_the_link_alone_shows_state_and_goods_only(shop: Shop, browser: Browser) -> None:
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    assert page.status == 200
    assert "电源适配器" in page.text
    assert "4 箱" in page.text
    for hidden in (*PRICES, ADDRESS, "王先生", PHONE, "华强电子", "¥", "C001"):
        assert hidden not in page.text
    assert "在微信里从公众号打开" in page.text


async def test_pages_are_private_and_inert(shop: Shop, browser: Browser) -> None:
    for path in (f"/o/{shop.token(shop.own)}", f"/o/{shop.token(shop.own)}/live", "/o/nothing", "/elsewhere"):
        page = await browser.open(path)
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "<script>" not in page.text
        assert "style=" not in page.text
        assert not re.search(r"\son\w+=", page.text)
        assert not re.search(r"(src|href)=\"(https?:)?//", page.text)


async def test_names_are_text_and_nothing_else(shop: Shop, browser: Browser) -> None:
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    assert "LED&lt;驱动器&gt;" in page.text
    assert "<驱动器>" not in page.text


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "1001A-",
        "-",
        "1001A",
        "SO1001A-" + "A" * 22,
        "1001A-" + "A" * 22,
        "%00",
        "..%2f..%2fetc",
        "订单-" + "A" * 22,
        "%ff%fe-" + "A" * 22,
        "A" * 4000,
        "'%20or%201=1--",
        "{{7*7}}",
    ],
)
async def test_a_bad_token_is_the_same_page_as_a_missing_order(shop: Shop, browser: Browser, token: str) -> None:
    nothing = await browser.open(f"/o/{shop.token('SO9999A')}")
    page = await browser.open(f"/o/{token}")
    assert page.status == nothing.status == 404
    assert page.text == nothing.text
    assert {name: value for name, value in page.headers.items() if name != "Date"} == {
        name: value for name, value in nothing.headers.items() if name != "Date"
    }


async def test_no_bad_token_is_sent_to_wechat(shop: Shop, browser: Browser) -> None:
    for token in ("x", shop.token("SO9999A")):
        assert (await browser.open(f"/o/{token}", **IN_WECHAT)).status == 404
        assert (await browser.open(f"/o/{token}/in?code=abc&state=abc", **IN_WECHAT)).status in (303, 404)
    assert browser.cookies == {}


async def test_answers_head_and_nothing_but_get(shop: Shop, browser: Browser) -> None:
    path = f"/o/{shop.token(shop.own)}"
    head = await browser.open(path, method="HEAD", **IN_WECHAT)
    assert (head.status, head.text) == (200, "")
    for method in ("POST", "PUT", "DELETE"):
        assert (await browser.open(path, method=method)).status == 405


async def test_what_did_not_change_is_not_sent_again(shop: Shop, browser: Browser) -> None:
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    tag = re.search(r'data-etag="(\w+)"', page.text)
    live = re.search(r'data-live="(.*?)"', page.text)
    assert tag
    assert live
    same = await browser.open(live[1], **{"If-None-Match": f'"{tag[1]}"'})
    assert (same.status, same.text) == (304, "")
    await shop.ship(shop.own)
    changed = await browser.open(live[1], **{"If-None-Match": f'"{tag[1]}"'})
    assert changed.status == 200
    assert changed.headers["ETag"] != f'"{tag[1]}"'
    assert "SF1234567890123" in changed.text


async def test_the_fragment_of_one_viewer_is_not_that_of_another(shop: Shop, browsers) -> None:
    link = f"/o/{shop.token(shop.own)}"
    buyer, guest = await browsers(), await browsers()
    await buyer.enter(link, PEOPLE["小王"])
    theirs, ours = await guest.open(link + "/live"), await buyer.open(link + "/live")
    assert theirs.headers["ETag"] != ours.headers["ETag"]
    again = await guest.open(link + "/live", **{"If-None-Match": ours.headers["ETag"]})
    assert again.status == 200
    assert "¥" not in again.text


async def test_who_left_the_company_sees_no_more_than_the_link(shop: Shop, browser: Browser) -> None:
    link = f"/o/{shop.token(shop.own)}"
    assert "¥" in (await browser.enter(link, PEOPLE["小王"])).text
    await joining.unbind(shop.people["小王"], now=TUESDAY)
    page = await browser.open(link, **IN_WECHAT)
    assert page.status == 200
    assert "¥" not in page.text
    assert ADDRESS not in page.text


async def test_tells_of_an_order_that_is_being_prepared(shop: Shop, browser: Browser) -> None:
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    order = await Order.get(number=shop.own)
    assert order.promised_date is not None
    assert headline(page.text) == f"后天({order.promised_date:%m-%d})送到"
    assert steps(page.text) == [
        ("done", "已下单"),
        ("done", "已审核"),
        ("now", "备货中"),
        ("todo", "发货"),
        ("todo", "签收"),
    ]
    assert "备齐后发出" in page.text


async def test_tells_of_a_part_that_left_and_of_the_rest(shop: Shop, browser: Browser) -> None:
    await shop.ship(
        shop.own, lines=(Wanted(text="A100", sku="A100", qty=Decimal(2), unit="箱", base_qty=Decimal(100)),)
    )
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    assert headline(page.text).startswith("已发一部分，其余")
    assert "已发 2 箱" in page.text
    assert "待发 2 箱" in page.text
    assert ("todo", "部分发货") in steps(page.text)


async def test_an_uneven_part_is_told_in_base_units(shop: Shop, browser: Browser) -> None:
    await shop.ship(shop.own, lines=(Wanted(text="A100", sku="A100", qty=Decimal(7), unit="个", base_qty=Decimal(7)),))
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    assert "已发 7 个" in page.text
    assert "待发 193 个" in page.text


async def test_tells_of_the_journey_newest_first(shop: Shop, browser: Browser) -> None:
    await shop.ship(shop.own)
    hour = timedelta(hours=1)
    await moved(
        shop.own,
        scan("103", "已揽收", TUESDAY + hour),
        scan("1002", "离开东莞", TUESDAY + 2 * hour),
        scan("1001", "到达深圳", TUESDAY + 3 * hour),
        scan("5", f"派送中，快递员 {PHONE}", TUESDAY + 4 * hour),
    )
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    assert headline(page.text) == "快递员正在派送"
    places = [page.text.index(text) for text in ("派送中，快递员", "到达深圳", "离开东莞", "更早的 1 条", "已揽收")]
    assert places == sorted(places)
    assert PHONE not in page.text
    assert WAYBILL in page.text
    assert PHONE in (await browser.enter(f"/o/{shop.token(shop.own)}", PEOPLE["小王"])).text


async def test_tells_when_it_was_signed_for(shop: Shop, browser: Browser) -> None:
    await shop.ship(shop.own)
    await moved(shop.own, scan("301", "已签收", TUESDAY + timedelta(hours=26)))
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    assert headline(page.text) == "11-25 14:00 已签收"
    assert [mark for mark, _ in steps(page.text)] == ["done"] * 5
    assert "请清点货物" in page.text


async def test_tells_when_the_receiver_signed_in_chat(shop: Shop, browser: Browser) -> None:
    await shop.ship(shop.own, waybill=None, carrier="送货")
    await receiving.receive_goods(shop.own, None, "", by=shop.people["小王"], now=TUESDAY + timedelta(hours=2))
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    assert headline(page.text) == "11-24 14:00 已签收"


async def test_goods_that_were_picked_up_are_not_promised(shop: Shop, browser: Browser) -> None:
    await shop.ship(shop.own, waybill=None, carrier="自提")
    assert headline((await browser.open(f"/o/{shop.token(shop.own)}")).text) == "已出库，自提"


async def test_says_honestly_that_it_is_late(shop: Shop, browser: Browser, watch: Watch) -> None:
    await shop.ship(shop.own)
    watch.later(days=9)
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    assert headline(page.text).startswith("比预计晚了，原定")
    assert "tone-warn" in page.text


async def test_says_that_the_carrier_has_trouble_or_brings_it_back(shop: Shop, browser: Browser) -> None:
    await shop.ship(shop.own)
    await moved(shop.own, scan("206", "联系不上收件人", TUESDAY + timedelta(hours=26)))
    assert headline((await browser.open(f"/o/{shop.token(shop.own)}")).text) == "快递遇到问题，正在处理"
    await moved(shop.own, scan("6", "退回中", TUESDAY + timedelta(hours=27)))
    assert headline((await browser.open(f"/o/{shop.token(shop.own)}")).text) == "包裹正在退回"


async def test_an_order_in_review_says_so_and_its_reason_is_for_the_customer(shop: Shop, browser: Browser) -> None:
    rep = shop.people["老李"]
    number = await shop.order("C001", rep, ("A100", 4, "箱"), now=TUESDAY + timedelta(seconds=1))
    await Order.filter(number=number).update(state="awaiting_approval")
    link = f"/o/{shop.token(number)}"
    page = await browser.open(link)
    assert headline(page.text) == "订单审核中"
    assert steps(page.text)[1] == ("now", "审核")
    await reviewing.reject(number, "价格太低", by=shop.people["陈姐"], now=TUESDAY)
    page = await browser.open(link)
    assert headline(page.text) == "订单没有通过审核"
    assert steps(page.text) == [("done", "已下单"), ("stopped", "未通过")]
    assert "价格太低" not in page.text
    assert "价格太低" in (await browser.enter(link, PEOPLE["小王"])).text


async def test_a_cancelled_order_is_over(shop: Shop, browser: Browser) -> None:
    await ordering.cancel_order(shop.own, "不要了", by=shop.people["小王"], now=TUESDAY)
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    assert headline(page.text) == "订单已取消"
    assert steps(page.text) == [("done", "已下单"), ("stopped", "已取消")]


async def test_a_short_order_says_that_the_rest_is_being_bought(shop: Shop, browser: Browser) -> None:
    number = await shop.order("C001", shop.people["小王"], ("A100", 30, "箱"), now=TUESDAY + timedelta(seconds=2))
    order = await Order.get(number=number)
    if order.state != "accepted":
        await reviewing.approve(number, by=shop.people["陈姐"], now=TUESDAY)
    page = await browser.open(f"/o/{shop.token(number)}")
    assert "一部分货正在补" in page.text


async def test_style_and_script_are_kept_by_browsers_and_named_by_content(shop: Shop, browser: Browser) -> None:
    page = await browser.open(f"/o/{shop.token(shop.own)}")
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(links) == 3
    for link in links:
        asset = await browser.open(link)
        assert asset.status == 200
        assert "immutable" in asset.headers["Cache-Control"]
        assert (await browser.open(link, **{"If-None-Match": asset.headers["ETag"]})).status == 304
        old = await browser.open(re.sub(r"v=\w+", "v=old", link))
        assert old.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "name", ["..%2fpages.py", "%2e%2e/pages.py", "order.css%00", "x.css", "", "order.css/", "ORDER.CSS"]
)
async def test_no_other_file_is_served(browser: Browser, name: str) -> None:
    assert (await browser.open(f"/static/{name}")).status == 404


async def test_programs_get_no_page(browser: Browser) -> None:
    answer = await browser.open("/elsewhere", Accept="application/json")
    assert (answer.status, "<html" in answer.text) == (404, False)


async def test_a_bug_is_a_calm_page_with_a_number(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    page = await browser.open("/bug/a-token-nobody-may-read")
    assert page.status == 500
    assert "暂时打不开" in page.text
    assert re.search(r"编号 [0-9a-f]{8}", page.text)
    for hidden in ("secret words", "Traceback", "RuntimeError"):
        assert hidden not in page.text
    assert "a-token-nobody-may-read" not in caplog.text


async def test_photos_of_a_claim_are_for_those_who_see_the_claim(shop: Shop, browsers) -> None:
    buyer = shop.people["小王"]
    await shop.ship(shop.own)
    await moved(shop.own, scan("3", "已签收", TUESDAY))
    broken = [Fault("broken", Decimal(1), "箱", "A100")]
    await receiving.receive_goods(shop.own, None, "破1", broken, by=buyer, now=TUESDAY)
    await photographing.attach("R1", ["medium-1", "../etc", "medium-1"], by=buyer, now=TUESDAY)
    (errand,) = await photographing.due_photos(now=TUESDAY)
    await photographing.keep_photo(errand.photo, b"GIF89a a picture", now=TUESDAY)
    path = f"/o/{shop.token(shop.own)}"
    photo = f"{path}/photo/{errand.photo}"
    for name, seen in (("小王", True), ("老李", True), ("小周", False), ("路人", False)):
        browser = await browsers()
        page = await browser.enter(path, PEOPLE[name])
        assert (f'src="{photo}"' in page.text) is seen, name
        answer = await browser.open(photo)
        assert answer.status == (200 if seen else 404), name
        if seen:
            assert answer.headers["Content-Type"] == "image/gif"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.text == "GIF89a a picture"
            # A number of something else, and the photo behind the link of another order.
            for wrong in ("999", "1e9", "-1"):
                assert (await browser.open(f"{path}/photo/{wrong}")).status == 404
            assert (await browser.open(f"/o/{shop.token(shop.other)}/photo/{errand.photo}")).status == 404
    assert (await (await browsers()).open(photo)).status == 404
