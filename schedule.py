"""Every clock-driven job on one page: its name, when it runs, what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from connect.carriers.kuaidi100 import Kuaidi100, parse_trace
from domain.errors import DeliveryFailed
from domain.tracking import due_watches, note_watched, process_pushes
from notify import listing
from notify.alerts.rules import Thresholds
from notify.alerts.watch import watch

log = structlog.get_logger()

PARSERS = {"kuaidi100": parse_trace}
AGAIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Job:
    """One job; it must be harmless to run twice, for a process that was stopped may run it again."""

    name: str
    seconds: int
    work: Callable[[datetime], Awaitable[Any]]


class Schedule:
    """Runs jobs at their pace; a late one still runs, one that is still running is not started again."""

    def __init__(
        self,
        jobs: tuple[Job, ...],
        clock: Callable[[], datetime],
        done: Callable[[str, datetime], None] = lambda _name, _at: None,
    ) -> None:
        self._jobs = jobs
        self._done = done
        self._clock = clock
        self._scheduler = AsyncIOScheduler(
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}, timezone="UTC"
        )

    def start(self) -> None:
        """Begin to tick; every job also runs once right away."""
        for job in self._jobs:
            trigger = IntervalTrigger(seconds=job.seconds)
            self._scheduler.add_job(self._run, trigger, args=(job,), id=job.name, next_run_time=self._clock())
        self._scheduler.start()

    @property
    def runs(self) -> bool:
        """Whether the jobs are run here."""
        return bool(self._scheduler.running)

    def stop(self) -> None:
        """Stop ticking; a running job is left to its task."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def run_all(self, now: datetime) -> None:
        """Run every job once, as if its time had come."""
        for job in self._jobs:
            await job.work(now)
            self._done(job.name, now)

    async def _run(self, job: Job) -> None:
        try:
            await job.work(self._clock())
        except Exception:
            log.exception("job_failed", job=job.name)
        else:
            self._done(job.name, self._clock())


def jobs(
    thresholds: Thresholds,
    *,
    link: Callable[[str], Awaitable[str]],
    watch_parcels: Callable[[datetime], Awaitable[None]],
    wake: Callable[[], None],
    prune: Callable[[datetime], Awaitable[int]],
    resume: Callable[[], Awaitable[int]],
    beat: Callable[[datetime], Awaitable[None]],
    keep: Callable[[datetime], Awaitable[Any]] | None = None,
) -> tuple[Job, ...]:
    """The jobs of the product: look for what is wrong, ask carriers, read what they pushed, end what was left undone,
    forget what is old, tell that somebody is alive, and copy the database at night.
    """

    async def alerts(now: datetime) -> None:
        if await watch(thresholds, now=now, link=link):
            wake()

    async def pushes(now: datetime) -> None:
        if await process_pushes(PARSERS, now=now):
            wake()

    async def leftovers(_: datetime) -> None:
        await resume()

    async def tidy(now: datetime) -> None:
        await prune(now)
        await listing.prune(now=now)

    return (
        Job("alerts", 60, alerts),
        Job("carriers", 5, watch_parcels),
        Job("pushes", 15, pushes),
        Job("leftovers", 60, leftovers),
        Job("tidy", 3600, tidy),
        Job("heartbeat", 10, beat),
        *([Job("backup", 900, keep)] if keep is not None else ()),
    )


async def watch_parcels(carrier: Kuaidi100, base_url: str, *, now: datetime) -> None:
    """Ask the carrier service to watch every parcel that it does not watch yet."""
    for parcel in await due_watches(now=now):
        callback = f"{base_url}/hooks/carriers/kuaidi100/{parcel.token}"
        try:
            await carrier.subscribe(
                parcel.carrier, parcel.waybill, callback=callback, salt=parcel.salt, phone=parcel.tail
            )
        except DeliveryFailed as failed:
            again = None if failed.permanent else now + (failed.retry_after or AGAIN)
            await note_watched(parcel.shipment, str(failed.code), again_at=again, now=now)
        else:
            await note_watched(parcel.shipment, "ok", now=now)
