"""First time, still in work, or answered before: every message is worked on once, across retries and restarts."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import structlog

from bot import kept
from bot.deadline import Run, Stage, Wrap
from bot.envelope import Hostile, Inbound
from bot.kept import Kept
from bot.models import InboundMessage
from bot.working import Answer, Later, Work
from domain.faults import fault, stall
from domain.tally import MESSAGES_SHED, count

log = structlog.get_logger()


KEEP_SECONDS = 3.5
GLANCE_SECONDS = 0.1
LOOK_SECONDS = 1.0
REUSED = "key reused for other content"
IN_TIME = 0.93
"""The part of the time after which what is still in work is promised for later; the rest is for that."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When no more is taken in: it would be answered too late, and what came before it later still.

    That is with ``most`` in work, or while more than ``many`` of them have been for longer than ``seconds``.
    """

    most: int = 256
    many: int = 24
    seconds: float = 1.0


class Inbox:
    """Keeps the messages that are in work in this process, so that retries join them."""

    def __init__(
        self,
        answer: Answer,
        later: Later,
        clock: Callable[[], datetime],
        *,
        keep_seconds: float = KEEP_SECONDS,
        limits: Limits = Limits(),
    ) -> None:
        self._work = Work(answer, later, clock)
        self._clock = clock
        self._keep_seconds = keep_seconds
        self._limits = limits
        self._running: dict[tuple[str, str], Run] = {}
        self._aside: set[asyncio.Task[bool]] = set()

    async def receive(self, inbound: Inbound, wrap: Wrap, *, budget: float, sorry: str) -> str:
        """The HTTP body for one delivery of a message, within ``budget`` seconds.

        Too late is answered with ``success`` once, and what comes of the work is handed to ``later``. A message that
        cannot be stored, or for which there is no time, is answered with ``sorry`` and not worked on.
        """
        began = _ticks()
        run = self._running.get((inbound.account, inbound.key)) or await self._begun(Run(inbound, wrap, sorry))
        if run.inbound.digest != inbound.digest:
            raise Hostile(403, REUSED)
        if not await run.kept(self._keep_seconds):
            return run.regret
        body = await run.answered(began + budget * IN_TIME - _ticks())
        if body is None and run.stage is Stage.WORKING:
            await self._promise(run, began + budget)
        return run.end()

    async def _promise(self, run: Run, until: float) -> None:
        """Let the row say that the answer comes later, unless by now it has the answer, which then is given."""
        promised = self._do_aside(_promised(run.row_id))
        await asyncio.wait({promised}, timeout=until - _ticks())
        if promised.done() and not promised.exception() and not promised.result():
            await run.answered(until - _ticks())

    async def _begun(self, run: Run) -> Run:
        """Take the message in, unless too many are in work; one that was taken in before is never turned away."""
        inbound = run.inbound
        if self._crowded and not await self._known(inbound):
            count(MESSAGES_SHED)
            if not inbound.expects_words:
                raise Hostile(503, "too many in work")
            run.stage = Stage.DROPPED
            return run
        same = self._running.get((inbound.account, inbound.key))
        if same is None:
            self._follow(run, self._carry(run))
        return same or run

    async def _known(self, inbound: Inbound) -> bool:
        """Whether it was taken in before, as far as the database says so in time: away, it knows nothing."""
        asked = self._do_aside(kept.known(inbound))
        await asyncio.wait({asked}, timeout=LOOK_SECONDS)
        return asked.done() and not asked.exception() and asked.result()

    @property
    def _crowded(self) -> bool:
        if len(self._running) >= self._limits.most:
            return True
        # They stand in the order in which they came.
        one_of_many = next(islice(self._running.values(), self._limits.many, None), None)
        return one_of_many is not None and _ticks() - one_of_many.began > self._limits.seconds

    async def resume(self, *, alone: bool = True) -> int:
        """Work on what a stopped process left unsettled; how many messages that were."""
        begun = await self.begin_again(alone=alone)
        if begun:
            await asyncio.wait(begun)
        return len(begun)

    async def begin_again(self, *, alone: bool = True) -> list[asyncio.Task[None]]:
        """Take up what a stopped process left unsettled; answers go out as messages of their own.

        Unless we are ``alone``, what is still leased is left to the process that may be at work on it. Each person's
        messages keep their order, and what comes in once this has returned waits behind them.
        """
        # All are promised for later before the first is worked on: whoever asks for one meanwhile is told so at once.
        left = [row for row in await kept.left_behind(alone, now=self._clock()) if await self._take_up(row, alone)]
        return [self._work_again(row) for row in left]

    async def drain(self, seconds: float) -> bool:
        """Wait for the messages in work; False when some were not done in time, and stay for the next start."""
        tasks = {run.task for run in self._running.values() if run.task} | self._aside
        if not tasks:
            return True
        _, left = await asyncio.wait(tasks, timeout=seconds)
        return not left

    @property
    def busy(self) -> int:
        """How many messages are in work."""
        return len(self._running)

    async def _carry(self, run: Run) -> None:
        await stall("message.opened")
        row, first = await kept.keep(run.inbound, now=self._clock())
        run.row_id = row.id
        if not first:
            await _repeat(run, row)
        elif run.place(Stage.WORKING) is Stage.WORKING:
            await stall("inbox.admitted")
            await self._work.on(run)
        else:
            await kept.settle(row.id, run.regret, kept.nothing, now=self._clock())

    async def _take_up(self, row: InboundMessage, alone: bool) -> bool:
        run = self._running.get((row.account, row.key))
        if run is not None and await run.placed() is not Stage.ELSEWHERE:
            return False
        return await kept.take_up(row.id, alone, now=self._clock())

    def _work_again(self, row: InboundMessage) -> asyncio.Task[None]:
        run = Run(kept.restored(row), str, "")
        run.row_id, run.late = row.id, True
        run.place(Stage.WORKING)
        return self._follow(run, self._work.on(run))

    def _follow(self, run: Run, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self._running[run.inbound.account, run.inbound.key] = run
        task = run.start(work)
        task.add_done_callback(lambda done: self._forget(run, done))
        return task

    def _forget(self, run: Run, task: asyncio.Task[None]) -> None:
        place = (run.inbound.account, run.inbound.key)
        if self._running.get(place) is run:
            del self._running[place]
        failure = None if task.cancelled() else task.exception()
        if failure is not None and not isinstance(failure, Hostile):
            log.error("message_failed", message=run.inbound.trace, stage=run.stage.name.lower(), exc_info=failure)

    def _do_aside(self, work: Coroutine[Any, Any, bool]) -> asyncio.Task[bool]:
        task = asyncio.create_task(work, name="aside")
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)
        return task


async def _promised(row_id: int) -> bool:
    promised = await kept.defer(row_id)
    fault("message.deferred")
    return promised


def _ticks() -> float:
    return asyncio.get_running_loop().time()


async def _repeat(run: Run, row: Kept) -> None:
    """The message came before, perhaps to another process: wait for what was answered there."""
    if row.digest != run.inbound.digest:
        raise Hostile(403, REUSED)
    run.place(Stage.ELSEWHERE)
    while (answer := kept.answer_in(row)) is None and not run.late:
        await asyncio.sleep(GLANCE_SECONDS)
        row = await kept.look_again(row)
    if answer is not None:
        run.hand(answer)
