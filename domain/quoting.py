"""What a draft would cost, whether there is stock for it, and for which day; reads only."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from domain import lane
from domain.assembling import assembled, days_of_kits, lacking_in
from domain.commands import Details
from domain.credit import Around, around
from domain.earmarks import earmarked
from domain.errors import CustomerNotFound, DatePassed, NothingOrdered, PriceRefused
from domain.incoming import ZERO, days_for
from domain.judging import IN_FORCE, book_of
from domain.kits import kit_of
from domain.models import Customer, Product, Stock
from domain.models.scaled import ungrained
from domain.policy import shop_day
from domain.quotedvalues import OrderDraft, Quote, QuotedLine
from domain.referring import po_taken
from domain.rules.kits import KitPart
from domain.rules.promising import Supply, promise
from domain.rules.review import Case, ReviewedLine, review
from domain.rules.rights import may_see
from domain.rules.rulebook import Rulebook
from domain.sizing import generic_units, sized
from domain.terms import Terms, rates_of
from domain.usage import usual_quantities
from domain.values import SYSTEM, Actor, DeliveryWish

_SHELF = ("s.place", "s.warehouse", "s.on_hand", "s.reserved")
_ON_SHELVES = """
LEFT JOIN (SELECT id AS place, sku AS what, warehouse, on_hand, reserved FROM stock) s ON s.what = sku
WHERE sku IN ?
"""


async def quoted(draft: OrderDraft, *, by: Actor, now: datetime) -> Quote:
    """Work a draft out; refuses unknown products and units, impossible quantities and days that have passed."""
    found = await lane.fetch_beside(Customer, IN_FORCE, "WHERE code = ? AND active", draft.customer)
    if not found or not may_see(by, draft.customer):
        raise CustomerNotFound(draft.customer)
    ((customer, in_force),) = found
    if not draft.lines:
        raise NothingOrdered
    book, today = book_of(*in_force), shop_day(now)
    wish = _wish(draft.details, today)
    goods = await _goods(skus := sorted({line.sku for line in draft.lines}))
    terms = Terms(today, draft.details.tax, by.name, await rates_of(customer, skus))
    lines = await _lines(draft, goods, book, terms)
    _only_staff_name_prices(draft, goods.products, by)
    ship_to = _ship_to(customer, draft.details)
    setting = await around(customer, by=by, now=now)
    place = ship_to.get("address") or customer.city or ""
    case = await _referred(await _case(customer, lines, wish, today), customer, draft.details.po or "")
    coming = await _coming(lines, goods.leads, today)
    supplies = (Supply(line.free >= line.base_qty, line.lead_days, coming.get(line.sku)) for line in lines)
    promised = promise(supplies, today=today, wish=wish)
    return Quote(
        lines=lines,
        total=_total(lines),
        promised=promised,
        review=review(replace(_placed_in(case, setting), earliest=promised, place=place), book),
        customer_id=customer.id,
        customer_name=customer.name,
        today=today,
        wish=wish,
        ship_to=ship_to,
        rep=setting.rep,
        stock=goods.stock,
        coming=coming,
        leads=goods.leads,
        credit_part=book.threshold("over_credit"),
        po=case.po,
        po_once=book.counts("duplicate_po"),
        keep_minutes=book.threshold("keep_goods"),
    )


@dataclass(frozen=True, slots=True)
class _Goods:
    """The products that are on sale, what is in those that are kits, lead times, and balances by warehouse."""

    products: dict[str, Product]
    stock: dict[str, list[Stock]]
    kits: dict[str, tuple[KitPart, ...]]
    leads: dict[str, int]


async def _goods(skus: list[str]) -> _Goods:
    """What was asked for, and in a second read the parts of kits, if there are any."""
    products, stock = await _on_shelves(skus, "AND active")
    parts = {part for row in products.values() for part in row.kit or ()} - products.keys()
    known = products
    if parts:
        beside, shelves = await _on_shelves(sorted(parts), "")
        known, stock = {**beside, **products}, {**stock, **shelves}
    kits = {sku: kit_of(row, known) for sku, row in products.items() if row.kit}
    return _Goods(products, stock, kits, {sku: row.lead_days for sku, row in known.items()})


async def _on_shelves(skus: list[str], only: str) -> tuple[dict[str, Product], dict[str, list[Stock]]]:
    products: dict[str, Product] = {}
    stock: dict[str, list[Stock]] = {sku: [] for sku in skus}
    rows = await lane.fetch_beside(Product, _SHELF, f"{_ON_SHELVES} {only} ORDER BY sku, s.warehouse", skus)
    for product, (place, warehouse, on_hand, reserved) in rows:
        products[product.sku] = product
        if place is not None:
            held = {"on_hand": ungrained(on_hand), "reserved": ungrained(reserved)}
            stock[product.sku].append(Stock(id=place, sku=product.sku, warehouse=warehouse, **held))
    return products, stock


async def _lines(draft: OrderDraft, goods: _Goods, book: Rulebook, terms: Terms) -> tuple[QuotedLine, ...]:
    free = await _free(draft.key, goods.stock, book)
    generic = await generic_units(draft.lines, goods.products)
    return assembled(sized(draft.lines, goods.products, free, generic, terms), goods.kits, free, goods.leads)


async def _coming(lines: tuple[QuotedLine, ...], leads: dict[str, int], today: date) -> dict[str, date]:
    """The days on which goods on their way can be with the customer, of kits with the last of their parts."""
    coming = await days_for(lacking_in(lines), today=today)
    return coming | days_of_kits(lines, coming, leads, today)


async def _free(draft: str, stock: Mapping[str, list[Stock]], book: Rulebook) -> dict[str, Decimal]:
    """What is free of each product, with what is kept for this very draft."""
    own = await earmarked(draft) if book.counts("keep_goods") else {}
    return {sku: sum((row.free for row in rows), own.get(sku, ZERO)) for sku, rows in stock.items()}


async def _case(customer: Customer, lines: tuple[QuotedLine, ...], wish: DeliveryWish | None, today: date) -> Case:
    usual = await usual_quantities(customer.id, [line.sku for line in lines])
    looked_at: dict[str, ReviewedLine] = {}
    for line in lines:
        # Two lines of one product are one wish; what the second finds free is what the first leaves.
        seen = looked_at.get(line.sku)
        one = ReviewedLine(line.sku, line.base_qty, line.free, line.below_floor, usual.get(line.sku), line.discount)
        looked_at[line.sku] = one if seen is None else _together(seen, one)
    return Case(
        lines=tuple(looked_at.values()),
        total=_total(lines),
        today=today,
        wanted_on=wish.last_day if wish is not None else None,
        blocked=customer.blocked,
        block_reason=customer.block_reason or "",
    )


def _together(seen: ReviewedLine, more: ReviewedLine) -> ReviewedLine:
    low, discount = seen.below_floor or more.below_floor, max(seen.discount, more.discount)
    return replace(seen, base_qty=seen.base_qty + more.base_qty, below_floor=low, discount=discount)


async def _referred(case: Case, customer: Customer, po: str) -> Case:
    return replace(case, po=po, same_po=await po_taken(customer.id, po))


def _placed_in(case: Case, setting: Around) -> Case:
    return replace(case, credit=setting.credit, price_limit=setting.price_limit)


def _only_staff_name_prices(draft: OrderDraft, products: Mapping[str, Product], by: Actor) -> None:
    named = next((line for line in draft.lines if line.price is not None), None)
    if named is not None and named.price is not None and not by.is_staff and by != SYSTEM:
        raise PriceRefused(named.sku, named.price, products[named.sku].list_price)


def _total(lines: tuple[QuotedLine, ...]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def _wish(details: Details, today: date) -> DeliveryWish | None:
    wish = details.delivery
    if wish is not None and wish.last_day is not None and wish.last_day < today:
        raise DatePassed(wish.last_day)
    return wish


def _ship_to(customer: Customer, details: Details) -> dict[str, str]:
    usual = dict(customer.ship_to)
    said = {"address": details.address, "name": details.contact_name, "phone": details.contact_phone}
    return usual | {key: value for key, value in said.items() if value and value != "@last"}
