"""The rules of review by chat: shown with their numbers, one set anew after a look at what is and what would be."""

from dataclasses import replace
from decimal import Decimal

from bot.dialogue import Question
from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import rulemaking
from domain.judging import rulebook
from domain.reviewcommands import ReviewRules
from domain.rulemaking import RuleChange
from domain.rules.rights import DECIDING
from domain.rules.rulebook import KINDS, counted, numbered


def register(router: Router) -> None:
    """What this room answers."""
    router.on(ReviewRules, roles=DECIDING)(rules)


async def rules(ask: Ask) -> Answered:
    """审核规则: all of them, who set what, or a question about a change."""
    command = ask.given(ReviewRules)
    if command.past:
        return say("rules_past", versions=await rulemaking.versions())
    if command.number is None:
        book = await rulebook()
        return say("rules", rows=[(n, kind, book.setting(kind.code)) for n, kind in enumerate(KINDS, 1)], book=book)
    kind = numbered(command.number)
    value = counted(kind, command.value, command.unit) if kind is not None and command.value is not None else None
    change = await rulemaking.try_rule(command.number, value=value, on=command.on, by=ask.actor)
    return _asked(ask, change)


async def set_now(ask: Ask) -> Answered:
    """The yes: it counts for orders from now on; a yes older than the question brings that again."""
    question = ask.talk.question
    assert question is not None
    number, value, on, version = question.options
    given = Decimal(value) if value else None
    change = await rulemaking.try_rule(int(number), value=given, on=on == "on", by=ask.actor)
    if question.heard_at is None or ask.heard_at < question.heard_at:
        return _asked(ask, change)
    made = await rulemaking.set_rule(replace(change, version=int(version)), by=ask.actor, now=ask.now)
    return say("rule_set", replace(ask.talk, question=None), change=change, version=made)


async def leave_it(ask: Ask) -> Answered:
    """The no: the rules stay as they are."""
    return say("rule_kept", replace(ask.talk, question=None))


def _asked(ask: Ask, change: RuleChange) -> Answered:
    value = "" if change.now.value is None or not change.now.on else format(change.now.value, "f")
    options = (str(change.number), value, "on" if change.now.on else "off", str(change.version))
    question = Question("confirm_rule", options, heard_at=ask.heard_at)
    return say("rule_sure", replace(ask.talk, question=question), change=change)
