"""What a change would make of an order that stands, worked out in memory, and what the review has to say to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from domain.aiming import Aim, Standing, aims, cuts, sums
from domain.allocating import skus_of
from domain.commands import NO_DETAILS, Change, Details, Op
from domain.dealerrors import BelowShipped, NothingLeft, NothingToChange, PriceNotYours
from domain.errors import DatePassed, StepRefused
from domain.kits import with_parts
from domain.models import Customer, Order, OrderLine, Product
from domain.policy import shop_day
from domain.rejudging import reasons_against, side
from domain.repricing import check_quantity, new_line, reprice, resize, total_of
from domain.rules.lifecycle import Step, may
from domain.rules.review import Reason
from domain.values import Actor
from domain.wording import entered, goods_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to become of an order: changes of its lines, and what else was said."""

    ops: tuple[Change, ...] = ()
    details: Details = NO_DETAILS


@dataclass(slots=True)
class Plan:
    """An order with what it is to become; ``before`` and ``wanted`` are sums by product, ``texts`` say what changes."""

    order: Order
    customer: Customer
    lines: list[OrderLine]
    products: dict[str, Product]
    before: dict[str, Decimal]
    wanted: dict[str, Aim]
    texts: list[str] = field(default_factory=list)

    @property
    def skus(self) -> set[str]:
        """The products whose shelves the change may touch."""
        new = (part for sku in self.wanted if sku in self.products for part in self.products[sku].kit or ())
        return {*self.wanted, *self.before, *skus_of(self.lines), *new}


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The goods of the changed order in words, what it comes to, and what would hold it."""

    goods: str
    total: Decimal
    reasons: tuple[Reason, ...]


async def planned(order: Order, wish: Wish, by: Actor) -> Plan:
    """The lines and sums of a change; refuses what cannot be."""
    if not may(order.state, Step.AMEND) and not _only_named(order, wish):
        raise StepRefused(order.number, order.state, Step.AMEND)
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    now = [standing(line) for line in lines]
    before = {sku: aim.total for sku, aim in sums(now).items()}
    wanted = aims(now, wish.ops)
    priced = next((op for op in wish.ops if op.op is Op.PRICE), None)
    if priced is not None and not by.is_staff:
        raise PriceNotYours(priced.sku or "", priced.price or ZERO)
    if not any(aim.total > 0 for aim in wanted.values()):
        raise NothingLeft(order.number)
    _check_sent(order, lines, wanted)
    products = await with_parts({row.sku: row for row in await Product.filter(sku__in=list(wanted))}, skus_of(lines))
    for aim in [aim for sku, aim in wanted.items() if aim.total and aim.total != before.get(sku)]:
        check_quantity(products.get(aim.sku), aim)
    return Plan(order, order.customer, list(lines), products, before, wanted)


def _only_named(order: Order, wish: Wish) -> bool:
    """Whether an order that waits for a decision gets but the customer's own number, on which nobody decides."""
    named = wish.details.po and not wish.ops and replace(wish.details, po=None) == NO_DETAILS
    return bool(named) and may(order.state, Step.NUMBER)


def _check_sent(order: Order, lines: Sequence[OrderLine], wanted: dict[str, Aim]) -> None:
    """What has left the shelf cannot be called off any more: that is a return."""
    for sku, aim in wanted.items():
        mine = [line for line in lines if line.sku == sku]
        gone = sum((line.shipped for line in mine), ZERO)
        if aim.total < gone:
            raise BelowShipped(order.number, sku, entered(mine[0], gone))


def standing(line: OrderLine) -> Standing:
    """A line as the sums see it."""
    return Standing(line.sku, line.base_qty, line.unit, line.ratio, line.shipped, line.cancelled)


async def worked_out(plan: Plan, wish: Wish, by: Actor, now: datetime) -> Reckoned:
    """Put the new quantities and prices into the lines, in memory, and ask the review."""
    day = wish.details.delivery.last_day if wish.details.delivery is not None else None
    if day is not None and day < shop_day(now):
        raise DatePassed(day)
    before = side(plan.lines, plan.products, plan.order.delivery_wish)
    for sku, aim in plan.wanted.items():
        _refit(plan, sku, aim, removed=any(op.op in (Op.REMOVE, Op.REPLACE) and op.sku == sku for op in wish.ops))
    plan.lines += [
        new_line(plan.order, aim, plan.products, len(plan.lines) + place)
        for place, aim in enumerate(aim for sku, aim in plan.wanted.items() if sku not in plan.before and aim.total)
    ]
    plan.texts += _said_texts(plan)
    plan.texts += await reprice(
        plan.order, plan.customer, plan.lines, plan.products, wish.ops, before=plan.before, by=by
    )
    if not plan.texts and wish.details == NO_DETAILS:
        raise NothingToChange(plan.order.number)
    after = side(plan.lines, plan.products, wish.details.delivery or plan.order.delivery_wish)
    after = replace(after, po=wish.details.po or "", place=wish.details.address or after.place)
    reasons = await reasons_against(plan.order, before, after, by=by, now=now)
    if reasons and not may(plan.order.state, Step.AMEND):
        # It waits for a person already, who has to decide on what they were shown.
        raise StepRefused(plan.order.number, plan.order.state, Step.AMEND)
    goods = goods_of(plan.lines)
    return Reckoned(goods, total_of(plan.lines), reasons)


def _refit(plan: Plan, sku: str, aim: Aim, *, removed: bool) -> None:
    mine = [line for line in plan.lines if line.sku == sku]
    difference = aim.total - plan.before.get(sku, ZERO)
    if not mine or not difference:
        return
    if difference > 0:
        resize(mine[0], mine[0].base_qty + difference)
        return
    for line, cut in zip(mine, cuts([standing(line) for line in mine], -difference), strict=True):
        # A line that goes as a whole stays to be seen, as called off; one that shrinks is simply smaller.
        if removed or cut == line.base_qty:
            line.cancelled += cut
        elif cut:
            resize(line, line.base_qty - cut)


def _said_texts(plan: Plan) -> list[str]:
    found = []
    for sku, aim in plan.wanted.items():
        before = plan.before.get(sku, ZERO)
        if before != aim.total:
            line = next(line for line in plan.lines if line.sku == sku)
            found.append(f"{sku} {entered(line, before)}→{entered(line, aim.total)}")
    return found
