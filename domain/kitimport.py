"""Kits from files: a product row with a ``kit`` of ``[{"sku", "qty"}]``, quantities in base units of the parts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from domain.errors import ImportRefused
from domain.kits import Parts, surroundings, write_kit
from domain.models import Product
from domain.rules.kits import kit_fault
from domain.rules.rows import Row

NO_STOCK = ("sku", "a kit has no stock of its own: give that of its parts")
_SHAPE = 'expected a list like [{"sku": "A100", "qty": 2}], in base units'
_FAULTS = {
    "unknown": "no such product",
    "nested": "is a kit itself: name what is in it",
    "itself": "cannot be in itself",
    "twice": "twice: add the two up",
    "amount": "expected a quantity above 0, to 3 decimals",
    "part": "is in another kit, so it cannot be one",
    "stocked": "has stock of its own: bring that to 0 first",
    "made": "has a recipe of production, so it cannot be a kit",
    "ordered": "is in orders that are still open: let those end first",
}


async def write_kits(rows: Sequence[Row]) -> None:
    """Write the kits of these rows, after the products, or refuse them all; an empty list makes a kit no kit again."""
    given = {number: row for number, row in enumerate(rows, start=1) if row.get("kit") is not None}
    if not given:
        return
    read = {number: _parts(row["kit"]) for number, row in given.items()}
    if not all(parts is not None for parts in read.values()):
        raise ImportRefused(tuple((number, "kit", _SHAPE) for number, parts in read.items() if parts is None))
    kits = {str(given[number]["sku"]): parts for number, parts in read.items() if parts}
    recipes = {sku: [part for part, _ in parts] for sku, parts in kits.items()}
    shop = await surroundings(recipes)
    inside = {part for parts in recipes.values() for part in parts}
    shop = replace(shop, kits={*shop.kits, *kits}, parts={*shop.parts, *inside})
    faults = {str(row["sku"]): (number, kit_fault(str(row["sku"]), kits.get(str(row["sku"]), ()), shop))
              for number, row in given.items() if row["kit"]}  # fmt: skip
    problems = [(number, "kit", f"{fault[1]} {_FAULTS[fault[0]]}") for number, fault in faults.values() if fault]
    problems += [(number, *NO_STOCK) for number, row in given.items() if row["kit"] and row.get("stock") is not None]
    if problems:
        raise ImportRefused(tuple(problems))
    await Product.filter(sku__in=[str(row["sku"]) for row in given.values() if not row["kit"]]).update(kit=None)
    await Product.filter(sku__in=list(kits), pack_qty=None).update(pack_qty=1)
    for sku, parts in kits.items():
        await write_kit(sku, parts)


async def all_kits() -> set[str]:
    """The products that are kits."""
    return {str(sku) for sku in await Product.filter(kit__isnull=False).values_list("sku", flat=True)}


def _parts(value: object) -> Parts | None:
    """The parts in a file; None for what is no list of parts."""
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        return None
    try:
        return [(str(one.get("sku")), Decimal(str(one.get("qty")))) for one in value]
    except InvalidOperation:
        return None
