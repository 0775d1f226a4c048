"""One message in work against the clock: it is answered in time or promised for later, and never both.

The decision falls on the row in the inbox as long as the database answers in time, because other processes answer
repeats from it. When it does not, it falls in memory, for every delivery that waits, and the row follows: a database
that hangs must not hold up the word to the platform, which waits five seconds.
"""

import asyncio
from collections.abc import Callable, Coroutine
from enum import Enum, auto
from typing import Any

from bot.envelope import Hostile, Inbound
from bot.replybody import NOTHING

Wrap = Callable[[str], str]


class Stage(Enum):
    """Where a message is: on its way to the disk, turned down for want of a disk, in work, or in work elsewhere."""

    KEEPING = auto()
    DROPPED = auto()
    WORKING = auto()
    ELSEWHERE = auto()


class Run:
    """The work on one message, which every delivery of it in this process joins.

    ``wrap`` makes the HTTP body of a text; ``sorry`` is the text when the message could not be kept or worked on.
    """

    def __init__(self, inbound: Inbound, wrap: Wrap, sorry: str) -> None:
        self.inbound = inbound
        self.stage = Stage.KEEPING
        self.row_id = 0
        self.late = False
        self.task: asyncio.Task[None] | None = None
        self.sorry = sorry if inbound.expects_words else ""
        self.began = asyncio.get_running_loop().time()
        self._wrap = wrap
        self._placed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._body: str | None = None

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work in a task of its own: nobody who stops waiting stops it."""
        self.task = asyncio.create_task(work, name=f"message {self.inbound.trace}")
        return self.task

    def place(self, stage: Stage) -> Stage:
        """The message is on disk and goes on like this, unless it was turned down meanwhile; how it goes on."""
        if self.stage is Stage.KEEPING:
            self.stage = stage
            self._placed.set_result(None)
        return self.stage

    async def placed(self) -> Stage:
        """Wait until it is known how the message goes on."""
        if self.task is not None and self.stage is Stage.KEEPING:
            await asyncio.wait({self.task, self._placed}, return_when=asyncio.FIRST_COMPLETED)
        return self.stage

    def body_of(self, text: str | None) -> str:
        """The HTTP body that says this."""
        return self._wrap(text) if text else NOTHING

    @property
    def regret(self) -> str:
        """The HTTP body for a message that was not kept; a report of the platform's gets no words."""
        return self.body_of(self.sorry)

    def hand(self, body: str) -> bool:
        """Answer with this body, which is on disk; False when it comes too late to be the answer."""
        if not self.late:
            self._body = body
        return not self.late

    async def kept(self, seconds: float) -> bool:
        """Wait until the message is on disk; False when it is not in time, and then it is not worked on at all.

        Its sender is asked to send it again.
        """
        await self._wait({self._placed}, seconds)
        if self.stage is Stage.KEEPING:
            self.stage = Stage.DROPPED
        return self.stage is not Stage.DROPPED

    async def answered(self, seconds: float) -> str | None:
        """Wait on for the answer; None while there is none, ``success`` when it was given up."""
        await self._wait(set(), seconds)
        return NOTHING if self.late else self._body

    def end(self) -> str:
        """The answer; without one it is ``success``, and too late for everybody who waits."""
        self.late = self.late or self._body is None
        return self._body or NOTHING

    async def _wait(self, futures: set[asyncio.Future[None]], seconds: float) -> None:
        """Wait for the end of the work, or for one of ``futures`` before."""
        if self.late or self.task is None:
            return
        await asyncio.wait({self.task, *futures}, timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED)
        failure = self.task.exception() if self.task.done() and not self.task.cancelled() else None
        if isinstance(failure, Hostile):
            raise Hostile(failure.status, failure.reason)
