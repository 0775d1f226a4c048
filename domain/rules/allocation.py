"""Who gets goods first and who gives them up first: by the day first promised, then priority, then age; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.rules.kits import KitPart

_NEVER = date.max


@dataclass(frozen=True, slots=True)
class Claim:
    """A line of an accepted order that holds or wants goods, in base units; ``age`` grows with the line's number.

    Of a kit with these ``parts`` that is in whole kits; ``per`` is how much of the product in question is in one.
    """

    line: int
    order: str
    promised: date | None
    priority: int
    age: int
    reserved: Decimal
    short: Decimal
    per: Decimal = Decimal(1)
    parts: tuple[KitPart, ...] = ()

    @property
    def place(self) -> tuple[date, int, int]:
        """The place in the queue; the least is served first."""
        return (self.promised or _NEVER, -self.priority, self.age)


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a product for, or from, a line."""

    claim: Claim
    qty: Decimal


def share(claims: Iterable[Claim], free: Decimal) -> tuple[Part, ...]:
    """Give what is free to those who are short of it, first come in the queue first."""
    return _dealt(((claim, claim.short * claim.per) for claim in sorted(claims, key=lambda c: c.place)), free)


def withdraw(claims: Iterable[Claim], missing: Decimal) -> tuple[Part, ...]:
    """Take what is missing from those who hold it, last in the queue first."""
    last = sorted(claims, key=lambda c: c.place, reverse=True)
    return _dealt(((claim, claim.reserved * claim.per) for claim in last), missing)


def _dealt(wants: Iterable[tuple[Claim, Decimal]], amount: Decimal) -> tuple[Part, ...]:
    parts = []
    for claim, most in wants:
        part = min(most, amount)
        if part > 0:
            parts.append(Part(claim, part))
            amount -= part
    return tuple(parts)
