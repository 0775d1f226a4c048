"""Every clock-driven job on one page: its name, when it runs, what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """One job; it must be harmless to run twice, for a process that was stopped may run it again."""

    name: str
    seconds: int
    work: Callable[[datetime], Awaitable[Any]]


class Schedule:
    """Runs jobs at their pace; a late one still runs, one that is still running is not started again."""

    def __init__(self, jobs: tuple[Job, ...], clock: Callable[[], datetime]) -> None:
        self._jobs = jobs
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

    def stop(self) -> None:
        """Stop ticking; a running job is left to its task."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def run_all(self, now: datetime) -> None:
        """Run every job once, as if its time had come."""
        for job in self._jobs:
            await job.work(now)

    async def _run(self, job: Job) -> None:
        try:
            await job.work(self._clock())
        except Exception:
            log.exception("job_failed", job=job.name)
