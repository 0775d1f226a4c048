"""Where the access token of one account lies for all processes, and who of them fetches the next one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies on the shelf; ``turn`` counts the tokens that lay there, ``strikes`` the refusals of fresh ones.

    ``lease_by`` fetches the next one until ``lease_until``; nobody asks the platform before ``shut_until``.
    """

    token: str = ""
    expires_at: datetime | None = None
    turn: int = 0
    lease_by: str = ""
    lease_until: datetime | None = None
    strikes: int = 0
    shut_until: datetime | None = None
    shut_why: str = ""


class TokenShelf(Protocol):
    """Everything is changed by those only who know what they change: of two at once, one is told that it was late."""

    async def load(self) -> Kept:
        """What lies there now."""

    async def reserve(self, kept: Kept, by: str, until: datetime) -> bool:
        """Whether it is for ``by`` to fetch the next token: yes, if all is still as it was ``kept``."""

    async def release(self, by: str) -> None:
        """The fetch came to nothing; another may try."""

    async def store(self, turn: int, token: str, expires_at: datetime) -> Kept:
        """Put the next token in the place of that of this turn; what lies there afterwards, perhaps another's."""

    async def shut(self, strikes: int, until: datetime, why: str) -> None:
        """Let nobody ask until then, unless others were refused since ``strikes`` were counted."""

    async def forgive(self) -> None:
        """What was refused is taken again: the next pause is a short one."""


class MemoryShelf:
    """A shelf of one process, for tools and tests."""

    def __init__(self) -> None:
        self._kept = Kept()

    async def load(self) -> Kept:
        """What lies there now."""
        return self._kept

    async def reserve(self, kept: Kept, by: str, until: datetime) -> bool:
        """Whether it is for ``by`` to fetch the next token."""
        same = (self._kept.turn, self._kept.lease_by) == (kept.turn, kept.lease_by)
        if same:
            self._kept = replace(self._kept, lease_by=by, lease_until=until)
        return same

    async def release(self, by: str) -> None:
        """The fetch came to nothing."""
        if self._kept.lease_by == by:
            self._kept = replace(self._kept, lease_by="", lease_until=None)

    async def store(self, turn: int, token: str, expires_at: datetime) -> Kept:
        """Put the next token in the place of that of this turn."""
        if self._kept.turn == turn:
            new = {"token": token, "expires_at": expires_at, "turn": turn + 1, "lease_by": "", "lease_until": None}
            self._kept = replace(self._kept, **new)  # type: ignore[arg-type]
        return self._kept

    async def shut(self, strikes: int, until: datetime, why: str) -> None:
        """Let nobody ask until then."""
        if self._kept.strikes == strikes:
            self._kept = replace(self._kept, strikes=strikes + 1, shut_until=until, shut_why=why)

    async def forgive(self) -> None:
        """The next pause is a short one."""
        self._kept = replace(self._kept, strikes=0)
