"""What becomes of goods that lack: the buyer's answer done on what lacks then, or the default once time is up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tortoise.expressions import Subquery

from domain import lane
from domain.allocating import skus_of
from domain.amending import amend_here, try_amendment
from domain.amendplan import Wish
from domain.closing import close_here
from domain.commands import Change, Op
from domain.dealerrors import NoSubstitute, NothingLacks, NothingLeft
from domain.dealevents import ShortageSettled
from domain.errors import Refusal, StepRefused
from domain.holding import held
from domain.kin import locked_with_kits
from domain.models import Order, OrderLine, ShortageOffer
from domain.owing import owed_more
from domain.policy import shop_day
from domain.recording import brought_about, first_effect, record
from domain.regranting import CHANGED
from domain.repricing import ratio_of, resize, total_of
from domain.repromising import earliest_day
from domain.restocking import shrink
from domain.rules.lifecycle import FINAL, Step, may
from domain.rules.rights import WRITING, require
from domain.seeing import visible
from domain.shortages import CANCEL, SEND, SWAP, WAIT, lacking_words, lacks, substitutes
from domain.transaction import transact
from domain.values import SYSTEM, Actor, money
from domain.wording import goods_of

BATCH = 200
LISTED = 5
OVER = "over"
"""Kept in the place of a choice when nothing lacked any more by the deadline."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way on: ``day`` is when the order is whole by it, ``total`` what it then costs when that changes."""

    code: str
    day: date | None
    total: Decimal | None = None
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What lacks of an order, what can be done about it, and what is done at the deadline without a word."""

    number: str
    lacking: str
    soon: date
    choices: tuple[Choice, ...]
    fallback: str
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """An order after a choice; ``lacking`` is what the choice was about."""

    number: str
    choice: str
    goods: str
    lacking: str
    total: Decimal
    promised: date | None
    repeated: bool = False


async def offer_of(number: str, *, by: Actor, now: datetime) -> Offer | None:
    """The choices for an order with their days; None when it was never asked about or nothing lacks any more."""
    row = await ShortageOffer.get_or_none(order_number=number)
    order = await Order.get_or_none(number=number)
    if row is None or order is None or order.state in FINAL:
        return None
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    soon = earliest_day(order, shop_day(now))
    choices = [Choice(code, order.promised_date) for code in row.choices if code in (SEND, WAIT)]
    if SWAP in row.choices:
        choices += await _swap_choice(order, lines, row.swaps, by, now)
    choices += [Choice(code, soon) for code in row.choices if code == CANCEL]
    if not lacks(lines):
        return None
    return Offer(number, lacking_words(lines), soon, tuple(choices), row.fallback, row.deadline)


async def codes_of(number: str) -> tuple[str, ...]:
    """The choices in the order of their numbers; none when nothing was asked."""
    row = await ShortageOffer.get_or_none(order_number=number)
    return tuple(row.choices) if row is not None else ()


async def unanswered(actor: Actor) -> list[str]:
    """The orders of this person whose question is open while something lacks, the newest first."""
    asked = Subquery(ShortageOffer.filter(choice__isnull=True).values("order_number"))
    rows = visible(actor).exclude(state__in=list(FINAL)).filter(number__in=asked).order_by("-id").limit(LISTED)
    return [row.number for row in await rows.prefetch_related("lines") if lacks(list(row.lines))]


async def settled_by(cause: str, *, heard_at: datetime) -> str | None:
    """The order of which a message that names none has settled already what becomes of what lacks."""
    event = await first_effect(ShortageSettled, cause, heard_at=heard_at)
    return event.order_number if event is not None else None


async def choose(number: str, choice: str, *, by: Actor, now: datetime, cause: str = "") -> Chosen:
    """Do about what lacks what the buyer wants, on what lacks now; the same choice again changes nothing.

    Also after the deadline, and with another choice than before, as long as something lacks. Once per ``cause``.
    """
    require(by, WRITING)
    return await transact(lambda: _choose(number, choice, by, now, cause))


async def settle_silent(now: datetime) -> int:
    """Carry the default out where nobody answered in time, once; how many orders were told."""
    due = ShortageOffer.filter(choice__isnull=True, deadline__lte=now).order_by("deadline").limit(BATCH)
    told = 0
    for number in [row.order_number for row in await due]:
        told += await transact(lambda number=number: _settle(number, now))  # type: ignore[misc]
    return told


async def _swap_choice(
    order: Order, lines: Sequence[OrderLine], swaps: dict[str, str], by: Actor, now: datetime
) -> list[Choice]:
    """The choice of substitutes with what the order then costs; none when it would be refused by now."""
    try:
        tried = await try_amendment(order.number, _swap_wish(lines, swaps), by=by, now=now)
    except Refusal:
        return []
    if tried.reasons:
        return []
    return [Choice(SWAP, earliest_day(order, shop_day(now)), tried.total, "、".join(dict.fromkeys(swaps.values())))]


def _swap_wish(lines: Sequence[OrderLine], swaps: dict[str, str]) -> Wish:
    units = {line.sku: line.base_unit for line in lines}
    ops: list[Change] = []
    for sku, qty in lacks(lines).items():
        if sku in swaps:
            same = {"qty": qty, "unit": units[sku], "base_qty": qty}
            ops += [Change(Op.SUB, sku, **same), Change(Op.ADD, swaps[sku], **same)]  # type: ignore[arg-type]
    return Wish(tuple(ops))


async def _choose(number: str, choice: str, by: Actor, now: datetime, cause: str) -> Chosen:
    order = await held(number, by)
    for told in await brought_about(number, ShortageSettled, cause):
        day = told["promised"] and date.fromisoformat(told["promised"])
        return Chosen(number, told["choice"], told["goods"], told["lacking"], order.total, day)
    if not may(order.state, Step.AMEND):
        raise StepRefused(number, order.state, Step.AMEND)
    await locked_with_kits(skus_of(await OrderLine.filter(order_id=order.id)))
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    lacking, words = lacks(lines), lacking_words(lines)
    row = await ShortageOffer.get_or_none(order_number=number)
    if row is not None and row.choice == choice and (not lacking or choice in (SEND, WAIT)):
        return Chosen(number, choice, goods_of(lines), words, order.total, order.promised_date, repeated=True)
    if not lacking:
        raise NothingLacks(number)
    await _carry_out(choice, order, lines, by, now)
    settled: dict[str, Any] = {"choice": choice, "decided_by": by.name, "decided_at": now}
    if not await ShortageOffer.filter(order_number=number).update(**settled):
        await ShortageOffer.create(order_number=number, fallback=choice, deadline=now, **settled)
    chosen = await _chosen(order, choice, words)
    await _tell(chosen, by, now, cause)
    return chosen


async def _carry_out(choice: str, order: Order, lines: Sequence[OrderLine], by: Actor, now: datetime) -> None:
    if choice in (SEND, WAIT):
        await Order.filter(id=order.id).update(ship_whole=choice == WAIT)
        return
    if choice == SWAP:
        swaps = await lane.within(substitutes(lacks(lines)))
        if not swaps:
            raise NoSubstitute(order.number)
        await amend_here(order.number, _swap_wish(lines, swaps), order.version, by, now)
    elif any(line.reserved for line in lines):
        await _call_off(order, lines)
    elif any(line.shipped for line in lines):
        await close_here(order.number, "", by, now)
        return
    else:
        raise NothingLeft(order.number)
    await Order.filter(id=order.id).update(promised_date=earliest_day(order, shop_day(now)), ship_whole=False)


async def _call_off(order: Order, lines: Sequence[OrderLine]) -> None:
    """What lacks will not come; what is left keeps the price that was agreed, for it is no wish of the buyer's."""
    for line in lines:
        if line.short > 0:
            await shrink(line.id, line.goods(line.short))
            per = ratio_of(line)
            if line.short == line.base_qty:
                line.cancelled = line.base_qty
            else:
                resize(line, line.base_qty - line.short)
            line.amount = money(line.unit_price * (line.base_qty - line.cancelled) / per)
            await line.save(update_fields=list(CHANGED))
    total = total_of(lines)
    await Order.filter(id=order.id).update(total=total)
    await lane.within(owed_more(order.customer_id, total - order.total))


async def _chosen(order: Order, choice: str, lacking: str) -> Chosen:
    await order.refresh_from_db(fields=["total", "promised_date"])
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    goods = goods_of(lines)
    return Chosen(order.number, choice, goods, lacking, order.total, order.promised_date)


async def _tell(chosen: Chosen, by: Actor, now: datetime, cause: str = "") -> None:
    event = ShortageSettled(
        order=chosen.number,
        choice=chosen.choice,
        goods=chosen.goods,
        lacking=chosen.lacking,
        promised=chosen.promised.isoformat() if chosen.promised else None,
        unanswered=by == SYSTEM,
    )
    await record(event, by=by, at=now, source=cause)


async def _settle(number: str, now: datetime) -> bool:
    order = await held(number, SYSTEM)
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    row = await ShortageOffer.get(order_number=number)
    lacking = lacking_words(lines) if may(order.state, Step.AMEND) else ""
    choice = row.fallback if lacking else OVER
    # Whoever answered in the meantime has decided.
    open_still = ShortageOffer.filter(order_number=number, choice__isnull=True)
    if not await open_still.update(choice=choice, decided_by=SYSTEM.name, decided_at=now) or not lacking:
        return False
    await Order.filter(id=order.id).update(ship_whole=choice == WAIT)
    await _tell(await _chosen(order, choice, lacking), SYSTEM, now)
    return True
