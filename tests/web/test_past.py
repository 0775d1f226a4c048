"""The page of past orders: whose it is, what is found on it, leafing and taking away, and how its links end."""

import csv
import io
import re
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.archive import Search, past_orders
from domain.models import Customer, Identity, Order, OrderLine
from domain.models.credit import Payment
from domain.pastlinks import revoke_past
from tests.web.conftest import IN_WECHAT, TUESDAY, Shop, Watch
from tests.web.test_pages import PEOPLE, PRICES, WAYBILL
from web import past
from web.sheets import as_csv, as_xlsx, harmless

MONEY = re.compile(r"¥[\d,.]+")


async def way_to(shop: Shop, who: str, watch: Watch) -> str:
    """The address that this person is given, without its host."""
    identity = shop.people[who].identity
    assert identity is not None
    return await past.past_address(identity, base="", secret=shop.secret, now=watch())


async def test_customers_see_their_orders_with_money_once_they_are_known(shop: Shop, browsers, watch: Watch):
    await shop.ship(shop.own)
    customer = await Customer.get(code="C001")
    await Payment.create(customer_id=customer.id, amount=Decimal(500), key="p1", by="财务", at=TUESDAY)
    path = await way_to(shop, "小王", watch)
    browser = await browsers()
    guest = await browser.open(path)
    assert guest.status == 200
    assert shop.own[2:] in guest.text
    assert shop.other[2:] not in guest.text
    assert WAYBILL in guest.text
    assert not MONEY.search(guest.text)
    known = await browser.enter(path, PEOPLE["小王"])
    assert PRICES[2] in known.text
    assert "¥500.00" in known.text
    stranger = await (await browsers()).enter(path, PEOPLE["小周"])
    assert shop.own[2:] in stranger.text
    assert not MONEY.search(stranger.text)


async def test_what_shows_every_customer_opens_for_its_owner_alone(shop: Shop, browsers, watch: Watch):
    path = await way_to(shop, "陈姐", watch)
    for who in ("小王", "老李", "路人"):
        shown = await (await browsers()).enter(path, PEOPLE[who])
        assert shown.status == 403
        assert shop.own[2:] not in shown.text
    outside = await browsers()
    assert (await outside.open(path)).status == 403
    assert (await outside.open(f"{path}/orders.csv")).status == 404
    own = await (await browsers()).enter(path, PEOPLE["陈姐"])
    assert shop.own[2:] in own.text
    assert shop.other[2:] in own.text
    warehouse = await (await browsers()).enter(await way_to(shop, "仓库", watch), "o-S003-0001")
    assert shop.own[2:] in warehouse.text
    assert not MONEY.search(warehouse.text)


async def test_a_link_ends_is_taken_back_and_goes_with_its_person(shop: Shop, browsers, watch: Watch):
    browser = await browsers()
    path = await way_to(shop, "小王", watch)
    assert (await browser.open(path + "x")).status == 404
    assert (await browser.open(path)).status == 200
    await revoke_past(by=shop.people["小王"])
    assert (await browser.open(path)).status == 404
    assert (await browser.open(path, **IN_WECHAT)).status == 404
    again = await way_to(shop, "小王", watch)
    assert (await browser.open(again)).status == 200
    await Identity.filter(id=shop.people["小王"].identity).update(contact_id=None)
    assert (await browser.open(again)).status == 404
    other = await way_to(shop, "小周", watch)
    watch.later(days=30)
    assert (await browser.open(other)).status == 404


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{own}", True),
        ("{digits}", True),
        ("sf1234567890123", True),
        ("A100", True),
        ("适配", True),
        ("PO-77_1", True),
        ("PO%", False),
        ("L09", False),
        ("{other}", False),
        ("' OR 1=1 --", False),
    ],
)
async def test_one_box_finds_number_waybill_product_and_remark(shop: Shop, text: str, found: bool):
    await shop.ship(shop.own)
    await Order.filter(number=shop.own).update(remark="合同 PO-77_1")
    # What others call their orders stands in nobody's way.
    await Order.filter(number=shop.other).update(po="A100")
    given = text.format(own=shop.own[2:], digits=shop.own[2:-1], other=shop.other[2:])
    page = await past_orders(shop.people["小王"], Search(given), limit=9)
    assert [one.row.number for one in page.orders] == ([shop.own] if found else [])


async def test_days_and_state_narrow_and_pages_follow_one_another(shop: Shop, browsers, watch: Watch, monkeypatch):
    buyer = shop.people["小王"]
    numbers = [shop.own]
    numbers += [await shop.order("C001", buyer, ("B200", n, "个"), now=TUESDAY + timedelta(days=n)) for n in (1, 2, 3)]
    chosen = Search(start=(TUESDAY + timedelta(days=1)).date(), end=(TUESDAY + timedelta(days=2)).date())
    assert [one.row.number for one in (await past_orders(buyer, chosen, limit=9)).orders] == numbers[2:0:-1]
    assert not (await past_orders(buyer, Search(state="done"), limit=9)).orders
    assert len((await past_orders(buyer, Search(state="open"), limit=9)).orders) == 4
    monkeypatch.setattr(past, "LISTED", 3)
    browser = await browsers()
    first = await browser.open(await way_to(shop, "小王", watch))
    (following,) = re.findall(r'class="more"><a href="([^"]+)"', first.text)
    second = await browser.open(following)
    assert re.findall(r'<a href="/o/[^"]+">(\w+)</a>', first.text + second.text) == [n[2:] for n in reversed(numbers)]
    assert 'class="more"' not in second.text
    odd = await browser.open(await way_to(shop, "小王", watch) + "?from=2026-99-99&state=zzz&before=xx&q=" + "长" * 500)
    assert odd.status == 200


async def test_what_may_be_sent_now_is_a_choice_of_its_own(shop: Shop):
    warehouse = shop.people["仓库"]

    async def ready() -> list[str]:
        return [one.row.number for one in (await past_orders(warehouse, Search(state="ready"), limit=9)).orders]

    assert await ready() == [shop.other, shop.own]
    await OrderLine.filter(order__number=shop.own, sku="B200").update(reserved=0)
    assert await ready() == [shop.other, shop.own]
    await Order.filter(number=shop.own).update(ship_whole=True)
    assert await ready() == [shop.other]
    await shop.ship(shop.other)
    assert await ready() == []


async def test_the_table_to_take_away_has_a_row_a_line_and_no_formulas(shop: Shop, browsers, watch: Watch):
    await OrderLine.filter(sku="B200").update(name='=HYPERLINK("http://evil.example","x")')
    path = await way_to(shop, "小王", watch)
    browser = await browsers()
    guest = await browser.open(f"{path}/orders.csv")
    assert guest.headers["Content-Type"].startswith("text/csv")
    assert "金额" not in guest.text
    await browser.enter(path, PEOPLE["小王"])
    rows = list(csv.reader(io.StringIO((await browser.open(f"{path}/orders.csv")).text.lstrip("\ufeff"))))
    assert [len(row) for row in rows] == [14, 14, 14]
    assert [row[6] for row in rows[1:]] == ["A100", "B200"]
    assert rows[2][7].startswith("'=HYPERLINK")
    assert [Decimal(row[13]) for row in rows[1:]] == [3700, 220]
    assert (await browser.open(f"{path}/orders.exe")).status == 404


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "|x", "\u202e=1", "\n=1"])
def test_what_begins_like_a_formula_is_text_to_every_program(text: str):
    assert harmless(text).startswith("'")
    assert as_csv([[text]]).decode("utf-8-sig").lstrip('"').startswith("'")
    with zipfile.ZipFile(io.BytesIO(as_xlsx([[text, Decimal("1.50")]]))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert 't="inlineStr"><is><t xml:space="preserve">\'' in sheet
    assert "<c><v>1.50</v></c>" in sheet
    assert "<f>" not in sheet
