"""Who is at work at a moment: leave, shifts of the duty roster, regular hours; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from domain.rules.workdays import MAKE_UP, OFF, SATURDAY
from domain.values import Role

NOON = time(12)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, its end excluded."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies in it."""
        return self.start <= moment < self.end

    def meets(self, other: "Span") -> bool:
        """Whether both have a moment in common."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Hours:
    """Regular hours in shop time: on which weekdays (Monday is 0), from when to when; an early end is past midnight."""

    days: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff as the roster sees them; ``hours`` None is no fixed hours: at work unless on leave."""

    staff: int
    code: str
    name: str
    roles: frozenset[Role] = frozenset()
    department: str = ""
    manager: str | None = None
    deputy: str | None = None
    hours: Hours | None = None
    leaves: tuple[Span, ...] = ()
    shifts: tuple[Span, ...] = ()
    reachable: bool = True


class Presence(StrEnum):
    """Where somebody is: on a shift of the roster, at work as usual, off, on leave."""

    ON_SHIFT = "on_shift"
    AT_WORK = "at_work"
    OFF = "off"
    ON_LEAVE = "on_leave"


PRESENT = frozenset({Presence.ON_SHIFT, Presence.AT_WORK})


def presence(member: Member, now: datetime, zone: tzinfo) -> Presence:
    """Where this person is now; leave outweighs a shift, a shift the regular hours."""
    if any(leave.holds(now) for leave in member.leaves):
        return Presence.ON_LEAVE
    if any(shift.holds(now) for shift in member.shifts):
        return Presence.ON_SHIFT
    if member.hours is None or _within(member.hours, now.astimezone(zone)):
        return Presence.AT_WORK
    return Presence.OFF


def _within(hours: Hours, local: datetime) -> bool:
    moment, today = local.time().replace(tzinfo=None), local.date()
    if hours.start < hours.end:
        return _works(hours, today) and hours.start <= moment < hours.end
    evening = _works(hours, today) and moment >= hours.start
    return evening or (_works(hours, today - timedelta(days=1)) and moment < hours.end)


def _works(hours: Hours, day: date) -> bool:
    """Regular hours rest on public holidays; a weekend day that is worked instead is a day like Monday to Friday."""
    if day in MAKE_UP:
        return day.weekday() in hours.days or any(weekday < SATURDAY for weekday in hours.days)
    return day not in OFF and day.weekday() in hours.days


OFFICE = Hours(frozenset(range(6)), time(8), time(20))
"""When somebody without fixed hours may be pressed: at work at any hour, but not to be woken for this."""


def to_be_urged(member: Member, now: datetime, zone: tzinfo) -> bool:
    """Whether a reminder may reach this person now: on their shift or in their hours, else when offices are open."""
    where = presence(member, now, zone)
    if where is Presence.AT_WORK and member.hours is None:
        return _within(OFFICE, now.astimezone(zone))
    return where in PRESENT


def back_at(member: Member, now: datetime) -> datetime | None:
    """When the leave that somebody is on ends, leaves that follow at once included; None when they are on none."""
    end: datetime | None = None
    for leave in sorted(member.leaves, key=lambda one: one.start):
        if leave.holds(end or now):
            end = leave.end
    return end


def leave_span(first: date, last: date, part: str | None, zone: tzinfo) -> Span:
    """The stretch that a leave covers: whole shop days, or with ``part`` am or pm half of the last or first day."""
    start = datetime.combine(first, NOON if part == "pm" else time(), zone)
    end = (
        datetime.combine(last, NOON, zone) if part == "am" else datetime.combine(last + timedelta(days=1), time(), zone)
    )
    return _span(start, end)


def shift_span(day: date, start: time | None, end: time | None, zone: tzinfo) -> Span:
    """The stretch that a shift covers; the whole day without hours, past midnight when it ends before it begins."""
    if start is None or end is None:
        return leave_span(day, day, None, zone)
    over = day + timedelta(days=1) if end <= start else day
    return _span(datetime.combine(day, start, zone), datetime.combine(over, end, zone))


MORNING = time(8)
CLOSE_BY = timedelta(hours=1)


def takes_over_at(turn: Span, zone: tzinfo) -> datetime:
    """When somebody takes over: as their turn begins, or in the morning when it is of whole days."""
    local = turn.start.astimezone(zone)
    whole = local.time().replace(tzinfo=None) == time() and turn.end - turn.start >= timedelta(hours=23)
    return datetime.combine(local.date(), MORNING, zone).astimezone(UTC) if whole else turn.start


def goes_on(turn: Span, turns: Iterable[Span]) -> bool:
    """Whether the same person was on duty until the turn begins, so that nothing changes hands."""
    return any(other.start < turn.start <= other.end for other in turns)


def handed_by(taker: Member, turn: Span, everybody: Iterable[Member]) -> list[Member]:
    """Those of the same work whose turn ends as this one begins."""
    return [
        one
        for one in everybody
        if one.staff != taker.staff
        and one.roles & taker.roles
        and any(timedelta(0) <= turn.start - other.end <= CLOSE_BY for other in one.shifts)
    ]


def _span(start: datetime, end: datetime) -> Span:
    # In UTC, as moments are stored: SQLite compares them as text.
    return Span(start.astimezone(UTC), end.astimezone(UTC))


def present(members: Iterable[Member], now: datetime, zone: tzinfo) -> list[Member]:
    """Those who are at work now, who is on a shift first."""
    found = [(presence(one, now, zone), one) for one in members]
    on_shift = [one for where, one in found if where is Presence.ON_SHIFT]
    return [*on_shift, *(one for where, one in found if where is Presence.AT_WORK)]
