"""One order before the others: shown first with who loses what and their new days, done only as it was shown."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from tortoise.expressions import F

from domain.allocating import locked, skus_of
from domain.errors import StepRefused
from domain.holding import held
from domain.incoming import Waiting, arrivals_of, at_hand, place_of, waiting_lines
from domain.models import Order, OrderLine
from domain.policy import shop_day
from domain.queueing import claims_on, hold, let_go
from domain.rationing import leads_of, short_again
from domain.recording import record
from domain.restocking import shrink
from domain.rules.allocation import Part, withdraw
from domain.rules.kits import ONE, ZERO, taken
from domain.rules.lifecycle import OrderState
from domain.rules.rights import CORRECTING, require
from domain.rules.supplying import Want, served, without
from domain.rules.workdays import next_workday
from domain.stockerrors import (
    NothingToGain,
    SwapOutdated,
)
from domain.stockevents import GoodsSwapped
from domain.transaction import transact
from domain.values import Actor, plain


@dataclass(frozen=True, slots=True)
class Loser:
    """An order that gives goods up, and the day that can be kept for it afterwards."""

    order: str
    sku: str
    qty: Decimal
    unit: str
    before: date | None
    after: date


@dataclass(frozen=True, slots=True)
class Swap:
    """What an order would gain, from whom; ``seal`` stands for exactly this."""

    order: str
    gains: tuple[tuple[str, Decimal, str], ...]
    losers: tuple[Loser, ...]
    seal: str


async def preview(number: str, *, by: Actor, now: datetime) -> Swap:
    """Who would lose what if this order came first; writes nothing. Refused when nobody has what it lacks."""
    require(by, CORRECTING)
    order = await Order.get_or_none(number=number)
    if order is None or order.state is not OrderState.ACCEPTED:
        raise StepRefused(number, order.state if order else "", "prioritise")
    swap = await _planned(order, now)
    if not swap.gains:
        raise NothingToGain(number)
    return swap


async def prioritise(number: str, seal: str, *, by: Actor, now: datetime) -> Swap:
    """Give the order what was shown; refused when it would be other goods or other losers by now."""
    require(by, CORRECTING)
    return await transact(lambda: _swap(number, seal, by, now))


async def _swap(number: str, seal: str, by: Actor, now: datetime) -> Swap:
    order = await held(number, by)
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    await locked(skus_of(lines))
    swap = await _planned(order, now)
    if swap.seal != seal:
        raise SwapOutdated(number)
    for line in lines:
        await _serve(order, line, by, now)
    await Order.filter(id=order.id).update(priority=F("priority") + 1)
    for loser in swap.losers:
        lost = f"{loser.sku} {plain(loser.qty)}{loser.unit}"
        await record(GoodsSwapped(order=loser.order, goods=lost, winner=number), by=by, at=now)
    return swap


async def _serve(order: Order, line: OrderLine, by: Actor, now: datetime) -> None:
    for part in await _givers(order, line):
        # The shelves do not change: the same goods are reserved for somebody else.
        given = await let_go(part.claim.line, part.qty)
        assert given, "a locked reservation changed"
        taken = await hold(line.id, part.qty)
        assert taken, "a locked line changed"
        await shrink(line.id, line.goods(part.qty))
        await short_again(part.claim.line, part.qty, by=by.name, now=now)


async def _givers(order: Order, line: OrderLine) -> tuple[Part, ...]:
    """Of whom the same can be had: whole kits for kits; they are not taken apart, nor put together of single goods."""
    if line.short <= 0:
        return ()
    mine = line.goods(ONE)
    others = [claim for claim in await claims_on(min(mine)) if claim.order != order.number]
    alike = [replace(claim, per=ONE) for claim in others if bool(claim.parts) == bool(line.parts)]
    return withdraw([claim for claim in alike if taken(line.sku, claim.parts, ONE) == mine], line.short)


async def _planned(order: Order, now: datetime) -> Swap:
    today = shop_day(now)
    gains, losers = [], []
    for line in await OrderLine.filter(order_id=order.id).order_by("position"):
        parts = await _givers(order, line)
        if parts:
            gains.append((line.sku, sum((p.qty for p in parts), Decimal(0)), line.base_unit))
            days = await _days_after(line, parts, today)
            losers += [
                Loser(p.claim.order, line.sku, p.qty, line.base_unit, p.claim.promised, days[p.claim.line])
                for p in parts
            ]
    told = "|".join(f"{one.order}:{one.sku}:{plain(one.qty)}" for one in losers)
    # The place in the queue goes by the first day that was named; whoever loses was told the latest.
    days_told = dict(
        await Order.filter(number__in=[one.order for one in losers]).values_list("number", "promised_date")
    )
    losers = [replace(one, before=days_told[one.order]) for one in losers]
    return Swap(order.number, tuple(gains), tuple(losers), hashlib.sha256(told.encode()).hexdigest()[:16])


async def _days_after(line: OrderLine, parts: tuple[Part, ...], today: date) -> dict[int, date]:
    """When each loser can be whole again, behind what is coming and those who wait already; a kit with its last part.

    Kits wait for some of their parts only, so those who lack single goods do not wait behind them.
    """
    goods, leads = line.goods(ONE), await leads_of([line])
    arrivals = [*await at_hand([line], today), *await arrivals_of(goods)]
    losers = {part.claim.line for part in parts}
    waiting = [one for one in await waiting_lines(set(goods), today=today) if one.line.id not in losers | {line.id}]
    waiting = [one for one in waiting if line.parts or not one.line.parts]
    days = dict.fromkeys(losers, next_workday(today))
    for sku, per in goods.items():
        usual = without(None, leads.get(sku, 0), today=today)
        wants = [Want(p.claim.line, sku, p.claim.place, (p.qty + p.claim.short) * per, usual) for p in parts]
        wants += [_behind(one, sku, usual) for one in waiting]
        found = served(wants, arrivals, today=today)
        days = {loser: max(day, found[loser].on) for loser, day in days.items()}
    return days


def _behind(one: Waiting, sku: str, usual: date) -> Want:
    return Want(one.line.id, sku, place_of(one.order, one.line), one.line.goods(one.line.short).get(sku, ZERO), usual)
