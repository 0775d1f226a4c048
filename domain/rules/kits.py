"""A kit (套装) is so much of other products: what it takes from the shelves, how many whole ones there are; pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from domain.rules.supplying import Available
from domain.values import plain

ZERO = Decimal(0)
ONE = Decimal(1)
MOST = Decimal(99_999)
_GRAIN = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class KitPart:
    """So much of a product in one kit, in base units, with the name and unit that the product had then."""

    sku: str
    name: str
    unit: str
    qty: Decimal


def frozen(parts: Iterable[KitPart]) -> list[dict[str, str]] | None:
    """Parts as they are kept with a line that was ordered; None when the product is no kit."""
    rows = [{"sku": one.sku, "name": one.name, "unit": one.unit, "qty": plain(one.qty)} for one in parts]
    return rows or None


def parts_in(rows: Iterable[Mapping[str, str]] | None) -> tuple[KitPart, ...]:
    """The parts that are kept with a line; none of what is no kit."""
    return tuple(KitPart(row["sku"], row["name"], row["unit"], Decimal(row["qty"])) for row in rows or ())


def taken(sku: str, parts: Sequence[KitPart], qty: Decimal) -> dict[str, Decimal]:
    """What so much of a product takes from the shelves: its parts when it is a kit, else itself."""
    return {part.sku: part.qty * qty for part in parts} if parts else {sku: qty}


def whole(parts: Iterable[KitPart], free: Mapping[str, Decimal]) -> Decimal:
    """How many whole kits can be made of what is free: the scarcest part decides."""
    return kits_in({part.sku: part.qty for part in parts}, free)


def kits_in(recipe: Mapping[str, Decimal], free: Mapping[str, Decimal]) -> Decimal:
    """The same by amounts per kit."""
    counts = [(free.get(sku, ZERO) / per).to_integral_value(ROUND_FLOOR) for sku, per in recipe.items()]
    return max(min(counts, default=ZERO), ZERO)


def kits_by_day(recipe: Mapping[str, Decimal], promisable: Mapping[str, Sequence[Available]]) -> tuple[Available, ...]:
    """How many whole kits may be promised from which day on, by what may be promised of the parts by day."""
    days = sorted({one.on for each in promisable.values() for one in each if one.on is not None})
    found: list[Available] = []
    for day in (None, *days):
        kits = kits_in(recipe, {sku: _by(each, day) for sku, each in promisable.items()})
        if not found or kits > found[-1].qty:
            found.append(Available(day, kits))
    return tuple(found)


def _by(available: Sequence[Available], day: date | None) -> Decimal:
    """What may be promised by a day: the last that stands there until then."""
    return [one.qty for one in available if one.on is None or (day is not None and one.on <= day)][-1]


def broken(parts: Iterable[KitPart], sku: str, missing: Decimal) -> Decimal:
    """How many kits have to be given up so that so much of one part is free."""
    per = next(part.qty for part in parts if part.sku == sku)
    return (missing / per).to_integral_value(ROUND_CEILING)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a recipe of a kit is judged by: all products, kits, parts of kits, and those that cannot become a kit.

    ``busy`` says why: they have stock, a recipe, or orders that are still open.
    """

    known: Collection[str]
    kits: Collection[str]
    parts: Collection[str]
    busy: Mapping[str, str]


def kit_fault(sku: str, parts: Sequence[tuple[str, Decimal]], shop: Surroundings) -> tuple[str, str] | None:
    """What is wrong with a kit and with which product, None when nothing is."""
    if sku not in shop.known:
        return "unknown", sku
    if sku in shop.busy:
        return shop.busy[sku], sku
    if sku in shop.parts:
        return "part", sku
    if not parts:
        return "empty", sku
    named = [part for part, _ in parts]
    for part, qty in parts:
        fault = _part_fault(sku, part, qty, shop) or ("twice" if named.count(part) > 1 else "")
        if fault:
            return fault, part
    return None


def _part_fault(sku: str, part: str, qty: Decimal, shop: Surroundings) -> str:
    if part == sku:
        return "itself"
    if part not in shop.known:
        return "unknown"
    if part in shop.kits:
        return "nested"
    fine = qty.is_finite() and 0 < qty <= MOST and qty == qty.quantize(_GRAIN)
    return "" if fine else "amount"
