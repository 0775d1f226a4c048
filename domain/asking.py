"""The question to an approver: who is chosen, what they are told, since when it waits; the rows behind an approval."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from domain.attendance import members
from domain.consequences import consequences
from domain.models import Approval, ApprovalScheme, Order, OrderLine, Staff, SubmittedChange
from domain.officeevents import ApprovalAsked
from domain.policy import current_policy
from domain.recording import record
from domain.rules.approval import Choice, Level, Scene, choose, levels_of
from domain.rules.lifecycle import Step, may
from domain.rules.roster import Member
from domain.values import Actor, Role
from domain.wording import goods_of

ESCALATED = "escalated"
_ASKED = ("approver_id", "approver", "instead_of", "why", "asked_at", "reminded_at", "version")


async def approval_of(order: Order, *, now: datetime) -> Approval:
    """The approval of a held order, even when it is answered before anybody was asked."""
    return await Approval.get_or_none(order_number=order.number) or await started(order, now)


async def started(order: Order, now: datetime) -> Approval:
    """Choose the first approver, who is not told yet."""
    levels = levels_of(order.total, await scheme())
    approval = Approval(order_number=order.number, levels=[stored(one) for one in levels], asked_at=now)
    approval.placed_by = order.placed_by_staff_id
    turn_to(approval, choose(levels[0], await scene_of(approval, now)), "roster", now)
    await approval.save(force_create=True)
    return approval


async def started_for(order: Order, change: SubmittedChange, now: datetime) -> Approval:
    """The same for a change of an order that stands; neither who wants it nor who placed the order has a say."""
    before = await Approval.get_or_none(order_number=order.number)
    approval = before or Approval(order_number=order.number)
    approval.levels = [stored(one) for one in levels_of(change.total, await scheme())]
    approval.step, approval.given, approval.instead_of, approval.live = 0, [], "", True
    approval.placed_by = change.staff_id
    approval.passed = outsiders(order, approval)
    turn_to(approval, choose(level_of(approval), await scene_of(approval, now)), "roster", now)
    if before is None:
        await approval.save(force_create=True)
    else:
        await turned(approval, "levels", "step", "given", "live", "placed_by", "passed")
    return approval


def outsiders(order: Order, approval: Approval) -> list[int]:
    """Who has no say at any level beside the one who wants it: who placed the order, where that is somebody else."""
    placer = order.placed_by_staff_id
    return [placer] if placer is not None and placer != approval.placed_by else []


async def change_of(order: Order) -> SubmittedChange | None:
    """The change of an order that stands, and that waits for a decision."""
    if not may(order.state, Step.AMEND):
        return None
    return await SubmittedChange.get_or_none(order_number=order.number, state="waiting")


async def scheme() -> tuple[Level, ...]:
    """The levels in force; none were set means the usual one."""
    row = await ApprovalScheme.all().order_by("-id").first()
    return tuple(stored_level(one) for one in row.levels) if row is not None else ()


def turn_to(approval: Approval, choice: Choice, why: str, now: datetime) -> None:
    """Let the approval wait for somebody else from now on."""
    approval.approver_id = choice.approver.staff if choice.approver else None
    approval.approver = choice.approver.name if choice.approver else ""
    approval.instead_of = choice.instead_of.name if choice.instead_of else ""
    restart(approval, "deputy" if choice.instead_of and why == "roster" else why, now)


def in_own_right(approval: Approval) -> bool:
    """Whether who is asked has to have the right themselves: a deputy has not, nor who was asked above others."""
    return not approval.instead_of and approval.why != ESCALATED


async def turned(approval: Approval, *more: str) -> None:
    """Keep who is asked now, and ``more`` columns that changed with it."""
    await approval.save(update_fields=[*_ASKED, *more])


def restart(approval: Approval, why: str, now: datetime) -> None:
    """Begin to wait anew: older answers do not count."""
    approval.why, approval.asked_at, approval.reminded_at = why, now, None
    approval.version += 1


async def ask(approval: Approval, order: Order, by: Actor, now: datetime, *, source: str = "") -> None:
    """Record that somebody is asked, with all they need to know; who it is told to follows from that."""
    row = await Staff.get_or_none(id=approval.approver_id) if approval.approver_id else None
    event = ApprovalAsked(
        order=order.number,
        approver=approval.approver,
        instead_of=approval.instead_of,
        why=approval.why,
        step=approval.step + 1,
        of=len(approval.levels),
        hearers=(row.code,) if row is not None else (),
        **await _asked_about(order, now),
    )
    await record(event, by=by, at=now, source=source)


async def _asked_about(order: Order, now: datetime) -> dict[str, Any]:
    change = await change_of(order)
    if change is not None:
        told = change.ahead | {"rivals": tuple(change.ahead.get("rivals", ())), "changes": tuple(change.changes)}
        reasons, goods, total = change.reasons, change.goods, change.total
    else:
        lines = await OrderLine.filter(order_id=order.id).order_by("position")
        ahead = await consequences(order, lines, now=now)
        told = ahead.facts() | {"rivals": ahead.rivals}
        reasons, goods, total = order.review.get("reasons", ()), goods_of(lines), order.total
    codes = tuple(reason["code"] for reason in reasons)
    return {"goods": goods, "total": format(total, "f"), "reasons": codes, **told}


async def scene_of(approval: Approval, now: datetime) -> Scene:
    """The people as they are now, and who has no say on this order."""
    return scene_with(approval, await members(now=now), now)


def scene_with(approval: Approval, people: Sequence[Member], now: datetime) -> Scene:
    """The same with people who are known already."""
    decided = [one["staff"] for one in approval.given]
    barred = frozenset(one for one in (approval.placed_by, *decided, *approval.passed) if one is not None)
    return Scene(people, now, current_policy().zone, barred)


def stored(level: Level) -> dict[str, Any]:
    """A level as it is kept."""
    return {"above": format(level.above, "f"), "role": level.role.value, "who": level.who}


def stored_level(row: dict[str, Any]) -> Level:
    """A level as it was kept."""
    return Level(Decimal(row["above"]), Role(row["role"]), row.get("who") or "")


def level_of(approval: Approval) -> Level:
    """The level that waits."""
    return stored_level(approval.levels[approval.step])
