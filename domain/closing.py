"""An order that stops: its rest called off for good, or all of it held back until somebody lets it go on."""

from dataclasses import dataclass
from datetime import datetime

from domain import lane
from domain.allocating import locked, skus_of
from domain.dealerrors import NothingLeft
from domain.dealevents import OrderPaused, OrderResumed, OrderShortClosed
from domain.errors import StepRefused
from domain.events import BusinessEvent
from domain.holding import held
from domain.models import Order, OrderLine
from domain.owing import owed_more
from domain.picking import stop_picks
from domain.recording import record
from domain.repricing import ratio_of, total_of
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


async def close_short(number: str, reason: str, *, by: Actor, now: datetime) -> Stopped:
    """Call off what has not left the house of an order of which something has; its reservations go to others."""
    require(by, WRITING)
    return await transact(lambda: close_here(number, reason, by, now))


async def pause(number: str, reason: str, *, by: Actor, now: datetime) -> Stopped:
    """Let nothing leave the house for an order; what is reserved stays reserved."""
    require(by, HOLDING)
    return await transact(lambda: _pause(number, reason, by, now))


async def resume(number: str, *, by: Actor, now: datetime) -> Stopped:
    """Let a paused order go on."""
    require(by, HOLDING)
    return await transact(lambda: _resume(number, by, now))


async def close_here(number: str, reason: str, by: Actor, now: datetime) -> Stopped:
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
    return await _done(order, Step.SHORT_CLOSE, event, Stopped(number, goods_of(lines), rest), by=by, now=now)


async def _pause(number: str, reason: str, by: Actor, now: datetime) -> Stopped:
    order, lines = await _order(number, Step.PAUSE, by)
    await Order.filter(id=order.id).update(hold_reason=reason[:400], held_by=by.name, held_at=now)
    event = OrderPaused(order=number, goods=goods_of(lines), reason=reason)
    return await _done(order, Step.PAUSE, event, Stopped(number, goods_of(lines), rest_of(lines)), by=by, now=now)


async def _resume(number: str, by: Actor, now: datetime) -> Stopped:
    order, lines = await _order(number, Step.RESUME, by)
    await Order.filter(id=order.id).update(hold_reason=None, held_by=None, held_at=None)
    event = OrderResumed(order=number, goods=goods_of(lines))
    stopped = Stopped(number, goods_of(lines), rest_of(lines))
    done = await _done(order, Step.RESUME, event, stopped, by=by, now=now)
    # What came in while it was paused was not given to it.
    skus = sorted(skus_of(line for line in lines if line.short > 0))
    await locked(skus)
    for sku in skus:
        await fill_short(sku)
    return done


async def _order(number: str, step: Step, by: Actor) -> tuple[Order, list[OrderLine]]:
    order = await held(number, by)
    if not may(order.state, step):
        raise StepRefused(number, order.state, step)
    return order, await OrderLine.filter(order_id=order.id).order_by("position")


async def _done(
    order: Order, step: Step, event: BusinessEvent, stopped: Stopped, *, by: Actor, now: datetime
) -> Stopped:
    await Order.filter(id=order.id).update(state=after(order.state, step))
    await record(event, by=by, at=now)
    return stopped
