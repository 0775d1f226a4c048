"""Changing one's mind about an order that is booked: read back as a difference first, done after a yes."""

from dataclasses import replace

from bot.dialogue import Amendment, Question
from bot.haggling import words_of
from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import amending, closing
from domain.amendplan import Wish
from domain.commands import NO_DETAILS, ModifyOrder
from domain.dealcommands import CloseShort, PauseOrder, ResumeOrder
from domain.queries import find_order, order_view
from domain.rules.review import outward
from domain.rules.rights import HOLDING, WRITING
from handlers.negotiating import asking, offer_for


def register(router: Router) -> None:
    """What this room answers."""
    router.on(CloseShort, roles=WRITING)(close_short)
    router.on(PauseOrder, roles=HOLDING)(pause)
    router.on(ResumeOrder, roles=HOLDING)(resume)


async def propose(ask: Ask, command: ModifyOrder) -> Answered:
    """1042 A100改30: what the order would become; nothing is changed before a yes."""
    number = await find_order(command.order_no or ask.talk.last_order or "", ask.actor)
    if not command.ops and command.details == NO_DETAILS:
        return say("amend_how", replace(ask.talk, last_order=number), number=number)
    if command.clarify or any(not op.sku and op.text for op in command.ops):
        return say("amend_unclear", replace(ask.talk, last_order=number), number=number, ops=command.ops)
    wish = Wish(command.ops, command.details)
    tried = await amending.try_amendment(number, wish, by=ask.actor, now=ask.now)
    talk = replace(
        ask.talk,
        question=Question("confirm_amend", subject=number, heard_at=ask.heard_at),
        amendment=Amendment(number, command.ops, command.details, tried.version),
        last_order=number,
    )
    bargain = words_of(command.bargain)
    return say("amend_sure", talk, tried=_told(ask, tried), details=command.details, bargain=bargain)


async def amend_now(ask: Ask) -> Answered:
    """The yes to a change that was read back; one that was sent before that means something else."""
    change, question = ask.talk.amendment, ask.talk.question
    if change is None or question is None or question.heard_at is None or ask.heard_at < question.heard_at:
        return say("nothing_to_confirm")
    wish = Wish(change.ops, change.details)
    done = await amending.amend(change.number, wish, version=change.version, by=ask.actor, now=ask.now, cause=ask.key)
    if done.reasons:
        return say("change_submitted", replace(ask.talk, question=None, amendment=None), done=_told(ask, done))
    talk = replace(ask.talk, question=None, amendment=None)
    offer = await offer_for(ask, done)
    talk = asking(ask, talk, offer) if offer is not None else talk
    return say("amended", talk, done=done, offer=offer)


def _told(ask: Ask, found: amending.Amended) -> amending.Amended:
    return found if ask.actor.is_staff else replace(found, reasons=outward(found.reasons))


async def leave_it(ask: Ask) -> Answered:
    """The no: the order stays as it is."""
    question = ask.talk.question
    number = question.subject if question else None
    return say("kept", replace(ask.talk, question=None, amendment=None), number=number)


async def close_short(ask: Ask) -> Answered:
    """结案 1042: asked about once more, for it cannot be taken back."""
    command = ask.given(CloseShort)
    given = command.order_no or ask.talk.last_order
    if given is None:
        return say("amend_which", what="close")
    number = await find_order(given, ask.actor)
    question = Question("confirm_short_close", (command.reason or "",), subject=number, heard_at=ask.heard_at)
    talk = replace(ask.talk, question=question, last_order=number)
    return say("short_close_sure", talk, view=await order_view(number))


async def close_now(ask: Ask) -> Answered:
    """The yes to calling off the rest."""
    question = ask.talk.question
    assert question is not None
    assert question.subject is not None
    reason = question.options[0] if question.options else ""
    done = await closing.close_short(question.subject, reason, by=ask.actor, now=ask.now, cause=ask.key)
    return say("short_closed", replace(ask.talk, question=None), done=done)


async def pause(ask: Ask) -> Answered:
    """暂停 1042 原因: nothing leaves the house for it."""
    command = ask.given(PauseOrder)
    if command.order_no is None:
        return say("amend_which", what="pause")
    number = await find_order(command.order_no, ask.actor)
    done = await closing.pause(number, command.reason or "", by=ask.actor, now=ask.now, cause=ask.key)
    return say("paused", replace(ask.talk, last_order=number), done=done, reason=command.reason or "")


async def resume(ask: Ask) -> Answered:
    """恢复 1042: it goes on."""
    given = ask.given(ResumeOrder).order_no
    if given is None:
        return say("amend_which", what="resume")
    number = await find_order(given, ask.actor)
    done = await closing.resume(number, by=ask.actor, now=ask.now, cause=ask.key)
    return say("resumed", replace(ask.talk, last_order=number), done=done)
