"""Answers to what we asked last: a value, a yes or a no, each handed to the room that asked."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.drafting import answered
from bot.replies import say
from bot.router import ANYONE, BOUND, Answered, Ask, Handler, Router
from domain.commands import Approve, CancelOrder, Chase, Confirm, Deny, ProvideInfo, QueryOrder, ReceiveGoods, Reject
from domain.dealcommands import ChooseShortage
from domain.errors import CustomerNotFound
from domain.officecommands import PassOn
from handlers import (
    amending,
    announcing,
    booking,
    buying,
    enquiring,
    fulfilling,
    joining,
    negotiating,
    producing,
    promising,
    reviewing,
    ruling,
)
from handlers.ordering import proceed, sure


def register(router: Router) -> None:
    """What this room answers."""
    router.on(ProvideInfo, roles=BOUND)(fill_in)
    router.on(Confirm, Deny, roles=ANYONE)(yes_or_no)


YES: dict[str, Handler] = {
    "confirm_order": booking.book,
    "confirm_cancel": booking.cancel_now,
    "confirm_twin": booking.twin_yes,
    "confirm_announce": announcing.send,
    "confirm_identity": joining.is_me,
    "confirm_swap": promising.swap_now,
    "confirm_rule": ruling.set_now,
    "confirm_amend": amending.amend_now,
    "confirm_short_close": amending.close_now,
    "shortage": negotiating.ask_again,
    "ask_qty": sure,
}
NO: dict[str, Handler] = {
    "confirm_order": booking.drop,
    "confirm_cancel": booking.keep,
    "confirm_twin": booking.twin_no,
    "confirm_announce": announcing.drop,
    "confirm_identity": joining.not_me,
    "confirm_swap": promising.leave_it,
    "confirm_rule": ruling.leave_it,
    "confirm_amend": amending.leave_it,
    "confirm_short_close": amending.leave_it,
    "shortage": negotiating.ask_again,
}


async def yes_or_no(ask: Ask) -> Answered:
    """确认 or 不: only the question that was asked last can be meant."""
    question = ask.talk.question
    yes = isinstance(ask.command, Confirm)
    if question is None:
        if ask.actor.is_stranger:
            return say("stranger")
        return await (booking.book(ask) if yes else booking.drop(ask))
    handler = (YES if yes else NO).get(question.kind)
    return say("answer_again", kind=question.kind) if handler is None else await handler(ask)


async def fill_in(ask: Ask) -> Answered:
    """A value for the question asked last."""
    command, question, draft = ask.given(ProvideInfo), ask.talk.question, ask.talk.draft
    numbered = NUMBERED.get(question.kind) if question is not None and command.option else None
    if numbered is not None and question is not None and command.option:
        return await numbered(ask, question.options, command.option)
    if question is not None and question.kind == "ask_order_no":
        offered = question.options[1:]
        if command.option and not command.option <= len(offered):
            return say("no_such_option", most=len(offered))
        number = offered[command.option - 1] if command.option else command.order_no
        return await _for_order(ask, question.subject or "query_order", number)
    if draft is None or question is None:
        return say("nothing_asked")
    if command.customer is not None and not ask.actor.may_see(command.customer):
        raise CustomerNotFound(command.customer)
    filled = answered(draft, question, command)
    if question.position is not None and question.kind == "ask_qty":
        filled = replace(filled, lines=tuple(
            replace(line, sure=True) if i == question.position and line.qty == draft.lines[i].qty else line
            for i, line in enumerate(filled.lines)
        ))  # fmt: skip
    return await proceed(ask, filled)


async def _lacking(ask: Ask, _options: tuple[str, ...], option: int) -> Answered:
    return await negotiating.choose(replace(ask, command=ChooseShortage(option=option)))


async def _chosen(ask: Ask, options: tuple[str, ...], option: int) -> Answered:
    if not 1 <= option <= len(options):
        return say("no_such_option", most=len(options))
    return await enquiring.one_order(ask, options[option - 1])


async def _for_order(ask: Ask, intent: str, number: str | None) -> Answered:
    question, talk = ask.talk.question, replace(ask.talk, question=None)
    match intent:
        case "cancel_order":
            return await booking.cancel(replace(ask, command=CancelOrder(order_no=number), talk=talk))
        case "approve":
            return await reviewing.approve(replace(ask, command=Approve(order_no=number), talk=talk))
        case "reject":
            reason = question.options[0] if question is not None and question.options else None
            return await reviewing.reject(replace(ask, command=Reject(order_no=number, reason=reason), talk=talk))
        case "pass_on":
            who = question.options[0] if question is not None and question.options else None
            return await reviewing.pass_on(replace(ask, command=PassOn(order_no=number, who=who), talk=talk))
        case "receive":
            return await fulfilling.receive(replace(ask, command=ReceiveGoods(order_no=number), talk=talk))
        case "chase":
            return await fulfilling.chase(replace(ask, command=Chase(order_no=number), talk=talk))
        case _:
            return await enquiring.query(replace(ask, command=QueryOrder(order_no=number), talk=talk))


NUMBERED: dict[str, Callable[[Ask, tuple[str, ...], int], Awaitable[Answered]]] = {
    "choose_order": _chosen,
    "buy": buying.chosen,
    "make": producing.chosen,
    "shortage": _lacking,
}
"""Who takes a number for the question asked last."""
