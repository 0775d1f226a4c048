"""What is wrong with a recipe before it is written: the field and the reason, for every fault in it."""

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.rules.rows import SIZE_PLACES, Problem, Row

LONGEST = 32


def recipe_problems(row: Row, known: Collection[str]) -> list[Problem]:
    """What is wrong with a recipe; ``known`` are the products that there are."""
    problems = [] if row.get("sku") in known else [("sku", f"no such product: {row.get('sku')}")]
    station = row.get("station")
    if not isinstance(station, str) or not 0 < len(station.strip()) <= LONGEST:
        problems.append(("station", f"expected a name of at most {LONGEST} characters"))
    if not _amount(row.get("per_day"), 3):
        problems.append(("per_day", "expected a number above 0"))
    parts = row.get("parts")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, Mapping) for part in parts):
        return [*problems, ("parts", 'expected a list of {"sku", "qty"}')]
    return problems + _parts(parts, known)


def _parts(parts: list[Row], known: Collection[str]) -> list[Problem]:
    problems: list[Problem] = []
    seen: set[str] = set()
    for part in parts:
        sku = str(part.get("sku"))
        if sku not in known or sku in seen:
            problems.append(("parts", f"no such product, or twice: {sku}"))
        if not _amount(part.get("qty"), SIZE_PLACES):
            problems.append(("parts", f"{sku}: expected a quantity above 0"))
        seen.add(sku)
    return problems


def _amount(value: Any, places: int) -> bool:
    """Whether it is a number above nothing, of no more decimals than are kept."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return False
    return number.is_finite() and 0 < number <= 10**9 and number == round(number, places)
