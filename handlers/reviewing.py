"""Decisions on held orders: approve, reject, and what waits."""

from dataclasses import replace

from bot.dialogue import Question
from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import approving, counts, levelling, reviewing
from domain.awaiting import orders_to_review
from domain.commands import Approve, ListReview, Reject
from domain.consequences import prospects
from domain.officecommands import ApprovalLevels, PassOn
from domain.queries import find_order
from domain.rules.rights import HIRING
from domain.values import Role

DECIDERS = frozenset({Role.REVIEWER, Role.MANAGER})
OFFERED = 4


def register(router: Router) -> None:
    """What this room answers."""
    router.on(Approve, roles=DECIDERS)(approve)
    router.on(Reject, roles=DECIDERS)(reject)
    router.on(PassOn, roles=DECIDERS)(pass_on)
    router.on(ApprovalLevels, roles=HIRING)(levels)
    router.on(ListReview, roles=DECIDERS)(waiting)


async def approve(ask: Ask) -> Answered:
    """同意 1042."""
    number = await _number(ask, ask.given(Approve).order_no)
    if number is None:
        return await _which(ask, "approve")
    decided = await reviewing.approve(number, by=ask.actor, now=ask.now, heard_at=ask.heard_at, cause=ask.key)
    return say("approved", replace(ask.talk, question=None, last_order=number), decided=decided)


async def reject(ask: Ask) -> Answered:
    """驳回 1042 理由."""
    command = ask.given(Reject)
    number = await _number(ask, command.order_no)
    if number is None:
        return await _which(ask, "reject", command.reason or "")
    reason = command.reason or ""
    decided = await reviewing.reject(number, reason, by=ask.actor, now=ask.now, heard_at=ask.heard_at, cause=ask.key)
    return say("rejected", replace(ask.talk, question=None, last_order=number), decided=decided)


async def waiting(ask: Ask) -> Answered:
    """待审核: the orders that wait for a decision, oldest first."""
    rows = await orders_to_review(ask.actor)
    waits = await approving.waiting([row.number for row in rows])
    card = await prospects(rows[0].number, now=ask.now) if len(rows) == 1 else None
    mine = waits.get(rows[0].number) if rows else None
    counted = await counts.waiting_counts(ask.actor)
    return say("to_review", rows=rows, waiting=waits, card=card, waits=mine, counts=counted)


async def pass_on(ask: Ask) -> Answered:
    """1042 转 小王: a colleague decides."""
    command = ask.given(PassOn)
    if command.who is None:
        return say("pass_to", number=command.order_no)
    number = await _number(ask, command.order_no)
    if number is None:
        return await _which(ask, "pass_on", command.who)
    waits = await approving.pass_on(
        number, command.who, by=ask.actor, now=ask.now, heard_at=ask.heard_at, cause=ask.key
    )
    return say("passed_on", replace(ask.talk, question=None, last_order=number), waiting=waits)


async def levels(ask: Ask) -> Answered:
    """审批级别: who decides from which amount on, perhaps set anew."""
    wanted = ask.given(ApprovalLevels).levels
    found = await levelling.set_levels(wanted, by=ask.actor, now=ask.now) if wanted else await levelling.ladder()
    return say("levels", ladder=found, changed=bool(wanted))


async def _number(ask: Ask, given: str | None) -> str | None:
    question = ask.talk.question
    if given is None and question is not None and question.kind == "approval":
        return question.subject
    if given is not None:
        return await find_order(given, ask.actor)
    before = await reviewing.decided_by(ask.key, heard_at=ask.heard_at)
    if before is not None:
        # Worked on again after a death: the next order is another matter.
        return before
    rows = await orders_to_review(ask.actor)
    return rows[0].number if len(rows) == 1 else None


async def _which(ask: Ask, intent: str, reason: str = "") -> Answered:
    """Which of those that wait is meant, numbered; ``reason`` is kept in front of them."""
    rows = await orders_to_review(ask.actor)
    if not rows:
        return await waiting(ask)
    offered = rows[:OFFERED]
    question = Question("ask_order_no", (reason, *(row.number for row in offered)), subject=intent)
    return say("which_held", replace(ask.talk, question=question), what=intent, rows=offered, all=len(rows))
