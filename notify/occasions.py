"""When a group of people hears of an event and when not; pure questions to the event and what it is about."""

from collections.abc import Callable

from domain.events import BusinessEvent
from domain.models.shipments import ParcelState
from domain.rules.lifecycle import OrderState
from domain.telling import Affair
from domain.values import STAFF_ROLES

When = Callable[[BusinessEvent, Affair], bool]

UNDECIDED = frozenset({OrderState.AWAITING_APPROVAL, OrderState.IN_REVIEW})


def always(_event: BusinessEvent, _affair: Affair) -> bool:
    """Every time."""
    return True


def state_in(states: frozenset[ParcelState]) -> When:
    """When the parcel entered one of these states."""
    return lambda event, _affair: getattr(event, "state", "") in states


def state_is(state: str) -> When:
    """When what the event is about came to this state."""
    return lambda event, _affair: getattr(event, "state", "") == state


def remarked(event: BusinessEvent, _affair: Affair) -> bool:
    """When the receiver had something to say."""
    return bool(getattr(event, "remark", ""))


def lacking(event: BusinessEvent, _affair: Affair) -> bool:
    """When something was not found."""
    return bool(getattr(event, "short", ""))


def by_others(event: BusinessEvent, _affair: Affair) -> bool:
    """When it was not the warehouse itself that stopped."""
    return getattr(event, "why", "") != "unpicked"


def undecided(_event: BusinessEvent, affair: Affair) -> bool:
    """When the order still waits for a decision."""
    return affair.state in UNDECIDED


def to_decide(event: BusinessEvent, affair: Affair) -> bool:
    """When the order still waits for a decision, or a change of it was to be decided on."""
    return undecided(event, affair) or bool(getattr(event, "changes", ()))


def decided(event: BusinessEvent, affair: Affair) -> bool:
    """When the order was decided on."""
    return not undecided(event, affair)


def of_staff(event: BusinessEvent, _affair: Affair) -> bool:
    """When it is about a member of staff."""
    return bool(set(getattr(event, "roles", ())) & STAFF_ROLES)
