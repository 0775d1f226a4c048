"""The people at work as the roster sees them, and the lists that are made of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from domain.models import Identity, Leave, Shift, Staff
from domain.policy import current_policy, shop_day
from domain.rules.roster import Hours, Member, Presence, Span, leave_span, presence
from domain.values import Role

AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Away:
    """A leave in a list; ``until`` is its real last day."""

    name: str
    first: date
    last: date
    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of duty in a list."""

    name: str
    roles: frozenset[Role]
    department: str
    start: datetime
    end: datetime
    whole_day: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A day's roster: turns of duty, who is away, and who is at work now when it is today."""

    day: date
    turns: tuple[Turn, ...]
    away: tuple[Away, ...]
    here: tuple[Member, ...]


async def members(*, now: datetime) -> list[Member]:
    """Everybody who works here, with the leaves and shifts of these days, in order of hiring."""
    staff = await Staff.filter(active=True).order_by("id")
    since, before = now - timedelta(days=2), now + AHEAD
    leaves = _by_staff(await Leave.filter(end_at__gt=since, start_at__lt=before))
    shifts = _by_staff(await Shift.filter(end_at__gt=since, start_at__lt=before))
    rows = await Identity.filter(staff_id__isnull=False, following=True).only("id", "staff_id")
    bound = {row.staff_id for row in rows}
    return [_member(row, leaves[row.id], shifts[row.id], reachable=row.id in bound) for row in staff]


async def board(day: date, team: str | None = None, *, now: datetime) -> Board:
    """The roster of a day; ``team`` narrows it to a role or department."""
    zone = current_policy().zone
    whole = leave_span(day, day, None, zone)
    everybody = [one for one in await members(now=now) if team is None or _of_team(one, team)]
    ours = {one.staff: one for one in everybody}
    shifts = await Shift.filter(start_at__lt=whole.end, end_at__gt=whole.start).order_by("start_at", "id")
    turns = tuple(_turn(row, ours[row.staff_id]) for row in shifts if row.staff_id in ours)
    gone = [one for one in await away(since=day) if one.first <= day]
    today = day == shop_day(now)
    here = [one for one in everybody if presence(one, now, zone) in (Presence.ON_SHIFT, Presence.AT_WORK)]
    return Board(day, turns, tuple(gone), tuple(here) if today else ())


async def away(*, since: date, staff: int | None = None) -> list[Away]:
    """The leaves that still run on ``since`` or begin later, by day."""
    zone = current_policy().zone
    begin = datetime.combine(since, time(), zone).astimezone(UTC)
    found = Leave.filter(end_at__gt=begin, staff__active=True)
    if staff is not None:
        found = found.filter(staff_id=staff)
    rows = await found.order_by("first_day", "id").select_related("staff")
    return [_away(row) for row in rows if row.until > max(begin, row.start_at)]


def _away(row: Leave) -> Away:
    last = (row.until - timedelta(microseconds=1)).astimezone(current_policy().zone).date()
    return Away(row.staff.name, row.first_day, min(last, row.last_day), row.part, row.reason)


def _of_team(member: Member, team: str) -> bool:
    return team in member.roles or team == member.department


def _turn(row: Shift, member: Member) -> Turn:
    zone = current_policy().zone
    whole = leave_span(row.day, row.day, None, zone)
    all_day = (row.start_at, row.end_at) == (whole.start, whole.end)
    return Turn(member.name, member.roles, member.department, row.start_at, row.end_at, all_day)


def _by_staff(rows: Iterable[Any]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    for row in rows:
        end = row.until if isinstance(row, Leave) else row.end_at
        if end > row.start_at:
            found[row.staff_id].append(Span(row.start_at, end))
    return found


def _member(row: Staff, leaves: list[Span], shifts: list[Span], *, reachable: bool) -> Member:
    return Member(
        row.id,
        row.code,
        row.name,
        row.role_set,
        department=row.department,
        manager=row.manager,
        deputy=row.deputy,
        hours=hours_of(row.hours),
        leaves=tuple(leaves),
        shifts=tuple(shifts),
        reachable=reachable,
    )


def hours_of(row: dict[str, Any] | None) -> Hours | None:
    """Regular hours from their stored form ``{"days": [1, 2], "from": "09:00", "to": "18:00"}``; Monday is 1."""
    if not row:
        return None
    days = frozenset(int(day) - 1 for day in row["days"])
    return Hours(days, time.fromisoformat(row["from"]), time.fromisoformat(row["to"]))
