"""What a draft would cost, whether there is stock for it, and for which day; reads only."""

from datetime import date, datetime
from decimal import Decimal

from domain.commands import Details
from domain.errors import CustomerNotFound, DatePassed, NothingOrdered, ProductNotFound, QuantityRefused, UnitUnknown
from domain.models import Customer, Product, Staff, Stock, UnitSynonym
from domain.policy import current_policy
from domain.quotedvalues import DraftLine, OrderDraft, Quote, QuotedLine
from domain.rules.pricing import Priced, PricedLine, price
from domain.rules.promising import Supply, promise
from domain.rules.review import Case, Review, ReviewedLine, review
from domain.usage import usual_quantities
from domain.values import GRAIN, Actor, DeliveryKind

MOST = Decimal(99_999)
MEASURES = frozenset({"米", "公斤", "升", "吨"})
Generic = dict[str, tuple[Decimal, str | None]]


async def quoted(draft: OrderDraft, *, by: Actor, now: datetime) -> Quote:
    """Work a draft out; refuses unknown products and units, impossible quantities and days that have passed."""
    customer = await Customer.get_or_none(code=draft.customer, active=True)
    if customer is None or (by.identity is not None and not by.may_see(customer.code)):
        raise CustomerNotFound(draft.customer)
    if not draft.lines:
        raise NothingOrdered
    today = shop_day(now)
    wanted = _wanted_on(draft.details, today)
    skus = {line.sku for line in draft.lines}
    products = {row.sku: row for row in await Product.filter(sku__in=skus, active=True)}
    generic = await _generic_units(draft, products)
    stock: dict[str, list[Stock]] = {sku: [] for sku in skus}
    for row in await Stock.filter(sku__in=skus).order_by("warehouse"):
        stock[row.sku].append(row)
    free = {sku: sum((row.free for row in rows), Decimal(0)) for sku, rows in stock.items()}
    lines, below = _lines(draft, products, free, generic)
    verdict = await _reviewed(customer, lines, below, today)
    supplies = [Supply(line.free >= line.base_qty, line.lead_days) for line in lines]
    return Quote(
        lines=lines,
        total=_total(lines),
        promised=promise(supplies, today=today, wanted=wanted),
        review=verdict,
        customer_id=customer.id,
        customer_name=customer.name,
        today=today,
        wanted_on=wanted,
        ship_to=_ship_to(customer, draft.details),
        rep=await _rep_of(customer.code),
        stock=stock,
    )


async def _reviewed(customer: Customer, lines: tuple[QuotedLine, ...], below: list[bool], today: date) -> Review:
    usual = await usual_quantities(customer.id, [line.sku for line in lines])
    policy = current_policy()
    looked_at = tuple(
        ReviewedLine(line.sku, line.base_qty, line.free, is_below, usual.get(line.sku))
        for line, is_below in zip(lines, below, strict=True)
    )
    case = Case(
        lines=looked_at,
        total=_total(lines),
        today=today,
        blocked=customer.blocked,
        limit=policy.approval_above,
        unusual_factor=policy.unusual_factor,
    )
    return review(case)


def _total(lines: tuple[QuotedLine, ...]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def shop_day(now: datetime) -> date:
    """The calendar day in the shop."""
    return now.astimezone(current_policy().zone).date()


def _lines(
    draft: OrderDraft, products: dict[str, Product], free: dict[str, Decimal], generic: Generic
) -> tuple[tuple[QuotedLine, ...], list[bool]]:
    lines, below = [], []
    for wanted in draft.lines:
        product = products.get(wanted.sku)
        if product is None:
            raise ProductNotFound(wanted.sku)
        line, is_below = _line(wanted, product, free[wanted.sku], generic)
        free[wanted.sku] -= line.base_qty
        lines.append(line)
        below.append(is_below)
    return tuple(lines), below


def _line(wanted: DraftLine, product: Product, free: Decimal, generic: Generic) -> tuple[QuotedLine, bool]:
    unit = wanted.unit or product.base_unit
    ratio = _ratio(product, unit, generic)
    base = wanted.qty * ratio
    if not wanted.qty.is_finite() or base <= 0 or base > MOST or base % GRAIN:
        raise QuantityRefused(product.sku, base if base.is_finite() else wanted.qty, MOST, product.base_unit)
    priced = _price(wanted, product, base, generic)
    line = QuotedLine(
        sku=product.sku,
        name=product.name,
        qty=wanted.qty,
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
    )
    return line, priced.below_floor


def _price(wanted: DraftLine, product: Product, base: Decimal, generic: Generic) -> PricedLine:
    known = Priced(product.sku, product.base_unit, product.list_price, product.floor_price)
    if wanted.price is None:
        return price(known, base)
    unit = wanted.price_unit or product.base_unit
    ratio = _ratio(product, unit, generic)
    return price(known, base, given=wanted.price, given_unit=unit, given_ratio=ratio)


def _ratio(product: Product, unit: str, generic: Generic) -> Decimal:
    ratio = product.ratio(unit)
    if ratio is None and unit in generic:
        factor, of = generic[unit]
        ratio = factor if of is None and product.base_unit not in MEASURES else None
        if of is not None and product.ratio(of) is not None:
            ratio = factor * (product.ratio(of) or 0)
    if ratio is None:
        raise UnitUnknown(product.sku, unit, tuple(product.units))
    return ratio


async def _generic_units(draft: OrderDraft, products: dict[str, Product]) -> Generic:
    odd = {line.unit for line in draft.lines if line.sku in products and products[line.sku].ratio(line.unit) is None}
    rows = await UnitSynonym.filter(unit__in=odd, factor__isnull=False) if odd - {""} else []
    return {row.unit: (Decimal(row.factor or 1), row.of) for row in rows}


def _wanted_on(details: Details, today: date) -> date | None:
    wish = details.delivery
    if wish is None or wish.kind is DeliveryKind.ASAP:
        return None
    last = wish.last_day
    if last is not None and last < today:
        raise DatePassed(last)
    first = wish.start if wish.kind is DeliveryKind.RANGE else wish.date
    return None if wish.kind is DeliveryKind.BY else max(first, today) if first else None


def _ship_to(customer: Customer, details: Details) -> dict[str, str]:
    usual = dict(customer.ship_to)
    said = {"address": details.address, "name": details.contact_name, "phone": details.contact_phone}
    return usual | {key: value for key, value in said.items() if value and value != "@last"}


async def _rep_of(customer: str) -> int | None:
    reps = await Staff.filter(active=True).values_list("id", "customers")
    return next((staff for staff, customers in reps if customer in customers), None)
