"""Sends what is due: claims, leaves the database alone, sends many at once, settles each by its outcome."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

import structlog

from domain.errors import DeliveryFailed
from domain.faults import fault, stall
from domain.telling import note_unreachable
from domain.values import Address
from notify.channels import Channels
from notify.hooks import is_again, is_hook, receiver_failed
from notify.ladder import Ladder, Shut, no_window
from notify.models import Delivery, DeliveryState
from notify.notices import URGENT
from notify.outbox import DOWN, claim, hand_over, let_go, recall, settle, settle_sent
from notify.pace import Pace, Rates
from notify.pauses import Pause, pauses, reopen, shut
from notify.quotas import UNKEPT, Meter, Way
from notify.receipts import match_receipts
from notify.retry import DAY_QUOTA, Next, Tried, decide, overdue, unsure_since
from notify.tries import counted, failure_code, note_try, outgoing_of
from notify.underway import Outcome, Underway
from notify.windows import GRANTS, Grants

log = structlog.get_logger()

AT_ONCE = 32
LONGEST_SEND = 20
"""Seconds; well inside the lease, so that a slow send is settled by the one who began it."""
LOST = "lost"
Attempted = Callable[[str, str], None]
"""Is told of every try that ended: by which channel, and in which state it left the delivery."""


class Sender:
    """Sends deliveries through the channels of their accounts, at most ``AT_ONCE`` more in each turn."""

    def __init__(
        self,
        channels: Channels,
        *,
        clock: Callable[[], datetime],
        worker: str,
        chance: Callable[[], float] = random.random,
        attempted: Attempted | None = None,
        grants: Grants = GRANTS,
        rates: Rates | None = None,
    ) -> None:
        self._meter = Meter()
        self._down: set[Way] = set()
        self._pace = Pace(rates or {})
        self._ladder = Ladder(channels, grants)
        self._clock = clock
        self._worker = worker
        self._chance = chance
        self._attempted = attempted or (lambda _channel, _state: None)
        self._batch = count()
        self._underway = Underway()

    async def send_due(self) -> int:
        """One turn: begin to send what is due, settle what has ended; 0 when nothing is due or on its way."""
        batch = await self._claimed()
        busy = len(self._underway)
        await self._meter.keep(least=UNKEPT if batch or busy else 1)
        if not batch and not busy:
            return 0
        shut_ways = await pauses()
        await self._begin(batch, shut_ways)
        await self._settle(await self._underway.ended(), shut_ways)
        return len(batch) + busy

    async def finish(self) -> None:
        """Wait for what is on its way, and begin nothing else."""
        while self._underway:
            await self._settle(await self._underway.ended(), await pauses())

    async def _claimed(self) -> list[Delivery]:
        now, room = self._clock(), min(AT_ONCE, self._underway.room)
        if not room:
            return []
        dry = {*self._pace.dry(now=now), *self._underway.crowded()}
        return await claim(room, f"{self._worker}:{next(self._batch)}", now, sorted(dry))

    async def _begin(self, batch: Sequence[Delivery], shut_ways: Shut) -> None:
        if not batch:
            return
        await stall("delivery.claimed")
        ready = [row for row in batch if await self._may_send(row, shut_ways)]
        placed, stuck = await self._ladder.placed(ready, shut_ways, now=self._clock())
        for row in stuck:
            step = decide(no_window(), await self._tried(row, shut_ways), now=self._clock(), chance=0)
            await self._step(row, step, no_window(), paused=True)
        go, wait = self._pace.allowed(placed, now=self._clock())
        await self._ladder.left(wait)
        await let_go(wait)
        ours = await hand_over(go, now=self._clock())
        await stall("delivery.handed")
        self._underway.begin(ours, self._send)

    async def _may_send(self, row: Delivery, shut_ways: Shut) -> bool:
        now = self._clock()
        if row.handed_at is not None:
            lost = DeliveryFailed(LOST, maybe_sent=True, kind="ambiguous")
            note_try(row, lost, row.handed_at)
            step = decide(lost, await self._tried(row, shut_ways), now=now, chance=0)
            if step.state is DeliveryState.UNSURE:
                await self._step(row, step, lost)
                return False
        if row.tries:
            late = overdue(await self._tried(row, shut_ways), now=now)
            if late is not None:
                await self._step(row, late, DeliveryFailed(LOST, maybe_sent=True, kind="ambiguous"))
                return False
        pause = shut_ways.get((row.account, row.channel))
        if pause is None or pause.until <= now:
            return True
        held = DeliveryFailed(pause.code, kind="config", retry_after=pause.until - now)
        step = decide(held, await self._tried(row, shut_ways), now=now, chance=0)
        await self._step(row, step, held, paused=True)
        return False

    async def _send(self, row: Delivery) -> Outcome:
        row.attempts += 1
        try:
            platform_id = await self._through_channel(row)
        except DeliveryFailed as failure:
            return row, failure
        fault("delivery.sent")
        return row, platform_id

    async def _settle(self, outcomes: Sequence[Outcome], shut_ways: Shut) -> None:
        for row, said in outcomes:
            failure = said if isinstance(said, DeliveryFailed) else None
            self._meter.count((row.account, row.channel), failure, now=self._clock())
            await self._ladder.ended(row, failure)
        sent = [(row, said) for row, said in outcomes if not isinstance(said, DeliveryFailed)]
        await self._sent(sent)
        await self._back([(row.account, row.channel) for row, _ in sent])
        for row, said in outcomes:
            if isinstance(said, DeliveryFailed):
                await self._failed(row, said, shut_ways)
            elif (row.account, row.channel) in shut_ways:
                await reopen(row.account, row.channel)

    async def _back(self, served: Sequence[Way]) -> None:
        """A way that was down carries again: whatever waited for it goes now, by its weight."""
        for way in self._down.intersection(served):
            self._down.discard(way)
            log.info("way_back", account=way[0], channel=way[1], waited=await recall(way, now=self._clock()))

    async def _through_channel(self, row: Delivery) -> str | None:
        channel = self._ladder.channel(row)
        if channel is None:
            raise DeliveryFailed("no_channel", permanent=True, kind="unmapped", text=row.channel)
        try:
            async with asyncio.timeout(LONGEST_SEND):
                return await channel.send(outgoing_of(row))
        except TimeoutError:
            raise DeliveryFailed("timeout", maybe_sent=True, kind="ambiguous") from None
        except DeliveryFailed:
            raise
        except Exception as bug:
            log.exception("send_failed", delivery=row.id, notice=row.notice, channel=row.channel)
            raise DeliveryFailed("bug", maybe_sent=True, kind="ambiguous") from bug

    async def _sent(self, sent: Sequence[tuple[Delivery, str | None]]) -> None:
        now = self._clock()
        for row, _ in sent:
            note_try(row, None, now)
        held = {row.id for row in await settle_sent(sent, now=now)}
        for row, _ in sent:
            word = "notice_sent" if row.id in held else "lease_lost"
            self._attempted(row.channel, DeliveryState.SENT)
            log.info(word, delivery=row.id, notice=row.notice, channel=row.channel, attempts=row.attempts)
        await match_receipts([(row.account, said) for row, said in sent if said and row.id in held], now=now)

    async def _failed(self, row: Delivery, failure: DeliveryFailed, shut_ways: Shut) -> None:
        now = self._clock()
        tried = await self._tried(row, shut_ways)
        note_try(row, failure, now)
        step = decide(failure, tried, now=now, chance=self._chance())
        if step.pause_until is not None:
            kind = "quota" if str(failure.code) == DAY_QUOTA else "config"
            pause = Pause(row.account, row.channel, kind, str(failure.code), now, step.pause_until)
            await shut(pause)
            log.error("channel_shut", account=row.account, channel=row.channel, code=str(failure.code))
        if str(failure.code).startswith(DOWN):
            self._down.add((row.account, row.channel))
        if step.gone:
            await note_unreachable(Address(row.account, row.openid))
        await self._step(row, step, failure)
        if is_hook(row.channel):
            await receiver_failed(row, outgoing_of(row).key, failure, step.state, now=now)

    async def _step(self, row: Delivery, step: Next, failure: DeliveryFailed, *, paused: bool = False) -> None:
        changes: dict[str, Any] = {
            "channel": step.channel,
            "channels": list(step.channels),
            "last_code": failure_code(failure, step),
        }
        if step.at is not None:
            changes["next_at"] = step.at
        if not paused:
            self._attempted(row.channel, step.state)
        if not await settle(row, step.state, now=self._clock(), **changes, **counted(row)):
            log.warning("lease_lost", delivery=row.id)
            return
        if not paused:
            log.warning(
                "notice_not_sent",
                delivery=row.id,
                notice=row.notice,
                code=str(failure.code),
                next=step.state,
                why=step.why,
            )

    async def _tried(self, row: Delivery, shut_ways: Shut) -> Tried:
        channel = self._ladder.channel(row)
        return Tried(
            channel=row.channel,
            channels=tuple(row.channels),
            attempts=row.attempts,
            created_at=max(row.created_at, row.kept_until or row.created_at),
            idempotent=channel is not None and channel.idempotent,
            open_now=await self._ladder.open_ways(row, shut_ways, now=self._clock()),
            unsure_since=unsure_since(row.tries, row.channel),
            urgent=row.rank == URGENT,
            patient=is_again(row),
        )
