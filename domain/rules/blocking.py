"""Why an order has not left or arrived: every obstacle with a code and with who has to do something about it; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.rules.lifecycle import FINAL, OrderState

REVIEWER, PURCHASING, PRODUCTION = "reviewer", "purchasing", "production"
WAREHOUSE, CARRIER = "warehouse", "carrier"
"""Who has to act, when it is no person who can be named."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of purchasing for a line: under which number, and when the goods are expected.

    Once it has been bought, that is the purchase: by how many days its supplier put it off, and whose it is.
    """

    number: str
    expected: date | None = None
    slipped: int = 0
    buyer: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """How goods that we make ourselves come: by which work order, where that stands, and what it lacks; if by any."""

    number: str = ""
    state: str = ""
    done: str = ""
    finished: date | None = None
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class LineNow:
    """A line as far as goods have come, in base units; ``made`` when we make them ourselves."""

    sku: str
    open: Decimal
    reserved: Decimal
    on_the_way: Decimal = Decimal(0)
    asked: Asked | None = None
    made: Made | None = None

    @property
    def short(self) -> Decimal:
        """What is open and not reserved."""
        return self.open - self.reserved


@dataclass(frozen=True, slots=True)
class OrderNow:
    """An order at one moment; ``reasons`` are the codes of its review, ``held_by`` who paused it.

    One that is to be sent ``whole`` waits until nothing lacks.
    """

    state: OrderState
    lines: tuple[LineNow, ...]
    today: date
    reasons: tuple[str, ...] = ()
    decider: str = ""
    held_by: str = ""
    hold_reason: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One obstacle: its code, who has to act (a role of the house, or somebody by name), and what the words need."""

    code: str
    owner: str
    facts: Mapping[str, str] = field(default_factory=dict)


def blocks(order: OrderNow) -> tuple[Block, ...]:
    """What stands in the way; empty only when nothing more is to come."""
    if order.state in FINAL:
        return _under_way(order.lines) if order.state is OrderState.SHORT_CLOSED else ()
    if order.state in (OrderState.AWAITING_APPROVAL, OrderState.IN_REVIEW):
        return (Block("awaiting_approval", order.decider or REVIEWER, {"reasons": ",".join(order.reasons)}),)
    held: tuple[Block, ...] = ()
    if order.state is OrderState.ON_HOLD:
        held = (Block("on_hold", order.held_by or REVIEWER, {"reason": order.hold_reason}),)
    return (*held, *_short(order), *_ready(order), *_under_way(order.lines))


def _short(order: OrderNow) -> Iterable[Block]:
    for line in order.lines:
        if line.short <= 0:
            continue
        facts = {"sku": line.sku, "missing": format(line.short, "f")}
        if line.made is not None:
            yield _made(line.made, facts, order.today)
            continue
        if line.asked is None:
            yield Block("not_asked_for", PURCHASING, facts)
            continue
        yield _bought(line.asked, facts, order.today)


def _bought(asked: Asked, facts: dict[str, str], today: date) -> Block:
    facts["request"] = asked.number
    if asked.expected is not None:
        facts["expected"] = asked.expected.isoformat()
    if asked.expected is not None and asked.expected < today:
        facts["late"] = str((today - asked.expected).days + max(asked.slipped, 0))
    if asked.slipped > 0:
        facts["slipped"] = str(asked.slipped)
    return Block("goods_late" if "late" in facts else "goods_expected", asked.buyer or PURCHASING, facts)


def _made(made: Made, facts: dict[str, str], today: date) -> Block:
    if not made.number:
        return Block("not_being_made", PRODUCTION, facts)
    facts |= {"request": made.number, "state": made.state, "done": made.done}
    if made.finished is not None:
        facts["expected"] = max(made.finished, today).isoformat()
    if made.lacking:
        return Block("materials_short", PURCHASING, facts | {"materials": made.lacking})
    return Block("being_made", PRODUCTION, facts)


def _ready(order: OrderNow) -> Iterable[Block]:
    waits = order.whole and any(line.short > 0 for line in order.lines)
    code, owner = ("waits_for_all", PURCHASING) if waits else ("ready_to_send", WAREHOUSE)
    for line in order.lines:
        if line.reserved > 0:
            yield Block(code, owner, {"sku": line.sku, "ready": format(line.reserved, "f")})


def _under_way(lines: Iterable[LineNow]) -> tuple[Block, ...]:
    moving = [line.sku for line in lines if line.on_the_way > 0]
    return (Block("on_the_way", CARRIER, {"skus": ",".join(moving)}),) if moving else ()
