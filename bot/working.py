"""One message worked on to its end: answered with its person to ourselves, and on disk before anybody hears it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot import kept
from bot.deadline import Run
from bot.dialogue import Overtaken, alone_with
from bot.envelope import Inbound
from bot.kept import Keeps
from bot.replybody import NOTHING
from domain.faults import fault
from domain.values import Address

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Said:
    """The answer to a message, None for silence, and what is kept in the same unit as the word that it is done."""

    text: str | None
    keeps: Keeps = kept.nothing


Answer = Callable[[Inbound], Awaitable[Said]]
Later = Callable[[Inbound, str], Awaitable[None]]

TAKES = 5


class Work:
    """What answers messages, and where the answers go that come too late."""

    def __init__(self, answer: Answer, later: Later, clock: Callable[[], datetime]) -> None:
        self._answer = answer
        self._later = later
        self._clock = clock

    async def on(self, run: Run) -> None:
        """Answer with the person to ourselves; anew when another process answered them meanwhile."""
        async with alone_with(Address(run.inbound.account, run.inbound.openid)):
            for left in reversed(range(TAKES)):
                try:
                    await self._take(run)
                except Overtaken:
                    log.info("overtaken", message=run.inbound.trace)
                    if not left:
                        raise
                else:
                    return

    async def _take(self, run: Run) -> None:
        try:
            said = await self._answer(run.inbound)
        except Exception:
            if run.late:
                raise  # It was promised: the row stays unsettled for the next start.
            log.exception("answer_failed", message=run.inbound.trace)
            said = Said(run.sorry)
        if run.late or not await self._in_time(run, said):
            if said.text:
                await self._later(run.inbound, said.text)
            await kept.settle(run.row_id, NOTHING, said.keeps, now=self._clock())

    async def _in_time(self, run: Run, said: Said) -> bool:
        """Let the answer be heard once it is on disk; False when time ran out before, here or at another process.

        When it runs out at the very end of that, row and conversation are settled, so the words alone are put aside:
        again while the database is away, for nobody would look for them any more.
        """
        body = run.body_of(said.text)
        on_disk = kept.settle_in_time(
            run.row_id, body, said.keeps, run.inbound, now=self._clock(), late=lambda: run.late
        )
        if not await on_disk:
            return False
        fault("message.answered")
        if not run.hand(body):
            text = said.text
            if text:
                await kept.persistently(lambda: self._later(run.inbound, text), run.inbound)
            await kept.settle(run.row_id, NOTHING, kept.nothing, now=self._clock())
        return True
