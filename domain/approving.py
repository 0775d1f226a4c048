"""Held orders on their way to a decision: who is asked, level by level, handed on, said yes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.asking import (
    approval_of,
    ask,
    change_of,
    in_own_right,
    level_of,
    outsiders,
    restart,
    scene_of,
    started,
    turn_to,
    turned,
)
from domain.dealerrors import ChangeDecided
from domain.errors import AlreadyDecided, OwnOrder, Refusal, StepRefused
from domain.holding import held
from domain.models import Approval, Order, Staff, SubmittedChange
from domain.officeerrors import AnswerOutdated, ColleagueAway, ColleagueBarred, NotYourLevel
from domain.officeevents import ApprovalAsked, ApprovalGiven
from domain.recording import brought_about, record
from domain.rostering import find_member
from domain.rules.approval import Scene, choose
from domain.rules.lifecycle import OrderState, Step, may
from domain.rules.rights import DECIDING, require
from domain.rules.roster import PRESENT, Member, back_at, presence
from domain.transaction import transact
from domain.values import SYSTEM, Actor

GRACE = timedelta(seconds=2)
"""The platform's clock and ours may differ by so much; nobody answers a card that fast."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """With whom a held order waits; ``step`` of ``of`` counts from 1."""

    number: str
    approver: str
    instead_of: str
    step: int
    of: int
    asked_at: datetime


async def open_for(number: str, *, by: Actor, now: datetime) -> None:
    """Ask the first approver of an order that was held; for use inside a transaction, harmless to repeat."""
    if not await Order.filter(number=number).exists():
        return
    order = await held(number, SYSTEM)
    if order.state is OrderState.AWAITING_APPROVAL and not await Approval.filter(order_number=number).exists():
        await ask(await started(order, now), order, by, now)


async def waiting(numbers: Sequence[str]) -> dict[str, Waiting]:
    """With whom these orders wait, by number."""
    rows = await Approval.filter(order_number__in=list(numbers), live=True)
    return {row.order_number: waiting_of(row) for row in rows}


async def judged(order: Order, approval: Approval, *, by: Actor, heard_at: datetime | None) -> None:
    """Refuse who may not decide on this order now, always with the present state."""
    if by.staff is not None and by.staff in (order.placed_by_staff_id, approval.placed_by):
        raise OwnOrder(order.number)
    state = waiting_of(approval)
    mine = next((one for one in approval.given if one["staff"] == by.staff), None)
    if mine is not None or by.staff in approval.passed:
        raise NotYourLevel(order.number, state.approver, state.step, state.of, decided=mine is not None)
    if heard_at is not None and heard_at < approval.asked_at.replace(microsecond=0) - GRACE:
        raise AnswerOutdated(order.number, state.approver, state.step, state.of, approval.asked_at)
    stands_in = by.staff == approval.approver_id and not in_own_right(approval)
    if not stands_in and not await _entitled(approval, by):
        raise NotYourLevel(order.number, state.approver, state.step, state.of, decided=False)


async def given(order: Order, approval: Approval, *, by: Actor, now: datetime, source: str = "") -> Waiting | None:
    """Note a yes; the next approver is asked and returned, or None when that was the last yes needed.

    Who decides by own right decides for every following level that they have the right to as well.
    """
    stood_in = approval.instead_of if by.staff == approval.approver_id else ""
    own = await _entitled(approval, by)
    approval.given = [*approval.given, {"step": approval.step, "staff": by.staff, "by": by.name, "for": stood_in}]
    event = ApprovalGiven(order=order.number, step=approval.step + 1, of=len(approval.levels), instead_of=stood_in)
    await record(event, by=by, at=now, source=source)
    approval.step += 1
    while own and approval.step < len(approval.levels) and await _entitled(approval, by):
        approval.step += 1
    if approval.step >= len(approval.levels):
        approval.live = False
        await approval.save(update_fields=["given", "step", "live"])
        return None
    approval.passed = outsiders(order, approval)
    level = level_of(approval)
    turn_to(approval, choose(level, await scene_of(approval, now)), "next", now)
    await turned(approval, "given", "step", "passed")
    await ask(approval, order, by, now)
    return waiting_of(approval)


async def closed(approval: Approval) -> None:
    """Nothing waits any more."""
    approval.live = False
    await approval.save(update_fields=["live"])


async def pass_on(
    number: str, to: str, *, by: Actor, now: datetime, heard_at: datetime | None = None, cause: str = ""
) -> Waiting:
    """Hand the decision on to a colleague who may decide, is here, and has no part in the order; once per ``cause``."""
    require(by, DECIDING)
    colleague = await find_member(to)

    async def work() -> Waiting:
        order = await held(number, by)
        for asked in await brought_about(number, ApprovalAsked, cause):
            return Waiting(number, asked["approver"], asked["instead_of"], asked["step"], asked["of"], now)
        if not may(order.state, Step.APPROVE) and await change_of(order) is None:
            raise await too_late(order, "pass_on")
        approval = await approval_of(order, now=now)
        await judged(order, approval, by=by, heard_at=heard_at)
        scene = await scene_of(approval, now)
        taker = next(one for one in scene.members if one.staff == colleague.id)
        _accepting(taker, scene, approval, {by.staff, approval.placed_by, *outsiders(order, approval)})
        level = level_of(approval)
        own = level.authorises(taker.code, taker.roles)
        approval.passed = [one for one in (*approval.passed, by.staff) if one is not None and one != taker.staff]
        approval.approver_id, approval.approver = taker.staff, taker.name
        approval.instead_of = "" if own else (approval.instead_of or by.name)
        restart(approval, "passed", now)
        await turned(approval, "passed")
        await ask(approval, order, by, now, source=cause)
        return waiting_of(approval)

    return await transact(work)


def _accepting(taker: Member, scene: Scene, approval: Approval, barred: set[int | None]) -> None:
    if presence(taker, scene.now, scene.zone) not in PRESENT:
        back = back_at(taker, scene.now)
        raise ColleagueAway(taker.name, back)
    decided = {one["staff"] for one in approval.given}
    if taker.staff in barred | decided or not taker.roles & DECIDING or not taker.reachable:
        raise ColleagueBarred(taker.name)


async def _entitled(approval: Approval, by: Actor) -> bool:
    level = level_of(approval)
    if not level.who:
        return level.authorises("", by.roles)
    row = await Staff.get_or_none(id=by.staff)
    return row is not None and level.authorises(row.code, by.roles)


async def too_late(order: Order, step: str) -> Refusal:
    """The refusal of an answer to an order that waits for none."""
    last = await SubmittedChange.filter(order_number=order.number).order_by("-id").first()
    if last is not None and last.decided_by is not None and last.decided_at is not None:
        return ChangeDecided(order.number, last.state, last.decided_by, last.decided_at)
    if order.decided_by is not None and order.decided_at is not None:
        return AlreadyDecided(order.number, order.state, order.decided_by, order.decided_at)
    return StepRefused(order.number, order.state, step)


def waiting_of(row: Approval) -> Waiting:
    """With whom an approval waits."""
    return Waiting(row.order_number, row.approver, row.instead_of, row.step + 1, len(row.levels), row.asked_at)
