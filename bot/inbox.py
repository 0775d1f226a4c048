"""First time, still in work, or answered before: every message is worked on once, across retries and restarts."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from tortoise.exceptions import IntegrityError

from bot.envelope import NOTHING, Hostile, Inbound
from bot.models import InboundMessage, Progress

log = structlog.get_logger()

Answer = Callable[[Inbound], Awaitable[str | None]]
Later = Callable[[Inbound, str], Awaitable[None]]
Wrap = Callable[[str], str]

KEPT = timedelta(days=7)
GLANCE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Admitted:
    """A message with its row; ``first`` for the delivery that has to do the work."""

    row: InboundMessage
    first: bool


class Inbox:
    """Keeps the messages that are in work in this process, so that retries join them."""

    def __init__(self, answer: Answer, later: Later, clock: Callable[[], datetime]) -> None:
        self._answer = answer
        self._later = later
        self._clock = clock
        self._running: dict[tuple[str, str], asyncio.Task[str]] = {}

    async def receive(self, inbound: Inbound, wrap: Wrap, *, budget: float) -> str:
        """The HTTP body for one delivery of a message, within ``budget`` seconds.

        Too late is answered with ``success`` once, and what comes of the work is handed to ``later``.
        """
        admitted = await self._admit(inbound)
        if admitted.row.digest != inbound.digest:
            raise Hostile(403, "key reused for other content")
        place = (inbound.account, inbound.key)
        if admitted.first:
            self._running[place] = asyncio.create_task(
                self._work(inbound, admitted.row.id, wrap), name=f"message {inbound.trace}"
            )
            self._running[place].add_done_callback(lambda task: self._forget(place, inbound.trace, task))
        task = self._running.get(place)
        if task is None:
            return await self._await_elsewhere(admitted.row.id, budget)
        done, _ = await asyncio.wait({task}, timeout=budget)
        if done:
            return await asyncio.shield(task)
        await _defer(admitted.row.id)
        return await _given(admitted.row.id)

    async def resume(self) -> int:
        """Work on what a stopped process left unsettled; answers go out as messages of their own."""
        rows = await InboundMessage.filter(progress__not=Progress.SETTLED).order_by("id")
        for row in rows:
            await InboundMessage.filter(id=row.id).update(progress=Progress.DEFERRED)
            await self._work(_restored(row), row.id, str)
        return len(rows)

    async def drain(self, seconds: float) -> bool:
        """Wait for the messages in work; False when some were not done in time, and stay for the next start."""
        if not self._running:
            return True
        _, left = await asyncio.wait(set(self._running.values()), timeout=seconds)
        return not left

    @property
    def busy(self) -> int:
        """How many messages are in work."""
        return len(self._running)

    async def _admit(self, inbound: Inbound) -> Admitted:
        known = await InboundMessage.get_or_none(account=inbound.account, key=inbound.key)
        if known is None:
            try:
                row = await InboundMessage.create(
                    account=inbound.account,
                    key=inbound.key,
                    digest=inbound.digest,
                    content=_content(inbound),
                    received_at=self._clock(),
                )
            except IntegrityError:
                known = await InboundMessage.get(account=inbound.account, key=inbound.key)
            else:
                return Admitted(row, first=True)
        return Admitted(known, first=False)

    async def _work(self, inbound: Inbound, row_id: int, wrap: Wrap) -> str:
        text = await self._answer(inbound)
        body = NOTHING if text is None else wrap(text)
        here = InboundMessage.filter(id=row_id)
        now = self._clock()
        # Exactly one of these two updates finds its row: either the answer was in time, or it was promised for later.
        in_time = await here.filter(progress=Progress.WORKING).update(
            answer=body, progress=Progress.SETTLED, settled_at=now
        )
        if in_time:
            return body
        if text is not None:
            await self._later(inbound, text)
        await here.update(answer=NOTHING, progress=Progress.SETTLED, settled_at=now)
        return NOTHING

    async def _await_elsewhere(self, row_id: int, budget: float) -> str:
        for _ in range(max(1, int(budget / GLANCE_SECONDS))):
            row = await InboundMessage.get(id=row_id)
            if row.answer is not None:
                return row.answer
            if row.progress is Progress.DEFERRED:
                return NOTHING
            await asyncio.sleep(GLANCE_SECONDS)
        return NOTHING

    def _forget(self, place: tuple[str, str], trace: str, task: asyncio.Task[str]) -> None:
        self._running.pop(place, None)
        if not task.cancelled() and task.exception() is not None:
            log.error("message_failed", message=trace, error=type(task.exception()).__name__)


async def _defer(row_id: int) -> None:
    await InboundMessage.filter(id=row_id, progress=Progress.WORKING).update(progress=Progress.DEFERRED)


async def _given(row_id: int) -> str:
    row = await InboundMessage.get(id=row_id)
    return row.answer or NOTHING


async def unsettled() -> int:
    """How many messages are not answered yet."""
    return await InboundMessage.filter(progress__not=Progress.SETTLED).count()


async def latest(limit: int) -> list[dict[str, Any]]:
    """The newest messages: when they came, how far they are; never what they say."""
    rows = await InboundMessage.all().order_by("-id").limit(limit)
    return [
        {
            "key": row.key,
            "openid": row.content.get("openid", ""),
            "progress": row.progress.value,
            "received_at": row.received_at.isoformat(),
            "settled_at": row.settled_at.isoformat() if row.settled_at else None,
        }
        for row in rows
    ]


async def prune(now: datetime) -> int:
    """Forget settled messages after seven days; the platform repeats one within a minute at most."""
    return await InboundMessage.filter(progress=Progress.SETTLED, received_at__lt=now - KEPT).delete()


def _content(inbound: Inbound) -> dict[str, Any]:
    return asdict(inbound) | {"at": inbound.at.isoformat(), "fields": dict(inbound.fields)}


def _restored(row: InboundMessage) -> Inbound:
    return Inbound(**(row.content | {"at": datetime.fromisoformat(row.content["at"])}))
