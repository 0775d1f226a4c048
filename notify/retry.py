"""What follows when a send did not succeed: once more, by another way, not at all, or not known; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import DeliveryFailed
from notify.models import DeliveryState

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 2 * 60, 5 * 60, 15 * 60, 60 * 60))
JITTER = 0.2
URGENT_WAIT = timedelta(minutes=2)
"""The longest pause between tries of what somebody must act on now; it finds out that the platform is back."""
PATIENCE = timedelta(hours=24)
MENDING = timedelta(hours=1)
"""How long a notice waits for its template to be set right; later ones about its order wait behind it."""
SAME_MESSAGE = timedelta(minutes=8)
"""The platform drops a second message of the same key for ten minutes; two are left for clocks and queues."""
REPEATABLE = timedelta(minutes=9)
"""A repeat that was due in time may go out late, after a standstill, but not later than this."""
CIRCUIT = timedelta(minutes=5)
ASKED = 3
"""How often a way that says "later" is asked before another one is taken."""
LADDER = (
    *(timedelta(seconds=seconds) for seconds in (5, 300, 1800)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
"""The pauses before each try of a webhook that "Standard Webhooks" 1.0 recommends: three days in all."""
MINUTE_QUOTA = timedelta(seconds=60)
DAY_QUOTA = "45009"
UNFOLLOWED = "43004"
NO_SUCH_TEMPLATE = frozenset({"40036", "40037"})
# Where the platform's day begins; its documents do not name the moment, five minutes are left for it.
QUOTA_ZONE = ZoneInfo("Asia/Shanghai")
QUOTA_RESET = timedelta(minutes=5)


class Class(StrEnum):
    """What a failure means for the way it happened on."""

    GONE = "gone"
    REVIEW = "review"
    SHUT = "shut"
    UNFIT = "unfit"
    CLOSED = "closed"
    BUSY = "busy"
    PASSING = "passing"


_CLASSES: Mapping[str, Class] = {
    "recipient": Class.GONE,
    "review": Class.REVIEW,
    "config": Class.SHUT,
    "token": Class.SHUT,
    "content": Class.CLOSED,
    "consent": Class.CLOSED,
    "window": Class.CLOSED,
    "busy": Class.BUSY,
    "unmapped": Class.UNFIT,
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What the decision needs to know of a delivery.

    ``channels`` are the ways that are left, ``open_now`` those usable at this moment; ``unsure_since`` is the first
    send on this channel whose outcome nobody knows. What is ``urgent`` is tried again sooner; ``patient``: no person
    waits for it, and its receiver is asked again for days.
    """

    channel: str
    channels: tuple[str, ...]
    attempts: int
    created_at: datetime
    idempotent: bool
    open_now: frozenset[str]
    unsure_since: datetime | None = None
    urgent: bool = False
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of the delivery, and why; ``pause_until`` shuts the way for all, ``gone`` marks the person."""

    state: DeliveryState
    why: str
    channel: str
    channels: tuple[str, ...]
    at: datetime | None = None
    pause_until: datetime | None = None
    gone: bool = False


def decide(failure: DeliveryFailed, tried: Tried, *, now: datetime, chance: float) -> Next:
    """The one decision about a failed send; ``chance`` in [0, 1) spreads the retries.

    What no way can take is held until the person is heard from; given up is only what can never reach them.
    """
    if tried.patient:
        return _for_days(failure, tried, now)
    match _class_of(failure):
        case Class.GONE:
            left = str(failure.code) == UNFOLLOWED
            return _end(DeliveryState.HELD if left else DeliveryState.GIVEN_UP, "recipient", tried, gone=left)
        case Class.REVIEW:
            return _end(DeliveryState.SENT, "under_review", tried)
        case Class.SHUT:
            return _around(failure, tried, now)
        case Class.UNFIT:
            return _when_mended(failure, tried, now, chance)
        case Class.CLOSED:
            return _other_way(failure, tried, now)
        case Class.BUSY if tried.attempts >= ASKED:
            return _other_way(failure, tried, now)
    return _once_more(failure, tried, now, chance)


def overdue(tried: Tried, *, now: datetime) -> Next | None:
    """The end of a delivery that may have arrived and whose repeat would no longer be dropped as a second copy."""
    if tried.unsure_since is None or now - tried.unsure_since <= REPEATABLE:
        return None
    return _end(DeliveryState.UNSURE, "outcome_unknown", tried)


def shut_until(failure: DeliveryFailed, now: datetime) -> datetime | None:
    """Until when this failure shuts the way for everybody; None when it concerns this message only."""
    if _class_of(failure) is not Class.SHUT:
        return None
    return next_day(now) if str(failure.code) == DAY_QUOTA else now + (failure.retry_after or CIRCUIT)


def next_day(now: datetime) -> datetime:
    """Five past midnight where the platform counts its days."""
    local = now.astimezone(QUOTA_ZONE)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight + QUOTA_RESET).astimezone(now.tzinfo)


def backoff(attempts: int, chance: float) -> timedelta:
    """How long to wait after so many tries, give or take a fifth."""
    step = BACKOFF[min(max(attempts, 1), len(BACKOFF)) - 1]
    return step * (1 - JITTER + 2 * JITTER * chance)


def _class_of(failure: DeliveryFailed) -> Class:
    if failure.maybe_sent:
        return Class.PASSING
    if str(failure.code) == DAY_QUOTA:
        return Class.SHUT
    if str(failure.code) in NO_SUCH_TEMPLATE:
        return Class.UNFIT
    known = _CLASSES.get(failure.kind)
    return known or (Class.CLOSED if failure.permanent else Class.PASSING)


def _end(state: DeliveryState, why: str, tried: Tried, *, gone: bool = False) -> Next:
    return Next(state, why, tried.channel, tried.channels, gone=gone)


def _around(failure: DeliveryFailed, tried: Tried, now: datetime) -> Next:
    """The way is shut for all: by another one now if it is open, else when this one opens again."""
    until = shut_until(failure, now)
    other = _open_way(tried, tried.channels)
    if other:
        return Next(DeliveryState.FAILED, "other_way", other, tried.channels, now, until)
    if now - tried.created_at >= PATIENCE:
        return Next(DeliveryState.HELD, "too_late", tried.channel, tried.channels, None, until)
    return Next(DeliveryState.FAILED, "way_shut", tried.channel, tried.channels, until, until)


def _when_mended(failure: DeliveryFailed, tried: Tried, now: datetime, chance: float) -> Next:
    """Notices of this kind have no template: another way if one is open, else when somebody may have set one."""
    other = _open_way(tried, tried.channels)
    if other:
        return Next(DeliveryState.FAILED, "other_way", other, tried.channels, now)
    last = tried.created_at + MENDING
    if now >= last:
        return _end(DeliveryState.HELD, failure.kind, tried)
    at = now + max(CIRCUIT, backoff(tried.attempts, chance))
    return Next(DeliveryState.FAILED, failure.kind, tried.channel, tried.channels, min(at, last))


def _other_way(failure: DeliveryFailed, tried: Tried, now: datetime) -> Next:
    """This message cannot go this way at all."""
    left = tuple(name for name in tried.channels if name != tried.channel)
    other = _open_way(tried, left)
    if other is None:
        return Next(DeliveryState.HELD, failure.kind, tried.channel, left)
    # A way that was shut before is tried again at its own pace, not at once.
    back = left[0] == tried.channels[0]
    return Next(DeliveryState.FAILED, "other_way", other, left, now + BACKOFF[2] if back else now)


def _for_days(failure: DeliveryFailed, tried: Tried, now: datetime) -> Next:
    """The receiver is asked again with the pauses that its standard recommends, and then no more.

    While its way is shut nobody looks at it, however long that is.
    """
    if failure.kind == "config" and failure.retry_after is not None:
        return Next(DeliveryState.FAILED, "receiver", tried.channel, tried.channels, now + failure.retry_after)
    if tried.attempts >= len(LADDER) or now - tried.created_at >= sum(LADDER, start=timedelta(days=1)):
        return _end(DeliveryState.GIVEN_UP, "too_late", tried)
    return Next(DeliveryState.FAILED, "receiver", tried.channel, tried.channels, now + LADDER[tried.attempts])


def _open_way(tried: Tried, ways: tuple[str, ...]) -> str | None:
    return next((name for name in ways if name != tried.channel and name in tried.open_now), None)


def _once_more(failure: DeliveryFailed, tried: Tried, now: datetime, chance: float) -> Next:
    wait = backoff(tried.attempts, chance)
    if tried.urgent:
        wait = min(wait, URGENT_WAIT)
    if failure.kind == "throttled":
        wait = max(wait, failure.retry_after or MINUTE_QUOTA)
    elif failure.retry_after:
        wait = max(wait, failure.retry_after)
    at = now + wait
    unsure = tried.unsure_since or (now if failure.maybe_sent else None)
    if unsure is not None and not (tried.idempotent and at - unsure <= SAME_MESSAGE):
        return _end(DeliveryState.UNSURE, "outcome_unknown", tried)
    last = tried.created_at + PATIENCE
    if now >= last:
        return _end(DeliveryState.HELD, "too_late", tried)
    return Next(DeliveryState.FAILED, failure.kind, tried.channel, tried.channels, min(at, last))


def unsure_since(tries: list[dict[str, Any]], channel: str) -> datetime | None:
    """The first of these tries on a channel whose outcome is not known."""
    doubtful = (one for one in tries if one.get("maybe") and one.get("channel") == channel)
    first = next(doubtful, None)
    return datetime.fromisoformat(first["at"]) if first else None
