"""How goods are made: recipes from files, and as people look at them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from domain import lane
from domain.errors import ImportRefused
from domain.importing import Imported, carried_out, checked, rows_of
from domain.makeerrors import RecipeUnknown
from domain.models import Product, Recipe, RecipePart, Stock
from domain.rules.making import circle
from domain.rules.reciperows import recipe_problems
from domain.rules.rows import Row
from domain.values import plain

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a product: how much goes into one, and how much of it is free."""

    sku: str
    name: str
    unit: str
    qty: Decimal
    free: Decimal
    made: bool


@dataclass(frozen=True, slots=True)
class RecipeView:
    """How a product is made."""

    sku: str
    name: str
    unit: str
    station: str
    per_day: Decimal
    parts: tuple[Part, ...]


async def import_recipes(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:  # noqa: ARG001
    """``{"recipes": [{"sku", "station", "per_day", "parts": [{"sku", "qty"}]}]}``: each in the place of the one before.

    Quantities are in base units, of parts for one base unit of the product, which counts as made from now on.
    """
    rows = rows_of(document, "recipes")
    known = {str(sku) for sku in await Product.filter(kit__isnull=True).values_list("sku", flat=True)}
    checked(rows, lambda row: recipe_problems(row, known))
    fresh = {str(row["sku"]): {str(p["sku"]): Decimal(str(p["qty"])) for p in row["parts"]} for row in rows}
    around = circle({**await recipes_of(), **fresh})
    if around:
        raise ImportRefused(((0, "parts", f"goes around in a circle: {' > '.join(around)}"),))

    async def write() -> Imported:
        before = set(await Recipe.filter(sku__in=list(fresh)).values_list("sku", flat=True))
        for row in rows:
            await _write(str(row["sku"]), row, fresh[str(row["sku"])])
        return Imported(len(rows) - len(before), len(before))

    return await carried_out(write, dry_run)


async def _write(sku: str, row: Row, parts: Mapping[str, Decimal]) -> None:
    made: dict[str, Any] = {"station": str(row["station"]), "per_day": Decimal(str(row["per_day"]))}
    await Recipe.update_or_create(sku=sku, defaults=made)
    await RecipePart.filter(sku=sku).delete()
    await RecipePart.bulk_create([RecipePart(sku=sku, part=part, qty=qty) for part, qty in parts.items()])
    await Product.filter(sku=sku).update(make_or_buy="make")


async def recipes_of() -> dict[str, dict[str, Decimal]]:
    """By product that is made: what goes into one."""
    found: dict[str, dict[str, Decimal]] = {row.sku: {} for row in await lane.fetch(Recipe, "ORDER BY id")}
    for part in await lane.fetch(RecipePart, "ORDER BY id") if found else ():
        found[part.sku][part.part] = part.qty
    return found


async def free_of(skus: Collection[str]) -> dict[str, Decimal]:
    """What is free of each product, over all warehouses."""
    free: dict[str, Decimal] = defaultdict(Decimal)
    for row in await lane.fetch(Stock, "WHERE sku IN ?", list(skus)):
        free[row.sku] += row.free
    return free


async def recipe(sku: str) -> RecipeView:
    """How a product is made, with what is free of its parts."""
    row, product = await Recipe.get_or_none(sku=sku), await Product.get_or_none(sku=sku)
    if row is None or product is None:
        raise RecipeUnknown(sku)
    parts = {part.part: part.qty for part in await RecipePart.filter(sku=sku).order_by("id")}
    free = await free_of(parts)
    named = {one.sku: one for one in await Product.filter(sku__in=list(parts))}
    view = tuple(
        Part(
            part, named[part].name, named[part].base_unit, qty, free.get(part, ZERO), named[part].make_or_buy == "make"
        )
        for part, qty in parts.items()
        if part in named
    )
    return RecipeView(sku, product.name, product.base_unit, row.station, row.per_day, view)


def parts_text(parts: Mapping[str, Decimal]) -> str:
    """Parts in a few words: codes and quantities."""
    return "、".join(f"{part} {plain(qty)}" for part, qty in parts.items())
