"""An order that stops: its rest called off for good, or all of it held back until somebody lets it go on."""

from dataclasses import dataclass
from datetime import datetime

from domain import lane
from domain.allocating import skus_of
from domain.dealerrors import NothingLeft, NothingToHold
from domain.dealevents import OrderPaused, OrderResumed, OrderShortClosed
from domain.delivering import close_if_done
from domain.errors import StepRefused
from domain.events import BusinessEvent
from domain.holding import held, held_as_read
from domain.kin import locked_with_kits
from domain.models import Order, OrderLine
from domain.owing import owed_more
from domain.picking import stop_picks
from domain.recording import brought_about, record
from domain.repricing import ratio_of, total_of
from domain.repromising import catch_up
from domain.restocking import fill_short, release
from domain.rules.lifecycle import Step, after, may
from domain.rules.rights import HOLDING, WRITING, require
from domain.submitting import overtaken
from domain.transaction import transact
from domain.values import Actor, money
from domain.wording import goods_of, rest_of


@dataclass(frozen=True, slots=True)
class Stopped:
    """An order that was stopped or goes on; ``rest`` is what will not come, or what waits."""

    number: str
    goods: str
    rest: str


async def close_short(number: str, reason: str, *, by: Actor, now: datetime, cause: str = "") -> Stopped:
    """Call off what has not left the house of an order of which something has; its reservations go to others.

    Once per ``cause``, as are the other two: a second call is answered as the first.
    """
    require(by, WRITING)

    async def work() -> Stopped:
        before = await _before(number, OrderShortClosed, by, cause)
        return before or await close_here(number, reason, by, now, cause)

    return await transact(work)


async def pause(number: str, reason: str, *, by: Actor, now: datetime, cause: str = "") -> Stopped:
    """Let nothing leave the house for an order; what is reserved stays reserved."""
    require(by, HOLDING)

    async def work() -> Stopped:
        return await _before(number, OrderPaused, by, cause) or await _pause(number, reason, by, now, cause)

    return await transact(work)


async def resume(number: str, *, by: Actor, now: datetime, cause: str = "") -> Stopped:
    """Let a paused order go on."""
    require(by, HOLDING)

    async def work() -> Stopped:
        return await _before(number, OrderResumed, by, cause) or await _resume(number, by, now, cause)

    return await transact(work)


async def _before(number: str, kind: type[BusinessEvent], by: Actor, cause: str) -> Stopped | None:
    """What the same message has done already; the order is held from here on."""
    order = await held_as_read(number, by)
    for facts in await brought_about(number, kind, cause):
        lines = await OrderLine.filter(order_id=order.id).order_by("position")
        rest = facts["goods"] if kind is OrderShortClosed else rest_of(lines)
        return Stopped(number, goods_of(lines), rest)
    return None


async def close_here(number: str, reason: str, by: Actor, now: datetime, source: str = "") -> Stopped:
    """What ``close_short`` does, inside the transaction of the caller."""
    order, lines = await _order(number, Step.SHORT_CLOSE, by)
    if not any(line.shipped for line in lines):
        raise NothingLeft(number)
    rest = rest_of(lines)
    await release(lines)
    await stop_picks(order, "closed", by=by, now=now)
    await overtaken(number, by=by, now=now)
    for line in lines:
        await line.refresh_from_db(fields=["cancelled", "shipped"])
        line.amount = money(line.unit_price * (line.base_qty - line.cancelled) / ratio_of(line))
        await line.save(update_fields=["amount"])
    total = total_of(lines)
    await Order.filter(id=order.id).update(total=total, reason=reason[:400])
    await lane.within(owed_more(order.customer_id, total - order.total))
    event = OrderShortClosed(order=number, goods=rest, reason=reason)
    await _done(order, Step.SHORT_CLOSE)
    await record(event, by=by, at=now, source=source)
    return Stopped(number, goods_of(lines), rest)


async def _pause(number: str, reason: str, by: Actor, now: datetime, source: str) -> Stopped:
    order, lines = await _order(number, Step.PAUSE, by)
    if not rest_of(lines):
        raise NothingToHold(number)
    await Order.filter(id=order.id).update(hold_reason=reason[:400], held_by=by.name, held_at=now)
    event = OrderPaused(order=number, goods=goods_of(lines), reason=reason)
    await _done(order, Step.PAUSE)
    await record(event, by=by, at=now, source=source)
    return Stopped(number, goods_of(lines), rest_of(lines))


async def _resume(number: str, by: Actor, now: datetime, source: str) -> Stopped:
    order, lines = await _order(number, Step.RESUME, by)
    await Order.filter(id=order.id).update(hold_reason=None, held_by=None, held_at=None)
    event = OrderResumed(order=number, goods=goods_of(lines))
    stopped = Stopped(number, goods_of(lines), rest_of(lines))
    await _done(order, Step.RESUME)
    await record(event, by=by, at=now, source=source)
    await close_if_done(order, lines, by=by, now=now)
    # What came in while it was paused was not given to it.
    skus = sorted(skus_of(line for line in lines if line.short > 0))
    await locked_with_kits(skus)
    for sku in skus:
        await fill_short(sku)
    if stopped.rest:
        await catch_up(order, now=now)
    return stopped


async def _order(number: str, step: Step, by: Actor) -> tuple[Order, list[OrderLine]]:
    order = await held(number, by)
    if not may(order.state, step):
        raise StepRefused(number, order.state, step)
    return order, await OrderLine.filter(order_id=order.id).order_by("position")


async def _done(order: Order, step: Step) -> None:
    order.state = after(order.state, step)
    await Order.filter(id=order.id).update(state=order.state)
