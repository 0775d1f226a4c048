"""The goods of an order in a few words: codes, quantities and units, no sentences."""

from collections.abc import Iterable
from decimal import Decimal

from domain.errors import QuantityRefused
from domain.kiterrors import KitIsWhole
from domain.measure import MOST_MOVED, too_fine
from domain.models import OrderLine
from domain.values import plain

TENTH = Decimal("0.1")


def goods_of(lines: Iterable[OrderLine]) -> str:
    """What was ordered and not called off, as it was said: ``A100 20箱、B200 2箱``; all of it when nothing stands."""
    ordered = list(lines)
    standing = [line for line in ordered if line.base_qty > line.cancelled]
    return "、".join(f"{line.sku} {_standing(line)}" for line in standing or ordered)


def _standing(line: OrderLine) -> str:
    part = line.base_qty > line.cancelled > 0
    return entered(line, line.base_qty - line.cancelled) if part else f"{plain(line.qty)}{line.unit}"


def rest_of(lines: Iterable[OrderLine]) -> str:
    """What is still to leave the house; empty when nothing is."""
    return "、".join(f"{line.sku} {entered(line, line.open)}" for line in lines if line.open > 0)


def entered(line: OrderLine, base: Decimal) -> str:
    """A base quantity in the unit in which the line was ordered, or in base units when that would need many digits."""
    whole = base / line.ratio
    exact = whole == whole.quantize(TENTH)
    return f"{plain(whole)}{line.unit}" if exact else f"{plain(base)}{line.base_unit}"


def base_of(line: OrderLine, qty: Decimal, unit: str | None) -> Decimal:
    """So much of a line in base units; without a unit, or in that of the order, in the unit it was ordered in."""
    return qty if unit == line.base_unit and unit != line.unit else qty * line.ratio


def refuse_part(number: str, lines: Iterable[OrderLine], sku: str | None) -> None:
    """Say so when what was named is but a part of a kit that was ordered: kits are whole."""
    for line in lines:
        if sku != line.sku and any(part.sku == sku for part in line.kit):
            raise KitIsWhole(number, sku or "", line.sku, line.base_unit)


def whole_kits(number: str, mine: Iterable[OrderLine], qty: Decimal) -> None:
    """Refuse half a kit, and what is finer than can be kept."""
    for line in mine:
        if too_fine(qty):
            raise QuantityRefused(line.sku, qty, MOST_MOVED, line.base_unit)
        if line.parts and qty % 1:
            raise KitIsWhole(number, line.sku, line.sku, line.base_unit)
