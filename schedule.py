"""Every clock-driven job on one page: its name, how often and where it runs, what it does."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from connect.carriers.services import PARSERS
from domain.earmarking import end_earmarks
from domain.fencing import Deposed, under
from domain.leading import Leader, claim, end, forget_runs
from domain.lotting import expire_lots
from domain.negotiating import settle_silent
from domain.photographing import forget_photos
from domain.reassuring import reassure
from domain.receiving import assume_receipts
from domain.repromising import repromise
from domain.tracking import process_pushes
from domain.urging import keep_moving
from notify import listing
from notify.alerts.limits import in_force
from notify.alerts.rules import Thresholds
from notify.alerts.watch import watch
from notify.reporting import tell_in_time

log = structlog.get_logger()

RESIGN_SECONDS = 2
ENDING_SECONDS = 3
LOOK_SECONDS = 5
"""How often a process looks whether it leads, and whether a new period of a job has begun."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job; it must be harmless to run twice, for a process that was stopped may run it again.

    It runs once in every period of ``seconds``, at the process that leads; or at each, if that is what it is about.
    """

    name: str
    seconds: int
    work: Callable[[datetime], Awaitable[Any]]
    everywhere: bool = False


class Schedule:
    """Runs jobs at their pace; a late one still runs, one that is still running is not started again."""

    def __init__(
        self,
        jobs: tuple[Job, ...],
        clock: Callable[[], datetime],
        leader: Leader,
        done: Callable[[str, datetime], None] = lambda _name, _at: None,
    ) -> None:
        self._jobs = jobs
        self._done = done
        self._leader = leader
        self._periods: dict[str, int] = {}
        self._clock = clock
        self._at_work: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}, timezone="UTC"
        )

    def start(self) -> None:
        """Begin to tick; every job also runs right away, if nobody ran it in this period."""
        # The scheduler goes by the wall clock, wherever the shop's clock was moved to.
        at_once = datetime.fromtimestamp(time.time(), UTC)
        for job in self._jobs:
            trigger = IntervalTrigger(seconds=job.seconds if job.everywhere else min(job.seconds, LOOK_SECONDS))
            self._scheduler.add_job(self._tick, trigger, args=(job,), id=job.name, next_run_time=at_once)
        self._scheduler.start()

    @property
    def leads(self) -> bool:
        """Whether the jobs that run at one process run at this one."""
        return self._leader.term is not None

    async def stop(self) -> None:
        """Stop ticking, let running jobs come to their end if it is near, and let another process lead."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._at_work:
            _, left = await asyncio.wait(self._at_work, timeout=ENDING_SECONDS)
            for task in left:
                log.warning("job_left", job=task.get_name())
                task.cancel()
        try:
            async with asyncio.timeout(RESIGN_SECONDS):
                await self._leader.resign()
        except Exception as error:  # drivers have no common class for a database that is away
            log.warning("lead_not_given_back", error=type(error).__name__)

    async def run_all(self, now: datetime) -> None:
        """Run every job once, as if its time had come and nobody else had run it."""
        term = await self._leader.stand()
        for job in self._jobs:
            if job.everywhere:
                await job.work(now)
            elif term is not None:
                with under(term):
                    await job.work(now)
            self._done(job.name, now)

    async def _tick(self, job: Job) -> None:
        """Run it in a task of its own: the scheduler cancels what it runs itself when it is shut down."""
        task = asyncio.create_task(self._run(job), name=job.name)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(task)

    async def _run(self, job: Job) -> None:
        try:
            ran = await self._run_here(job) if job.everywhere else await self._lead(job)
        except Deposed:
            log.warning("job_deposed", job=job.name)
        except Exception:
            log.exception("job_failed", job=job.name)
        else:
            if ran:
                self._done(job.name, self._clock())

    async def _run_here(self, job: Job) -> bool:
        await job.work(self._clock())
        return True

    async def _lead(self, job: Job) -> bool:
        """Run it if we lead and this period is nobody's yet."""
        term, now = await self._leader.stand(), self._clock()
        period = int(now.timestamp()) // job.seconds
        if term is None or self._periods.get(job.name) == period:
            return False
        ours = await claim(job.name, period, term=term, now=now)
        self._periods[job.name] = period
        if ours:
            with under(term):
                await job.work(now)
            await end(job.name, period, term=term, now=self._clock())
        return ours


def jobs(
    thresholds: Thresholds,
    *,
    link: Callable[[str], Awaitable[str]],
    watch_parcels: Callable[[datetime], Awaitable[None]],
    fetch_photos: Callable[[datetime], Awaitable[int]],
    wake: Callable[[], None],
    prune: Callable[[datetime], Awaitable[int]],
    resume: Callable[[], Awaitable[int]],
    beat: Callable[[datetime], Awaitable[None]],
    keep: Callable[[datetime], Awaitable[Any]] | None = None,
) -> tuple[Job, ...]:
    """The jobs of the product: look for what is wrong, see that held orders are decided on, do what nobody chose, let
    go of goods kept long enough, take out of sale what has expired, ask carriers, read what they pushed, fetch photos,
    end what was left undone, forget what is old, tell that somebody is alive, copy the database at night.
    """

    async def alerts(now: datetime) -> None:
        limits = await in_force(thresholds)
        told = await keep_moving(limits.held, now=now) + await watch(limits, now=now, link=link)
        told += await assume_receipts(limits.receipt, now=now)
        if told + await reassure(limits.parcels, now=now):
            wake()

    async def pushes(now: datetime) -> int:
        return await process_pushes(PARSERS, now=now)

    async def leftovers(_: datetime) -> None:
        await resume()

    async def tidy(now: datetime) -> None:
        await prune(now)
        await listing.prune(now=now)
        await forget_photos(now=now)
        await forget_runs(now=now)

    return (
        Job("alerts", 60, alerts),
        Job("promises", 60, _waking(repromise, wake)),
        Job("shortages", 60, _waking(settle_silent, wake)),
        Job("earmarks", 60, _waking(end_earmarks, wake)),
        Job("lots", 300, _waking(expire_lots, wake)),
        Job("digests", 60, _waking(tell_in_time, wake)),
        Job("carriers", 5, watch_parcels),
        Job("photos", 5, _waking(fetch_photos, wake)),
        Job("pushes", 15, _waking(pushes, wake)),
        Job("leftovers", 5, leftovers, everywhere=True),
        Job("tidy", 3600, tidy),
        Job("heartbeat", 10, beat, everywhere=True),
        *([Job("backup", 900, keep)] if keep is not None else ()),
    )


def _waking(
    work: Callable[[datetime], Awaitable[int]], wake: Callable[[], None]
) -> Callable[[datetime], Awaitable[None]]:
    """Work that wakes the hub when something came of it."""

    async def woken(now: datetime) -> None:
        if await work(now):
            wake()

    return woken
