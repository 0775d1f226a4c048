"""Refuses half a piece wherever a quantity is written down."""

from decimal import Decimal

from domain.errors import PieceRefused
from domain.models import Product
from domain.rules.pieces import is_broken

MOST = Decimal(99_999)


def refuse_broken(sku: str, qty: Decimal, unit: str, *, begun: Decimal = Decimal(0)) -> None:
    """Refuse half a piece; ``unit`` is the base unit that ``qty`` is in.

    Where a part of a piece is there already (``begun``, such as a bucket from which glue was used), parts are counted.
    """
    if qty.is_finite() and is_broken(qty, unit) and not begun % 1:
        raise PieceRefused(sku, qty, MOST, unit)


def refuse_broken_of(product: Product, qty: Decimal, *, begun: Decimal = Decimal(0)) -> None:
    """The same of a product, unless it has a unit that is a part of the base unit: 米 of a 卷."""
    if all(Decimal(ratio) >= 1 for ratio in product.units.values()):
        refuse_broken(product.sku, qty, product.base_unit, begun=begun)
