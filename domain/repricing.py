"""Prices of an order that changes: of what changes, by the whole order anew as on the day it was placed; the rest and
what a rep gave stay."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from domain.aiming import Aim
from domain.commands import Change, Op
from domain.counted import refuse_broken_of
from domain.errors import PackRefused, PriceRefused, ProductNotFound, QuantityRefused
from domain.kits import kit_of
from domain.models import Customer, Order, OrderLine, Product
from domain.policy import shop_day
from domain.rules.kits import frozen
from domain.rules.pricing import LIST, MANUAL, Given, Priced, fitting, price, price_fits
from domain.terms import Terms, rates_of
from domain.values import GRAIN, Actor, money, plain

MOST = Decimal(99_999)
ONE = Decimal(1)


async def reprice(
    order: Order,
    customer: Customer,
    lines: Sequence[OrderLine],
    products: Mapping[str, Product],
    ops: Iterable[Change],
    *,
    before: Mapping[str, Decimal],
    by: Actor,
) -> list[str]:
    """Set prices and amounts, in memory, and say which prices changed: one text each.

    ``before``: how much of each product was ordered, in base units; of what stays as it was the price stays too.
    """
    given = {op.sku: op for op in ops if op.op is Op.PRICE and op.sku and op.price is not None}
    skus = sorted({line.sku for line in lines})
    terms = Terms(shop_day(order.placed_at), order.tax, by.name, await rates_of(customer, skus))
    wanted = {sku: sum((w.base_qty - w.cancelled for w in lines if w.sku == sku), Decimal(0)) for sku in skus}
    texts = []
    for line in lines:
        was = (line.unit_price, line.price_unit)
        if line.sku in given or wanted[line.sku] != before.get(line.sku):
            _reprice(line, products.get(line.sku), wanted[line.sku], terms, given.get(line.sku))
        line.amount = money(line.unit_price * (line.base_qty - line.cancelled) / ratio_of(line))
        if line._saved_in_db and was != (line.unit_price, line.price_unit):
            old, new = plain(was[0]), plain(line.unit_price)
            texts.append(f"{line.sku} ¥{old}→¥{new}/{line.price_unit}")
    return texts


def _reprice(line: OrderLine, product: Product | None, ordered: Decimal, terms: Terms, op: Change | None) -> None:
    if product is None:
        return
    known = Priced(product.sku, product.base_unit, product.list_price, product.floor_price)
    given = None if op is None else _given(line, product, op, terms.by)
    if given is None and line.price_source == MANUAL:
        return
    found = price(known, line.base_qty, terms.market(line.sku, ordered), given)
    if found.source == LIST and line.price_source == LIST and line._saved_in_db:
        return
    line.unit_price, line.price_unit = found.unit_price, found.price_unit
    line.price_source, line.price_facts = found.source, dict(found.facts) or None


def _given(line: OrderLine, product: Product, op: Change, by: str) -> Given:
    unit = op.price_unit or line.unit
    ratio = line.ratio if unit == line.unit else product.ratio(unit) or ONE
    assert op.price is not None
    floor = (product.list_price if product.floor_price is None else product.floor_price) * ratio
    if not price_fits(op.price) or op.price < floor:
        raise PriceRefused(product.sku, op.price, floor)
    return Given(op.price, unit, ratio, by)


def ratio_of(line: OrderLine) -> Decimal:
    """Base units in one of the units that the price is per."""
    if line.price_unit == line.base_unit:
        return ONE
    if line.price_facts and "ratio" in line.price_facts:
        return Decimal(line.price_facts["ratio"])
    return line.ratio


def total_of(lines: Iterable[OrderLine]) -> Decimal:
    """What the order comes to."""
    return sum((line.amount for line in lines), Decimal(0))


def check_quantity(product: Product | None, aim: Aim) -> None:
    """Refuse what cannot be ordered of a product: nothing on sale, too much, too fine, no full packs."""
    if product is None or not product.active:
        raise ProductNotFound(aim.sku)
    if not 0 < aim.total <= MOST or aim.total % GRAIN:
        raise QuantityRefused(aim.sku, aim.total, MOST, product.base_unit)
    fits = fitting(aim.total, product.min_qty, product.pack_qty)
    if fits != aim.total:
        raise PackRefused(aim.sku, aim.total, fits, product.base_unit, product.min_qty, product.pack_qty)
    refuse_broken_of(product, aim.total)


def new_line(order: Order, aim: Aim, products: Mapping[str, Product], position: int) -> OrderLine:
    """A line of a product that the order did not have; its price is set by ``reprice``."""
    product = products[aim.sku]
    unit = aim.unit if product.ratio(aim.unit) else product.base_unit
    ratio = product.ratio(unit) or ONE
    if aim.total / ratio % GRAIN:
        unit, ratio = product.base_unit, ONE
    return OrderLine(
        order_id=order.id,
        position=position,
        sku=product.sku,
        name=product.name,
        qty=aim.total / ratio,
        unit=unit,
        base_unit=product.base_unit,
        ratio=ratio,
        base_qty=aim.total,
        unit_price=product.list_price,
        price_unit=product.base_unit,
        price_source=LIST,
        amount=money(product.list_price * aim.total),
        parts=frozen(kit_of(product, products)),
    )


def resize(line: OrderLine, base: Decimal) -> None:
    """Let a line be of so many base units, in memory."""
    whole = base / line.ratio
    line.base_qty = base
    if whole % Decimal("0.001"):
        line.qty, line.unit, line.ratio = base, line.base_unit, Decimal(1)
    else:
        line.qty = whole
