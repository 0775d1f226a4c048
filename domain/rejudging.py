"""A change of an order that stands, judged by the rules that judged it: only what the change brings on counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from domain import lane
from domain.credit import around
from domain.incoming import days_for
from domain.judging import rulebook
from domain.models import Order, OrderLine, Product
from domain.models.scaled import ungrained
from domain.policy import shop_day
from domain.referring import po_taken
from domain.repricing import ratio_of, total_of
from domain.repromising import last_of_it
from domain.rules.pricing import MANUAL
from domain.rules.promising import Supply, promise
from domain.rules.review import Case, Reason, ReviewedLine, worsened
from domain.usage import usual_quantities
from domain.values import Actor, DeliveryWish

ENOUGH = Decimal(10) ** 12
"""What lacks is no reason to refuse a change: it is asked of purchasing."""
_FREE = "SELECT sku, SUM(on_hand - reserved) FROM stock WHERE sku IN ? GROUP BY sku"


@dataclass(frozen=True, slots=True)
class Judged:
    """One side of a change, as far as the rules look at it.

    ``lacking`` is not reserved, ``leads`` are days, ``po`` is a number of the customer's and ``place`` an address, if
    they are new.
    """

    lines: tuple[ReviewedLine, ...]
    total: Decimal
    wish: DeliveryWish | None
    lacking: Mapping[str, Decimal]
    leads: Mapping[str, int]
    po: str = ""
    place: str = "@last"

    @property
    def wanted_on(self) -> date | None:
        """The last day that still fulfils the wish."""
        return self.wish.last_day if self.wish is not None else None


def side(lines: Sequence[OrderLine], products: Mapping[str, Product], wish: DeliveryWish | None) -> Judged:
    """The lines as they are at this moment; those of one product together, for it is one wish."""
    wanted: dict[str, Decimal] = {}
    lacking: dict[str, Decimal] = {}
    below: dict[str, bool] = {}
    left_out: dict[str, Decimal] = {}
    for line in lines:
        wanted[line.sku] = wanted.get(line.sku, Decimal(0)) + line.base_qty - line.cancelled
        for sku, qty in line.goods(max(line.short, Decimal(0))).items():
            lacking[sku] = lacking.get(sku, Decimal(0)) + qty
        product = products.get(line.sku)
        floor = None if product is None else product.floor_price
        below[line.sku] = below.get(line.sku, False) or (floor is not None and line.unit_price / ratio_of(line) < floor)
        left_out[line.sku] = max(left_out.get(line.sku, Decimal(0)), _discount(line))
    seen = tuple(
        ReviewedLine(sku, qty, ENOUGH, below[sku], discount=left_out[sku]) for sku, qty in wanted.items() if qty
    )
    return Judged(seen, total_of(lines), wish, lacking, {sku: row.lead_days for sku, row in products.items()})


def _discount(line: OrderLine) -> Decimal:
    """The part of the usual price that whoever named the price left out."""
    usual = Decimal((line.price_facts or {}).get("usual", 0))
    return max(1 - line.unit_price / usual, Decimal(0)) if line.price_source == MANUAL and usual else Decimal(0)


async def reasons_against(order: Order, was: Judged, then: Judged, *, by: Actor, now: datetime) -> tuple[Reason, ...]:
    """What the review has against a change, whoever makes it; the order comes with its customer."""
    customer = order.customer
    setting = await around(customer, by=by, now=now)
    usual = await usual_quantities(customer.id, [line.sku for line in then.lines])
    # What stands of this order is owed already, and is not to count twice.
    others = replace(setting.credit, owed=setting.credit.owed - order.total)
    book = await rulebook()
    today = shop_day(now)
    # A day that could not be kept as it was is not judged again, an earlier one is.
    no_sooner = was.wanted_on is not None and then.wanted_on is not None and then.wanted_on >= was.wanted_on
    before = order.promised_date if no_sooner else None
    after = await _earliest(order, was, then, today) if book.counts("date_impossible") else None

    twin = await po_taken(customer.id, then.po, but=order.number)

    def case(side: Judged, earliest: date | None) -> Case:
        return Case(
            lines=tuple(replace(line, usual=usual.get(line.sku)) for line in side.lines),
            total=side.total,
            today=today,
            wanted_on=side.wanted_on,
            blocked=customer.blocked,
            block_reason=customer.block_reason or "",
            price_limit=setting.price_limit,
            credit=others,
            earliest=earliest,
            po=side.po,
            place=side.place,
            same_po=twin if side.po else "",
        )

    return worsened(case(was, before), case(then, after), book)


async def _earliest(order: Order, was: Judged, then: Judged, today: date) -> date:
    """The day that can be named for a changed order: when the last of what lacks is there, lacking before or new."""
    more = {sku: qty - was.lacking.get(sku, Decimal(0)) for sku, qty in then.lacking.items()}
    grown = {sku: qty for sku, qty in more.items() if qty > 0}
    free = {sku: ungrained(qty) for sku, qty in await lane.rows(_FREE, list(grown))} if grown else {}
    lacking = {sku: qty - free.get(sku, Decimal(0)) for sku, qty in grown.items() if qty > free.get(sku, Decimal(0))}
    coming = await days_for(lacking, today=today)
    supplies = [Supply(covered=False, lead_days=then.leads.get(sku, 0), coming=coming.get(sku)) for sku in lacking]
    return max(promise(supplies, today=today, wish=then.wish), await last_of_it(order, today=today) or today)
