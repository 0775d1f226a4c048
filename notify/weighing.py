"""Whether a notice goes out now, later with others, or not at all, always with the reason; pure."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from domain.rules.wishes import Way
from notify.kinds import ANSWERS, kind_of
from notify.models import DeliveryState
from notify.notices import URGENT, Plan, rank_of
from notify.route import STAFF


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a notice: its first state; why it does not go at once, if so; and until when."""

    state: DeliveryState = DeliveryState.DUE
    why: str = ""
    until: datetime | None = None


AT_ONCE = Fate()
QUIET_HOURS = "quiet_hours"


def weigh(plan: Plan, *, now: datetime, zone: tzinfo) -> Fate:
    """The one decision about a notice that is planned, by what its person has set."""
    if plan.notice in ANSWERS:
        return AT_ONCE
    kind = kind_of(plan.notice, plan.facts.get("audience", STAFF))
    way = Way.ON if kind is None or kind.needed else plan.wishes.way(kind.code)
    match way:
        case Way.OFF:
            return Fate(DeliveryState.QUIET, "switched_off")
        case Way.DIGEST:
            return Fate(DeliveryState.KEPT, "digest", plan.wishes.next_digest(now, zone))
    until = None if rank_of(plan.notice) == URGENT else plan.wishes.quiet_until(now, zone)
    return AT_ONCE if until is None else Fate(DeliveryState.DUE, QUIET_HOURS, until)
