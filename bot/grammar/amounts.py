"""Lines in the units of the catalog: what was said becomes a quantity in base units, or something to ask."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.grammar.lexicon import Lexicon
from bot.grammar.lines import Item
from domain.commands import Wanted


def wanted(item: Item, lexicon: Lexicon) -> Wanted:
    """The line in the units of the catalog; ``base_qty`` stays open where anything has to be asked."""
    qty, unit = (item.qty.qty, item.qty.unit) if item.qty else (None, None)
    resolved = _unit(item, lexicon)
    named = unit is not None or qty is not None
    price_unit = _price_unit(item, lexicon, resolved[0] if resolved else unit)
    return Wanted(
        sku=item.product.sku,
        qty=qty,
        unit=(resolved[0] if resolved else unit) if named else None,
        base_qty=qty * resolved[1] if resolved and qty is not None and item.product.sku else None,
        price=item.price.price if item.price else None,
        price_unit=price_unit if item.price else None,
        candidates=() if item.product.sku else item.product.ids,
        text=item.product.text,
    )


def _unit(item: Item, lexicon: Lexicon) -> tuple[str, Decimal] | None:
    written = item.qty.unit if item.qty else None
    if item.product.sku:
        return lexicon.unit_of(item.product.sku, written)
    if not written:
        return None
    if not item.product.ids and written.isascii():
        return lexicon.units.usual(written), Decimal(1)
    spelt = {found for sku in item.product.ids if (found := lexicon.unit_of(sku, written))}
    return spelt.pop() if len({unit for unit, _ in spelt}) == 1 else None


def _price_unit(item: Item, lexicon: Lexicon, line_unit: str | None) -> str | None:
    if not item.price or not item.price.unit:
        return line_unit
    resolved = lexicon.unit_of(item.product.sku, item.price.unit)
    return resolved[0] if resolved else item.price.unit


def gaps(line: Wanted, lexicon: Lexicon) -> set[str]:
    """What has to be asked about a line: product, qty, unit."""
    asked = set()
    if line.sku is None:
        asked.add("product")
    if line.qty is None:
        asked.add("qty")
    if line.sku and line.unit and lexicon.unit_of(line.sku, line.unit) is None:
        asked.add("unit")
    return asked


def merged(lines: Sequence[Wanted], lexicon: Lexicon) -> tuple[Wanted, ...]:
    """The same product twice in one message is one line with the sum."""
    out: list[Wanted] = []
    for line in lines:
        place = next((n for n, one in enumerate(out) if line.sku and one.sku == line.sku), None)
        if place is None:
            out.append(line)
        else:
            out[place] = _sum(out[place], line, lexicon)
    return tuple(out)


def _sum(one: Wanted, other: Wanted, lexicon: Lexicon) -> Wanted:
    priced = replace(one, price=one.price or other.price, price_unit=one.price_unit or other.price_unit)
    if one.qty is None or other.qty is None:
        return replace(priced, qty=None, base_qty=None)
    base = None if one.base_qty is None or other.base_qty is None else one.base_qty + other.base_qty
    if one.unit == other.unit:
        return replace(priced, qty=one.qty + other.qty, base_qty=base)
    if base is None:
        return replace(priced, qty=None, base_qty=None)
    product = lexicon.products[one.sku or ""]
    return replace(priced, qty=base, unit=product.base_unit, base_qty=base)
