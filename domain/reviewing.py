"""Decisions on held orders: the first one counts, nobody decides an own order."""

from dataclasses import dataclass
from datetime import date, datetime

from domain import lane
from domain.allocating import Shortage, reserve_lines
from domain.errors import AlreadyDecided, OwnOrder, StepRefused
from domain.events import OrderRejected
from domain.holding import held
from domain.models import Order, OrderLine, Product
from domain.ordering import accepted
from domain.policy import shop_day
from domain.recording import record
from domain.rules.lifecycle import OrderState, Step, after, may
from domain.rules.promising import Supply, promise
from domain.rules.rights import DECIDING, require
from domain.transaction import transact
from domain.values import Actor
from domain.wording import goods_of


@dataclass(frozen=True, slots=True)
class Decided:
    """An order after a decision."""

    number: str
    state: OrderState
    goods: str
    promised: date | None
    short: tuple[Shortage, ...] = ()


async def approve(number: str, *, by: Actor, now: datetime) -> Decided:
    """Accept a held order: its stock is reserved now, and what is missing is asked of purchasing."""
    require(by, DECIDING)
    return await transact(lambda: _approve(number, by, now))


async def reject(number: str, reason: str, *, by: Actor, now: datetime) -> Decided:
    """Refuse a held order; the reason is told to the customer and the rep."""
    require(by, DECIDING)
    return await transact(lambda: _reject(number, reason, by, now))


async def _approve(number: str, by: Actor, now: datetime) -> Decided:
    order = await _decide(number, Step.APPROVE, "", by, now)
    lines = await reserve_lines(await OrderLine.filter(order_id=order.id).order_by("position"))
    leads = dict(await Product.filter(sku__in=[line.sku for line in lines]).values_list("sku", "lead_days"))
    today = shop_day(now)
    supplies = [Supply(line.short <= 0, leads.get(line.sku, 0)) for line in lines]
    order.promised_date = promise(supplies, today=today, wish=order.delivery_wish)
    await Order.filter(id=order.id).update(promised_date=order.promised_date)
    short = await lane.within(accepted(order, lines, by=by, now=now, leads=leads))
    return Decided(number, order.state, goods_of(lines), order.promised_date, short)


async def _reject(number: str, reason: str, by: Actor, now: datetime) -> Decided:
    order = await _decide(number, Step.REJECT, reason, by, now)
    goods = goods_of(await OrderLine.filter(order_id=order.id).order_by("position"))
    await record(OrderRejected(order=number, goods=goods, reason=reason), by=by, at=now)
    return Decided(number, order.state, goods, None)


async def _decide(number: str, step: Step, reason: str, by: Actor, now: datetime) -> Order:
    order = await held(number, by)
    if not may(order.state, step):
        raise _too_late(order, step)
    if order.placed_by_staff_id is not None and order.placed_by_staff_id == by.staff:
        raise OwnOrder(number)
    new = {"state": after(order.state, step), "decided_by": by.name, "decided_at": now, "reason": reason[:400]}
    await Order.filter(id=order.id).update(**new)
    return order.update_from_dict(new)


def _too_late(order: Order, step: Step) -> AlreadyDecided | StepRefused:
    if order.decided_by is not None and order.decided_at is not None:
        return AlreadyDecided(order.number, order.state, order.decided_by, order.decided_at)
    return StepRefused(order.number, order.state, step)
