"""Who is away and who is on duty: leave taken and ended, turns of duty given and taken off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from domain.errors import DatePassed
from domain.models import Leave, Shift, Staff
from domain.officeerrors import LeaveOverlaps, MemberNotFound, MemberUnclear, NoLeave, NoShift, TooManyDays
from domain.officeevents import DutySet, LeaveEnded, LeaveTaken
from domain.policy import current_policy, shop_day
from domain.recording import first_effect, record
from domain.rules.rights import HIRING, WORKING, require
from domain.rules.roster import leave_span, shift_span
from domain.transaction import transact
from domain.values import Actor

LONGEST_LEAVE = 180
LONGEST_ROSTER = 31


@dataclass(frozen=True, slots=True)
class LeaveKept:
    """A leave as it stands; ``told`` names the line manager, ``repeated``: it was asked for before."""

    name: str
    first: date
    last: date
    part: str
    own: bool
    told: str = ""
    repeated: bool = False

    @property
    def days(self) -> int:
        """How many calendar days it touches."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class DutyKept:
    """Turns of duty that were given to somebody or taken off."""

    name: str
    days: tuple[date, ...]
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of duty to be written; without hours it is the whole day."""

    staff: int
    day: date
    start: time | None = None
    end: time | None = None


async def find_member(text: str) -> Staff:
    """The member of staff who goes by a name or code."""
    rows = await Staff.filter(active=True, name=text) or await Staff.filter(active=True, code__iexact=text)
    if not rows:
        raise MemberNotFound(text)
    if len(rows) > 1:
        raise MemberUnclear(text, tuple(row.code for row in rows))
    return rows[0]


async def take_leave(
    first: date,
    last: date,
    part: str = "",
    *,
    who: str | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
    cause: str = "",
) -> LeaveKept:
    """Note a leave: one's own, or for a manager that of ``who``. Said twice it is noted once, and a second call per
    ``cause`` is answered as the first."""
    require(by, WORKING if who is None else HIRING)
    if last < shop_day(now):
        raise DatePassed(last)
    if (days := (last - first).days + 1) > LONGEST_LEAVE:
        raise TooManyDays(days, LONGEST_LEAVE)
    staff = await _whom(who, by)

    async def work() -> LeaveKept:
        await _alone_with(staff)
        span = leave_span(first, last, part or None, current_policy().zone)
        kept = LeaveKept(staff.name, first, last, part, own=staff.id == by.staff, told=await _manager_of(staff))
        for row in await Leave.filter(staff_id=staff.id, start_at__lt=span.end, end_at__gt=span.start):
            if row.until <= max(row.start_at, span.start):
                continue
            if (row.first_day, row.last_day, row.part) == (first, last, part):
                mine = await first_effect(LeaveTaken, cause, heard_at=row.asked_at)
                return replace(kept, repeated=mine is None)
            raise LeaveOverlaps(staff.name, row.first_day, row.last_day)
        await Leave.create(
            staff_id=staff.id, first_day=first, last_day=last, part=part, start_at=span.start, end_at=span.end,
            reason=reason[:100], asked_by=by.name, asked_at=now,
        )  # fmt: skip
        event = LeaveTaken(
            staff=staff.code, name=staff.name, first=first.isoformat(), last=last.isoformat(), part=part,
            reason=reason[:100], hearers=_above(staff, by),
        )  # fmt: skip
        await record(event, by=by, at=now, source=cause)
        return kept

    return await transact(work)


async def end_leave(
    *, who: str | None = None, day: date | None = None, by: Actor, now: datetime, cause: str = "",
    heard_at: datetime | None = None,
) -> LeaveKept:  # fmt: skip
    """End the leave of a ``day``, the one that runs, or the one that comes next; one of them per ``cause``."""
    require(by, WORKING if who is None else HIRING)
    staff = await _whom(who, by)

    async def work() -> LeaveKept:
        await _alone_with(staff)
        before = await first_effect(LeaveEnded, cause, heard_at=heard_at or now)
        if before is not None:
            row = await Leave.get(staff_id=staff.id, ended_at=before.at)
        else:
            row = await _ended(staff, day, by=by, now=now, cause=cause)
        own, told = staff.id == by.staff, await _manager_of(staff)
        return LeaveKept(staff.name, row.first_day, row.last_day, row.part, own=own, told=told)

    return await transact(work)


async def _ended(staff: Staff, day: date | None, *, by: Actor, now: datetime, cause: str) -> Leave:
    rows = Leave.filter(staff_id=staff.id, end_at__gt=now, ended_at__isnull=True).order_by("start_at")
    row = await (rows if day is None else rows.filter(first_day__lte=day, last_day__gte=day)).first()
    if row is None or (day is not None and row.first_day != row.last_day):
        raise NoLeave(staff.name, *((row.first_day, row.last_day) if row else ()))
    await Leave.filter(id=row.id).update(ended_at=now, ended_by=by.name)
    event = LeaveEnded(
        staff=staff.code, name=staff.name, first=row.first_day.isoformat(), last=row.last_day.isoformat(),
        hearers=_above(staff, by),
    )  # fmt: skip
    await record(event, by=by, at=now, source=cause)
    return row


async def set_duty(
    who: str,
    first: date,
    last: date,
    hours: tuple[time, time] | None = None,
    *,
    by: Actor,
    now: datetime,
    cause: str = "",
    heard_at: datetime | None = None,
) -> DutyKept:
    """Give somebody a turn of duty on each of these days; what was on the roster on a day is replaced.

    They are told once per ``cause``.
    """
    require(by, HIRING)
    days = _days(first, last, now)
    staff = await find_member(who)
    start, end = hours or (None, None)

    async def work() -> DutyKept:
        await _alone_with(staff)
        kept = DutyKept(staff.name, tuple(days), start, end)
        if await first_effect(DutySet, cause, heard_at=heard_at or now) is not None:
            return kept
        await write_turns([Turn(staff.id, day, start, end) for day in days], by.name)
        said = f"{start:%H:%M}-{end:%H:%M}" if start and end else ""
        await record(_duty(staff, first, last, by, hours=said), by=by, at=now, source=cause)
        return kept

    return await transact(work)


async def clear_duty(who: str, first: date, last: date, *, by: Actor, now: datetime) -> DutyKept:
    """Take somebody off the roster on these days."""
    require(by, HIRING)
    days = _days(first, last, now)
    staff = await find_member(who)

    async def work() -> DutyKept:
        await _alone_with(staff)
        mine = Shift.filter(staff_id=staff.id, day__in=days)
        gone = sorted({row.day for row in await mine})
        if not gone:
            raise NoShift(staff.name, first, last)
        await mine.delete()
        await record(_duty(staff, first, last, by, off=True), by=by, at=now)
        return DutyKept(staff.name, tuple(gone))

    return await transact(work)


async def write_turns(turns: Sequence[Turn], by: str) -> None:
    """Put turns on the roster in the place of what stood there on the same days; for use inside a transaction."""
    for staff in {turn.staff for turn in turns}:
        await Shift.filter(staff_id=staff, day__in=[turn.day for turn in turns if turn.staff == staff]).delete()
    zone = current_policy().zone
    spans = [(turn, shift_span(turn.day, turn.start, turn.end, zone)) for turn in turns]
    await Shift.bulk_create(
        [Shift(staff_id=turn.staff, day=turn.day, start_at=s.start, end_at=s.end, by=by) for turn, s in spans]
    )


async def _manager_of(staff: Staff) -> str:
    row = await Staff.get_or_none(code=staff.manager, active=True) if staff.manager else None
    return row.name if row is not None else ""


async def _whom(who: str | None, by: Actor) -> Staff:
    if who is not None:
        return await find_member(who)
    return await Staff.get(id=by.staff)


async def _alone_with(staff: Staff) -> None:
    # The write comes first: of two changes to one person's days the second sees what the first did.
    if not await Staff.filter(id=staff.id, active=True).update(active=True):
        raise MemberNotFound(staff.name)


def _days(first: date, last: date, now: datetime) -> list[date]:
    if last < shop_day(now):
        raise DatePassed(last)
    count = (last - first).days + 1
    if count > LONGEST_ROSTER:
        raise TooManyDays(count, LONGEST_ROSTER)
    return [first + timedelta(days=n) for n in range(count)]


def _above(staff: Staff, by: Actor) -> tuple[str, ...]:
    """Who must hear of it: the line manager, or the one concerned when somebody else said it."""
    told = [staff.code] if staff.id != by.staff else [staff.manager] if staff.manager else []
    return tuple(code for code in told if code)


def _duty(staff: Staff, first: date, last: date, by: Actor, *, hours: str = "", off: bool = False) -> DutySet:
    hearers = (staff.code,) if staff.id != by.staff else ()
    return DutySet(
        staff=staff.code, name=staff.name, first=first.isoformat(), last=last.isoformat(), hours=hours,
        what="off" if off else "duty", hearers=hearers,
    )  # fmt: skip
