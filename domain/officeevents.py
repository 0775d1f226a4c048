"""What can happen among the people at work, as typed facts."""

from dataclasses import dataclass

from domain.events import BusinessEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveTaken(BusinessEvent):
    """Somebody will be away; ``hearers`` are the staff codes of those who must know."""

    staff: str
    name: str
    first: str
    last: str
    part: str = ""
    reason: str = ""
    what: str = "leave"
    hours: str = ""
    hearers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveEnded(BusinessEvent):
    """A leave was taken back or cut short."""

    staff: str
    name: str
    first: str
    last: str
    part: str = ""
    reason: str = ""
    what: str = "back"
    hours: str = ""
    hearers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySet(BusinessEvent):
    """Somebody was put on the duty roster for some days, or taken off it (``what`` is off)."""

    staff: str
    name: str
    first: str
    last: str
    part: str = ""
    reason: str = ""
    what: str = "duty"
    hours: str = ""
    hearers: tuple[str, ...] = ()
