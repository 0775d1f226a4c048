"""From a draft to an order: quoted without a trace, placed once with its stock reserved, cancelled as a whole."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from tortoise.exceptions import IntegrityError

from domain import lane
from domain.allocating import Covered, Shortage, wanted_by
from domain.dealerrors import PartlySent
from domain.earmarks import consumed
from domain.errors import Refusal, StepRefused
from domain.events import OrderAccepted, OrderCancelled, OrderHeld
from domain.faults import fault
from domain.holding import held as held_order
from domain.lane import Script
from domain.models import Order, OrderLine, OrderNumber
from domain.models.orders import wish_facts
from domain.owing import owed_more, secured
from domain.picking import stop_picks
from domain.purchasing import request_missing, still_missing
from domain.quotedvalues import DraftLine, OrderDraft, Quote, QuotedLine
from domain.quoting import quoted
from domain.recording import brought_about, record, recorded
from domain.restocking import release
from domain.rules.kits import frozen
from domain.rules.lifecycle import STOOD, OrderState, Step, after, may
from domain.rules.numbering import numbered
from domain.rules.ponumbers import kept
from domain.rules.review import Reason
from domain.rules.rights import WRITING, require
from domain.shortages import offered
from domain.submitting import overtaken
from domain.tally import ORDERS_HELD, ORDERS_PASSED, count
from domain.transaction import transact, transact_script
from domain.values import Actor, Role
from domain.wording import goods_of, rest_of

__all__ = [
    "Cancelled", "DraftLine", "OrderDraft", "Placed", "Quote", "QuotedLine", "cancel_order", "place_order",
    "place_orders", "quote",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a draft; ``repeated`` when it had become an order before."""

    number: str
    state: OrderState
    reasons: tuple[Reason, ...]
    promised: date | None
    total: Decimal
    goods: str
    short: tuple[Shortage, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An order that was taken back."""

    number: str
    goods: str


async def quote(draft: OrderDraft, *, by: Actor, now: datetime) -> Quote:
    """Price, stock and day of a draft; writes nothing. Raises a refusal for what cannot be ordered like this."""
    return await quoted(draft, by=by, now=now)


async def place_order(draft: OrderDraft, *, by: Actor, now: datetime) -> Placed:
    """Book a draft, once: a second call with the same key finds the first order.

    What passes the review is accepted and its stock reserved, short lines as far as there is stock; what does not is
    held for a person, and nothing is reserved. All or nothing.
    """
    require(by, WRITING)
    try:
        offer = await quoted(draft, by=by, now=now)
        placed = await transact_script(lambda: _place(draft, offer, by, now))
    except (Refusal, IntegrityError):
        # The key was used: what it became counts, even if it could not be ordered like this any more.
        found = await _placed_before(draft)
        if found is None:
            raise
        return found
    fault("order.committed")
    _count(placed)
    return placed


async def place_orders(drafts: Sequence[OrderDraft], *, by: Actor, now: datetime) -> tuple[Placed, ...]:
    """Book several drafts, all of them or none; refuses all when one cannot be ordered."""
    require(by, WRITING)
    offers = [await quoted(draft, by=by, now=now) for draft in drafts]

    def all_of_them() -> Script[tuple[Placed, ...]]:
        placed = []
        for draft, offer in zip(drafts, offers, strict=True):
            placed.append((yield from _place(draft, offer, by, now)))
        return tuple(placed)

    done = await transact_script(all_of_them) if drafts else ()
    for placed in done:
        _count(placed)
    return done


def _count(placed: Placed) -> None:
    count(ORDERS_HELD if placed.state is OrderState.AWAITING_APPROVAL else ORDERS_PASSED)


async def cancel_order(number: str, reason: str, *, by: Actor, now: datetime, cause: str = "") -> Cancelled:
    """Take an order back of which nothing has left the house, once per ``cause``; what it reserved goes with it."""
    require(by, WRITING)
    return await transact(lambda: _cancel(number, reason, by, now, cause))


def _place(draft: OrderDraft, offer: Quote, by: Actor, now: datetime) -> Script[Placed]:
    serial = yield lane.insert(OrderNumber, [{"asked_by": draft.key}], then="RETURNING id")
    fault("order.numbered")
    # What is held takes no goods: those that are kept for it go to who waits when their time is up.
    if offer.keep_minutes is not None and offer.review.verdict != "held":
        yield from consumed(draft.key, wanted_by(offer.demands))
    offer, covered = yield from secured(offer)
    held = offer.review.verdict == "held"
    promised = None if held else offer.promise(covered)
    order = Order(
        number=numbered(serial.rows[0][0]),
        asked_by=draft.key,
        customer_id=offer.customer_id,
        contact_id=by.contact,
        rep_id=by.staff if Role.SALES in by.roles else offer.rep,
        placed_by=by.name,
        placed_by_staff_id=by.staff,
        channel=draft.channel,
        state=after(OrderState.IN_REVIEW, Step.HOLD if held else Step.PASS),
        review=asdict(offer.review),
        wish=wish_facts(draft.details.delivery),
        requested_date=offer.requested,
        promised_date=promised,
        first_promised=promised,
        ship_to=offer.ship_to,
        remark=draft.details.remark or "",
        po=kept(draft.details.po or "") or None,
        tax=draft.details.tax,
        total=offer.total,
        placed_at=now,
    )
    made = yield lane.insert_models([order], then="RETURNING id")
    order.id = made.rows[0][0]
    lines = _lines(order, offer, covered)
    ids = yield lane.insert_models(lines, then="RETURNING position, id")
    for position, line_id in ids.rows:
        lines[position].id = line_id
    fault("order.written")
    short = yield from _tell(order, offer, lines, by=by, now=now)
    fault("order.recorded")
    return Placed(order.number, order.state, offer.review.reasons, order.promised_date, offer.total, offer.goods, short)


def _lines(order: Order, offer: Quote, covered: tuple[Covered, ...]) -> list[OrderLine]:
    reserved = {c.position: c.reserved for c in covered}
    return [
        OrderLine(
            order_id=order.id,
            position=position,
            sku=line.sku,
            name=line.name,
            qty=line.qty,
            unit=line.unit,
            base_unit=line.base_unit,
            ratio=line.ratio,
            base_qty=line.base_qty,
            unit_price=line.unit_price,
            price_unit=line.price_unit,
            price_source=line.price_source,
            price_facts=dict(line.price_facts) or None,
            amount=line.amount,
            parts=frozen(line.parts),
            reserved=reserved.get(position, Decimal(0)),
        )
        for position, line in enumerate(offer.lines)
    ]


def _tell(
    order: Order, offer: Quote, lines: list[OrderLine], *, by: Actor, now: datetime
) -> Script[tuple[Shortage, ...]]:
    if order.state is not OrderState.AWAITING_APPROVAL:
        return (yield from accepted(order, lines, by=by, now=now, leads=offer.leads))
    reasons = tuple(reason.code for reason in offer.review.reasons)
    held = OrderHeld(order=order.number, goods=offer.goods, total=format(offer.total, "f"), reasons=reasons)
    yield from recorded(held, by=by, at=now, source=order.asked_by)
    return ()


def accepted(
    order: Order, lines: list[OrderLine], *, by: Actor, now: datetime, leads: dict[str, int]
) -> Script[tuple[Shortage, ...]]:
    """Say that the order stands, and ask for what is missing; part of the transaction that accepted it."""
    promised = order.promised_date.isoformat() if order.promised_date else None
    event = OrderAccepted(
        order=order.number,
        goods=goods_of(lines),
        total=format(order.total, "f"),
        promised=promised,
        approved_by=order.decided_by,
    )
    yield from recorded(event, by=by, at=now, source=order.asked_by)
    short = yield from request_missing(order, lines, leads, by=by.name, now=now)
    if short:
        yield from offered(order, lines, by=by, now=now)
    return short


async def _placed_before(draft: OrderDraft) -> Placed | None:
    order = await Order.get_or_none(asked_by=draft.key).prefetch_related("lines")
    if order is None:
        return None
    lines = sorted(order.lines, key=lambda line: line.position)
    reasons = tuple(Reason(r["code"], r["facts"]) for r in order.review.get("reasons", ()))
    short = await still_missing(lines)
    return Placed(
        order.number, order.state, reasons, order.promised_date, order.total, goods_of(lines), short, repeated=True
    )


async def _cancel(number: str, reason: str, by: Actor, now: datetime, cause: str) -> Cancelled:
    order = await held_order(number, by)
    for facts in await brought_about(number, OrderCancelled, cause):
        return Cancelled(number, facts["goods"])
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    if not may(order.state, Step.CANCEL):
        raise StepRefused(number, order.state, Step.CANCEL)
    if any(line.shipped for line in lines):
        raise PartlySent(number, rest_of(lines))
    await Order.filter(id=order.id).update(
        state=after(order.state, Step.CANCEL), reason=reason[:400], decided_by=by.name, decided_at=now
    )
    await release(lines)
    await stop_picks(order, "cancelled", by=by, now=now)
    await overtaken(number, by=by, now=now)
    if order.state in STOOD:
        await lane.within(owed_more(order.customer_id, -order.total))
    await record(OrderCancelled(order=number, goods=goods_of(lines), reason=reason), by=by, at=now, source=cause)
    return Cancelled(number, goods_of(lines))
