"""Master data from files: all rows or none, every bad row named, the same file twice changes nothing."""

import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain import importing, offering
from domain.errors import ImportRefused, QuantityRefused
from domain.models import Customer, GenericTerm, Product, Staff, Stock, StockMove, UnitSynonym
from tests.shop import NOW, Cast, an_order, balance, line

CATALOG = json.loads((Path(__file__).parent.parent / "grammar/catalog.json").read_text("utf-8"))
CATALOG["products"] = [{"list_price": 1.5} | row for row in CATALOG["products"]]
ROW: dict[str, Any] = {
    "sku": "A100", "name": "电源适配器", "base_unit": "个", "units": {"个": 1, "箱": 50}, "list_price": 18.5,
    "floor_price": 16, "stock": 100, "lead_days": 5,
}  # fmt: skip


async def products(*rows: dict[str, Any], **more: Any) -> importing.Imported:
    return await importing.import_products({"products": list(rows)}, now=NOW, **more)


async def test_a_whole_catalogue(db: str):
    done = await importing.import_products(CATALOG, now=NOW)
    assert (done.created, done.updated) == (len(CATALOG["products"]), 0)
    people = await importing.import_customers(CATALOG, now=NOW)
    assert people.created == len(CATALOG["customers"])
    for kind, terms in (("product", CATALOG["generic_terms"]), ("customer", CATALOG["customer_generic_terms"])):
        assert {row.term: row.members for row in await GenericTerm.filter(kind=kind)} == terms
    units = {row.unit: row for row in await UnitSynonym.all()}
    assert {unit: row.spellings for unit, row in units.items() if row.spellings} == {
        unit: words for unit, words in CATALOG["unit_synonyms"].items() if words
    }
    for unit, about in CATALOG["generic_units"].items():
        assert (units[unit].factor, units[unit].of) == (str(about["factor"]), about.get("of"))
    again = await importing.import_products(CATALOG, now=NOW)
    assert (again.created, again.updated) == (0, done.created)
    words = await offering.shop_words()
    assert len(words.products) == done.created
    assert len(words.customers) == people.created


async def test_a_product_with_all_that_may_be_said_of_it(db: str):
    await products(ROW)
    row = await Product.get(sku="A100")
    assert (row.list_price, row.floor_price, row.lead_days, row.ratio("箱")) == (Decimal("18.5"), 16, 5, 50)
    assert await balance() == (100, 0)
    assert [(move.qty, move.kind) for move in await StockMove.all()] == [(100, "count")]


async def test_the_catalogue_has_a_version_that_changes_with_it(db: str):
    before = await offering.catalogue_version()
    await products(ROW)
    then = await offering.catalogue_version()
    await importing.import_customers({"customers": [{"id": "C001", "name": "甲公司"}]}, now=NOW)
    assert len({before, then, await offering.catalogue_version()}) == 3
    assert await offering.catalogue_version() == await offering.catalogue_version()


async def test_a_dry_run_writes_nothing(db: str):
    before = await offering.catalogue_version()
    assert (await products(ROW, dry_run=True)).created == 1
    assert not await Product.all().count()
    assert not await Stock.all().count()
    assert await offering.catalogue_version() == before
    with pytest.raises(ImportRefused):
        await products(ROW | {"list_price": "x"}, dry_run=True)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"sku": ""}, "sku"), ({"name": None}, "name"), ({"base_unit": ""}, "base_unit"),
        ({"list_price": None}, "list_price"), ({"list_price": "dear"}, "list_price"),
        ({"list_price": -1}, "list_price"), ({"list_price": "NaN"}, "list_price"),
        ({"list_price": 0.00001}, "list_price"), ({"floor_price": -1}, "floor_price"), ({"stock": -1}, "stock"),
        ({"stock": 0.0001}, "stock"), ({"lead_days": -1}, "lead_days"), ({"lead_days": 1.5}, "lead_days"),
        ({"units": {"箱": 0}}, "units"), ({"units": {"箱": "many"}}, "units"), ({"units": ["箱"]}, "units"),
        ({"units": {"箱": "0.3333333"}}, "units"), ({"aliases": "适配器"}, "aliases"), ({"sku": "x" * 65}, "sku"),
    ],
)  # fmt: skip
async def test_a_bad_row_is_named_and_nothing_is_written(db: str, bad: dict[str, Any], field: str):
    with pytest.raises(ImportRefused) as no:
        await products(ROW | {"sku": "B200"}, ROW | bad)
    assert [(row, name) for row, name, _ in no.value.problems] == [(2, field)]
    assert not await Product.all().count()


async def test_every_bad_row_is_named(db: str):
    with pytest.raises(ImportRefused) as no:
        await products(ROW | {"name": ""}, ROW | {"sku": "B", "list_price": "x", "base_unit": ""}, ROW)
    assert {(row, name) for row, name, _ in no.value.problems} == {
        (1, "name"), (2, "list_price"), (2, "base_unit"), (3, "sku"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "document", [{}, {"products": None}, {"products": {}}, {"products": ["A100"]}, {"customers": []}]
)
async def test_another_kind_of_document_is_refused(db: str, document: dict[str, Any]):
    with pytest.raises(ImportRefused):
        await importing.import_products(document, now=NOW)


async def test_goods_and_their_stock_come_together_or_not_at_all(cast: Cast):
    await products(ROW)
    await an_order(cast.wang, line(qty=80))
    with pytest.raises(QuantityRefused):
        await products(ROW | {"name": "新名字", "stock": 79})
    assert (await Product.get(sku="A100")).name == "电源适配器"
    await products(ROW | {"name": "新名字", "stock": 80})
    assert await balance() == (80, 80)


async def test_what_is_not_said_again_stays(cast: Cast):
    await products(ROW)
    bare = {name: value for name, value in ROW.items() if name not in ("stock", "lead_days")}
    await products(bare | {"list_price": 20})
    row = await Product.get(sku="A100")
    assert (row.list_price, row.lead_days) == (20, 5)
    assert await balance() == (100, 0)


async def test_staff_and_customers(db: str):
    staff = {"staff": [{"id": "S001", "name": "老李", "roles": ["sales"], "customers": ["C001"], "manager": "S002"}]}
    assert (await importing.import_staff(staff, now=NOW)).created == 1
    later = deepcopy(staff)
    later["staff"][0]["roles"] = ["sales", "manager"]
    assert (await importing.import_staff(later, now=NOW)).updated == 1
    row = await Staff.get(code="S001")
    assert (row.roles, row.customers, row.manager) == (["sales", "manager"], ["C001"], "S002")
    for roles in (["boss"], [], ["buyer"], "sales"):
        with pytest.raises(ImportRefused):
            await importing.import_staff({"staff": [{"id": "S9", "name": "x", "roles": roles}]}, now=NOW)
    for bad in ({"id": "", "name": "x"}, {"id": "C9", "name": ""}, {"id": "C9", "name": "x", "ship_to": "街1号"}):
        with pytest.raises(ImportRefused):
            await importing.import_customers({"customers": [bad]}, now=NOW)
    assert not await Customer.all().count()


async def test_balances(cast: Cast):
    await products(ROW)
    document = {"stock": [{"sku": "A100", "qty": 7, "warehouse": "NORTH"}, {"sku": "A100", "qty": 90}]}
    assert (await importing.import_stock(document, now=NOW, dry_run=True)).updated == 2
    assert await balance() == (100, 0)
    await importing.import_stock(document, now=NOW)
    assert await balance() == (97, 0)
    for bad in ({"sku": "X", "qty": 1}, {"sku": "A100", "qty": -1}, {"sku": "A100"}):
        with pytest.raises(ImportRefused):
            await importing.import_stock({"stock": [bad]}, now=NOW)
