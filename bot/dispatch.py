"""One message to one answer: who is it, what do they mean, may they, and what do we say."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

import structlog

from bot.dialogue import Talk, remember
from bot.envelope import Inbound
from bot.grammar.lexicon import Lexicon
from bot.grammar.phrases import UNSUPPORTED
from bot.hearing import commands_in
from bot.meeting import Met, meet
from bot.proposing import Propose, Proposer, taken_up, turned_down
from bot.replies import Reply, refused
from bot.router import Answered, Ask, Happening, Router
from bot.vocabulary import as_called_by
from bot.working import Said
from domain.commands import Command, Media, NotUnderstood
from domain.errors import Refusal
from domain.lane import Script
from domain.signs import Sign, heard_from
from domain.values import Actor, Address
from templates import render, zone

log = structlog.get_logger()

MOST_COMMANDS = 5
_SIGNS = {"click": Sign.TAPPED, "scancode_push": Sign.TAPPED, "scancode_waitmsg": Sign.TAPPED, "scan": Sign.SCANNED}
"""What an event says of the person; following is noted by the room that welcomes them."""


class Words(Protocol):
    """Where the lexicon comes from, as fresh as the catalogue."""

    async def fresh(self, now: datetime) -> Lexicon:
        """The lexicon of this moment."""


class Dispatch:
    """Answers messages; called once per message by the wire, and again at start for what was left unsettled."""

    def __init__(
        self,
        router: Router,
        words: Words,
        clock: Callable[[], datetime],
        caught: Callable[[], None],
        *,
        propose: Propose | None = None,
    ) -> None:
        self._router = router
        self._proposer = Proposer(router, propose)
        self._words = words
        self._clock = clock
        self._caught = caught

    async def __call__(self, inbound: Inbound) -> Said:
        """The answer, and what is to be remembered; a fault of ours becomes a neutral sentence and a log line."""
        try:
            return await self._converse(inbound, Address(inbound.account, inbound.openid))
        except Exception:
            log.exception("dispatch_failed", message=inbound.trace)
            self._caught()
            return Said(None if inbound.kind == "event" else render("sorry", key=inbound.trace[:6].upper()))

    async def _converse(self, inbound: Inbound, person: Address) -> Said:
        now = self._clock()
        met = await meet(person, now=now)
        actor, before = met.actor, met.talk
        happened = inbound.kind == "event" and inbound.event != "click"
        if happened:
            happening = Happening(actor, inbound.event, inbound.event_key, inbound.fields, before, now, inbound.key)
            answers: Sequence[Answered] = [await self._happened(happening)]
        else:
            answers = await self._obey(inbound, met, now)
        after = next((a.talk for a in reversed(answers) if a.talk is not None), before)
        texts = [render(a.template, today=_today(now), actor=actor, **a.facts) for a in answers if isinstance(a, Reply)]

        def keeps() -> Script[None]:
            if (sign := _sign(inbound)) is not None:
                yield from heard_from(person, sign, at=inbound.at, now=now)
            if after != before:
                yield from remember(person, after, met.version, now=now)

        return Said("\n\n".join(texts) or None, keeps)

    async def _happened(self, happening: Happening) -> Answered:
        try:
            return await self._router.notice(happening)
        except Refusal as no:
            return refused(no, happening.talk)

    async def _obey(self, inbound: Inbound, met: Met, now: datetime) -> list[Answered]:
        actor, talk = met.actor, met.talk
        lexicon = await as_called_by(_customer(met), await self._words.fresh(now))
        commands = _meaning(inbound, actor, talk, lexicon, now)
        if talk.proposal is not None:
            offered, talk = talk.proposal, replace(talk, proposal=None)
            if turned_down(commands):
                return [Reply("proposal_dropped", talk=talk)]
            inbound = taken_up(offered, commands, inbound)
            commands = _meaning(inbound, actor, talk, lexicon, now)
        answers: list[Answered] = []
        for position, command in enumerate(commands[:MOST_COMMANDS]):
            key = f"{inbound.account}:{inbound.key}#{position}"
            ask = Ask(actor, command, talk, now, inbound.at, key, lexicon)
            answer = await self._carry_out(ask, inbound)
            talk = _patient(answer.talk or talk, command)
            answers.append(replace(answer, talk=talk))
        if len(commands) > MOST_COMMANDS:
            answers.append(Reply("too_many", {"most": MOST_COMMANDS}, talk))
        return answers

    async def _carry_out(self, ask: Ask, inbound: Inbound) -> Answered:
        log.info("command", command=type(ask.command).__name__, message=inbound.trace, role=_rank(ask.actor))
        try:
            if ask.actor.is_stranger and not self._router.permitted(type(ask.command), ask.actor):
                return Reply("stranger")
            return await self._proposer.offer(ask, inbound) or await self._router.answer(ask)
        except Refusal as no:
            return refused(no, ask.talk)


def _sign(inbound: Inbound) -> Sign | None:
    if inbound.kind == "event":
        return _SIGNS.get(inbound.event)
    # A choice that was tapped comes as text, and opens as little as a tap of the menu.
    return Sign.TAPPED if "bizmsgmenuid" in inbound.fields else Sign.WROTE


def _meaning(inbound: Inbound, actor: Actor, talk: Talk, lexicon: Lexicon, now: datetime) -> Sequence[Command]:
    text = inbound.event_key if inbound.kind == "event" else inbound.text
    if inbound.kind not in {"text", "event"} or text.startswith(UNSUPPORTED):
        return (Media(kind=inbound.kind, medium=inbound.fields.get("MediaId", "")),)
    return commands_in(text, actor, talk, lexicon, now)


def _patient(talk: Talk, command: Command) -> Talk:
    """Only misunderstandings in a row count: the first command that is understood ends the count."""
    return talk if isinstance(command, NotUnderstood | Media) else replace(talk, misses=0)


def _customer(met: Met) -> str | None:
    """Whose names for goods may be meant: one's own company's, or for staff those of the draft's customer."""
    if met.actor.is_staff and met.talk.draft is not None:
        return met.talk.draft.customer
    return met.actor.customer if met.names else None


def _today(now: datetime) -> date:
    return now.astimezone(zone()).date()


def _rank(actor: Actor) -> str:
    return "stranger" if actor.is_stranger else "staff" if actor.is_staff else "contact"
