"""An order that stands changed by difference: within what has not left the shelf, at prices as they were agreed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from domain import lane
from domain.allocating import Shortage, skus_of
from domain.amendplan import Wish, planned, worked_out
from domain.approving import Waiting, waiting
from domain.commands import NO_DETAILS
from domain.dealerrors import AmendmentHeld, ChangeOutdated, OrderMoved
from domain.dealevents import ChangeSubmitted, OrderAmended
from domain.delivering import close_if_done
from domain.errors import OrderNotFound, Refusal
from domain.events import StockFellShort
from domain.holding import held
from domain.kin import locked_with_kits
from domain.models import Order, OrderLine, Product, SubmittedChange
from domain.models.orders import wish_facts
from domain.owing import balance_held, owed_more
from domain.picking import stop_picks
from domain.policy import shop_day
from domain.purchasing import request_missing, shortage_of
from domain.recording import brought_about, record
from domain.regranting import give_way, keep
from domain.repromising import last_of_it
from domain.rules.ponumbers import kept
from domain.rules.promising import Supply, promise
from domain.rules.review import Reason
from domain.rules.rights import WRITING, may_see, require
from domain.shortages import offered
from domain.submitting import content_of, overtaken, settle, submit_here, wish_of, writer_of
from domain.transaction import transact
from domain.values import Actor
from domain.wording import goods_of


@dataclass(frozen=True, slots=True)
class Amended:
    """An order after a change, or before it when it is only tried; ``version`` is that of the order that was seen.

    With ``reasons`` somebody has to decide on it first, and ``waits`` says who, once it was submitted.
    """

    number: str
    goods: str
    total: Decimal
    was_total: Decimal
    promised: date | None
    changes: tuple[str, ...]
    version: int
    short: tuple[Shortage, ...] = ()
    reasons: tuple[Reason, ...] = ()
    waits: Waiting | None = None


@dataclass(frozen=True, slots=True)
class _Hands:
    """Who makes a change, who wrote it, what was decided when that is somebody else, and the message behind it."""

    by: Actor
    writer: Actor
    decided: SubmittedChange | None = None
    cause: str = ""


async def try_amendment(number: str, wish: Wish, *, by: Actor, now: datetime) -> Amended:
    """What a change would make of an order; writes nothing. Refuses what ``amend`` would refuse."""
    require(by, WRITING)
    order = await Order.get_or_none(number=number).select_related("customer")
    if order is None or not may_see(by, order.customer.code):
        raise OrderNotFound(number)
    plan = await planned(order, wish, by)
    found = await worked_out(plan, wish, by, now)
    texts = tuple(plan.texts)
    return Amended(
        number, found.goods, found.total, order.total, order.promised_date, texts, order.version, reasons=found.reasons
    )


async def amend(number: str, wish: Wish, *, version: int, by: Actor, now: datetime, cause: str = "") -> Amended:
    """Change an order that stands, if it still is as it was when the change was read back (``version``).

    What the review holds is not done but submitted to whoever decides, and the order stays as it is. Once per
    ``cause``: a second call finds what the first one did.

    Less: what lacks goes first, then what is reserved, which goes to the next in the queue. More: reserved as far as
    there is stock, the rest is asked of purchasing. Reservations of what stays are not touched.
    """
    require(by, WRITING)
    try:
        return await transact(lambda: amend_here(number, wish, version, by, now, cause=cause))
    except AmendmentHeld:
        return await transact(lambda: _submit(number, wish, version, by, now, cause=cause))
    except OrderMoved:
        before = await _made_before(number, by, cause)
        if before is None:
            raise
        return before


async def _submit(number: str, wish: Wish, version: int, by: Actor, now: datetime, *, cause: str) -> Amended:
    change, waits = await submit_here(number, wish, version, by, now, cause=cause)
    return _submitted(await Order.get(number=number), change, waits)


def _submitted(order: Order, change: SubmittedChange, waits: Waiting | None) -> Amended:
    reasons = tuple(Reason(reason["code"], reason["facts"]) for reason in change.reasons)
    seen = (order.total, order.promised_date, tuple(change.changes), order.version)
    return Amended(order.number, change.goods, change.total, *seen, reasons=reasons, waits=waits)


async def _made_before(number: str, by: Actor, cause: str) -> Amended | None:
    """What this message has made of the order already, when it is worked on again after a death."""
    order = await Order.get(number=number)
    if await brought_about(number, ChangeSubmitted, cause):
        change = await SubmittedChange.filter(order_number=number, by=by.name).order_by("-id").first()
        return _submitted(order, change, (await waiting([number])).get(number)) if change else None
    lacking = await brought_about(number, StockFellShort, cause)
    for done in await brought_about(number, OrderAmended, cause):
        total, day = Decimal(done["total"]), done["promised"] and date.fromisoformat(done["promised"])
        seen = (total, order.total, day, tuple(done["changes"]), order.version)
        return Amended(number, done["goods"], *seen, tuple(shortage_of(one) for one in lacking))
    return None


async def amend_here(number: str, wish: Wish, version: int, by: Actor, now: datetime, *, cause: str = "") -> Amended:
    """What ``amend`` does, inside the transaction of the caller; refuses what somebody would have to decide on."""
    order = await held(number, by)
    if order.version != version + 1:
        raise OrderMoved(number)
    return await _carried_out(order, wish, _Hands(by, by, cause=cause), now)


async def amend_decided(order: Order, change: SubmittedChange, by: Actor, now: datetime) -> Amended:
    """Make a change that somebody has just said yes to, if the order is still the one that it was about."""
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    if content_of(order, lines) != change.was:
        raise ChangeOutdated(order.number, goods_of(lines), order.total, change.id)
    await settle(change, "approved", "", by=by, now=now)
    try:
        return await _carried_out(order, wish_of(change), _Hands(by, replace(by, name=change.by), change), now)
    except Refusal as no:
        raise ChangeOutdated(order.number, goods_of(lines), order.total, change.id) from no


async def _carried_out(order: Order, wish: Wish, hands: _Hands, now: datetime) -> Amended:
    await locked_with_kits((await planned(order, wish, hands.writer)).skus)
    # Read again: only now nobody gives goods to its lines any more, or takes them away.
    plan, was = await planned(order, wish, hands.writer), order.total
    freed = await give_way(plan)
    await balance_held(plan.customer)
    found = await worked_out(plan, wish, hands.writer, now)
    if found.reasons and hands.decided is None:
        raise AmendmentHeld(order.number, found.reasons)
    if hands.decided is not None and found.total != hands.decided.total:
        raise ChangeOutdated(order.number, found.goods, found.total, hands.decided.id)
    lines = await keep(plan, freed)
    await _write(order, wish, lines, found.total, now)
    await lane.within(owed_more(order.customer_id, found.total - was))
    if hands.decided is None:
        await overtaken(order.number, by=hands.by, now=now)
    if plan.texts or replace(wish.details, po=None) != NO_DETAILS:
        await stop_picks(order, "changed", by=hands.by, now=now)
    leads = {sku: product.lead_days for sku, product in plan.products.items()}
    short = await lane.within(request_missing(order, lines, leads, by=hands.by.name, now=now, source=hands.cause))
    if short:
        await lane.within(offered(order, plan.lines, by=hands.by, now=now))
    changes = tuple(plan.texts)
    event = OrderAmended(
        order=order.number,
        goods=found.goods,
        total=format(found.total, "f"),
        changes=changes,
        promised=order.promised_date.isoformat() if order.promised_date else None,
        hearers=await writer_of(hands.decided) if hands.decided is not None else (),
    )
    await record(event, by=hands.by, at=now, source=hands.cause)
    await close_if_done(order, plan.lines, by=hands.by, now=now)
    return Amended(order.number, found.goods, found.total, was, order.promised_date, changes, order.version, short)


async def _write(order: Order, wish: Wish, grown: Sequence[OrderLine], total: Decimal, now: datetime) -> None:
    today = shop_day(now)
    order.total = total
    details = wish.details
    delivery = details.delivery or order.delivery_wish
    if details.delivery is not None:
        order.wish, order.requested_date = wish_facts(details.delivery), details.delivery.last_day
    if grown or details.delivery is not None:
        leads = dict(await Product.filter(sku__in=skus_of(grown)).values_list("sku", "lead_days"))
        known = await last_of_it(order, today=today)
        # What is known of goods on their way is better than lead times; of an order that is paused nothing is.
        supplies = [Supply(line.short <= 0, leads.get(line.sku, 0)) for line in grown] if known is None else []
        named = promise(supplies, today=today, wish=delivery)
        day = max(named, known or named)
        # More goods may make an order later, never earlier than was told, unless another day is asked for.
        order.promised_date = day if details.delivery is not None else max(order.promised_date or day, day)
    said = {"address": details.address, "name": details.contact_name, "phone": details.contact_phone}
    order.ship_to = order.ship_to | {name: text for name, text in said.items() if text and text != "@last"}
    order.remark = details.remark or order.remark
    order.po = kept(details.po or "") or order.po
    await order.save(update_fields=["total", "wish", "requested_date", "promised_date", "ship_to", "remark", "po"])
