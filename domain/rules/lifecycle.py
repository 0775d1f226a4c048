"""What may become of an order: the one table of its steps, and the axes that are derived from its lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class OrderState(StrEnum):
    """The commitment of an order: what people decided, nothing that goods or money did."""

    IN_REVIEW = "in_review"
    AWAITING_APPROVAL = "awaiting_approval"
    ACCEPTED = "accepted"
    ON_HOLD = "on_hold"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    SHORT_CLOSED = "short_closed"
    CLOSED = "closed"


STOOD = (OrderState.ACCEPTED, OrderState.ON_HOLD, OrderState.CLOSED, OrderState.SHORT_CLOSED)
"""States of orders that are owed for."""


class Step(StrEnum):
    """What can be done to an order as a whole."""

    PASS = "pass"  # noqa: S105
    HOLD = "hold"
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    SHIP = "ship"
    RECEIVE = "receive"
    NUMBER = "number"
    AMEND = "amend"
    PAUSE = "pause"
    RESUME = "resume"
    SHORT_CLOSE = "short_close"
    CLOSE = "close"


TRANSITIONS: dict[tuple[OrderState, Step], OrderState] = {
    (OrderState.IN_REVIEW, Step.PASS): OrderState.ACCEPTED,
    (OrderState.IN_REVIEW, Step.HOLD): OrderState.AWAITING_APPROVAL,
    (OrderState.AWAITING_APPROVAL, Step.APPROVE): OrderState.ACCEPTED,
    (OrderState.AWAITING_APPROVAL, Step.REJECT): OrderState.REJECTED,
    (OrderState.AWAITING_APPROVAL, Step.CANCEL): OrderState.CANCELLED,
    (OrderState.AWAITING_APPROVAL, Step.NUMBER): OrderState.AWAITING_APPROVAL,
    (OrderState.ACCEPTED, Step.CANCEL): OrderState.CANCELLED,
    (OrderState.ACCEPTED, Step.SHIP): OrderState.ACCEPTED,
    (OrderState.ACCEPTED, Step.RECEIVE): OrderState.ACCEPTED,
    (OrderState.ACCEPTED, Step.AMEND): OrderState.ACCEPTED,
    (OrderState.ACCEPTED, Step.PAUSE): OrderState.ON_HOLD,
    (OrderState.ON_HOLD, Step.RESUME): OrderState.ACCEPTED,
    (OrderState.ON_HOLD, Step.AMEND): OrderState.ON_HOLD,
    (OrderState.ON_HOLD, Step.RECEIVE): OrderState.ON_HOLD,
    (OrderState.ON_HOLD, Step.CANCEL): OrderState.CANCELLED,
    (OrderState.ON_HOLD, Step.SHORT_CLOSE): OrderState.SHORT_CLOSED,
    (OrderState.ACCEPTED, Step.SHORT_CLOSE): OrderState.SHORT_CLOSED,
    (OrderState.ACCEPTED, Step.CLOSE): OrderState.CLOSED,
}

FINAL = frozenset(OrderState) - {state for state, _ in TRANSITIONS}


def may(state: OrderState, step: Step) -> bool:
    """Whether an order in this state admits the step."""
    return (state, step) in TRANSITIONS


def after(state: OrderState, step: Step) -> OrderState:
    """The state that the step leads to; KeyError when it is not admitted."""
    return TRANSITIONS[state, step]


class Extent(StrEnum):
    """How far an axis has come."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Axes:
    """The derived sides of an order; nobody sets them."""

    allocation: Extent
    fulfilment: Extent
    delivery: Extent
    invoicing: Extent = Extent.NONE
    payment: Extent = Extent.NONE


class Counters(Protocol):
    """A line as far as the axes need it, in base units."""

    base_qty: Decimal
    reserved: Decimal
    shipped: Decimal
    delivered: Decimal
    cancelled: Decimal


def axes(lines: Iterable[Counters]) -> Axes:
    """Fold the counters of the lines; a cancelled quantity is no longer asked for."""
    rows = [(line, line.base_qty - line.cancelled) for line in lines]
    wanted = sum((due for _, due in rows), Decimal(0))
    return Axes(
        allocation=_extent(sum((min(line.reserved + line.shipped, due) for line, due in rows), Decimal(0)), wanted),
        fulfilment=_extent(sum((min(line.shipped, due) for line, due in rows), Decimal(0)), wanted),
        delivery=_extent(sum((min(line.delivered, due) for line, due in rows), Decimal(0)), wanted),
    )


def _extent(done: Decimal, wanted: Decimal) -> Extent:
    if done <= 0 or wanted <= 0:
        return Extent.NONE
    return Extent.FULL if done >= wanted else Extent.PARTIAL


def picture() -> str:
    """The table as a Mermaid state diagram."""
    arrows = [f"    {state.value} --> {to.value}: {step.value}" for (state, step), to in TRANSITIONS.items()]
    ends = [f"    {state.value} --> [*]" for state in OrderState if state in FINAL]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {OrderState.IN_REVIEW.value}: place", *arrows, *ends])
