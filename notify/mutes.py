"""Quiet about one order (静音): begun by its person, ended by an event or the time, and what was held is told then."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.dealevents import OrderShortClosed
from domain.events import BusinessEvent, GoodsReceived, OrderCancelled, OrderRejected, OrderShipped
from domain.parcelevents import ReceiptAssumed
from domain.transaction import transact
from domain.values import Address
from notify.digest import send_digests, together
from notify.models import UNTIL_SENT, UNTIL_TIME, Delivery, DeliveryState, Mute
from notify.notices import Notice
from notify.weighing import MUTED

LONGEST = timedelta(days=30)
"""Whatever it was to end on, nothing is held longer."""
AT_ONCE = 100
_OVER = frozenset({OrderCancelled, OrderRejected, OrderShortClosed, GoodsReceived, ReceiptAssumed})


@dataclass(frozen=True, slots=True)
class Muted:
    """A mute as its person sees it."""

    order: str
    kind: str
    until: datetime | None


async def mute(order: str, kind: str, until: datetime | None, *, to: Address, now: datetime) -> Muted:
    """Begin quiet about an order, or set anew how it ends; ``until`` is kept for those that end at a moment."""
    last = min(until or now + LONGEST, now + LONGEST)
    key = f"{to.account}:{to.openid}:{order}"

    async def work() -> None:
        if await Mute.filter(live=key).update(kind=kind, until=last):
            return
        row = Mute(account=to.account, openid=to.openid, order_number=order, kind=kind, live=key, until=last)
        row.begun_at = now
        await Mute.bulk_create([row], ignore_conflicts=True)

    await transact(work)
    return Muted(order, kind, last if kind == UNTIL_TIME else None)


async def unmute(order: str, *, to: Address, now: datetime) -> int | None:
    """End quiet about an order; how many notices were held and are told now, None where there was no quiet."""

    async def work() -> int | None:
        row = await Mute.get_or_none(live=f"{to.account}:{to.openid}:{order}")
        return await _end(row, "asked", now) if row is not None else None

    return await transact(work)


async def mutes_of(to: Address) -> list[Muted]:
    """The orders about which this person wants quiet now."""
    rows = await Mute.filter(account=to.account, openid=to.openid, live__isnull=False).order_by("id")
    return [Muted(row.order_number, row.kind, row.until if row.kind == UNTIL_TIME else None) for row in rows]


def ends(event: BusinessEvent) -> bool:
    """Whether quiet about an order may end with this event."""
    return event.order is not None and (isinstance(event, OrderShipped) or type(event) in _OVER)


async def muted(orders: Collection[str | None]) -> set[str]:
    """Those of these orders about which somebody wants quiet now."""
    rows = Mute.filter(order_number__in=sorted(filter(None, orders)), live__isnull=False)
    return {row.order_number for row in await rows} if orders else set()


async def end_on(event: BusinessEvent, *, now: datetime) -> None:
    """End what was to last until this event, before its own notices are put; inside a transaction."""
    sent = isinstance(event, OrderShipped)
    live = Mute.filter(order_number=event.order, live__isnull=False)
    for row in await (live.filter(kind=UNTIL_SENT) if sent else live).order_by("id"):
        await _end(row, type(event).__name__, now)


async def tell_kept(now: datetime) -> int:
    """End the mutes whose time has come and tell what is gathered; how many people were told."""
    due = await Mute.filter(until__lte=now, live__isnull=False).order_by("id").limit(AT_ONCE)
    told = 0
    for row in due:

        async def work(row: Mute = row) -> int | None:
            return await _end(row, "time", now)

        told += int(bool(await transact(work)))
    return told + await send_digests(now)


async def _end(row: Mute, why: str, now: datetime) -> int | None:
    """The end, once: what was held goes out in one message; how many that were, None when it had ended before."""
    if not await Mute.filter(id=row.id, live__isnull=False).update(live=None, until=None, ended_at=now):
        return None
    mine = Delivery.filter(account=row.account, openid=row.openid, order_number=row.order_number)
    held = await mine.filter(state=DeliveryState.KEPT, kept_why=MUTED).order_by("id")
    if held:
        await together(held, Notice.MUTE_OVER, {"order": row.order_number, "ended": why, "url": ""}, now=now)
    return len(held)
