"""From what was written, and what we were talking about, to commands."""

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.dialogue import Question, Talk
from bot.grammar import understand
from bot.grammar.context import Context, Draft, DraftLine, Pending
from bot.grammar.lexicon import Lexicon
from bot.grammar.phrases import APPROVE, CHOICES, REJECT
from domain.commands import Command
from domain.values import Actor, Role

SHORT = 12
"""Signs of a text that many say."""
DECIDERS = frozenset({Role.REVIEWER, Role.MANAGER})
DECISION = re.compile(rf"(?:{APPROVE}|{REJECT})[!！。.]?", re.IGNORECASE)

# To the grammar all questions that want a yes or a no are alike; which one it was is ours to remember.
YES_OR_NO = frozenset(CHOICES) - {"confirm_identity"}

_ROLES = (
    ("manager", frozenset({Role.MANAGER, Role.REVIEWER, Role.ADMIN})),
    ("sales", frozenset({Role.SALES})),
    ("warehouse", frozenset({Role.WAREHOUSE})),
)


def commands_in(text: str, actor: Actor, talk: Talk, lexicon: Lexicon, now: datetime) -> tuple[Command, ...]:
    """What the message asks for, in the order in which it was said.

    A short text without a draft, said by many in the same place of a talk, is read once a lexicon and day.
    """
    context = context_of(actor, talk)
    if actor.roles & DECIDERS and DECISION.fullmatch(text.strip()):
        # Who decides on other people's orders never books an own draft with the word for a decision.
        context = replace(context, pending=None, draft=None)

    def read() -> tuple[Command, ...]:
        return understand(text, lexicon, context, now).commands

    if len(text) > SHORT or context.draft is not None:
        return read()
    return lexicon.once((text, context, now.astimezone(ZoneInfo(lexicon.timezone)).date()), read)


def context_of(actor: Actor, talk: Talk) -> Context:
    """The conversation as the grammar sees it."""
    return Context(
        role=_role(actor),
        customer=actor.customer,
        draft=_draft(talk),
        pending=_pending(talk),
        focus_sku=talk.focus,
        last_order=talk.last_order,
    )


def _role(actor: Actor) -> str:
    if not actor.is_staff:
        return "customer"
    return next((word for word, roles in _ROLES if roles & actor.roles), "staff")


def _draft(talk: Talk) -> Draft | None:
    if talk.draft is None:
        return None
    lines = tuple(DraftLine(line.sku, line.qty, line.unit, line.text) for line in talk.draft.lines)
    return Draft(talk.draft.customer, lines)


def _pending(talk: Talk) -> Pending | None:
    if talk.proposal is not None:
        return _asked(Question("confirm_proposal"))
    question = talk.question
    if question is not None:
        return _asked(question)
    # A yes after the order was booked is a repeated yes: it must be understood to be answered with that order.
    # A yes to a draft that was left alone is answered by reading it back once more.
    waiting = talk.booked is not None or talk.draft is not None
    return Pending(kind="confirm_order", options=CHOICES["confirm_order"][:1]) if waiting else None


def _asked(question: Question) -> Pending:
    return Pending(
        kind="confirm_order" if question.kind in YES_OR_NO else question.kind,
        sku=question.subject if question.kind in {"ask_qty", "ask_unit"} else None,
        candidates=question.options if question.kind in {"ask_product", "ask_customer"} else (),
        options=CHOICES.get(question.kind, question.options),
        order_no=question.subject if question.kind == "approval" else None,
        intent=question.subject if question.kind == "ask_order_no" else None,
    )
