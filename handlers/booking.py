"""From a yes to an order, and back again: booking a draft, dropping it, cancelling, taking back."""

from dataclasses import replace
from datetime import timedelta

from bot.dialogue import Draft, Question
from bot.replies import Reply, refused, say
from bot.router import Answered, Ask, Router
from domain import earmarking, ordering
from domain.commands import CancelOrder, Undo
from domain.dealerrors import PartlySent
from domain.errors import Refusal, StepRefused
from domain.queries import find_order, order_view
from domain.rules.lifecycle import Step, may
from domain.rules.rights import WRITING
from domain.usage import twin_of
from handlers.naming import remember
from handlers.negotiating import asking, offer_for
from handlers.ordering import order_draft, proceed

UNDO_SPAN = timedelta(minutes=10)


def register(router: Router) -> None:
    """What this room answers."""
    router.on(CancelOrder, roles=WRITING)(cancel)
    router.on(Undo, roles=WRITING)(undo)


async def book(ask: Ask) -> Answered:
    """A yes to the read-back: books exactly the version that was read back, once."""
    talk = ask.talk
    if talk.draft is None:
        return await _booked_before(ask)
    question = talk.question
    if question is None or question.heard_at is None or ask.heard_at < question.heard_at:
        # The yes was sent before this version was read back: it can only mean an older one.
        return await proceed(ask, talk.draft)
    twin = await twin_of(order_draft(talk.draft, ask.actor), now=ask.now)
    if twin is not None:
        asked = Question("confirm_twin", subject=twin, heard_at=ask.heard_at)
        return say("twin", replace(talk, question=asked), number=twin)
    return await place(ask, talk.draft)


async def place(ask: Ask, draft: Draft) -> Answered:
    """Book the draft; a refusal keeps it."""
    try:
        placed = await ordering.place_order(order_draft(draft, ask.actor), by=ask.actor, now=ask.now)
    except Refusal as no:
        return refused(no, replace(ask.talk, question=None), keeps_draft=True)
    await remember(ask, draft)
    talk = replace(
        ask.talk, draft=None, question=None, last_order=placed.number, booked=placed.number, booked_at=ask.now, misses=0
    )
    offer = await offer_for(ask, placed)
    talk = asking(ask, talk, offer) if offer is not None else talk
    return say("booked", talk, placed=placed, staff=ask.actor.is_staff, offer=offer)


async def _booked_before(ask: Ask) -> Answered:
    number, at = ask.talk.booked, ask.talk.booked_at
    if number is None or at is None:
        return say("nothing_to_confirm")
    return say("booked_before", number=number, ago=ask.now - at, view=await order_view(number))


async def drop(ask: Ask) -> Answered:
    """A no to the read-back: not yet; the draft stays until it is changed or thrown away."""
    if ask.talk.draft is None:
        return say("nothing_to_drop", number=ask.talk.booked)
    return say("not_yet", replace(ask.talk, question=None), draft=ask.talk.draft)


async def cancel(ask: Ask) -> Answered:
    """取消: the open draft at once; an order after one more yes."""
    command = ask.given(CancelOrder)
    talk = ask.talk
    if command.order_no is None and talk.question is not None and talk.question.kind == "confirm_cancel":
        return await cancel_now(ask)
    if command.order_no is None and talk.draft is not None:
        await _let_go(ask)
        return say("draft_dropped", replace(talk, draft=None, question=None))
    if command.order_no is None and (talk.last_order is None or command.clarify):
        return say("ask_order", replace(talk, question=Question("ask_order_no", subject="cancel_order")), what="cancel")
    try:
        number = await find_order(command.order_no or talk.last_order or "", ask.actor)
        view = await order_view(number)
        if not may(view.state, Step.CANCEL):
            raise StepRefused(number, view.state, Step.CANCEL)
        if any(line.shipped for line in view.lines):
            raise PartlySent(number, view.rest)
    except Refusal as no:
        # A yes that comes now is a yes to nothing: what was asked before was another order, or another step.
        return refused(no, replace(talk, question=None))
    options = (command.reason or "",)
    question = Question("confirm_cancel", options, subject=number, heard_at=ask.heard_at)
    return say("cancel_sure", replace(talk, question=question, last_order=number), view=view, reason=options[0])


async def _let_go(ask: Ask) -> None:
    """What was kept for the draft that goes is anybody's."""
    if ask.actor.identity is not None:
        await earmarking.let_go(ask.actor.identity)


async def cancel_now(ask: Ask) -> Answered:
    """The yes to a cancellation."""
    question = ask.talk.question
    assert question is not None
    assert question.subject is not None
    reason = question.options[0] if question.options else ""
    cancelled = await ordering.cancel_order(question.subject, reason, by=ask.actor, now=ask.now, cause=ask.key)
    talk = replace(ask.talk, question=None, booked=None, booked_at=None)
    return say("cancelled", talk, cancelled=cancelled)


async def keep(ask: Ask) -> Answered:
    """The no to a cancellation."""
    question = ask.talk.question
    return say("kept", replace(ask.talk, question=None), number=question.subject if question else None)


async def undo(ask: Ask) -> Answered:
    """撤销: take the order back that I booked within ten minutes, unless something downstream has begun."""
    number, at = ask.talk.booked, ask.talk.booked_at
    if ask.talk.draft is not None:
        await _let_go(ask)
        return say("draft_dropped", replace(ask.talk, draft=None, question=None))
    if number is None or at is None:
        return say("nothing_to_undo")
    if ask.heard_at - at > UNDO_SPAN:
        return say("undo_late", number=number)
    cancelled = await ordering.cancel_order(number, "", by=ask.actor, now=ask.now, cause=ask.key)
    return say("undone", replace(ask.talk, booked=None, booked_at=None), cancelled=cancelled)


async def twin_yes(ask: Ask) -> Answered:
    """Yes, the same order once more; a yes of the same second cannot have seen the question, it is asked again."""
    question = ask.talk.question
    if question is not None and question.heard_at is not None and ask.heard_at <= question.heard_at:
        return say("twin", ask.talk, number=question.subject)
    return await place(ask, ask.talk.draft) if ask.talk.draft is not None else await _booked_before(ask)


async def twin_no(ask: Ask) -> Reply:
    """No, it was the same order; the draft is dropped."""
    await _let_go(ask)
    question = ask.talk.question
    talk = replace(ask.talk, draft=None, question=None)
    return say("twin_dropped", talk, number=question.subject if question else None)
