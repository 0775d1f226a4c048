"""Orders from files: all or none, every bad row named, the same file twice places nothing twice."""

from datetime import date
from typing import Any

import pytest

from domain.errors import ImportRefused
from domain.importing import Imported
from domain.intake import import_orders
from domain.models import Order, OrderLine
from tests.shop import NOW, Cast, a_product, balance, check_the_books

FIRST: dict[str, Any] = {
    "customer": "C001", "ref": "4500123", "date": "2026-11-26", "remark": "周末不收货", "tax": "incl",
    "lines": [{"sku": "A100", "qty": 2, "unit": "箱"}, {"sku": "A100", "qty": 3, "price": 17}],
}  # fmt: skip
SECOND: dict[str, Any] = {"customer": "C003", "ref": "7", "lines": [{"sku": "A100", "qty": 50}]}


async def orders(*rows: dict[str, Any], **more: Any) -> Imported:
    return await import_orders({"orders": list(rows)}, now=NOW, **more)


async def test_a_file_of_orders_is_placed_once(cast: Cast):
    await a_product(stock=120)
    assert await orders(FIRST, SECOND) == Imported(2, 0)
    for _ in range(2):
        assert await orders(FIRST, SECOND) == Imported(0, 2)
    first, second = await Order.all().order_by("id").prefetch_related("lines")
    assert (first.channel, first.state, first.requested_date) == ("import", "accepted", date(2026, 11, 26))
    assert (first.po, first.remark, first.tax) == ("4500123", "周末不收货", "incl")
    assert [(line.base_qty, line.price_source) for line in first.lines] == [(100, "list"), (3, "manual")]
    assert [line.reserved for line in second.lines] == [17]
    assert await balance() == (120, 120)
    await check_the_books()


async def test_a_dry_run_checks_and_places_nothing(cast: Cast):
    await a_product(stock=120)
    assert await orders(FIRST, SECOND, dry_run=True) == Imported(2, 0)
    assert not await Order.exists()


@pytest.mark.parametrize(
    ("bad", "field", "text"),
    [
        ({"customer": "C999"}, "customer", "no such customer: C999"),
        ({"customer": ""}, "customer", "missing"),
        ({"ref": None}, "ref", "missing"),
        ({"lines": []}, "lines", "expected a list of lines"),
        ({"lines": [{"sku": "X", "qty": 1}]}, "lines", "no such product: X"),
        ({"lines": [{"sku": "A100", "qty": 0}]}, "lines", "qty: not a quantity: 0"),
        ({"lines": [{"sku": "A100", "qty": "two"}]}, "lines", "qty: not a quantity: two"),
        ({"lines": [{"sku": "A100", "qty": 1, "unit": "吨"}]}, "lines", "A100 is not sold in 吨, only in ('个', '箱')"),
        ({"date": "2026-11-01"}, "date", "has passed: 2026-11-01"),
        ({"date": "tomorrow"}, "date", "not a day like 2026-12-31: tomorrow"),
        ({"tax": "maybe"}, "tax", "expected incl or excl"),
    ],
)
async def test_one_bad_row_is_named_and_nothing_is_placed(cast: Cast, bad: dict[str, Any], field: str, text: str):
    await a_product(stock=120)
    with pytest.raises(ImportRefused) as no:
        await orders(FIRST, SECOND | bad)
    assert no.value.problems == ((2, field, text),)
    assert not await OrderLine.exists()
    assert await balance() == (120, 0)


async def test_the_same_reference_twice_in_one_file_is_named(cast: Cast):
    await a_product(stock=120)
    with pytest.raises(ImportRefused):
        await orders(FIRST, FIRST)
    assert not await Order.exists()
