"""Days told to customers, and one order before the others."""

from dataclasses import replace

from bot.dialogue import Question
from bot.replies import say
from bot.router import BOUND, Answered, Ask, Router
from domain import prioritising
from domain.queries import find_order
from domain.repromising import promises_of
from domain.rules.rights import CORRECTING
from domain.stockcommands import Prioritise, ShowPromises


def register(router: Router) -> None:
    """What this room answers."""
    router.on(ShowPromises, roles=BOUND)(promises)
    router.on(Prioritise, roles=CORRECTING)(first)


async def promises(ask: Ask) -> Answered:
    """交期 1042: every day that was told for it, and why it changed."""
    given = ask.given(ShowPromises).order_no or ask.talk.last_order
    if given is None:
        return say("promises_which")
    number = await find_order(given, ask.actor)
    return say("promises", replace(ask.talk, last_order=number), number=number, rows=await promises_of(number))


async def first(ask: Ask) -> Answered:
    """优先 1042: who would lose what, and a question."""
    given = ask.given(Prioritise).order_no
    if given is None:
        return say("amend_which", what="first")
    number = await find_order(given, ask.actor)
    swap = await prioritising.preview(number, by=ask.actor, now=ask.now)
    question = Question("confirm_swap", (swap.seal,), subject=number, heard_at=ask.heard_at)
    return say("swap_sure", replace(ask.talk, question=question, last_order=number), swap=swap)


async def swap_now(ask: Ask) -> Answered:
    """Yes, exactly what was shown."""
    question = ask.talk.question
    assert question is not None
    swap = await prioritising.prioritise(question.subject or "", question.options[0], by=ask.actor, now=ask.now)
    return say("swapped", replace(ask.talk, question=None), swap=swap)


async def leave_it(ask: Ask) -> Answered:
    """No, everybody keeps theirs."""
    question = ask.talk.question
    return say("not_swapped", replace(ask.talk, question=None), number=question.subject if question else None)
