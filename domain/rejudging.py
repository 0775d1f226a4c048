"""A change of an order that stands, judged by the rules that judged it: only what the change brings on counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from domain.credit import around
from domain.dealerrors import AmendmentHeld
from domain.judging import rulebook
from domain.models import Order, OrderLine, Product
from domain.policy import shop_day
from domain.repricing import ratio_of, total_of
from domain.rules.pricing import MANUAL
from domain.rules.review import Case, ReviewedLine, worsened
from domain.usage import usual_quantities
from domain.values import Actor

ENOUGH = Decimal(10) ** 12
"""What lacks is no reason to refuse a change: it is asked of purchasing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One side of a change, as far as the rules look at it."""

    lines: tuple[ReviewedLine, ...]
    total: Decimal
    wanted_on: date | None


def side(lines: Sequence[OrderLine], products: Mapping[str, Product], wanted_on: date | None) -> Judged:
    """The lines as they are at this moment; those of one product together, for it is one wish."""
    wanted: dict[str, Decimal] = {}
    below: dict[str, bool] = {}
    left_out: dict[str, Decimal] = {}
    for line in lines:
        wanted[line.sku] = wanted.get(line.sku, Decimal(0)) + line.base_qty - line.cancelled
        product = products.get(line.sku)
        floor = None if product is None else product.floor_price
        below[line.sku] = below.get(line.sku, False) or (floor is not None and line.unit_price / ratio_of(line) < floor)
        left_out[line.sku] = max(left_out.get(line.sku, Decimal(0)), _discount(line))
    seen = tuple(
        ReviewedLine(sku, qty, ENOUGH, below[sku], discount=left_out[sku]) for sku, qty in wanted.items() if qty
    )
    return Judged(seen, total_of(lines), wanted_on)


def _discount(line: OrderLine) -> Decimal:
    """The part of the usual price that whoever named the price left out."""
    usual = Decimal((line.price_facts or {}).get("usual", 0))
    return max(1 - line.unit_price / usual, Decimal(0)) if line.price_source == MANUAL and usual else Decimal(0)


async def check_change(order: Order, was: Judged, then: Judged, *, by: Actor, now: datetime) -> None:
    """Refuse a change that the review would hold; the order comes with its customer."""
    customer = order.customer
    setting = await around(customer, by=by, now=now)
    usual = await usual_quantities(customer.id, [line.sku for line in then.lines])
    # What stands of this order is owed already, and is not to count twice.
    others = replace(setting.credit, owed=setting.credit.owed - order.total)

    def case(side: Judged) -> Case:
        return Case(
            lines=tuple(replace(line, usual=usual.get(line.sku)) for line in side.lines),
            total=side.total,
            today=shop_day(now),
            wanted_on=side.wanted_on,
            blocked=customer.blocked,
            block_reason=customer.block_reason or "",
            price_limit=setting.price_limit,
            credit=others,
        )

    reasons = worsened(case(was), case(then), await rulebook())
    if reasons:
        raise AmendmentHeld(order.number, reasons)
