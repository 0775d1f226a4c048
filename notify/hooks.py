"""What a webhook did not take: its person has it by another way at once, and the receiver is asked again for days."""

from datetime import datetime, timedelta

from domain.errors import DeliveryFailed
from domain.transaction import transact
from notify.models import ChannelPause, Delivery, DeliveryState
from notify.notices import BULK
from notify.pauses import Pause, shut
from notify.retry import LADDER

WEBHOOK = "webhook"
DISABLED = "disabled"
FOR_GOOD = timedelta(days=3650)
AGAIN = "again:"
"""How the causes begin of what a receiver is asked again about; no person waits for such."""


def is_again(row: Delivery) -> bool:
    """Whether it is what a receiver is asked again about."""
    return row.cause.startswith(AGAIN)


async def ask_again(row: Delivery, key: str, *, now: datetime) -> None:
    """Keep what a receiver did not take for other tries, under the ``key`` by which it tells messages apart."""
    again = Delivery(
        cause=f"{AGAIN}{row.id}", account=row.account, openid=row.openid, notice=row.notice, channel=WEBHOOK,
        channels=[WEBHOOK], facts={**row.facts, "key": key}, why=row.why, rank=BULK, kept_why="receiver",
        kept_until=now, next_at=now + LADDER[0], created_at=now,
    )  # fmt: skip

    async def work() -> None:
        await Delivery.bulk_create([again], ignore_conflicts=True)

    await transact(work)


async def note_given_up(row: Delivery, failure: DeliveryFailed, *, now: datetime) -> bool:
    """Stop asking a receiver that took nothing for as long as this was tried; whether that is so."""
    since = row.created_at
    taken = Delivery.filter(account=row.account, channel=WEBHOOK, settled_at__gte=since, state=DeliveryState.SENT)
    if await taken.exists():
        return False
    await shut(Pause(row.account, WEBHOOK, DISABLED, str(failure.code), since, now + FOR_GOOD))
    return True


async def enable(channel: str, *, now: datetime) -> bool:
    """Open a way again that was shut, and ask at once about what waits for it; False when it was open."""

    async def work() -> bool:
        opened = await ChannelPause.filter(channel=channel).delete()
        waiting = Delivery.filter(channel=channel, state=DeliveryState.FAILED, next_at__gt=now)
        await waiting.update(next_at=now)
        return opened > 0

    return await transact(work)
