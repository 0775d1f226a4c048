"""Prices from files: lists for everybody, for a level of customers or for one, all rows or none."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from domain.events import PricesChanged
from domain.importing import Imported, carried_out, checked, rows_of
from domain.models import Customer, PriceEntry, PriceList, Product
from domain.pricelists import ensure_list, write_prices
from domain.recording import record
from domain.rules.rows import Goods, Row, list_code, price_list_problems, price_problems
from domain.terms import BASE
from domain.values import SYSTEM


async def import_prices(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:
    """``{"price_lists": [{"code", "name", "tax", "tax_rate"}], "prices": [...]}``.

    A price names its ``list`` or its ``customer``, the ``sku`` and the ``price``; ``unit``, ``from`` (a quantity in
    that unit), ``starts`` and ``ends`` may be left out.
    """
    heads = rows_of(document, "price_lists") if "price_lists" in document else []
    checked(heads, price_list_problems, lambda row: str(row.get("code")))
    rows = rows_of(document, "prices")
    goods = {row.sku: _goods(row) for row in await Product.filter(active=True)}
    names = {str(row["code"]): str(row.get("name") or row["code"]) for row in heads}
    customers = dict(await Customer.all().values_list("code", "price_list"))
    known = {BASE, *names, *customers, *await PriceList.all().values_list("code", flat=True)}
    checked(rows, lambda row: price_problems(row, goods, known | set(filter(None, customers.values()))), _key)
    entries = [_entry(row, goods[str(row["sku"])]) for row in rows]

    async def write() -> Imported:
        for code in {entry.list_code for entry in entries}:
            await ensure_list(code, names.get(code, code))
        for head in heads:
            await _write_head(head)
        new, old = await write_prices(entries)
        lists = tuple(sorted({entry.list_code for entry in entries}))
        await record(PricesChanged(lists=lists, prices=len(entries)), by=SYSTEM.name, at=now)
        return Imported(new, old)

    return await carried_out(write, dry_run)


async def _write_head(row: Row) -> None:
    tax, rate = row.get("tax"), row.get("tax_rate")
    about = {
        "name": str(row.get("name") or row["code"]),
        "taxed": None if tax is None else tax == "incl",
        "tax_rate": None if rate is None else Decimal(str(rate)),
    }
    await PriceList.update_or_create(code=str(row["code"]), defaults=about)


def _goods(row: Product) -> Goods:
    sizes = {unit: Decimal(size) for unit, size in row.units.items()} | {row.base_unit: Decimal(1)}
    return Goods(row.base_unit, sizes, row.floor_price)


def _entry(row: Mapping[str, object], goods: Goods) -> PriceEntry:
    ratio = goods.units[str(row.get("unit") or goods.base_unit)]
    return PriceEntry(
        list_code=list_code(row),
        sku=str(row["sku"]),
        from_qty=Decimal(str(row.get("from") or 0)) * ratio,
        price=Decimal(str(row["price"])) / ratio,
        starts=_day(row, "starts"),
        ends=_day(row, "ends"),
    )


def _day(row: Mapping[str, object], name: str) -> date | None:
    return date.fromisoformat(str(row[name])) if row.get(name) else None


def _key(row: Row) -> str:
    return "|".join(str(row.get(name) or "") for name in ("list", "customer", "sku", "unit", "from", "starts"))
