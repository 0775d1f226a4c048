"""What a line costs, and where that price comes from; pure."""

from dataclasses import dataclass
from decimal import Decimal

from domain.values import money

LIST = "list"
MANUAL = "manual"
FINEST = Decimal("0.0001")
HIGHEST = Decimal(10_000_000)


@dataclass(frozen=True, slots=True)
class Priced:
    """A product as pricing needs it: prices per base unit."""

    sku: str
    base_unit: str
    list_price: Decimal
    floor_price: Decimal | None = None

    @property
    def floor(self) -> Decimal:
        """The lowest price that needs nobody's word: without a floor of its own, the list price."""
        return self.list_price if self.floor_price is None else self.floor_price


@dataclass(frozen=True, slots=True)
class PricedLine:
    """``unit_price`` per ``price_unit``, ``below_floor`` when a rule is broken."""

    unit_price: Decimal
    price_unit: str
    amount: Decimal
    source: str
    below_floor: bool = False


def price_fits(given: Decimal) -> bool:
    """Whether this can be a price at all: more than nothing, at most four places, no fortune."""
    return given.is_finite() and FINEST <= given <= HIGHEST and not given % FINEST


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
    below = given < product.floor * given_ratio
    amount = money(given * base_qty / given_ratio)
    return PricedLine(given, given_unit or product.base_unit, amount, MANUAL, below)
