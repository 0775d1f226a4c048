"""Ways out to a person, all of one shape."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from domain.values import Address
from notify.notices import Notice
from templates import speaker


@dataclass(frozen=True)
class Outgoing:
    """One notice on its way to one person; ``key`` is the same on every try, so that a second one can be dropped."""

    key: str
    to: Address
    notice: Notice
    facts: Mapping[str, Any]
    url: str = ""

    def voice(self, name: str) -> str:
        """What the notice says in one of its voices: its own words, else the fact of that name, else nothing."""
        said = self._words(name) or str(self.facts.get(name) or "")
        return said if self.notice is Notice.REPLY else "\n".join(line for line in said.splitlines() if line.strip())

    @cached_property
    def _words(self) -> Callable[[str], str]:
        return speaker(self.notice.template, self.facts)


class Channel(Protocol):
    """One way out of one account. ``idempotent``: a second send of the same key is not shown to the person."""

    name: str
    idempotent: bool

    async def send(self, outgoing: Outgoing) -> str | None:
        """Hand over to the platform and return its id of the message, or raise ``DeliveryFailed``."""
        ...


Channels = Mapping[str, Mapping[str, Channel]]
"""The channels of each account by their names."""
