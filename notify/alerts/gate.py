"""Whether an alert is told now or kept quiet, always with the reason; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from notify.models import AlertState

TOP = 2
"""How far an alert is escalated: to who stands in, then to the manager."""


class Word(StrEnum):
    """What is done about an alert now."""

    TELL = "tell"
    ESCALATE = "escalate"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alert stands: how often and when it was told, how far it was escalated, when a snooze ends.

    ``parent`` is the rule of the alert that explains it, if one is live; ``coming``: what would end it is on its way.
    """

    state: AlertState
    told: int
    told_at: datetime | None
    level: int
    snoozed_until: datetime | None = None
    taken_at: datetime | None = None
    parent: str = ""
    coming: bool = False


@dataclass(frozen=True, slots=True)
class Patience:
    """How long until nobody's answer goes further up, and until what is still true is told once more."""

    escalate: timedelta
    repeat: timedelta


NOT_AGAIN = Patience(timedelta.max, timedelta.max)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, and why."""

    word: Word
    why: str


def judge(alert: Standing, patience: Patience, *, now: datetime) -> Verdict:
    """The one decision about an alert whose condition is still true."""
    match alert.state:
        case AlertState.RESOLVED:
            return Verdict(Word.QUIET, "resolved")
        case AlertState.DISMISSED:
            return Verdict(Word.QUIET, "false_alarm")
        case _ if alert.coming and alert.told:
            return Verdict(Word.QUIET, "coming")
        case AlertState.TAKEN:
            return _until(alert.taken_at, now, patience.repeat, ("taken", "still_true"))
        case AlertState.SNOOZED:
            return _until(alert.snoozed_until, now, timedelta(0), ("snoozed", "snooze_over"))
    if alert.parent:
        return Verdict(Word.QUIET, f"inhibited:{alert.parent}")
    if alert.told == 0 or alert.told_at is None:
        return Verdict(Word.TELL, "first")
    return _told_before(alert, now - alert.told_at, patience)


def _until(since: datetime | None, now: datetime, span: timedelta, words: tuple[str, str]) -> Verdict:
    """Quiet with the first word for so long after ``since``, told with the second one afterwards."""
    quiet, over = words
    return Verdict(Word.QUIET, quiet) if since is not None and now - since < span else Verdict(Word.TELL, over)


def _told_before(alert: Standing, ago: timedelta, patience: Patience) -> Verdict:
    if ago >= patience.repeat:
        return Verdict(Word.TELL, "repeated")
    if ago < patience.escalate:
        return Verdict(Word.QUIET, "told_lately")
    if alert.level >= TOP:
        return Verdict(Word.QUIET, "escalated_before")
    return Verdict(Word.ESCALATE, "unacknowledged")
