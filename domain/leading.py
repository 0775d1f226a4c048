"""Who leads: one process at a time runs the clock-driven jobs, each period of a job once, whoever leads.

No clock is compared with another's. Whoever wants to lead watches the signs of life of the one who does, and takes over
when there was none for ``LEASE`` seconds by its own count; the one who leads stops believing it sooner than that.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from math import inf

import structlog
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from domain.fencing import LEADERSHIP, under
from domain.models import JobRun, Leadership
from domain.transaction import transact

log = structlog.get_logger()

LEASE = 20.0
"""Seconds after which somebody who gives no sign of life leads no more."""
TRUST = 15.0
"""Seconds after its last sign of life for which a leader believes that it leads."""
RENEW = 4.0
GLANCE = 2.0
KEPT = timedelta(days=2)


class Leader:
    """This process as one of those that may lead; ``alone`` when nobody else can, as with an SQLite file."""

    def __init__(self, name: str, ticks: Callable[[], float], *, alone: bool = False) -> None:
        self._name = name
        self._ticks = ticks
        self._alone = alone
        self._turn = asyncio.Lock()
        self._term: int | None = None
        self._until = -inf
        self._next = -inf
        self._seen: tuple[int, int] | None = None
        self._seen_at = -inf

    @property
    def term(self) -> int | None:
        """The term in which we lead; None when we do not, or cannot be sure."""
        return self._term if self._ticks() < self._until else None

    async def stand(self) -> int | None:
        """Give a sign of life, or take over from one who gives none; asks the database only when it is time to."""
        async with self._turn:
            if self._ticks() >= self._next:
                await self._stand()
        return self.term

    async def resign(self) -> None:
        """Give it back, so that the next one need not wait."""
        term, self._term, self._until = self._term, None, -inf
        if term is not None:
            await Leadership.filter(name=LEADERSHIP, term=term).update(holder="")

    async def _stand(self) -> None:
        began = self._ticks()
        if self._term is not None:
            if await self._signed(self._term):
                self._trust(began)
                return
            log.warning("lead_lost", term=self._term)
            self._term = None
        row = await _row()
        if self._free(row, began) and await self._taken(row):
            self._term = row.term + 1
            self._trust(began)
            log.info("lead_taken", term=self._term, before=row.holder)
        else:
            self._next = began + GLANCE

    def _trust(self, began: float) -> None:
        # Alone, nobody could take it from us, and nobody waits for a sign.
        self._until, self._next = (inf, inf) if self._alone else (began + TRUST, began + RENEW)

    def _free(self, row: Leadership, began: float) -> bool:
        # A look that took long says nothing of the time that it took: a sign counts from when it was seen, and none
        # was given only until the look began.
        if (row.term, row.beat) != self._seen:
            self._seen, self._seen_at = (row.term, row.beat), self._ticks()
        return self._alone or not row.holder or began - self._seen_at >= LEASE

    async def _signed(self, term: int) -> bool:
        mine = Leadership.filter(name=LEADERSHIP, term=term, holder=self._name)
        return await mine.update(beat=F("beat") + 1) == 1

    async def _taken(self, row: Leadership) -> bool:
        same = Leadership.filter(name=LEADERSHIP, term=row.term, beat=row.beat, holder=row.holder)
        return await same.update(holder=self._name, term=row.term + 1, beat=0) == 1


async def claim(job: str, period: int, *, term: int, now: datetime) -> bool:
    """Whether this period of the job is ours to run; one that an earlier leader did not end is run again."""

    async def insert() -> None:
        await JobRun.create(job=job, period=period, term=term, claimed_at=now)

    async def inherit() -> bool:
        left = JobRun.filter(job=job, period=period, ended_at__isnull=True, term__lt=term)
        return await left.update(term=term) == 1

    with under(term):
        try:
            await transact(insert)
        except IntegrityError:
            return await transact(inherit)
    return True


async def end(job: str, period: int, *, term: int, now: datetime) -> None:
    """This period of the job is done."""

    async def work() -> None:
        await JobRun.filter(job=job, period=period).update(ended_at=now)

    with under(term):
        await transact(work)


async def forget_runs(*, now: datetime) -> int:
    """Drop the periods of days ago."""

    async def work() -> int:
        return await JobRun.filter(claimed_at__lt=now - KEPT).delete()

    return await transact(work)


async def _row() -> Leadership:
    row = await Leadership.get_or_none(name=LEADERSHIP)
    if row is None:
        await Leadership.bulk_create([Leadership(name=LEADERSHIP)], ignore_conflicts=True)
        row = await Leadership.get(name=LEADERSHIP)
    return row
