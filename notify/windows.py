"""How many plain messages the platform still takes for a person: so many after each sign of life, for so long; pure.

The platform does not say how several allowances add up: they are counted apart, and what ends first is used first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.signs import Sign, Signs

HASTE = timedelta(seconds=2)
"""A window that ends within this time is shut: the message would still be on its way."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one sign of life allows."""

    messages: int
    lasts: timedelta


Grants = Mapping[Sign, Grant]

AFTER_WORDS = Grant(5, timedelta(hours=48))
AFTER_A_TAP = Grant(3, timedelta(minutes=1))
GRANTS: Grants = {
    Sign.WROTE: AFTER_WORDS,
    Sign.TAPPED: AFTER_A_TAP,
    Sign.FOLLOWED: AFTER_A_TAP,
    Sign.SCANNED: AFTER_A_TAP,
}


@dataclass(frozen=True, slots=True)
class Window:
    """An open window: which sign opened it and when, how much it allows in all, until when."""

    sign: Sign
    since: datetime
    messages: int
    until: datetime

    @property
    def mark(self) -> int:
        """The moment since which its messages count, in milliseconds."""
        return int(self.since.timestamp() * 1000)


Used = Mapping[Sign, tuple[int, int]]
"""Of each sign: the mark of the window that was counted last, and the count."""


def open_windows(signs: Signs, grants: Grants, *, now: datetime, haste: timedelta = HASTE) -> list[Window]:
    """The windows that are open now, the one that ends first foremost."""
    found = list(_windows(signs, grants))
    return sorted((one for one in found if now + haste < one.until), key=lambda one: one.until)


def _windows(signs: Signs, grants: Grants) -> Iterator[Window]:
    for sign, since in signs.items():
        if (grant := grants.get(sign)) is not None:
            yield Window(sign, since, grant.messages, since + grant.lasts)


def left_in(window: Window, used: Used) -> int:
    """How many more messages this window takes."""
    mark, count = used.get(window.sign, (0, 0))
    return max(0, window.messages - (count if mark == window.mark else 0))
