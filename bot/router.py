"""Which handler answers which command or event, and who may give it: the policy table of the chat."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.dialogue import Talk
from bot.grammar.lexicon import Lexicon
from bot.replies import Reply, Silence
from domain.commands import Command
from domain.errors import NotAllowed
from domain.values import CUSTOMER_ROLES, STAFF_ROLES, Actor, Role

C = TypeVar("C", bound=Command)

ANYONE: frozenset[Role] = frozenset()
BOUND = CUSTOMER_ROLES | STAFF_ROLES


@dataclass(frozen=True, slots=True)
class Ask:
    """One command of one person, with all that a handler may need. ``heard_at`` is when it was sent."""

    actor: Actor
    command: Command
    talk: Talk
    now: datetime
    heard_at: datetime
    key: str
    lexicon: Lexicon

    def given(self, kind: type[C]) -> C:
        """The command as what the router promised it to be."""
        assert isinstance(self.command, kind)
        return self.command

    def name_of(self, code: str | None) -> str:
        """The name of a product or customer code, for people; the code itself when it is unknown."""
        entry = self.lexicon.products.get(code or "") or self.lexicon.customers.get(code or "")
        return entry.name if entry is not None else code or ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the platform, such as a follow; ``fields`` are its further elements."""

    actor: Actor
    event: str
    event_key: str
    fields: Mapping[str, str]
    talk: Talk
    now: datetime
    key: str


Answered = Reply | Silence
Handler = Callable[[Ask], Awaitable[Answered]]
EventHandler = Callable[[Happening], Awaitable[Answered]]
H = TypeVar("H", bound=Handler)
E = TypeVar("E", bound=EventHandler)


class Router:
    """The table itself: filled by the handlers at start, read by dispatch."""

    def __init__(self) -> None:
        self._commands: dict[type[Command], tuple[Handler, frozenset[Role]]] = {}
        self._events: dict[str, EventHandler] = {}

    def on(self, *commands: type[Command], roles: frozenset[Role]) -> Callable[[H], H]:
        """Let the decorated handler answer these commands; ``roles`` ANYONE admits strangers as well."""

        def keep(handler: H) -> H:
            for command in commands:
                if command in self._commands:
                    raise ValueError(f"two handlers for {command.__name__}")
                self._commands[command] = (handler, roles)
            return handler

        return keep

    def on_event(self, *events: str) -> Callable[[E], E]:
        """Let the decorated handler answer these events of the platform (lower case)."""

        def keep(handler: E) -> E:
            self._events.update(dict.fromkeys(events, handler))
            return handler

        return keep

    @property
    def policy(self) -> Mapping[type[Command], frozenset[Role]]:
        """Which roles may give which command; an empty set means anyone."""
        return {command: roles for command, (_, roles) in self._commands.items()}

    def permitted(self, command: type[Command], actor: Actor) -> bool:
        """Whether this person may give this command."""
        roles = self._commands[command][1]
        return not roles or bool(roles & actor.roles)

    async def answer(self, ask: Ask) -> Answered:
        """Carry out a command, or refuse it by role."""
        handler, roles = self._commands[type(ask.command)]
        if roles and not roles & ask.actor.roles:
            raise NotAllowed(tuple(sorted(role.value for role in roles & STAFF_ROLES)))
        return await handler(ask)

    async def notice(self, happening: Happening) -> Answered:
        """Take note of an event; one that nobody listens to is passed over in silence."""
        handler = self._events.get(happening.event)
        return Silence() if handler is None else await handler(happening)
