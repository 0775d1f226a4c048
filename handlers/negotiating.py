"""Goods that lack: the buyer is shown what can be done, and what they choose is done."""

from dataclasses import replace

from bot.dialogue import Question, Talk
from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import negotiating
from domain.amending import Amended
from domain.dealcommands import ChooseShortage
from domain.negotiating import Offer
from domain.ordering import Placed
from domain.queries import find_order
from domain.rules.rights import WRITING

ASKED = "shortage"


def register(router: Router) -> None:
    """What this room answers."""
    router.on(ChooseShortage, roles=WRITING)(choose)


async def offer_for(ask: Ask, placed: Placed | Amended) -> Offer | None:
    """What can be done about what lacks of an order that was just placed or changed; None when nothing lacks."""
    return await negotiating.offer_of(placed.number, by=ask.actor, now=ask.now) if placed.short else None


def asking(ask: Ask, talk: Talk, offer: Offer) -> Talk:
    """The conversation with this question open; an answer as old as the message before it is none."""
    codes = tuple(choice.code for choice in offer.choices)
    return replace(talk, question=Question(ASKED, codes, subject=offer.number, heard_at=ask.heard_at))


async def choose(ask: Ask) -> Answered:
    """1042 等齐, or a number under the question; words and numbers count late as well."""
    command, question = ask.given(ChooseShortage), ask.talk.question
    asked = question if question is not None and question.kind == ASKED and command.order_no is None else None
    given = command.order_no or (asked.subject if asked else None)
    if given is None:
        given, waiting = await _spoken_of(ask)
        if waiting and given not in waiting:
            return say("shortage_which", numbers=waiting)
    if given is None:
        return say("amend_which", what="shortage")
    if asked is not None and asked.heard_at is not None and ask.heard_at <= asked.heard_at:
        # A second 1 of the same moment cannot have seen the choices.
        return await ask_again(ask)
    number = await find_order(given, ask.actor)
    choice = command.choice
    if command.option is not None:
        options = asked.options if asked else await negotiating.codes_of(number)
        if not 1 <= command.option <= len(options):
            return say("no_such_option", most=len(options))
        choice = options[command.option - 1]
    done = await negotiating.choose(number, choice or "", by=ask.actor, now=ask.now, cause=ask.key)
    return say("shortage_chosen", replace(ask.talk, question=None, last_order=number), done=done)


async def _spoken_of(ask: Ask) -> tuple[str | None, list[str]]:
    """The order that words without a number are about, and those whose question is open if it has to be one of them."""
    before = await negotiating.settled_by(ask.key, heard_at=ask.heard_at)
    if before is not None:
        return before, []
    waiting, last = await negotiating.unanswered(ask.actor), ask.talk.last_order
    # Only their own one question is meant by who speaks of no other order: staff see the questions of many.
    only = last is None and len(waiting) == 1 and not ask.actor.is_staff
    return waiting[0] if only else last, waiting


async def ask_again(ask: Ask) -> Answered:
    """Neither a number nor words of the list: the choices once more."""
    question = ask.talk.question
    assert question is not None
    assert question.subject is not None
    offer = await negotiating.offer_of(question.subject, by=ask.actor, now=ask.now)
    if offer is None:
        return say("shortage_over", replace(ask.talk, question=None), number=question.subject)
    return say("shortage_choices", asking(ask, ask.talk, offer), offer=offer)
