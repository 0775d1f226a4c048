"""Who takes over duty from whom, by the roster: each change of hands once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.attendance import members
from domain.models import JobRun, Shift
from domain.policy import current_policy
from domain.rules.roster import Member, Presence, Span, goes_on, handed_by, presence, takes_over_at

LATE = timedelta(hours=2)
"""A change of hands that nobody could be told of for so long, as the house stood still, is history."""
JOB = "handover"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of hands: who takes over and from whom; ``turn`` is the turn of duty that begins."""

    turn: int
    staff: int
    givers: tuple[str, ...]


async def changes_of_hands(*, now: datetime) -> list[Change]:
    """The turns of duty that began lately with somebody who was not on duty before, and that were not handed over yet.

    Who is on leave takes over nothing.
    """
    zone = current_policy().zone
    rows = await Shift.filter(end_at__gt=now, start_at__lte=now, start_at__gt=now - timedelta(days=1)).order_by("id")
    begun = [row for row in rows if timedelta(0) <= now - takes_over_at(_span(row), zone) < LATE]
    done = await _done([row.id for row in begun])
    fresh = [row for row in begun if row.id not in done]
    people = {one.staff: one for one in await members(now=now)} if fresh else {}
    return [
        Change(row.id, row.staff_id, tuple(one.name for one in handed_by(taker, _span(row), people.values())))
        for row in fresh
        if (taker := people.get(row.staff_id)) is not None and _takes_over(taker, _span(row), now)
    ]


async def note_handed(change: Change, *, now: datetime) -> None:
    """Claim a change of hands for good; a second one to do so fails with its transaction."""
    await JobRun.create(job=JOB, period=change.turn, term=0, claimed_at=now, ended_at=now)


async def _done(turns: Sequence[int]) -> set[int]:
    if not turns:
        return set()
    return {int(period) for (period,) in await JobRun.filter(job=JOB, period__in=turns).values_list("period")}


def _takes_over(taker: Member, turn: Span, now: datetime) -> bool:
    others = [one for one in taker.shifts if one != turn]
    return presence(taker, now, current_policy().zone) is Presence.ON_SHIFT and not goes_on(turn, others)


def _span(row: Shift) -> Span:
    return Span(row.start_at, row.end_at)
