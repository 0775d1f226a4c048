"""What a line costs, and where that price comes from: price lists, quantity breaks, a rep's own word; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum

from domain.values import money, plain

LIST = "list"
BREAK = "break"
LEVEL = "level"
CONTRACT = "contract"
MANUAL = "manual"
INCLUDED = "incl"
FINEST = Decimal("0.0001")
HIGHEST = Decimal(10_000_000)


class Rank(IntEnum):
    """Whose list a rate stands in; that of the customer counts before that of their level, before everybody's."""

    EVERYBODY = 0
    LEVEL = 1
    OWN = 2


_SOURCES = {Rank.OWN: CONTRACT, Rank.LEVEL: LEVEL, Rank.EVERYBODY: BREAK}


@dataclass(frozen=True, slots=True)
class Rate:
    """One row of a price list: ``price`` per base unit from ``from_qty`` on, from ``starts`` until ``ends`` inclusive.

    ``taxed``: whether the list's prices include tax of ``tax_rate``; None when nobody said.
    """

    rank: Rank
    name: str
    price: Decimal
    from_qty: Decimal = Decimal(0)
    starts: date | None = None
    ends: date | None = None
    taxed: bool | None = None
    tax_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Market:
    """What decides a price beside the product: ``ordered`` is what the whole order wants of it, in base units.

    ``tax`` is how the customer wants prices: ``incl``, ``excl``, or None for as the list has them.
    """

    today: date
    ordered: Decimal
    rates: tuple[Rate, ...] = ()
    tax: str | None = None


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
class Given:
    """A price that a rep named: per ``unit``, which is ``ratio`` base units."""

    price: Decimal
    unit: str = ""
    ratio: Decimal = Decimal(1)
    by: str = ""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """``unit_price`` per ``price_unit``; ``facts`` say where it comes from.

    ``below_floor`` when the floor is broken; ``discount`` is the part of the usual price that a rep left out.
    """

    unit_price: Decimal
    price_unit: str
    amount: Decimal
    source: str
    below_floor: bool = False
    discount: Decimal = Decimal(0)
    facts: Mapping[str, str] = field(default_factory=dict)


def price_fits(given: Decimal) -> bool:
    """Whether this can be a price at all: more than nothing, at most four places, no fortune."""
    return given.is_finite() and FINEST <= given <= HIGHEST and not given % FINEST


def price(product: Priced, base_qty: Decimal, market: Market, given: Given | None = None) -> PricedLine:
    """The price of the best list that is valid, or the one that a rep gave; the same whatever the order of lines."""
    rate = rate_for(market.rates, market.ordered, market.today)
    usual = product.list_price if rate is None else _wished(rate, market.tax)
    if given is not None:
        return _manual(product, base_qty, usual, given)
    below = product.floor_price is not None and rate is not None and rate.price < product.floor_price
    source = LIST if rate is None or _is_plain(rate) else _SOURCES[rate.rank]
    facts = {} if rate is None else _facts(rate, market.tax, product.base_unit)
    return PricedLine(usual, product.base_unit, money(usual * base_qty), source, below, facts=facts)


def rate_for(rates: Iterable[Rate], ordered: Decimal, today: date) -> Rate | None:
    """The rate that counts: of the nearest list, the highest break reached, and of two in time the newer one."""
    valid = [rate for rate in rates if _holds(rate, today) and rate.from_qty <= ordered]
    return max(valid, key=_weight, default=None)


def next_break(rates: Iterable[Rate], ordered: Decimal, today: date) -> Rate | None:
    """The nearest larger quantity from which a lower price would count; None when there is none."""
    rates = tuple(rates)
    now = rate_for(rates, ordered, today)
    steps = sorted({rate.from_qty for rate in rates if _holds(rate, today) and rate.from_qty > ordered})
    then = (rate_for(rates, step, today) for step in steps)
    return next((rate for rate in then if rate is not None and (now is None or rate.price < now.price)), None)


def fitting(ordered: Decimal, minimum: Decimal | None, multiple: Decimal | None) -> Decimal:
    """The smallest quantity from ``ordered`` up that is at least the minimum and a multiple of the pack."""
    wanted = max(ordered, minimum or Decimal(0))
    if not multiple or not wanted % multiple:
        return wanted
    return (wanted // multiple + 1) * multiple


def _manual(product: Priced, base_qty: Decimal, usual: Decimal, given: Given) -> PricedLine:
    below = given.price < product.floor * given.ratio
    discount = max(1 - given.price / (usual * given.ratio), Decimal(0)) if usual else Decimal(0)
    amount = money(given.price * base_qty / given.ratio)
    facts = {"by": given.by, "usual": plain((usual * given.ratio).normalize())}
    facts |= {"ratio": plain(given.ratio)} if given.ratio != 1 else {}
    return PricedLine(given.price, given.unit or product.base_unit, amount, MANUAL, below, discount, facts)


def _holds(rate: Rate, today: date) -> bool:
    return (rate.starts is None or rate.starts <= today) and (rate.ends is None or today <= rate.ends)


def _weight(rate: Rate) -> tuple[int, Decimal, date, Decimal]:
    return rate.rank, rate.from_qty, rate.starts or date.min, -rate.price


def _is_plain(rate: Rate) -> bool:
    return rate.rank is Rank.EVERYBODY and not rate.from_qty


def _wished(rate: Rate, tax: str | None) -> Decimal:
    """The rate with or without tax as it is wanted; as it stands when nobody said which it is."""
    if tax is None or rate.taxed is None or rate.tax_rate is None or rate.taxed == (tax == INCLUDED):
        return rate.price
    factor = 1 + rate.tax_rate
    turned = rate.price / factor if rate.taxed else rate.price * factor
    return max(turned.quantize(FINEST, ROUND_HALF_UP), FINEST)


def _facts(rate: Rate, tax: str | None, unit: str) -> dict[str, str]:
    found = {"list": rate.name, "from": plain(rate.from_qty) if rate.from_qty else "", "unit": unit}
    found |= {"until": rate.ends.isoformat() if rate.ends else ""}
    if rate.taxed is not None:
        found["tax"] = tax or (INCLUDED if rate.taxed else "excl")
    return {name: value for name, value in found.items() if value}
