"""Whether an alert is told now or kept quiet, always with the reason; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from notify.models import AlertState

TOP = 1
"""How far an alert is escalated: to the manager, once."""


class Word(StrEnum):
    """What is done about an alert now."""

    TELL = "tell"
    ESCALATE = "escalate"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alert stands: how often and when it was told, how far it was escalated, when a snooze ends."""

    state: AlertState
    told: int
    told_at: datetime | None
    level: int
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, and why."""

    word: Word
    why: str


def judge(alert: Standing, *, now: datetime, escalate: timedelta) -> Verdict:
    """The one decision about an alert whose condition is still true."""
    match alert.state:
        case AlertState.RESOLVED:
            return Verdict(Word.QUIET, "resolved")
        case AlertState.TAKEN:
            return Verdict(Word.QUIET, "taken")
        case AlertState.SNOOZED:
            return _snoozed(alert, now)
    if alert.told == 0 or alert.told_at is None:
        return Verdict(Word.TELL, "first")
    if now - alert.told_at < escalate:
        return Verdict(Word.QUIET, "told_lately")
    if alert.level >= TOP:
        return Verdict(Word.QUIET, "escalated_before")
    return Verdict(Word.ESCALATE, "unacknowledged")


def _snoozed(alert: Standing, now: datetime) -> Verdict:
    if alert.snoozed_until is not None and now < alert.snoozed_until:
        return Verdict(Word.QUIET, "snoozed")
    return Verdict(Word.TELL, "snooze_over")
