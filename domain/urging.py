"""The clock behind approvals: absent approvers are replaced, silent ones reminded, then somebody above is asked."""

from datetime import datetime, timedelta

from domain.approving import closed, open_for
from domain.asking import ESCALATED, ask, change_of, in_own_right, level_of, scene_of, scene_with, turn_to, turned
from domain.attendance import members
from domain.holding import held_as_read
from domain.models import Approval, Order, SubmittedChange
from domain.rules.approval import Asked, Choice, Level, Scene, Urge, above, choose, urge
from domain.rules.lifecycle import FINAL, OrderState
from domain.rules.roster import Member
from domain.submitting import overtaken
from domain.transaction import transact
from domain.values import SYSTEM


async def keep_moving(patience: timedelta, *, now: datetime) -> int:
    """Take every waiting approval one step on if its time has come; how many moved. Harmless to run twice.

    Who has gone on leave or off duty is replaced by the deputy, who does not answer is reminded, then somebody above
    is asked, who is reminded once a day. Nobody is reminded while they are away, nor out of hours.
    """
    rows = await Approval.filter(live=True).order_by("id")
    numbers = [row.order_number for row in rows]
    held_still = Order.filter(number__in=numbers, state=OrderState.AWAITING_APPROVAL)
    waiting = {order.number for order in await held_still.only("id", "number")} if rows else set()
    if rows:
        changed = SubmittedChange.filter(order_number__in=numbers, state="waiting")
        waiting |= {str(number) for number in await changed.values_list("order_number", flat=True)}
        over = Order.filter(number__in=numbers, state__in=FINAL)
        waiting -= {str(number) for number in await over.values_list("number", flat=True)}
    people = await members(now=now) if rows else []
    moved = 0
    for row in rows:
        # Nothing is written, and no order locked, for those that may wait.
        if row.order_number in waiting and _moved(row, scene_with(row, people, now), patience) is None:
            continue
        moved += await transact(lambda row=row: _move(row.order_number, patience, now))  # type: ignore[misc]
    missing = Order.filter(state=OrderState.AWAITING_APPROVAL).exclude(number__in=numbers)
    for number in await missing.order_by("id").limit(100).values_list("number", flat=True):
        await transact(lambda number=number: _open_late(str(number), now))  # type: ignore[misc]
        moved += 1
    return moved


async def _open_late(number: str, now: datetime) -> None:
    await open_for(number, by=SYSTEM, now=now)


async def _move(number: str, patience: timedelta, now: datetime) -> int:
    order = await held_as_read(number, SYSTEM)
    approval = await Approval.get(order_number=number)
    if not approval.live:
        return 0
    if order.state is not OrderState.AWAITING_APPROVAL and await change_of(order) is None:
        await overtaken(number, by=SYSTEM, now=now)
        await closed(approval)
        return 1
    if _moved(approval, await scene_of(approval, now), patience) is None:
        return 0
    await turned(approval)
    await ask(approval, order, SYSTEM, now)
    return 1


def _lost_the_right(approval: Approval, current: Member, level: Level) -> bool:
    """Whether who is asked by their own right has it no more."""
    return in_own_right(approval) and not level.authorises(current.code, current.roles)


def _moved(approval: Approval, scene: Scene, patience: timedelta) -> str | None:
    """Change who is asked, or note a reminder, in the row at hand; why, or None when it may wait."""
    level = level_of(approval)
    current = next((one for one in scene.members if one.staff == approval.approver_id), None)
    if current is None or not scene.here(current) or _lost_the_right(approval, current, level):
        choice = choose(level, scene)
        if choice.approver is None or choice.approver == current or not scene.here(choice.approver):
            return None
        turn_to(approval, Choice(choice.approver, current or choice.instead_of), "deputy", scene.now)
        return "deputy"
    boss = above(current, level, scene)
    # Who was asked above others stays asked: two who do not answer would hand it to and fro for ever.
    top = approval.why == ESCALATED or boss is None
    word = urge(Asked(approval.asked_at, approval.reminded_at, top), patience, scene.now, scene.zone)
    if word is Urge.ESCALATE and boss is not None and scene.wakeful(boss):
        turn_to(approval, Choice(boss), ESCALATED, scene.now)
        return ESCALATED
    if word is not Urge.REMIND or not scene.wakeful(current):
        return None
    approval.reminded_at = scene.now
    approval.why = ESCALATED if approval.why == ESCALATED else "reminder"
    approval.version += 1
    return "reminder"
