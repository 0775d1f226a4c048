"""What is wrong with a row of master data before it is written: the field and the reason, for every fault in it."""

import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.values import STAFF_ROLES, plain

Row = Mapping[str, Any]
Problem = tuple[str, str]
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINER = "\u200d"
# Sizes of units are kept to this many places.
SIZE_PLACES = 6
MOST_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Goods:
    """A product as far as a price of it is checked: the sizes of its units, and its floor per base unit."""

    base_unit: str
    units: Mapping[str, Decimal]
    floor: Decimal | None = None


def product_problems(row: Row) -> list[Problem]:
    """What is wrong with a product: its names, its prices, the sizes of its units."""
    problems = _texts(row, sku=64, name=128, base_unit=16) + _lists(row, "aliases")
    problems += _number(row, "list_price", 4, required=True) + _number(row, "floor_price", 4)
    problems += _number(row, "cost", 4)
    problems += _number(row, "stock", 3) + _number(row, "lead_days", 0)
    problems += _more_than_nothing(row, "min_qty", "pack_qty") + _breaks(row)
    problems += [] if row.get("lots") in (None, True, False) else [("lots", "expected true or false")]
    units = row.get("units") or {}
    if not isinstance(units, Mapping):
        return [*problems, ("units", "expected an object of unit: size")]
    return problems + [("units", f"{unit}: not a size") for unit, size in units.items() if not _positive(size)]


def customer_problems(row: Row) -> list[Problem]:
    """What is wrong with a customer."""
    problems = _texts(row, id=32, name=128) + _lists(row, "short_names")
    if not isinstance(row.get("ship_to") or {}, Mapping):
        problems.append(("ship_to", "expected an object"))
    return problems + _number(row, "credit_limit", 0) + _number(row, "credit_days", 0)


def staff_problems(row: Row) -> list[Problem]:
    """What is wrong with a member of staff; roles are those of staff only."""
    problems = _texts(row, id=32, name=64) + _lists(row, "roles", "customers")
    if problems:
        return problems
    known = {role.value for role in STAFF_ROLES}
    wrong = [("roles", f"unknown role {role}") for role in row.get("roles") or () if role not in known]
    wrong += _hours(row.get("hours")) if row.get("hours") else []
    wrong += _number(row, "price_limit", 0)
    if not wrong and row.get("price_limit") is not None and Decimal(str(row["price_limit"])) > MOST_PERCENT:
        wrong.append(("price_limit", "percent, at most 100"))
    return wrong if row.get("roles") else [("roles", "missing")]


def roster_problems(row: Row, known: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a turn of duty; ``known`` are the codes of staff."""
    problems = [] if row.get("staff") in known else [("staff", f"no such member of staff: {row.get('staff')}")]
    if not _reads(date.fromisoformat, row.get("day")):
        problems.append(("day", f"not a day such as 2026-11-28: {row.get('day')}"))
    if bool(row.get("from")) != bool(row.get("to")):
        problems.append(("from", "give both from and to, or neither"))
    return problems + _times(row)


def _hours(value: Any) -> list[Problem]:
    if not isinstance(value, Mapping) or not value.get("from") or not value.get("to"):
        return [("hours", 'expected {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00"}')]
    days = value.get("days")
    good = isinstance(days, list) and days and all(day in range(1, 8) for day in days)
    return ([] if good else [("hours", "days: numbers from 1 (Monday) to 7")]) + _times(value)


def _times(row: Row) -> list[Problem]:
    given = [(name, row.get(name)) for name in ("from", "to") if row.get(name)]
    return [
        (name, f"not a time such as 09:00: {value}") for name, value in given if not _reads(time.fromisoformat, value)
    ]


def _reads(read: Callable[[str], Any], value: Any) -> bool:
    try:
        read(str(value))
    except ValueError:
        return False
    return True


def stock_problems(row: Row, known: set[str]) -> list[Problem]:
    """What is wrong with a balance; ``known`` are the products that there are."""
    problems = [] if row.get("sku") in known else [("sku", f"no such product: {row.get('sku')}")]
    return problems + _number(row, "qty", 3, required=True)


def price_list_problems(row: Row) -> list[Problem]:
    """What is wrong with the head of a price list."""
    problems = _texts(row, code=32, name=64) + _number(row, "tax_rate", SIZE_PLACES)
    return problems if row.get("tax") in (None, "incl", "excl") else [*problems, ("tax", "expected incl or excl")]


def price_problems(row: Row, known: Mapping[str, Goods], lists: Collection[str]) -> list[Problem]:
    """What is wrong with a price; ``known`` are the products that there are, ``lists`` the codes of the lists."""
    code = list_code(row)
    problems = [] if code in lists else [("list", f"no such price list: {code or None}")]
    goods = known.get(str(row.get("sku")))
    if goods is None:
        return [*problems, ("sku", f"no such product: {row.get('sku')}")]
    problems += _number(row, "price", 4, required=True) + _number(row, "from", 3) + _days(row)
    ratio = goods.units.get(str(row.get("unit") or goods.base_unit))
    if ratio is None:
        return [*problems, ("unit", f"{row['sku']} is not sold in {row.get('unit')}")]
    return problems or _beneath(row, goods, ratio)


def order_problems(row: Row) -> list[Problem]:
    """What is wrong with the form of an order; whether it can be had is asked of the shop."""
    problems = _texts(row, customer=32, ref=64)
    if row.get("tax") not in (None, "incl", "excl"):
        problems.append(("tax", "expected incl or excl"))
    try:
        date.fromisoformat(str(row["date"])) if row.get("date") else None
    except ValueError:
        problems.append(("date", f"not a day like 2026-12-31: {row['date']}"))
    lines = row.get("lines")
    if not isinstance(lines, list) or not lines or not all(isinstance(line, Mapping) for line in lines):
        return [*problems, ("lines", "expected a list of lines")]
    return problems + [problem for line in lines for problem in _line_problems(line)]


def _line_problems(line: Row) -> list[Problem]:
    problems = [("lines", f"{name}: {text}") for name, text in _texts(line, sku=64)]
    if not _positive(line.get("qty")):
        problems.append(("lines", f"qty: not a quantity: {line.get('qty')}"))
    return problems + [("lines", f"{name}: {text}") for name, text in _number(line, "price", 4)]


def list_code(row: Row) -> str:
    """The list that a price stands in: one that is named, or a customer's own."""
    return str(row.get("list") or row.get("customer") or "")


def _beneath(row: Row, goods: Goods, ratio: Decimal) -> list[Problem]:
    price = Decimal(str(row["price"]))
    if not price:
        return [("price", "not a price: 0")]
    if _finer(price / ratio, 4):
        return [("price", f"more than 4 decimal places per {goods.base_unit}: {price / ratio}")]
    floor = goods.floor
    return [("price", f"below the floor of {plain(floor)}")] if floor is not None and price / ratio < floor else []


def _days(row: Row) -> list[Problem]:
    problems, days = [], []
    for name in ("starts", "ends"):
        try:
            days.append(date.fromisoformat(str(row[name])) if row.get(name) else None)
        except ValueError:
            problems.append((name, f"not a day like 2026-12-31: {row[name]}"))
    if not problems and days[0] and days[1] and days[1] < days[0]:
        problems.append(("ends", "before it starts"))
    return problems


def _breaks(row: Row) -> list[Problem]:
    breaks = row.get("price_breaks") or []
    if not isinstance(breaks, list) or not all(isinstance(one, Mapping) for one in breaks):
        return [("price_breaks", 'expected a list like [{"from": 100, "price": 17}]')]
    found = (_number(one, "from", 3, required=True) + _number(one, "price", 4, required=True) for one in breaks)
    return [("price_breaks", f"{name}: {text}") for problems in found for name, text in problems]


def _more_than_nothing(row: Row, *names: str) -> list[Problem]:
    problems = [problem for name in names for problem in _number(row, name, 3)]
    return problems or [(name, "must be more than 0") for name in names if row.get(name) == 0]


def unseen_problems(row: Row) -> list[Problem]:
    """Characters that nobody sees and that break or turn a line wherever the text is shown later."""
    found = [(str(name), sign) for name, value in row.items() for text in _words(value) for sign in text]
    return [(name, f"control character U+{ord(sign):04X}") for name, sign in found if _unseen(sign)]


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)


def _unseen(sign: str) -> bool:
    return unicodedata.category(sign) in _UNSEEN and sign != _JOINER


def _texts(row: Row, **longest: int) -> list[Problem]:
    given = {name: str(row.get(name) or "") for name in longest}
    missing = [(name, "missing") for name, text in given.items() if not text]
    return missing + [(name, f"longer than {n}") for name, n in longest.items() if len(given[name]) > n]


def _lists(row: Row, *names: str) -> list[Problem]:
    return [(name, "expected a list") for name in names if not isinstance(row.get(name) or [], list)]


def _number(row: Row, name: str, places: int, *, required: bool = False) -> list[Problem]:
    value = row.get(name)
    if value is None:
        return [(name, "missing")] if required else []
    number = _decimal(value)
    if number is None or number < 0:
        return [(name, f"not a number from 0: {value}")]
    return [(name, f"more than {places} decimal places: {value}")] if _finer(number, places) else []


def _positive(value: Any) -> bool:
    number = _decimal(value)
    return number is not None and number > 0 and not _finer(number, SIZE_PLACES)


def _finer(number: Decimal, places: int) -> bool:
    return bool(number % Decimal(1).scaleb(-places))


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number < Decimal("1e12") else None
