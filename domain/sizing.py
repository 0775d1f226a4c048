"""What a line of a draft comes to: its unit in base units, its quantity, its price; refuses what cannot be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.counted import refuse_broken_of
from domain.errors import PackRefused, PriceRefused, ProductNotFound, QuantityRefused, UnitUnknown
from domain.models import Product, UnitSynonym
from domain.quotedvalues import DraftLine, QuotedLine
from domain.rules.pricing import Given, Priced, PricedLine, fitting, price, price_fits
from domain.terms import Terms
from domain.values import GRAIN, quantity

MOST = Decimal(99_999)
MEASURES = frozenset({"米", "公斤", "升", "吨"})
# What may be lost by dividing an amount into units and multiplying it again.
DUST = Decimal("0.000001")

Generic = Mapping[str, tuple[Decimal, str | None]]


async def generic_units(lines: Iterable[DraftLine], products: Mapping[str, Product]) -> Generic:
    """The units in these lines that belong to no product (打, 斤): their factor, and of which unit."""
    odd = {unit for line in lines for unit in (line.unit, line.price_unit) if unit and _foreign(line, unit, products)}
    rows = await UnitSynonym.filter(unit__in=odd, factor__isnull=False) if odd else []
    return {row.unit: (Decimal(row.factor or 1), row.of) for row in rows}


def _foreign(line: DraftLine, unit: str, products: Mapping[str, Product]) -> bool:
    return line.sku in products and products[line.sku].ratio(unit) is None


def sized(
    lines: Iterable[DraftLine],
    products: Mapping[str, Product],
    free: Mapping[str, Decimal],
    generic: Generic,
    terms: Terms,
) -> tuple[QuotedLine, ...]:
    """Every line with its base quantity and price; of a product that stands twice, the second sees what is left.

    Prices, minimum quantities and packs go by what the whole order wants of a product, not by the line.
    """
    measured = [_measured(wanted, products, generic) for wanted in lines]
    ordered: dict[str, Decimal] = {}
    for one in measured:
        ordered[one.product.sku] = ordered.get(one.product.sku, Decimal(0)) + one.base
    left, found = dict(free), []
    for one in measured:
        sku = one.product.sku
        _packed(one.product, ordered[sku])
        priced = _price(one, ordered[sku], generic, terms)
        line = _line(one, priced, left.get(sku, Decimal(0)))
        left[sku] = line.free - line.base_qty
        found.append(line)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Measured:
    """A line whose product, unit and quantity are known."""

    wanted: DraftLine
    product: Product
    unit: str
    ratio: Decimal
    base: Decimal


def _measured(wanted: DraftLine, products: Mapping[str, Product], generic: Generic) -> _Measured:
    product = products.get(wanted.sku)
    if product is None:
        raise ProductNotFound(wanted.sku)
    unit = wanted.unit or product.base_unit
    ratio = _ratio(product, unit, generic)
    return _Measured(wanted, product, unit, ratio, _base(wanted.qty, ratio, product))


def _packed(product: Product, ordered: Decimal) -> None:
    fits = fitting(ordered, product.min_qty, product.pack_qty)
    if fits != ordered:
        raise PackRefused(product.sku, ordered, fits, product.base_unit, product.min_qty, product.pack_qty)
    refuse_broken_of(product, ordered)


def _line(one: _Measured, priced: PricedLine, free: Decimal) -> QuotedLine:
    wanted, product, unit, ratio, base = one.wanted, one.product, one.unit, one.ratio, one.base
    if wanted.qty % GRAIN:
        # 2箱加100米 of 305 m is no number of boxes that anybody could write down: it is 710 米.
        qty, unit, ratio = base, product.base_unit, Decimal(1)
    else:
        qty = wanted.qty
    return QuotedLine(
        sku=product.sku,
        name=product.name,
        qty=qty,
        unit=unit,
        base_qty=base,
        base_unit=product.base_unit,
        ratio=ratio,
        unit_price=priced.unit_price,
        price_unit=priced.price_unit,
        price_source=priced.source,
        amount=priced.amount,
        free=free,
        lead_days=product.lead_days,
        below_floor=priced.below_floor,
        discount=priced.discount,
        price_facts=priced.facts,
    )


def _base(qty: Decimal, ratio: Decimal, product: Product) -> Decimal:
    base = qty * ratio if qty.is_finite() else qty
    if not base.is_finite() or base <= 0 or base > MOST:
        raise QuantityRefused(product.sku, base, MOST, product.base_unit)
    rounded = quantity(base)
    if rounded <= 0 or abs(base - rounded) > DUST:
        raise QuantityRefused(product.sku, base, MOST, product.base_unit)
    return rounded


def _price(one: _Measured, ordered: Decimal, generic: Generic, terms: Terms) -> PricedLine:
    wanted, product = one.wanted, one.product
    known = Priced(product.sku, product.base_unit, product.list_price, product.floor_price)
    market = terms.market(product.sku, ordered)
    if wanted.price is None:
        return price(known, one.base, market)
    unit = wanted.price_unit or wanted.unit or product.base_unit
    ratio = _ratio(product, unit, generic)
    if not price_fits(wanted.price):
        raise PriceRefused(product.sku, wanted.price, known.floor * ratio)
    return price(known, one.base, market, Given(wanted.price, unit, ratio, terms.by))


def _ratio(product: Product, unit: str, generic: Generic) -> Decimal:
    ratio = product.ratio(unit)
    if ratio is None and unit in generic:
        ratio = _generic_ratio(product, *generic[unit])
    if ratio is None:
        raise UnitUnknown(product.sku, unit, tuple(product.units))
    return ratio


def _generic_ratio(product: Product, factor: Decimal, of: str | None) -> Decimal | None:
    if of is None:
        return None if product.base_unit in MEASURES else factor
    inner = product.ratio(of)
    return None if inner is None else factor * inner
