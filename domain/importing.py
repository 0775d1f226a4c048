"""Master data from files: products, customers, staff and stock, all rows or none, every bad row named."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.errors import ImportRefused
from domain.models import Customer, GenericTerm, Product, Staff, UnitSynonym
from domain.offering import touch_catalogue
from domain.stocking import MAIN, Counted, set_stock
from domain.transaction import transact
from domain.values import STAFF_ROLES, SYSTEM

Row = Mapping[str, Any]
Problem = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were new, how many were known before."""

    created: int
    updated: int


async def import_products(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:
    """``{"products": [...]}`` with ``generic_terms``, ``unit_synonyms`` and ``generic_units`` ; rows may have stock."""
    rows = _rows(document, "products")
    _check(rows, _product_problems)

    async def write() -> Imported:
        done = await _upsert(Product, "sku", [_product(row) for row in rows])
        await _terms("product", document.get("generic_terms") or {})
        await _units(document.get("unit_synonyms") or {}, document.get("generic_units") or {})
        await touch_catalogue()
        return done

    counted = [Counted(str(row["sku"]), Decimal(str(row["stock"]))) for row in rows if row.get("stock") is not None]
    return await _carry_out(write, rows, dry_run, counted, now)


async def import_customers(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:
    """``{"customers": [...]}`` with optional ``customer_generic_terms``."""
    rows = _rows(document, "customers")
    _check(rows, _customer_problems)

    async def write() -> Imported:
        done = await _upsert(Customer, "code", [_customer(row) for row in rows])
        await _terms("customer", document.get("customer_generic_terms") or {})
        await touch_catalogue()
        return done

    return await _carry_out(write, rows, dry_run, [], now)


async def import_staff(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:
    """``{"staff": [...]}``; who is left out stays as they are."""
    rows = _rows(document, "staff")
    _check(rows, _staff_problems)

    async def write() -> Imported:
        return await _upsert(Staff, "code", [_staff(row) for row in rows])

    return await _carry_out(write, rows, dry_run, [], now)


async def import_stock(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:
    """``{"stock": [{"sku", "warehouse", "qty"}]}``: balances as counted."""
    rows = _rows(document, "stock")
    known = {str(sku) for sku in await Product.all().values_list("sku", flat=True)}
    _check(rows, lambda row: _stock_problems(row, known))
    counted = [Counted(str(row["sku"]), Decimal(str(row["qty"])), str(row.get("warehouse") or MAIN)) for row in rows]
    if dry_run:
        return Imported(0, len(rows))
    return Imported(0, await set_stock(counted, by=SYSTEM, now=now))


async def _carry_out(
    write: Callable[[], Awaitable[Imported]], rows: Sequence[Row], dry_run: bool, counted: list[Counted], now: datetime
) -> Imported:
    if dry_run:
        return Imported(0, len(rows))
    done = await transact(write)
    if counted:
        await set_stock(counted, by=SYSTEM, now=now)
    return done


def _rows(document: Row, name: str) -> list[Row]:
    rows = document.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ImportRefused(((0, name, "expected a list of objects"),))
    return rows


def _check(rows: Sequence[Row], problems_of: Callable[[Row], list[tuple[str, str]]]) -> None:
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        problems += [(number, name, text) for name, text in problems_of(row)]
        key = str(row.get("sku") or row.get("id") or "") + str(row.get("warehouse") or "")
        if key in seen:
            problems.append((number, "id" if "id" in row else "sku", f"twice: {key}"))
        seen.add(key)
    if problems:
        raise ImportRefused(tuple(problems))


def _product_problems(row: Row) -> list[tuple[str, str]]:
    problems = [(name, "missing") for name in ("sku", "name", "base_unit") if not row.get(name)]
    problems += _number(row, "list_price", required=True)
    for name in ("floor_price", "stock", "lead_days"):
        problems += _number(row, name)
    units = row.get("units") or {}
    if not isinstance(units, Mapping):
        return [*problems, ("units", "expected an object of unit: size")]
    return problems + [("units", f"{unit}: not a size") for unit, size in units.items() if not _positive(size)]


def _customer_problems(row: Row) -> list[tuple[str, str]]:
    problems = [(name, "missing") for name in ("id", "name") if not row.get(name)]
    return problems + _number(row, "credit_limit") + _number(row, "credit_days")


def _staff_problems(row: Row) -> list[tuple[str, str]]:
    problems = [(name, "missing") for name in ("id", "name", "roles") if not row.get(name)]
    known = {role.value for role in STAFF_ROLES}
    return problems + [("roles", f"unknown role {role}") for role in row.get("roles") or () if role not in known]


def _stock_problems(row: Row, known: set[str]) -> list[tuple[str, str]]:
    problems = [] if row.get("sku") in known else [("sku", f"no such product: {row.get('sku')}")]
    return problems + _number(row, "qty", required=True)


def _number(row: Row, name: str, *, required: bool = False) -> list[tuple[str, str]]:
    value = row.get(name)
    if value is None:
        return [(name, "missing")] if required else []
    number = _decimal(value)
    return [] if number is not None and number >= 0 else [(name, f"not a number from 0: {value}")]


def _positive(value: Any) -> bool:
    number = _decimal(value)
    return number is not None and number > 0


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number < Decimal("1e12") else None


def _product(row: Row) -> dict[str, Any]:
    units = {str(unit): str(size) for unit, size in (row.get("units") or {}).items()}
    optional = {name: row[name] for name in ("category", "lead_days", "make_or_buy") if row.get(name) is not None}
    floor = row.get("floor_price")
    return optional | {
        "sku": str(row["sku"]),
        "name": str(row["name"]),
        "aliases": [str(alias) for alias in row.get("aliases") or ()],
        "base_unit": str(row["base_unit"]),
        "units": units or {str(row["base_unit"]): "1"},
        "list_price": Decimal(str(row["list_price"])),
        "floor_price": Decimal(str(floor)) if floor is not None else None,
        "active": True,
    }


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
        "active": bool(row.get("active", True)),
    }


async def _upsert(model: type[Product | Customer | Staff], key: str, rows: list[dict[str, Any]]) -> Imported:
    known = set(await model.all().values_list(key, flat=True))
    new = [row for row in rows if row[key] not in known]
    await model.bulk_create([model(**row) for row in new], batch_size=500)  # type: ignore[misc]
    for row in rows:
        if row[key] in known:
            await model.filter(**{key: row[key]}).update(**{name: v for name, v in row.items() if name != key})
    return Imported(len(new), len(rows) - len(new))


async def _terms(kind: str, terms: Mapping[str, Any]) -> None:
    for term, members in terms.items():
        await GenericTerm.update_or_create(kind=kind, term=term, defaults={"members": list(members)})


async def _units(synonyms: Mapping[str, Any], generic: Mapping[str, Any]) -> None:
    for unit in {*synonyms, *generic}:
        about = generic.get(unit) or {}
        factor = about.get("factor")
        defaults = {
            "spellings": list(synonyms.get(unit) or ()),
            "factor": None if factor is None else str(factor),
            "of": about.get("of"),
        }
        await UnitSynonym.update_or_create(unit=unit, defaults=defaults)
