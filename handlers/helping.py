"""Help, small talk, a person to speak to, and what we did not understand."""

from contextlib import suppress
from dataclasses import replace

from bot.replies import say
from bot.router import ANYONE, BOUND, Answered, Ask, Router
from domain import chasing
from domain.commands import HandOff, Help, NotUnderstood, SmallTalk
from domain.errors import OrderNotFound
from domain.queries import find_order
from handlers.enquiring import one_order

PATIENCE = 2


def register(router: Router) -> None:
    """What this room answers."""
    router.on(Help, roles=ANYONE)(explain)
    router.on(SmallTalk, roles=ANYONE)(greet)
    router.on(NotUnderstood, roles=ANYONE)(puzzle)
    router.on(HandOff, roles=BOUND)(hand_off)


async def explain(ask: Ask) -> Answered:
    """帮助: what this person can write, by role."""
    return say("stranger") if ask.actor.is_stranger else say("help", roles=ask.actor.roles)


async def greet(ask: Ask) -> Answered:
    """A word back, and the way on."""
    return say("stranger") if ask.actor.is_stranger else say("greeting", draft=ask.talk.draft)


async def puzzle(ask: Ask) -> Answered:
    """Not understood: what to write instead; the second time a person is offered. Digits may be those of an order."""
    if ask.actor.is_stranger:
        return say("stranger")
    number = ask.given(NotUnderstood).order_no
    if number is not None:
        with suppress(OrderNotFound):
            return await one_order(ask, await find_order(number, ask.actor))
    misses = ask.talk.misses + 1
    facts = {"draft": ask.talk.draft, "question": ask.talk.question, "often": misses >= PATIENCE}
    return say("not_understood", replace(ask.talk, misses=misses), **facts)


async def hand_off(ask: Ask) -> Answered:
    """人工: the rep, or a manager, is told once."""
    topic = ask.given(HandOff).topic
    called = await chasing.ask_for_person(topic, by=ask.actor, now=ask.now)
    return say("handed_off", replace(ask.talk, misses=0), called=called, topic=topic)
