"""How much of a product can be meant: more than nothing, no more than any shelf holds, no finer than is kept."""

from decimal import Decimal

from domain.errors import QuantityRefused

MOST_MOVED = Decimal(99_999_000)
"""So much at most comes in, moves or is counted at once, in base units."""


def too_fine(qty: Decimal) -> bool:
    """Whether a quantity is finer than a thousandth, the finest that is kept."""
    return qty.scaleb(3) != qty.scaleb(3).to_integral_value()


def refuse_odd(product: str, qty: Decimal, unit: str = "", *, most: Decimal = MOST_MOVED) -> None:
    """Refuse a quantity that nobody can mean."""
    if not 0 < qty <= most or too_fine(qty):
        raise QuantityRefused(product, qty, most, unit)
