"""Which lots goods are taken from: what expires first goes first, and what has expired not at all; pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
OPENING = "期初"
"""The lot of what lay there before anybody asked for lots."""
CODE_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Batch:
    """The lot that goods come in with; ``expires_on`` is the last day on which they may be sold."""

    code: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """What is ``left`` of a lot in one warehouse, in base units."""

    code: str
    left: Decimal
    expires_on: date | None = None
    warehouse: str = ""

    def sellable(self, today: date) -> bool:
        """Whether it may still be sold; on its last day it may."""
        return self.expires_on is None or self.expires_on >= today


@dataclass(frozen=True, slots=True)
class Taken:
    """So much of a product out of one lot."""

    sku: str
    code: str
    qty: Decimal
    expires_on: date | None = None
    warehouse: str = ""

    def kept(self) -> dict[str, str]:
        """As it stands beside a picking list or a parcel."""
        day = self.expires_on.isoformat() if self.expires_on else ""
        return {"sku": self.sku, "code": self.code, "qty": format(self.qty, "f"), "expires_on": day}


def taken_of(kept: Iterable[Mapping[str, str]] | None) -> tuple[Taken, ...]:
    """What ``Taken.kept`` wrote."""
    return tuple(
        Taken(
            one["sku"],
            one["code"],
            Decimal(one["qty"]),
            date.fromisoformat(one["expires_on"]) if one["expires_on"] else None,
        )
        for one in kept or ()
    )


def trimmed(kept: Iterable[Mapping[str, str]] | None, goods: Mapping[str, Decimal]) -> list[dict[str, str]] | None:
    """Of lots that were written down no more than these goods: so much of the first ones."""
    left, found = dict(goods), []
    for one in taken_of(kept):
        part = min(one.qty, left.get(one.sku, ZERO))
        if part > 0:
            left[one.sku] -= part
            found.append(replace(one, qty=part).kept())
    return found or None


@dataclass(frozen=True, slots=True)
class Wish:
    """What bounds the choice: ``room`` in each warehouse, None for all of it, what was ``picked`` of each lot, what is
    ``spoken`` for by others."""

    room: Mapping[str, Decimal] | None = None
    picked: Mapping[str, Decimal] = field(default_factory=dict)
    spoken: Mapping[str, Decimal] = field(default_factory=dict)


def first_expired(
    sku: str, lots: Iterable[Lot], qty: Decimal, *, today: date, wish: Wish | None = None
) -> tuple[Taken, ...]:
    """Take ``qty`` from the lots: those that were picked, then what expires first, of two the one that came first.

    What others have picked is left to them as long as there is anything else. Less than ``qty`` when what may be sold
    does not reach.
    """
    bounds = wish or Wish()
    good = sorted((lot for lot in lots if lot.sellable(today)), key=lambda lot: lot.expires_on or date.max)
    taken = dict.fromkeys(range(len(good)), ZERO)
    room = dict(bounds.room) if bounds.room is not None else None
    rounds: tuple[Callable[[Lot], Decimal], ...] = (
        lambda lot: min(bounds.picked.get(lot.code, ZERO), lot.left),
        lambda lot: lot.left - bounds.spoken.get(lot.code, ZERO),
        lambda lot: lot.left,
    )
    for most in rounds:
        for place, lot in enumerate(good):
            here = qty if room is None else min(qty, room.get(lot.warehouse, ZERO))
            part = max(min(most(lot) - taken[place], here), ZERO)
            taken[place] += part
            qty -= part
            if room is not None and part:
                room[lot.warehouse] -= part
    return tuple(
        Taken(sku, lot.code, taken[place], lot.expires_on, lot.warehouse)
        for place, lot in enumerate(good)
        if taken[place] > 0
    )
