"""What a line costs, and where that price comes from; pure."""

from dataclasses import dataclass
from decimal import Decimal

from domain.values import money

LIST = "list"
MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Priced:
    """A product as pricing needs it: prices per base unit, the sizes of its units in base units."""

    sku: str
    base_unit: str
    list_price: Decimal
    floor_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """``unit_price`` per ``price_unit``, ``below_floor`` when a rule is broken."""

    unit_price: Decimal
    price_unit: str
    amount: Decimal
    source: str
    below_floor: bool = False


def price(
    product: Priced,
    base_qty: Decimal,
    *,
    given: Decimal | None = None,
    given_unit: str = "",
    given_ratio: Decimal = Decimal(1),
) -> PricedLine:
    """The list price, or the one that a rep gave per ``given_unit`` (``given_ratio`` base units)."""
    if given is None:
        amount = money(product.list_price * base_qty)
        return PricedLine(product.list_price, product.base_unit, amount, LIST)
    per_base = given / given_ratio
    below = product.floor_price is not None and per_base < product.floor_price
    return PricedLine(given, given_unit or product.base_unit, money(per_base * base_qty), MANUAL, below)
