"""What a buyer may choose when goods lack (缺货协商): asked when the order is accepted, with a deadline."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from domain import lane
from domain.dealerrors import WaitsForAll
from domain.dealevents import ShortageOffered
from domain.lane import Script, Statement
from domain.models import Order, OrderLine, ShortageOffer
from domain.models.scaled import ungrained
from domain.policy import current_policy
from domain.recording import recorded
from domain.values import Actor
from domain.wording import entered

SEND, WAIT, SWAP, CANCEL = "send", "wait", "swap", "cancel"
"""What is there first, all at once, something else instead, without it: numbered in this order as far as offered."""

_SUBSTITUTES = (
    "SELECT p.sku, s.sku, (SELECT COALESCE(SUM(on_hand - reserved), 0) FROM stock WHERE stock.sku = s.sku)"
    " FROM product p JOIN product s ON s.sku = p.substitute AND s.active AND s.base_unit = p.base_unit"
    " WHERE p.sku IN ?"
)


_ASKED_ANEW = (
    "ON CONFLICT (order_number) DO UPDATE SET choices = excluded.choices, swaps = excluded.swaps,"
    " fallback = excluded.fallback, deadline = excluded.deadline, choice = NULL, decided_by = NULL, decided_at = NULL"
)


def lacks(lines: Sequence[OrderLine]) -> dict[str, Decimal]:
    """What lacks of each product, in base units."""
    found: dict[str, Decimal] = {}
    for line in lines:
        if line.short > 0:
            found[line.sku] = found.get(line.sku, Decimal(0)) + line.short
    return found


def lacking_words(lines: Sequence[OrderLine]) -> str:
    """What lacks, in the units in which it was ordered."""
    return "、".join(f"{line.sku} {entered(line, line.short)}" for line in lines if line.short > 0)


def wait_for_all(order: Order, lines: Sequence[OrderLine]) -> None:
    """Refuse to touch the goods of an order that the buyer wants in one piece, while something of it lacks."""
    lacking = lacking_words(lines) if order.ship_whole else ""
    if lacking:
        raise WaitsForAll(order.number, lacking)


def substitutes(lacking: Mapping[str, Decimal]) -> Script[dict[str, str]]:
    """What could be sent at once in the place of everything that lacks; empty unless there is enough for all of it."""
    found = yield Statement(_SUBSTITUTES, (list(lacking),))
    free: dict[str, Decimal] = {}
    swaps: dict[str, str] = {}
    for sku, other, stock in sorted(found.rows, key=lambda row: str(row[0])):
        left = free.setdefault(other, ungrained(stock)) - lacking[sku]
        if left >= 0:
            free[other], swaps[sku] = left, other
    return swaps if len(swaps) == len(lacking) else {}


def choices_of(swaps: Collection[str], *, ready: bool) -> tuple[str, ...]:
    """The choices that make sense: nothing can be sent first, or be left of the order, when nothing is there."""
    return tuple(
        choice
        for choice, fits in ((SEND, ready), (WAIT, True), (SWAP, bool(swaps)), (CANCEL, ready))
        if fits
    )  # fmt: skip


def offered(order: Order, lines: Sequence[OrderLine], *, by: Actor, now: datetime) -> Script[None]:
    """Ask the buyer what to do about what lacks, whatever was answered before less did; silent without a choice.

    Part of the script that accepts the order, or that changes it.
    """
    lacking = lacks(lines)
    if not lacking:
        return
    swaps = yield from substitutes(lacking)
    choices = choices_of(swaps, ready=any(line.reserved > 0 for line in lines))
    if len(choices) < 2:
        return
    policy = current_policy()
    deadline = now + policy.shortage_patience
    # Who said to wait for all has not changed their mind by saying nothing about more.
    fallback = policy.shortage_default if SEND in choices and not order.ship_whole else WAIT
    asked = {"order_number": order.number, "choices": list(choices), "swaps": swaps, "fallback": fallback}
    yield lane.insert(ShortageOffer, [asked | {"deadline": deadline}], then=_ASKED_ANEW)
    event = ShortageOffered(
        order=order.number,
        lacking=lacking_words(lines),
        choices=choices,
        fallback=fallback,
        deadline=deadline.isoformat(),
    )
    yield from recorded(event, by=by, at=now)
