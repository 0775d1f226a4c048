"""What is said in answer: a template, its facts, and how the conversation goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue import Talk
from domain.errors import Refusal
from templates import refusal


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in the making; ``talk`` is the new state of the conversation, None leaves it as it was."""

    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    talk: Talk | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is to be said, though the conversation may have changed."""

    talk: Talk | None = None


def say(template: str, talk: Talk | None = None, **facts: Any) -> Reply:
    """A reply in one breath."""
    return Reply(template, facts, talk)


def refused(no: Refusal, talk: Talk, *, keeps_draft: bool = False) -> Reply:
    """The words of a refusal in the middle of a conversation; says so when a draft is kept."""
    return say("refused_draft" if keeps_draft else "refused", talk, words=refusal(no))
