"""Decisions on held orders: the first one counts, nobody decides an own order; perhaps several levels."""

from dataclasses import dataclass
from datetime import date, datetime

from domain import lane
from domain.allocating import Shortage, reserve_lines, skus_of
from domain.amending import amend_decided
from domain.approving import Waiting, closed, given, judged, too_late, waiting_of
from domain.asking import approval_of, change_of
from domain.dealerrors import ChangeOutdated
from domain.dealevents import ChangeRefused
from domain.events import OrderRejected
from domain.holding import held
from domain.models import Approval, Order, OrderLine, Product, SubmittedChange
from domain.officeevents import ApprovalGiven
from domain.ordering import accepted
from domain.owing import owed_more
from domain.policy import shop_day
from domain.purchasing import still_missing
from domain.rechecking import added, come_up
from domain.recording import brought_about, first_effect, record
from domain.repromising import last_of_it
from domain.reviewerrors import MoreAgainst
from domain.rules.lifecycle import OrderState, Step, after, may
from domain.rules.promising import promise
from domain.rules.rights import DECIDING, require
from domain.submitting import overtaken, settle, tell_refused
from domain.transaction import transact
from domain.values import Actor
from domain.wording import goods_of


@dataclass(frozen=True, slots=True)
class Decided:
    """An order after a decision, or with ``changes`` after one on a change of it."""

    number: str
    state: OrderState
    goods: str
    promised: date | None
    short: tuple[Shortage, ...] = ()
    instead_of: str = ""
    waits: Waiting | None = None
    changes: tuple[str, ...] = ()


async def approve(
    number: str, *, by: Actor, now: datetime, heard_at: datetime | None = None, cause: str = ""
) -> Decided:
    """Say yes to a held order. With the last yes it stands: its stock is reserved, what is missing asked of purchasing.

    ``heard_at`` is when the answer was written: one that is older than the question is refused. Once per ``cause``: a
    second call is answered as the first.
    """
    require(by, DECIDING)
    try:
        return await transact(lambda: _approve(number, by, now, heard_at, cause))
    except ChangeOutdated as no:
        outdated = no.change
        await transact(lambda: _dropped(number, outdated, by, now))
        raise
    except MoreAgainst as no:
        more = no
        await transact(lambda: added(more, by=by, now=now))
        raise


async def reject(
    number: str, reason: str, *, by: Actor, now: datetime, heard_at: datetime | None = None, cause: str = ""
) -> Decided:
    """Refuse a held order, whatever its level; the reason is told to the customer and the rep. Once per ``cause``."""
    require(by, DECIDING)

    async def work() -> Decided:
        order = await held(number, by)
        before = await _rejected_before(order, by, cause)
        return before or await _reject(order, reason, by=by, now=now, heard_at=heard_at, cause=cause)

    return await transact(work)


async def decided_by(cause: str, *, heard_at: datetime) -> str | None:
    """The order on which a message that names none has decided already."""
    for kind in (ApprovalGiven, OrderRejected, ChangeRefused):
        event = await first_effect(kind, cause, heard_at=heard_at)
        if event is not None:
            return event.order_number
    return None


async def _approve(number: str, by: Actor, now: datetime, heard_at: datetime | None, cause: str) -> Decided:
    order = await held(number, by)
    for before in await brought_about(number, ApprovalGiven, cause):
        return await _approved_before(order, before["instead_of"])
    change = await change_of(order)
    approval = await _asked(order, Step.APPROVE, by, now, heard_at)
    if change is None and (more := await come_up(order, now=now)):
        raise MoreAgainst(number, more)
    stood_in = approval.instead_of if approval.approver_id == by.staff else ""
    waits = await given(order, approval, by=by, now=now, source=cause)
    if waits is not None:
        goods = goods_of(await OrderLine.filter(order_id=order.id).order_by("position"))
        return Decided(number, order.state, goods, None, instead_of=stood_in, waits=waits)
    if change is not None:
        done = await amend_decided(order, change, by, now)
        state, changes = order.state, tuple(change.changes)
        return Decided(number, state, done.goods, done.promised, done.short, stood_in, changes=changes)
    order = await _decide(order, Step.APPROVE, "", by, now)
    lines = await reserve_lines(await OrderLine.filter(order_id=order.id).order_by("position"))
    leads = dict(await Product.filter(sku__in=skus_of(lines)).values_list("sku", "lead_days"))
    today = shop_day(now)
    day = promise((), today=today, wish=order.delivery_wish)
    if any(line.short > 0 for line in lines):
        day = max(day, await last_of_it(order, today=today) or day)
    order.promised_date = order.first_promised = day
    await Order.filter(id=order.id).update(promised_date=order.promised_date, first_promised=order.promised_date)
    await lane.within(owed_more(order.customer_id, order.total))
    short = await lane.within(accepted(order, lines, by=by, now=now, leads=leads))
    return Decided(number, order.state, goods_of(lines), order.promised_date, short, instead_of=stood_in)


async def _approved_before(order: Order, stood_in: str) -> Decided:
    """What a yes has led to, as far as it still stands."""
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    left = [line for line in lines if line.base_qty > line.cancelled]
    approval = await Approval.get(order_number=order.number)
    if approval.live:
        waits = waiting_of(approval)
        return Decided(order.number, order.state, goods_of(lines), None, instead_of=stood_in, waits=waits)
    change = await SubmittedChange.filter(order_number=order.number, state="approved").order_by("-id").first()
    changes = tuple(change.changes) if change is not None else ()
    short = await still_missing(left)
    return Decided(
        order.number, order.state, goods_of(left), order.promised_date, short, instead_of=stood_in, changes=changes
    )


async def _rejected_before(order: Order, by: Actor, cause: str) -> Decided | None:
    for before in await brought_about(order.number, OrderRejected, cause):
        return Decided(order.number, order.state, before["goods"], None, instead_of=before["instead_of"])
    for before in await brought_about(order.number, ChangeRefused, cause):
        approval = await Approval.get(order_number=order.number)
        stood_in = approval.instead_of if approval.approver_id == by.staff else ""
        return Decided(order.number, order.state, "", None, instead_of=stood_in, changes=tuple(before["changes"]))
    return None


async def _reject(
    order: Order, reason: str, *, by: Actor, now: datetime, heard_at: datetime | None, cause: str
) -> Decided:
    number = order.number
    change = await change_of(order)
    approval = await _asked(order, Step.REJECT, by, now, heard_at)
    stood_in = approval.instead_of if approval.approver_id == by.staff else ""
    if change is not None:
        await settle(change, "rejected", reason, by=by, now=now)
        await tell_refused(change, by=by, now=now, source=cause)
        return Decided(number, order.state, change.goods, None, instead_of=stood_in, changes=tuple(change.changes))
    await closed(approval)
    order = await _decide(order, Step.REJECT, reason, by, now)
    goods = goods_of(await OrderLine.filter(order_id=order.id).order_by("position"))
    event = OrderRejected(order=number, goods=goods, reason=reason, instead_of=stood_in)
    await record(event, by=by, at=now, source=cause)
    return Decided(number, order.state, goods, None, instead_of=stood_in)


async def _dropped(number: str, change: int, by: Actor, now: datetime) -> None:
    # Between the two transactions somebody may have submitted another one, which is about the order as it is now.
    await held(number, by)
    await overtaken(number, change, by=by, now=now)


async def _asked(order: Order, step: Step, by: Actor, now: datetime, heard_at: datetime | None) -> Approval:
    if not may(order.state, step) and await change_of(order) is None:
        raise await too_late(order, step)
    approval = await approval_of(order, now=now)
    await judged(order, approval, by=by, heard_at=heard_at)
    return approval


async def _decide(order: Order, step: Step, reason: str, by: Actor, now: datetime) -> Order:
    new = {"state": after(order.state, step), "decided_by": by.name, "decided_at": now, "reason": reason[:400]}
    await Order.filter(id=order.id).update(**new)
    return order.update_from_dict(new)
