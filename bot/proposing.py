"""What a message that the grammar does not know may have meant: offered in plain words, done only after a yes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.dialogue import Proposal
from bot.envelope import Inbound
from bot.grammar.compact import key_of
from bot.grammar.guard import addresses_the_machine
from bot.grammar.lexicon import CUSTOMER
from bot.grammar.normal import fold
from bot.hearing import commands_in
from bot.replies import Reply, say
from bot.router import Ask, Router
from domain.commands import (
    CancelOrder,
    Chase,
    Command,
    Confirm,
    Deny,
    HandOff,
    ModifyOrder,
    NotUnderstood,
    PlaceOrder,
    ProvideInfo,
    QueryOrder,
    QueryPrice,
    QueryStock,
    Reorder,
    ShowDraft,
    ShowProducts,
    ShowUsuals,
    TryOrder,
)
from domain.values import Actor

Propose = Callable[[str], Awaitable[str | None]]

# What may be proposed: questions, and what is read back or asked about once more before it counts. No decision is.
PROPOSABLE = (
    CancelOrder, Chase, HandOff, ModifyOrder, PlaceOrder, ProvideInfo, QueryOrder, QueryPrice, QueryStock, Reorder,
    ShowDraft, ShowProducts, ShowUsuals, TryOrder,
)  # fmt: skip


class Proposer:
    """Offers and takes up proposals; without ``propose`` there are none."""

    def __init__(self, router: Router, propose: Propose | None) -> None:
        self._router = router
        self._propose = propose

    async def offer(self, ask: Ask, inbound: Inbound) -> Reply | None:
        """您是说…吗, for a text of somebody we know that was not understood; None without anything fit to offer."""
        if self._propose is None or inbound.kind != "text" or not _puzzles(ask):
            return None
        if addresses_the_machine(fold(inbound.text), staff=ask.actor.is_staff):
            return None
        text = await self._propose(inbound.text)
        if text is None or _names_others(text, ask):
            return None
        commands = commands_in(text, ask.actor, ask.talk, ask.lexicon, ask.now)
        if not all(self._may(command, ask.actor) for command in commands):
            return None
        return say("is_it_this", replace(ask.talk, proposal=Proposal(text, inbound.at)), text=text)

    def _may(self, command: Command, actor: Actor) -> bool:
        return isinstance(command, PROPOSABLE) and self._router.permitted(type(command), actor)


def _names_others(text: str, ask: Ask) -> bool:
    """Whether a customer is named that this person has nothing to do with."""
    found = (entry for _, _, entry in ask.lexicon.matches(key_of(fold(text))) if entry.kind == CUSTOMER)
    return any(not ask.actor.may_see(code) for entry in found for code in entry.ids)


def _puzzles(ask: Ask) -> bool:
    """Whether somebody we know was not understood."""
    command = ask.command
    return isinstance(command, NotUnderstood) and command.order_no is None and not ask.actor.is_stranger


def taken_up(offered: Proposal, commands: Sequence[Command], inbound: Inbound) -> Inbound:
    """The message, or after a yes to what was offered the same message with the words of the offer.

    A yes that was sent before the offer was shown is about something else.
    """
    yes = len(commands) == 1 and isinstance(commands[0], Confirm) and inbound.at >= offered.heard_at
    return replace(inbound, kind="text", text=offered.text) if yes else inbound


def turned_down(commands: Sequence[Command]) -> bool:
    """Whether these commands say no to what was offered."""
    return len(commands) == 1 and isinstance(commands[0], Deny)
