"""The rows of messages that came in: kept once, settled with their answer, or promised for later."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from tortoise.expressions import Q

from bot.dialogue import Overtaken
from bot.envelope import Inbound
from bot.models import InboundMessage, Progress
from bot.replybody import NOTHING
from domain import lane
from domain.faults import fault
from domain.lane import Script, Statement
from domain.transaction import transact, transact_one, transact_script
from domain.values import Address

log = structlog.get_logger()

T = TypeVar("T")

_ONCE = "ON CONFLICT (account, key) DO NOTHING RETURNING id"
_SETTLE = "UPDATE inboundmessage SET answer = ?, progress = 'settled', settled_at = ? WHERE id = ?"

Keeps = Callable[[], Script[None]]
"""What a message leaves behind beside its answer; raises ``Overtaken`` when that is out of date."""

FORGOTTEN_AFTER = timedelta(days=7)
LEASE = timedelta(seconds=30)
"""Much longer than a message is worked on; whoever works on one longer than this is taken for dead."""
PAUSES = (0.1, 0.3, 0.9, 1.5)


@dataclass(frozen=True, slots=True)
class Kept:
    """The row of a message, as far as its deliveries have to know it."""

    id: int
    digest: str
    progress: Progress = Progress.WORKING
    answer: str | None = None


async def keep(inbound: Inbound, *, now: datetime) -> tuple[Kept, bool]:
    """The row of the message, and whether this made it; tries for about three seconds."""
    tries = 0
    statement = lane.insert(InboundMessage, [_row(inbound, now)], then=_ONCE)

    async def write() -> tuple[Kept, bool]:
        nonlocal tries
        tries += 1
        made = await transact_one(statement)
        fault("inbox.inserted")
        if made.rows:
            return Kept(int(made.rows[0][0]), inbound.digest), True
        here = "WHERE account = ? AND key = ?"
        (row,) = await lane.fetch(InboundMessage, here, inbound.account, inbound.key)
        # After a failure it may be our own row, written by a try of which no good was heard.
        return _kept(row), tries > 1 and row.received_at == now

    return await persistently(write, inbound)


async def known(inbound: Inbound) -> bool:
    """Whether it was taken in before, by whatever process."""
    here = "SELECT 1 FROM inboundmessage WHERE account = ? AND key = ?"
    return bool(await lane.rows(here, inbound.account, inbound.key))


async def look_again(kept: Kept) -> Kept:
    """The row as it is now."""
    (row,) = await lane.fetch(InboundMessage, "WHERE id = ?", kept.id)
    return _kept(row)


async def settle(row_id: int, answer: str, keeps: Keeps, *, now: datetime) -> None:
    """The message is done, with what is kept of it; ``answer`` is what a repeat gets."""

    def script() -> Script[None]:
        yield from keeps()
        yield Statement(_SETTLE, (answer, now, row_id))

    await transact_script(script)


class _TooLate(Exception):
    """Time ran out while the answer was on its way to the disk."""


async def settle_in_time(
    row_id: int, answer: str, keeps: Keeps, inbound: Inbound, *, now: datetime, late: Callable[[], bool]
) -> bool:
    """The message is done, unless it was promised for later, by another process or because it is ``late`` by now: then
    False, and nothing is kept."""

    def script() -> Script[bool]:
        done = yield Statement(f"{_SETTLE} AND progress = 'working'", (answer, now, row_id))
        if done.count:
            yield from keeps()
            # A slow disk may have used up the time: who dies now must find the message unsettled.
            if late():
                raise _TooLate
            return True
        # An update of which no good was heard may have been made after all.
        found = yield Statement("SELECT answer FROM inboundmessage WHERE id = ?", (row_id,))
        return bool(found.rows[0][0] == answer)

    try:
        return await persistently(lambda: transact_script(script), inbound)
    except _TooLate:
        return False


async def defer(row_id: int) -> bool:
    """The platform is told ``success``, and the answer goes out as a message of its own; False when it is settled."""
    return bool(await InboundMessage.filter(id=row_id, progress=Progress.WORKING).update(progress=Progress.DEFERRED))


async def left_behind(alone: bool, *, now: datetime) -> list[InboundMessage]:
    """What is not settled and at which nobody is at work, oldest first; nobody else is if we are ``alone``."""
    return await InboundMessage.filter(_left(alone, now), progress__not=Progress.SETTLED).order_by("id")


async def take_up(row_id: int, alone: bool, *, now: datetime) -> bool:
    """Promise for later what a stopped process left, and take it for ourselves; False when it is done or taken."""
    left = InboundMessage.filter(_left(alone, now), id=row_id, progress__not=Progress.SETTLED)
    return bool(await left.update(progress=Progress.DEFERRED, lease_until=now + LEASE))


def _left(alone: bool, now: datetime) -> Q:
    return Q() if alone else Q(lease_until__isnull=True) | Q(lease_until__lt=now)


async def blank(person: Address) -> None:
    """Forget what this person wrote and was answered; that the messages came stays, so that none is worked on twice.

    Those still in work keep their words until they are settled, and go with the others after seven days.
    """
    settled = InboundMessage.filter(account=person.account, progress=Progress.SETTLED)
    named = await settled.filter(key__contains=person.openid).values_list("id", "key")
    own = [row_id for row_id, key in named if key.split(":")[1] == person.openid]
    if own:
        await InboundMessage.filter(id__in=own).update(content={}, answer=NOTHING)


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
    old = InboundMessage.filter(progress=Progress.SETTLED, received_at__lt=now - FORGOTTEN_AFTER)
    return await transact(old.delete)


def answer_in(row: Kept) -> str | None:
    """What was answered; ``success`` when it is promised for later, None when nobody knows yet."""
    return NOTHING if row.answer is None and row.progress is Progress.DEFERRED else row.answer


def restored(row: InboundMessage) -> Inbound:
    """The message as it came in."""
    return Inbound(**(row.content | {"at": datetime.fromisoformat(row.content["at"])}))


def nothing() -> Script[None]:
    """Nothing to keep."""
    yield from ()


def _kept(row: InboundMessage) -> Kept:
    return Kept(row.id, row.digest, row.progress, row.answer)


def _row(inbound: Inbound, now: datetime) -> dict[str, Any]:
    content: dict[str, Any] = {name: getattr(inbound, name) for name in Inbound.__slots__}
    return {
        "account": inbound.account,
        "key": inbound.key,
        "digest": inbound.digest,
        "content": content | {"at": inbound.at.isoformat(), "fields": dict(inbound.fields)},
        "received_at": now,
        "lease_until": now + LEASE,
    }


async def persistently(write: Callable[[], Awaitable[T]], inbound: Inbound) -> T:
    """Try again after short pauses: a failover or a busy file passes while the platform still waits."""
    for pause in PAUSES:
        try:
            return await write()
        except (Overtaken, _TooLate):
            raise
        except Exception as error:  # drivers have no common class for a database that is away
            log.warning("message_not_kept_yet", message=inbound.trace, error=type(error).__name__)
            await asyncio.sleep(pause)
    return await write()
