"""Whether a notice goes out now, later with others, or not at all, always with the reason; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from domain.rules.wishes import Way
from domain.values import Address
from notify.kinds import ANSWERS, kind_of
from notify.models import DeliveryState
from notify.notices import URGENT, Notice, Plan, rank_of
from notify.route import STAFF


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a notice: its first state; why it does not go at once, if so; and until when."""

    state: DeliveryState = DeliveryState.DUE
    why: str = ""
    until: datetime | None = None


AT_ONCE = Fate()
QUIET_HOURS = "quiet_hours"
MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Hush:
    """A mute as the decision sees it: until when, if that is a moment; ``but_trouble`` lets pass what goes wrong."""

    until: datetime | None = None
    but_trouble: bool = False


Hushed = Mapping[tuple[Address, str], Hush]
"""The mutes that last, by person and order."""

_GONE_WRONG = frozenset(
    {
        Notice.ORDER_CANCELLED,
        Notice.ORDER_STOPPED,
        Notice.PROMISE_MOVED,
        Notice.PARCEL_QUIET,
        Notice.PARCEL_UNWATCHED,
        Notice.PICK_SHORT,
        Notice.PICK_STOPPED,
        Notice.CLAIM_MADE,
        Notice.WORK_STOPPED,
    }
)
_IN_TROUBLE = frozenset({"problem", "returning", "returned", "delivery_failed", "cancelled"})


def is_trouble(plan: Plan) -> bool:
    """Whether a notice says that something went wrong."""
    return plan.notice in _GONE_WRONG or (plan.notice is Notice.PARCEL_MOVED and plan.facts.get("state") in _IN_TROUBLE)


def weigh(plan: Plan, *, hushed: Hushed, now: datetime, zone: tzinfo) -> Fate:
    """The one decision about a notice that is planned, by what its person has set."""
    if plan.notice in ANSWERS:
        return AT_ONCE
    kind = kind_of(plan.notice, plan.facts.get("audience", STAFF))
    way = Way.ON if kind is None else kind.way(plan.wishes)
    if way is Way.OFF:
        return Fate(DeliveryState.QUIET, "switched_off")
    if kind is not None and not kind.needed:
        hush = hushed.get((plan.to, plan.order or ""))
        if hush is not None and not (hush.but_trouble and is_trouble(plan)):
            return Fate(DeliveryState.KEPT, MUTED, hush.until)
        if way is Way.DIGEST:
            return Fate(DeliveryState.KEPT, "digest", plan.wishes.next_digest(now, zone))
    until = None if rank_of(plan.notice) == URGENT else plan.wishes.quiet_until(now, zone)
    return AT_ONCE if until is None else Fate(DeliveryState.DUE, QUIET_HOURS, until)
