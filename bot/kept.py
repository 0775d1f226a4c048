"""The rows of messages that came in: kept once, settled with their answer, or promised for later."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import structlog
from tortoise.exceptions import IntegrityError

from bot.envelope import Inbound
from bot.models import InboundMessage, Progress
from bot.replybody import NOTHING
from domain.faults import fault
from domain.values import Address

log = structlog.get_logger()

T = TypeVar("T")

PAUSES = (0.1, 0.3, 0.9, 1.5)


async def keep(inbound: Inbound, *, now: datetime) -> tuple[InboundMessage, bool]:
    """The row of the message, and whether this made it; tries for about three seconds."""
    tries = 0

    async def write() -> tuple[InboundMessage, bool]:
        nonlocal tries
        tries += 1
        row = _row(inbound, now)
        try:
            await row.save(force_create=True)
        except IntegrityError:
            known = await InboundMessage.get(account=inbound.account, key=inbound.key)
            # After a failure it may be our own row, written by a try of which no good was heard.
            return known, tries > 1 and known.received_at == now
        fault("inbox.inserted")
        return row, True

    return await _persistently(write, inbound)


async def settle(row_id: int, answer: str, *, now: datetime) -> None:
    """The message is done; ``answer`` is what a repeat gets."""
    await InboundMessage.filter(id=row_id).update(answer=answer, progress=Progress.SETTLED, settled_at=now)


async def settle_in_time(row_id: int, answer: str, inbound: Inbound, *, now: datetime) -> bool:
    """The message is done, unless another process has promised it for later: then False."""
    working = InboundMessage.filter(id=row_id, progress=Progress.WORKING)

    async def write() -> bool:
        if await working.update(answer=answer, progress=Progress.SETTLED, settled_at=now):
            return True
        # An update of which no good was heard may have been made after all.
        return (await InboundMessage.get(id=row_id)).answer == answer

    return await _persistently(write, inbound)


async def defer(row_id: int) -> None:
    """The platform was told ``success``; the answer goes out as a message of its own."""
    await InboundMessage.filter(id=row_id, progress=Progress.WORKING).update(progress=Progress.DEFERRED)


async def take_up(row_id: int) -> bool:
    """Promise for later what a stopped process left; False when it is done meanwhile."""
    left = InboundMessage.filter(id=row_id, progress__not=Progress.SETTLED)
    return bool(await left.update(progress=Progress.DEFERRED))


async def blank(person: Address) -> None:
    """Forget what this person wrote and was answered; that the messages came stays, so that none is worked on twice.

    Those still in work keep their words until they are settled, and go with the others after seven days.
    """
    settled = InboundMessage.filter(account=person.account, progress=Progress.SETTLED)
    named = await settled.filter(key__contains=person.openid).values_list("id", "key")
    own = [row_id for row_id, key in named if key.split(":")[1] == person.openid]
    if own:
        await InboundMessage.filter(id__in=own).update(content={}, answer=NOTHING)


def answer_in(row: InboundMessage) -> str | None:
    """What was answered; ``success`` when it is promised for later, None when nobody knows yet."""
    return NOTHING if row.answer is None and row.progress is Progress.DEFERRED else row.answer


def restored(row: InboundMessage) -> Inbound:
    """The message as it came in."""
    return Inbound(**(row.content | {"at": datetime.fromisoformat(row.content["at"])}))


def _row(inbound: Inbound, now: datetime) -> InboundMessage:
    content: dict[str, Any] = {name: getattr(inbound, name) for name in Inbound.__slots__}
    return InboundMessage(
        account=inbound.account,
        key=inbound.key,
        digest=inbound.digest,
        content=content | {"at": inbound.at.isoformat(), "fields": dict(inbound.fields)},
        received_at=now,
    )


async def _persistently(write: Callable[[], Awaitable[T]], inbound: Inbound) -> T:
    """Try again after short pauses: a failover or a busy file passes while the platform still waits."""
    for pause in PAUSES:
        try:
            return await write()
        except Exception as error:  # drivers have no common class for a database that is away
            log.warning("message_not_kept_yet", message=inbound.trace, error=type(error).__name__)
            await asyncio.sleep(pause)
    return await write()
