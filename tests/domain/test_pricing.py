"""Price lists from files, and what an order then costs: by the sum over the whole order, from the nearest list."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain import importing, ordering, pricelists, pricing
from domain.errors import ImportRefused, PackRefused, PriceListNotFound
from domain.models import Customer, Event, OrderLine, PriceEntry, PriceList
from tests.shop import NOW, TODAY, Cast, a_draft, a_product, an_order, line, lines_of

D = Decimal
VIP = {
    "price_lists": [{"code": "VIP", "name": "大客户", "tax": "incl", "tax_rate": 0.13}],
    "prices": [
        {"list": "VIP", "sku": "A100", "price": 900, "unit": "箱"},
        {"list": "VIP", "sku": "A100", "price": 17, "from": 4, "unit": "个"},
        {"customer": "C001", "sku": "A100", "price": 850, "unit": "箱", "from": 10, "ends": "2026-11-24"},
    ],
}


async def prices(*rows: dict[str, Any], **more: Any) -> importing.Imported:
    return await pricing.import_prices({"prices": list(rows)}, now=NOW, **more)


async def test_a_list_for_a_level_and_one_for_a_customer(cast: Cast):
    await a_product(stock=10_000)
    await Customer.filter(code="C001").update(price_list="VIP")
    done = await pricing.import_prices(VIP, now=NOW)
    assert (done.created, done.updated) == (3, 0)
    again = await pricing.import_prices(VIP, now=NOW)
    assert (again.created, again.updated) == (0, 3)
    assert await PriceEntry.all().count() == 3
    head = await PriceList.get(code="VIP")
    assert (head.name, head.taxed, head.tax_rate) == ("大客户", True, D("0.13"))
    found = {}
    for qty in (1, 4, 499, 500):
        offer = await ordering.quote(a_draft(line(qty=qty)), by=cast.wang, now=NOW)
        found[qty] = (offer.lines[0].unit_price, offer.lines[0].price_source)
    assert found == {1: (D(18), "level"), 4: (D(17), "level"), 499: (D(17), "level"), 500: (D(17), "contract")}
    tomorrow = await ordering.quote(a_draft(line(qty=500)), by=cast.wang, now=NOW + timedelta(days=1))
    assert tomorrow.lines[0].price_source == "level"
    theirs = await ordering.quote(a_draft(line(qty=500), customer="C003"), by=cast.other, now=NOW)
    assert (theirs.lines[0].unit_price, theirs.lines[0].price_source) == (D("18.5"), "list")


async def test_a_break_counts_the_whole_order_whatever_the_order_of_its_lines(cast: Cast):
    await a_product(stock=10_000)
    await a_product("B", stock=100)
    await prices({"list": "BASE", "sku": "A100", "price": 17, "from": 100})
    wanted = [line(qty=1, unit="箱"), line("B", 3), line(qty=50)]
    for lines in (wanted, wanted[::-1], [wanted[1], wanted[2], wanted[0]]):
        offer = await ordering.quote(a_draft(*lines), by=cast.wang, now=NOW)
        assert {(row.unit_price, row.price_source) for row in offer.lines if row.sku == "A100"} == {(D(17), "break")}
        assert offer.total == D("1755.50")


async def test_every_line_keeps_where_its_price_came_from(cast: Cast):
    await a_product(stock=10_000)
    await a_product("B", stock=100)
    await prices({"list": "BASE", "sku": "A100", "price": 17, "from": 100, "ends": "2026-12-31"})
    placed = await an_order(cast.li, line(qty=100), line("B", 3, "个", "18"), line("B", 1))
    kept = [(row.price_source, row.price_facts) for row in await lines_of(placed.number)]
    assert kept == [
        ("break", {"list": "BASE", "from": "100", "unit": "个", "until": "2026-12-31"}),
        ("manual", {"by": "老李", "usual": "18.5"}),
        ("list", None),
    ]


async def test_new_prices_leave_standing_orders_alone(cast: Cast):
    await a_product(stock=10_000)
    placed = await an_order(cast.wang, line(qty=100))
    await prices({"list": "BASE", "sku": "A100", "price": 17})
    assert (await OrderLine.get(order__number=placed.number)).amount == D(1850)
    event = await Event.get(kind="PricesChanged")
    assert event.facts == {"lists": ["BASE"], "prices": 1}


async def test_with_and_without_tax(cast: Cast):
    await a_product(stock=10_000)
    await Customer.filter(code="C001").update(price_list="VIP")
    await pricing.import_prices(VIP, now=NOW)
    offers = {
        tax: (await ordering.quote(a_draft(line(), tax=tax), by=cast.wang, now=NOW)).lines[0].unit_price
        for tax in (None, "incl", "excl")
    }
    assert offers == {None: D(18), "incl": D(18), "excl": D("15.9292")}


@pytest.mark.parametrize(
    ("row", "field", "text"),
    [
        ({"list": "NONE"}, "list", "no such price list: NONE"),
        ({"sku": "X"}, "sku", "no such product: X"),
        ({"unit": "打"}, "unit", "A100 is not sold in 打"),
        ({"price": 0}, "price", "not a price: 0"),
        ({"price": -1}, "price", "not a number from 0: -1"),
        ({"price": "1.23456"}, "price", "more than 4 decimal places: 1.23456"),
        ({"price": "15.99"}, "price", "below the floor of 16"),
        ({"price": "799", "unit": "箱"}, "price", "below the floor of 16"),
        ({"starts": "24.11.2026"}, "starts", "not a day like 2026-12-31: 24.11.2026"),
        ({"starts": "2026-12-02", "ends": "2026-12-01"}, "ends", "before it starts"),
        ({"from": "some"}, "from", "not a number from 0: some"),
    ],
)
async def test_a_bad_row_is_named_and_nothing_is_written(cast: Cast, row: dict[str, Any], field: str, text: str):
    await a_product(floor_price=D(16))
    good = {"list": "BASE", "sku": "A100", "price": 17}
    with pytest.raises(ImportRefused) as no:
        await prices(good, {**good, "from": 10, **row})
    assert no.value.problems == ((2, field, text),)
    assert not await PriceEntry.exists()


async def test_the_same_row_twice_is_named(cast: Cast):
    await a_product()
    row = {"list": "BASE", "sku": "A100", "price": 17}
    with pytest.raises(ImportRefused) as no:
        await prices(row, row)
    assert no.value.problems[0][0] == 2


async def test_a_dry_run_writes_nothing(cast: Cast):
    await a_product()
    done = await prices({"list": "BASE", "sku": "A100", "price": 17}, dry_run=True)
    assert done.created == 1
    assert not await PriceEntry.exists()
    assert not await PriceList.exists()


async def test_products_bring_their_breaks(cast: Cast):
    row = {"sku": "B1", "name": "乙", "base_unit": "个", "list_price": 10, "min_qty": 5, "pack_qty": 5}
    for breaks in ([{"from": 100, "price": 9}, {"from": 500, "price": 8}], [{"from": 100, "price": 8.5}]):
        await importing.import_products({"products": [row | {"price_breaks": breaks}]}, now=NOW)
        _, rows = await pricelists.price_list("BASE", today=TODAY)
        assert [(r.from_qty, r.price) for r in rows] == [(D(str(b["from"])), D(str(b["price"]))) for b in breaks]
    await importing.import_products({"products": [row]}, now=NOW)
    assert await PriceEntry.all().count() == 1
    for bad in ({"price_breaks": {"100": 9}}, {"price_breaks": [{"price": 9}]}, {"pack_qty": 0}, {"min_qty": "x"}):
        with pytest.raises(ImportRefused):
            await importing.import_products({"products": [row | bad]}, now=NOW)


async def test_packs_and_minimum_go_by_the_whole_order(cast: Cast):
    await a_product(stock=10_000, min_qty=D(100), pack_qty=D(50))
    for lines, asked, fits in (([line(qty=99)], 99, 100), ([line(qty=1, unit="箱"), line(qty=60)], 110, 150)):
        with pytest.raises(PackRefused) as no:
            await ordering.quote(a_draft(*lines), by=cast.wang, now=NOW)
        assert (no.value.asked, no.value.fits) == (asked, fits)
    offer = await ordering.quote(a_draft(line(qty=1, unit="箱"), line(qty=50)), by=cast.wang, now=NOW)
    assert offer.total == D(1850)


async def test_the_lists_as_those_who_sell_see_them(cast: Cast):
    await a_product()
    await Customer.filter(code="C003").update(price_list="VIP")
    await pricing.import_prices(VIP, now=NOW)
    assert [(r.code, r.name, r.prices, r.buyers) for r in await pricelists.price_lists()] == [
        ("C001", "C001", 1, 1), ("VIP", "大客户", 2, 1),
    ]  # fmt: skip
    for asked in ("VIP", "vip", "大客户"):
        name, rows = await pricelists.price_list(asked, today=TODAY)
        assert (name, [row.price for row in rows]) == ("大客户", [D(18), D(17)])
    _, rows = await pricelists.price_list("C001", today=date(2026, 11, 25))
    assert rows == []
    with pytest.raises(PriceListNotFound):
        await pricelists.price_list("GOLD", today=TODAY)
