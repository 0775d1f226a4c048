"""What a webhook did not take: its person has it by another way at once, and the receiver is asked again for days."""

from datetime import datetime, timedelta

import structlog
from tortoise.queryset import QuerySet

from connect.workchat.forms import GONE, NOT_WANTED, WEBHOOK
from domain.errors import DeliveryFailed
from domain.transaction import transact
from notify.models import ChannelPause, Delivery, DeliveryState
from notify.notices import BULK
from notify.pauses import Pause, shut
from notify.retry import LADDER

log = structlog.get_logger()

HOOK = "hook:"
"""How the ways of webhooks with a name begin; the one without goes by its kind."""
DISABLED = "disabled"
FOR_GOOD = timedelta(days=3650)
AGAIN = "again:"
"""How the causes begin of what a receiver is asked again about; no person waits for such."""


def is_hook(channel: str) -> bool:
    """Whether this way is a webhook."""
    return channel == WEBHOOK or channel.startswith(HOOK)


def is_again(row: Delivery) -> bool:
    """Whether it is what a receiver is asked again about."""
    return row.cause.startswith(AGAIN)


async def receiver_failed(
    row: Delivery, key: str, failure: DeliveryFailed, state: DeliveryState, *, now: datetime
) -> None:
    """Its person has it by another way; the receiver is asked again for days, then no more, and never when it is gone.

    ``key`` is what it tells messages apart by, ``state`` what became of this one.
    """
    if str(failure.code) == f"{WEBHOOK}:{NOT_WANTED}":
        return
    if not is_again(row):
        await ask_again(row, key, now=now)
    if str(failure.code) == f"{WEBHOOK}:{GONE}":
        await disable(row, failure, since=now, now=now)
    elif is_again(row) and state is DeliveryState.GIVEN_UP:
        await note_given_up(row, failure, now=now)


async def ask_again(row: Delivery, key: str, *, now: datetime) -> None:
    """Keep what a receiver did not take for other tries, under the ``key`` by which it tells messages apart."""
    again = Delivery(
        cause=f"{AGAIN}{row.id}", account=row.account, openid=row.openid, notice=row.notice, channel=row.channel,
        channels=[row.channel], facts={**row.facts, "key": key}, why=row.why, rank=BULK, kept_why="receiver",
        kept_until=now, next_at=now + LADDER[0], created_at=now,
    )  # fmt: skip

    async def work() -> None:
        await Delivery.bulk_create([again], ignore_conflicts=True)

    await transact(work)


async def note_given_up(row: Delivery, failure: DeliveryFailed, *, now: datetime) -> bool:
    """Stop asking a receiver that took nothing for as long as this was tried; whether that is so."""
    since = row.created_at
    taken = Delivery.filter(account=row.account, channel=row.channel, settled_at__gte=since, state=DeliveryState.SENT)
    if await taken.exists():
        return False
    await disable(row, failure, since=since, now=now)
    return True


async def disable(row: Delivery, failure: DeliveryFailed, *, since: datetime, now: datetime) -> None:
    """Ask this receiver nothing until somebody enables it; what waits for it lies where no look at what is due goes."""
    until = now + FOR_GOOD
    log.error("receiver_disabled", account=row.account, channel=row.channel, code=str(failure.code))
    await shut(Pause(row.account, row.channel, DISABLED, str(failure.code), since, until))
    await _waiting(row.channel).filter(account=row.account, cause__startswith=AGAIN).update(next_at=until)


async def enable(channel: str, *, now: datetime) -> bool:
    """Open a way again that was shut, and ask at once about what waits for it; False when it was open."""

    async def work() -> bool:
        opened = await ChannelPause.filter(channel=channel).delete()
        await _waiting(channel).filter(next_at__gt=now).update(next_at=now)
        return opened > 0

    return await transact(work)


def _waiting(channel: str) -> QuerySet[Delivery]:
    return Delivery.filter(channel=channel, state__in=[DeliveryState.DUE, DeliveryState.FAILED])
