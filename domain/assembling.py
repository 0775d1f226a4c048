"""Kits in a quote: what is in them, how many whole ones the shelves hold, and when the last of the parts comes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.quotedvalues import QuotedLine
from domain.rules.kits import KitPart, taken, whole
from domain.rules.promising import Supply, arrival

ZERO = Decimal(0)


def assembled(
    lines: Sequence[QuotedLine],
    kits: Mapping[str, tuple[KitPart, ...]],
    free: Mapping[str, Decimal],
    leads: Mapping[str, int],
) -> tuple[QuotedLine, ...]:
    """The lines with what each of them lacks; kits take what single products leave, as they will when it is booked."""
    left, found = dict(free), {}
    for place, line in sorted(enumerate(lines), key=lambda one: one[1].sku in kits):
        parts = kits.get(line.sku, ())
        needed = taken(line.sku, parts, line.base_qty)
        lacking = {
            sku: qty - max(left.get(sku, ZERO), ZERO) for sku, qty in needed.items() if qty > left.get(sku, ZERO)
        }
        found[place] = replace(line, parts=parts, lacking=lacking)
        if parts:
            days = max(leads.get(sku, 0) for sku in lacking or needed)
            found[place] = replace(found[place], free=whole(parts, left), lead_days=days)
        for sku, qty in needed.items():
            left[sku] = left.get(sku, ZERO) - qty
    return tuple(found[place] for place in range(len(lines)))


def lacking_in(lines: Sequence[QuotedLine]) -> dict[str, Decimal]:
    """What lacks of each product, over all lines."""
    found: dict[str, Decimal] = {}
    for line in lines:
        for sku, qty in line.lacking.items():
            found[sku] = found.get(sku, ZERO) + qty
    return found


def days_of_kits(
    lines: Sequence[QuotedLine], coming: Mapping[str, date], leads: Mapping[str, int], today: date
) -> dict[str, date]:
    """By kit: the day on which the last of the parts that lack can be there."""
    return {
        line.sku: max(
            arrival(Supply(covered=False, lead_days=leads.get(sku, 0), coming=coming.get(sku)), today)
            for sku in line.lacking
        )
        for line in lines
        if line.parts and line.lacking
    }
