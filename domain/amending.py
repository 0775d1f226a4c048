"""An order that stands changed by difference: within what has not left the shelf, at prices as they were agreed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from domain import lane
from domain.aiming import Aim, Standing, aims, cuts, sums
from domain.allocating import Shortage, give_back, locked, reserve_lines
from domain.commands import NO_DETAILS, Change, Details, Op
from domain.dealerrors import BelowShipped, NothingLeft, NothingToChange, OrderMoved, PriceNotYours
from domain.dealevents import OrderAmended
from domain.errors import OrderNotFound, StepRefused
from domain.holding import held
from domain.models import Customer, Order, OrderLine, Product
from domain.models.orders import wish_facts
from domain.owing import balance_held, owed_more
from domain.picking import stop_picks
from domain.policy import shop_day
from domain.purchasing import request_missing
from domain.recording import record
from domain.rejudging import check_change, side
from domain.repricing import check_quantity, new_line, reprice, resize, total_of
from domain.repromising import last_of_it
from domain.restocking import fill_short, shrink
from domain.rules.lifecycle import Step, may
from domain.rules.ponumbers import kept
from domain.rules.promising import Supply, promise
from domain.rules.rights import DECIDING, WRITING, may_see, require
from domain.transaction import transact
from domain.values import Actor
from domain.wording import entered, goods_of

ZERO = Decimal(0)
CHANGED = (
    "qty", "unit", "ratio", "base_qty", "cancelled", "unit_price", "price_unit", "price_source", "price_facts",
    "amount",
)  # fmt: skip
"""What a change may change in a line; what is reserved and shipped has counters of its own."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to become of an order: changes of its lines, and what else was said."""

    ops: tuple[Change, ...] = ()
    details: Details = NO_DETAILS


@dataclass(frozen=True, slots=True)
class Amended:
    """An order after a change, or before it when it is only tried; ``version`` is that of the order that was seen."""

    number: str
    goods: str
    total: Decimal
    was_total: Decimal
    promised: date | None
    changes: tuple[str, ...]
    version: int
    short: tuple[Shortage, ...] = ()


@dataclass(slots=True)
class _Plan:
    order: Order
    customer: Customer
    lines: list[OrderLine]
    products: dict[str, Product]
    before: dict[str, Decimal]
    wanted: dict[str, Aim]
    texts: list[str] = field(default_factory=list)


async def try_amendment(number: str, wish: Wish, *, by: Actor, now: datetime) -> Amended:
    """What a change would make of an order; writes nothing. Refuses what ``amend`` would refuse."""
    require(by, WRITING)
    order = await Order.get_or_none(number=number).select_related("customer")
    if order is None or not may_see(by, order.customer.code):
        raise OrderNotFound(number)
    plan = await _planned(order, wish, by)
    goods, total = await _worked_out(plan, wish, by, now)
    return Amended(number, goods, total, order.total, order.promised_date, tuple(plan.texts), order.version)


async def amend(number: str, wish: Wish, *, version: int, by: Actor, now: datetime) -> Amended:
    """Change an order that stands, if it still is as it was when the change was read back (``version``).

    Less: what lacks goes first, then what is reserved, which goes to the next in the queue. More: reserved as far as
    there is stock, the rest is asked of purchasing. Reservations of what stays are not touched.
    """
    require(by, WRITING)
    return await transact(lambda: amend_here(number, wish, version, by, now))


async def amend_here(number: str, wish: Wish, version: int, by: Actor, now: datetime) -> Amended:
    """What ``amend`` does, inside the transaction of the caller."""
    order = await held(number, by)
    if order.version != version + 1:
        raise OrderMoved(number)
    plan = await _planned(order, wish, by)
    was = order.total
    await locked({*plan.wanted, *plan.before})
    freed = await _less(plan)
    await balance_held(plan.customer)
    goods, total = await _worked_out(plan, wish, by, now)
    for line in plan.lines:
        await line.save(update_fields=list(CHANGED) if line._saved_in_db else None)
    lines = await reserve_lines([line for line in plan.lines if _grew(plan, line)])
    for sku in sorted(freed):
        await fill_short(sku)
    await _write(order, wish, lines, total, now)
    await lane.within(owed_more(order.customer_id, total - was))
    if plan.texts or replace(wish.details, po=None) != NO_DETAILS:
        await stop_picks(order, "changed", by=by, now=now)
    leads = {sku: product.lead_days for sku, product in plan.products.items()}
    short = await lane.within(request_missing(order, lines, leads, by=by.name, now=now))
    promised = order.promised_date.isoformat() if order.promised_date else None
    changes = tuple(plan.texts)
    event = OrderAmended(order=number, goods=goods, total=format(total, "f"), changes=changes, promised=promised)
    await record(event, by=by, at=now)
    return Amended(number, goods, total, was, order.promised_date, changes, order.version, short)


async def _planned(order: Order, wish: Wish, by: Actor) -> _Plan:
    if not may(order.state, Step.AMEND):
        raise StepRefused(order.number, order.state, Step.AMEND)
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    standing = [_standing(line) for line in lines]
    before = {sku: aim.total for sku, aim in sums(standing).items()}
    wanted = aims(standing, wish.ops)
    priced = next((op for op in wish.ops if op.op is Op.PRICE), None)
    if priced is not None and not by.is_staff:
        raise PriceNotYours(priced.sku or "", priced.price or ZERO)
    if not any(aim.total > 0 for aim in wanted.values()):
        raise NothingLeft(order.number)
    _check_sent(order, lines, wanted)
    products = {row.sku: row for row in await Product.filter(sku__in=list(wanted))}
    for aim in [aim for sku, aim in wanted.items() if aim.total and aim.total != before.get(sku)]:
        check_quantity(products.get(aim.sku), aim)
    return _Plan(order, order.customer, list(lines), products, before, wanted)


def _check_sent(order: Order, lines: Sequence[OrderLine], wanted: dict[str, Aim]) -> None:
    """What has left the shelf cannot be called off any more: that is a return."""
    for sku, aim in wanted.items():
        mine = [line for line in lines if line.sku == sku]
        gone = sum((line.shipped for line in mine), ZERO)
        if aim.total < gone:
            raise BelowShipped(order.number, sku, entered(mine[0], gone))


def _standing(line: OrderLine) -> Standing:
    return Standing(line.sku, line.base_qty, line.unit, line.ratio, line.shipped, line.cancelled)


async def _less(plan: _Plan) -> set[str]:
    """Let go of what is no longer held for lines that give way; the products of which something became free."""
    freed = set()
    for sku, aim in plan.wanted.items():
        less = plan.before.get(sku, ZERO) - aim.total
        mine = [line for line in plan.lines if line.sku == sku]
        for line, cut in zip(mine, cuts([_standing(line) for line in mine], max(less, ZERO)), strict=True):
            if cut and await _let_go(line, cut):
                freed.add(sku)
    return freed


async def _let_go(line: OrderLine, cut: Decimal) -> Decimal:
    from_short = min(cut, line.short)
    if from_short:
        await shrink(line.id, from_short)
    given = cut - from_short
    if given:
        line.reserved -= given
        await OrderLine.filter(id=line.id).update(reserved=line.reserved)
        await give_back(line.sku, given)
    return given


async def _worked_out(plan: _Plan, wish: Wish, by: Actor, now: datetime) -> tuple[str, Decimal]:
    """Put the new quantities and prices into the lines, in memory, if the review lets them; goods in words, total."""
    before = side(plan.lines, plan.products, plan.order.delivery_wish)
    for sku, aim in plan.wanted.items():
        _refit(plan, sku, aim, removed=any(op.op in (Op.REMOVE, Op.REPLACE) and op.sku == sku for op in wish.ops))
    plan.lines += [
        new_line(plan.order, aim, plan.products, len(plan.lines) + place)
        for place, aim in enumerate(aim for sku, aim in plan.wanted.items() if sku not in plan.before and aim.total)
    ]
    plan.texts += _said_texts(plan)
    plan.texts += await reprice(plan.order, plan.customer, plan.lines, plan.products, wish.ops, by=by)
    if not plan.texts and wish.details == NO_DETAILS:
        raise NothingToChange(plan.order.number)
    total = total_of(plan.lines)
    if not by.roles & DECIDING:
        after = side(plan.lines, plan.products, wish.details.delivery or plan.order.delivery_wish)
        await check_change(plan.order, before, replace(after, po=wish.details.po or ""), by=by, now=now)
    return goods_of(line for line in plan.lines if line.base_qty > line.cancelled), total


def _refit(plan: _Plan, sku: str, aim: Aim, *, removed: bool) -> None:
    mine = [line for line in plan.lines if line.sku == sku]
    difference = aim.total - plan.before.get(sku, ZERO)
    if not mine or not difference:
        return
    if difference > 0:
        resize(mine[0], mine[0].base_qty + difference)
        return
    for line, cut in zip(mine, cuts([_standing(line) for line in mine], -difference), strict=True):
        # A line that goes as a whole stays to be seen, as called off; one that shrinks is simply smaller.
        if removed or cut == line.base_qty:
            line.cancelled += cut
        elif cut:
            resize(line, line.base_qty - cut)


def _said_texts(plan: _Plan) -> list[str]:
    found = []
    for sku, aim in plan.wanted.items():
        before = plan.before.get(sku, ZERO)
        if before != aim.total:
            line = next(line for line in plan.lines if line.sku == sku)
            found.append(f"{sku} {entered(line, before)}→{entered(line, aim.total)}")
    return found


def _grew(plan: _Plan, line: OrderLine) -> bool:
    return plan.wanted[line.sku].total > plan.before.get(line.sku, ZERO)


async def _write(order: Order, wish: Wish, grown: Sequence[OrderLine], total: Decimal, now: datetime) -> None:
    today = shop_day(now)
    order.total = total
    details = wish.details
    delivery = details.delivery or order.delivery_wish
    if details.delivery is not None:
        order.wish, order.requested_date = wish_facts(details.delivery), details.delivery.last_day
    if grown or details.delivery is not None:
        leads = dict(await Product.filter(sku__in={line.sku for line in grown}).values_list("sku", "lead_days"))
        supplies = [Supply(line.short <= 0, leads.get(line.sku, 0)) for line in grown]
        named = promise(supplies, today=today, wish=delivery)
        day = max(named, await last_of_it(order, today=today) or named)
        # More goods may make an order later, never earlier than was told, unless another day is asked for.
        order.promised_date = day if details.delivery is not None else max(order.promised_date or day, day)
    said = {"address": details.address, "name": details.contact_name, "phone": details.contact_phone}
    order.ship_to = order.ship_to | {name: text for name, text in said.items() if text and text != "@last"}
    order.remark = details.remark or order.remark
    order.po = kept(details.po or "") or order.po
    await order.save(update_fields=["total", "wish", "requested_date", "promised_date", "ship_to", "remark", "po"])
