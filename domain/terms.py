"""The terms on which a customer buys: the price lists that count for them, read in one step."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from domain import lane
from domain.models import Customer
from domain.models.scaled import PriceField, QuantityField, RatioField
from domain.rules.pricing import Market, Rank, Rate

BASE = "BASE"
"""The code of the list that counts for everybody."""

_RATES = """
SELECT e.sku, e.list_code, l.name, e.price, e.from_qty, e.starts, e.ends, l.taxed, l.tax_rate
FROM priceentry e JOIN pricelist l ON l.code = e.list_code
WHERE e.sku IN ? AND e.list_code IN ?
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """The rates of each product for one customer on one day; ``tax`` is how they want prices, ``by`` names prices."""

    today: date
    tax: str | None = None
    by: str = ""
    rates: Mapping[str, tuple[Rate, ...]] = field(default_factory=dict)

    def market(self, sku: str, ordered: Decimal) -> Market:
        """What decides the price of this product when the whole order wants this much of it."""
        return Market(self.today, ordered, self.rates.get(sku, ()), self.tax)


async def rates_of(customer: Customer | None, skus: Collection[str]) -> dict[str, tuple[Rate, ...]]:
    """The rates of these products for a customer, valid or not; for nobody in particular those of everybody."""
    ranks = {BASE: Rank.EVERYBODY}
    if customer is not None:
        ranks = {customer.price_list or BASE: Rank.LEVEL, **ranks, customer.code: Rank.OWN}
    found: dict[str, list[Rate]] = {}
    for sku, code, *rest in await lane.rows(_RATES, list(skus), list(ranks)):
        found.setdefault(sku, []).append(_rate(ranks[code], *rest))
    return {sku: tuple(rates) for sku, rates in found.items()}


def _rate(rank: Rank, *columns: Any) -> Rate:
    name, price, from_qty, starts, ends, taxed, tax_rate = columns
    return Rate(
        rank=rank,
        name=name,
        price=Decimal(price).scaleb(-PriceField.places),
        from_qty=Decimal(from_qty).scaleb(-QuantityField.places),
        starts=_day(starts),
        ends=_day(ends),
        taxed=None if taxed is None else bool(taxed),
        tax_rate=None if tax_rate is None else Decimal(tax_rate).scaleb(-RatioField.places),
    )


def _day(stored: Any) -> date | None:
    # SQLite has no days: they are kept as text.
    return date.fromisoformat(stored[:10]) if isinstance(stored, str) else stored
