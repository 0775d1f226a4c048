"""Price lists as rows: written from files, or with the breaks of a product; read for those who set prices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count

from domain.errors import PriceListNotFound
from domain.models import Customer, PriceEntry, PriceList, Product
from domain.terms import BASE

Row = Mapping[str, Any]
BATCH = 500


@dataclass(frozen=True, slots=True)
class ListRow:
    """A price list in a list of them; ``buyers`` is how many customers buy by it."""

    code: str
    name: str
    prices: int
    buyers: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One price of a list, per base unit."""

    sku: str
    name: str
    unit: str
    price: Decimal
    list_price: Decimal
    from_qty: Decimal
    starts: date | None
    ends: date | None


async def price_lists() -> list[ListRow]:
    """All price lists, that of everybody first."""
    sizes = dict(await PriceEntry.annotate(n=Count("id")).group_by("list_code").values_list("list_code", "n"))
    levels = dict(await Customer.filter(active=True).annotate(n=Count("id")).group_by("price_list").values_list(
        "price_list", "n"
    ))  # fmt: skip
    own = {str(code) for code in await Customer.filter(active=True).values_list("code", flat=True)}
    everybody = len(own)
    rows = sorted(await PriceList.all(), key=lambda row: (row.code != BASE, row.code))
    return [
        ListRow(
            row.code,
            row.name,
            sizes.get(row.code, 0),
            everybody if row.code == BASE else levels.get(row.code, 0) + (row.code in own),
        )
        for row in rows
    ]


async def price_list(code: str, *, today: date) -> tuple[str, list[EntryRow]]:
    """The name of a list, and its prices that are valid or still to come, by product and quantity."""
    row = await PriceList.filter(Q(code__iexact=code) | Q(name=code)).first()
    if row is None:
        raise PriceListNotFound(code)
    entries = await PriceEntry.filter(Q(ends__isnull=True) | Q(ends__gte=today), list_code=row.code)
    products = {p.sku: p for p in await Product.filter(sku__in={entry.sku for entry in entries})}
    entries.sort(key=lambda e: (e.sku, e.from_qty, e.starts or date.min))
    return row.name, [_row(entry, products[entry.sku]) for entry in entries if entry.sku in products]


def _row(entry: PriceEntry, product: Product) -> EntryRow:
    return EntryRow(
        sku=entry.sku,
        name=product.name,
        unit=product.base_unit,
        price=entry.price,
        list_price=product.list_price,
        from_qty=entry.from_qty,
        starts=entry.starts,
        ends=entry.ends,
    )


def breaks_of(rows: Iterable[Row]) -> dict[str, list[PriceEntry]]:
    """The quantity breaks of rows of products, for everybody; a row without any leaves its product alone."""
    return {
        str(row["sku"]): [
            PriceEntry(
                list_code=BASE,
                sku=str(row["sku"]),
                from_qty=Decimal(str(one["from"])),
                price=Decimal(str(one["price"])),
            )
            for one in row["price_breaks"]
        ]
        for row in rows
        if row.get("price_breaks") is not None
    }


async def write_breaks(breaks: Mapping[str, Sequence[PriceEntry]]) -> None:
    """Put these in the place of the undated breaks that the products had; part of the caller's transaction."""
    if not breaks:
        return
    await ensure_list(BASE, BASE)
    undated = PriceEntry.filter(list_code=BASE, starts__isnull=True, ends__isnull=True)
    await undated.filter(sku__in=list(breaks)).delete()
    await PriceEntry.bulk_create([entry for entries in breaks.values() for entry in entries], batch_size=BATCH)


async def ensure_list(code: str, name: str) -> None:
    """A list of this code, if there is none."""
    if not await PriceList.filter(code=code).exists():
        await PriceList.create(code=code, name=name)


async def write_prices(entries: Sequence[PriceEntry]) -> tuple[int, int]:
    """Write prices into their lists, each in the place of one for the same product, quantity and first day.

    How many were new, and how many took the place of another. Part of the caller's transaction.
    """
    lists = {entry.list_code for entry in entries}
    old = {_key(entry): entry.id for entry in await PriceEntry.filter(list_code__in=lists)}
    gone = [old[_key(entry)] for entry in entries if _key(entry) in old]
    for start in range(0, len(gone), BATCH):
        await PriceEntry.filter(id__in=gone[start : start + BATCH]).delete()
    await PriceEntry.bulk_create(list(entries), batch_size=BATCH)
    return len(entries) - len(gone), len(gone)


def _key(entry: PriceEntry) -> tuple[str, str, Decimal, date | None]:
    return entry.list_code, entry.sku, entry.from_qty, entry.starts
