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


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked(BusinessEvent):
    """Somebody is asked to decide on a held order or on ``changes`` of one that stands: level ``step`` of ``of``.

    ``instead_of`` is who is absent.
    ``why`` is roster, deputy, next, passed, reminder or escalated; ``margin`` in percent, ``credit`` what is left of
    the limit after a yes, ``rivals`` the orders that would lack goods then; ``hearers`` is the approver's code.
    """

    goods: str
    total: str
    reasons: tuple[str, ...]
    approver: str = ""
    instead_of: str = ""
    why: str = "roster"
    step: int = 1
    of: int = 1
    margin: str = ""
    credit: str = ""
    rivals: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    hearers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGiven(BusinessEvent):
    """One level said yes, perhaps ``instead_of`` who is absent."""

    step: int
    of: int
    instead_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsSet(BusinessEvent):
    """The levels of approval were set anew; ``levels`` are amounts with a role or the code of one member of staff."""

    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced(BusinessEvent):
    """Something was announced to an audience of so many people."""

    whom: str
    text: str
    people: int
