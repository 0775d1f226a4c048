"""Refuses half a piece wherever a quantity is written down."""

from decimal import Decimal

from domain.errors import PieceRefused
from domain.rules.pieces import is_broken

MOST = Decimal(99_999)


def refuse_broken(sku: str, qty: Decimal, unit: str) -> None:
    """Refuse half a piece; ``unit`` is the base unit that ``qty`` is in."""
    if qty.is_finite() and is_broken(qty, unit):
        raise PieceRefused(sku, qty, MOST, unit)
