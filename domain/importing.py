"""Master data from files: products, customers, staff and stock, all rows or none, every bad row named."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from domain.errors import ImportRefused
from domain.faults import fault
from domain.importedwords import write_terms, write_units
from domain.kitimport import NO_STOCK, all_kits, write_kits
from domain.lotting import write_lots
from domain.models import Customer, Product, Staff
from domain.offering import touch_catalogue
from domain.pricelists import breaks_of, write_breaks
from domain.rostering import Turn, write_turns
from domain.rules.rows import (
    Problem,
    Row,
    customer_problems,
    product_problems,
    roster_problems,
    staff_problems,
    stock_problems,
    unseen_problems,
)
from domain.stocking import MAIN, Counted, write_counts
from domain.transaction import transact
from domain.values import SYSTEM

MOST_ROWS = 50_000
BATCH = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were new, how many were known before."""

    created: int
    updated: int


async def import_products(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:
    """``{"products": [...]}`` with ``generic_terms``, ``unit_synonyms`` and ``generic_units`` ; rows may have stock."""
    rows = rows_of(document, "products")
    checked(rows, product_problems)
    counted = [Counted(str(row["sku"]), Decimal(str(row["stock"]))) for row in rows if row.get("stock") is not None]

    async def write() -> Imported:
        done = await _upsert(Product, "sku", [_product(row) for row in rows])
        await write_kits(rows)
        await write_terms("product", document.get("generic_terms") or {})
        await write_units(document.get("unit_synonyms") or {}, document.get("generic_units") or {})
        await write_breaks(breaks_of(rows))
        await touch_catalogue()
        await write_counts(counted, SYSTEM.name, now)
        await write_lots({str(row["sku"]): row["lots"] for row in rows if row.get("lots") is not None}, now=now)
        return done

    return await carried_out(write, dry_run)


async def import_customers(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:  # noqa: ARG001
    """``{"customers": [...]}`` with optional ``customer_generic_terms``."""
    rows = rows_of(document, "customers")
    checked(rows, customer_problems)

    async def write() -> Imported:
        done = await _upsert(Customer, "code", [_customer(row) for row in rows])
        await write_terms("customer", document.get("customer_generic_terms") or {})
        await touch_catalogue()
        return done

    return await carried_out(write, dry_run)


async def import_staff(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:  # noqa: ARG001
    """``{"staff": [...]}``; who is left out stays as they are."""
    rows = rows_of(document, "staff")
    checked(rows, staff_problems)

    async def write() -> Imported:
        return await _upsert(Staff, "code", [_staff(row) for row in rows])

    return await carried_out(write, dry_run)


async def import_stock(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:
    """``{"stock": [{"sku", "warehouse", "qty"}]}``: balances as counted."""
    rows = rows_of(document, "stock")
    known = {str(sku) for sku in await Product.all().values_list("sku", flat=True)}
    kits = await all_kits()
    checked(rows, lambda row: [NO_STOCK] if str(row.get("sku")) in kits else stock_problems(row, known))
    counted = [Counted(str(row["sku"]), Decimal(str(row["qty"])), str(row.get("warehouse") or MAIN)) for row in rows]

    async def write() -> Imported:
        return Imported(0, await write_counts(counted, SYSTEM.name, now))

    return await carried_out(write, dry_run)


async def import_roster(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:  # noqa: ARG001
    """``{"roster": [{"staff", "day", "from", "to"}]}``: turns of duty, in the place of what stood on the same days."""
    rows = rows_of(document, "roster")
    known = {str(code): int(staff) for code, staff in await Staff.filter(active=True).values_list("code", "id")}
    checked(rows, lambda row: roster_problems(row, known))
    turns = [_turn(row, known) for row in rows]

    async def write() -> Imported:
        await write_turns(turns, SYSTEM.name)
        return Imported(len(turns), 0)

    return await carried_out(write, dry_run)


class _Rehearsed(Exception):
    """Takes the outcome out of a transaction that is not to be kept."""

    def __init__(self, done: Imported) -> None:
        super().__init__()
        self.done = done


async def carried_out(write: Callable[[], Awaitable[Imported]], dry_run: bool) -> Imported:
    """Write everything, or write and take it all back: a dry run meets what the real one would meet."""

    async def work() -> Imported:
        done = await write()
        if dry_run:
            raise _Rehearsed(done)
        return done

    try:
        return await transact(work)
    except _Rehearsed as rehearsed:
        return rehearsed.done


def rows_of(document: Row, name: str) -> list[Row]:
    """The rows under a name in the file, if they are rows and not too many."""
    rows = document.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ImportRefused(((0, name, "expected a list of objects"),))
    if len(rows) > MOST_ROWS:
        raise ImportRefused(((0, name, f"more than {MOST_ROWS} rows: {len(rows)}"),))
    return rows


def checked(
    rows: Sequence[Row], problems_of: Callable[[Row], list[Problem]], key_of: Callable[[Row], str] | None = None
) -> None:
    """Refuse the file with everything that is wrong with it: each row by itself, and rows that stand twice."""
    problems: list[tuple[int, str, str]] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        problems += [(number, name, text) for name, text in (*problems_of(row), *unseen_problems(row))]
        key = (key_of or _key)(row)
        if key and key in seen:
            problems.append((number, "id" if "id" in row else "sku", f"twice: {key}"))
        seen.add(key)
    if problems:
        raise ImportRefused(tuple(problems))


def _key(row: Row) -> str:
    return str(row.get("sku") or row.get("id") or "") + str(row.get("warehouse") or "")


def _product(row: Row) -> dict[str, Any]:
    units = {str(unit): str(size) for unit, size in (row.get("units") or {}).items()}
    optional = {
        name: row[name]
        for name in ("category", "lead_days", "make_or_buy", "supplier", "substitute")
        if row.get(name) is not None
    }
    return optional | {
        "sku": str(row["sku"]),
        "name": str(row["name"]),
        "aliases": [str(alias) for alias in row.get("aliases") or ()],
        "base_unit": str(row["base_unit"]),
        "units": units or {str(row["base_unit"]): "1"},
        "list_price": Decimal(str(row["list_price"])),
        "floor_price": _amount(row, "floor_price"),
        "min_qty": _amount(row, "min_qty"),
        "pack_qty": _amount(row, "pack_qty"),
        **({} if row.get("cost") is None else {"cost": _amount(row, "cost")}),
        "active": True,
    }


def _amount(row: Row, name: str) -> Decimal | None:
    return Decimal(str(row[name])) if row.get(name) is not None else None


def _customer(row: Row) -> dict[str, Any]:
    optional = {
        name: row[name] for name in ("city", "price_list", "credit_limit", "credit_days") if row.get(name) is not None
    }
    return optional | {
        "code": str(row["id"]),
        "name": str(row["name"]),
        "short_names": [str(name) for name in row.get("short_names") or ()],
        "ship_to": dict(row.get("ship_to") or {}),
        "active": True,
    }


def _staff(row: Row) -> dict[str, Any]:
    return {
        "code": str(row["id"]),
        "name": str(row["name"]),
        "roles": list(row["roles"]),
        "customers": [str(code) for code in row.get("customers") or ()],
        "manager": row.get("manager"),
        "department": str(row.get("department") or "")[:32],
        "deputy": row.get("deputy"),
        "hours": row.get("hours") or None,
        "price_limit": _amount(row, "price_limit"),
        "active": bool(row.get("active", True)),
    }


def _turn(row: Row, known: Mapping[str, int]) -> Turn:
    start, end = (time.fromisoformat(str(row[name])) if row.get(name) else None for name in ("from", "to"))
    return Turn(known[str(row["staff"])], date.fromisoformat(str(row["day"])), start, end)


async def _upsert(model: type[Product | Customer | Staff], key: str, rows: list[dict[str, Any]]) -> Imported:
    known = set(await model.all().values_list(key, flat=True))
    new = [row for row in rows if row[key] not in known]
    for start in range(0, len(new), BATCH):
        await model.bulk_create([model(**row) for row in new[start : start + BATCH]])  # type: ignore[misc]
        fault("import.batch")
    for row in rows:
        if row[key] in known:
            await model.filter(**{key: row[key]}).update(**{name: v for name, v in row.items() if name != key})
    return Imported(len(new), len(rows) - len(new))
