"""The deliveries as operators see them: a list, figures for the metrics, one more try, and the end of old ones."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.functions import Count
from tortoise.queryset import QuerySet

from domain.transaction import transact
from notify.models import Alert, AlertState, Delivery, DeliveryState
from notify.outbox import UNFINISHED
from notify.quotas import forget_counts
from notify.receipts import forget_receipts

KEPT = timedelta(days=90)
HOLD = timedelta(days=14)
_ENDED = (DeliveryState.GIVEN_UP, DeliveryState.UNSURE, DeliveryState.FAILED, DeliveryState.HELD)


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One notice to one person: where it stands, why it was sent, what every try brought."""

    id: int
    notice: str
    order: str | None
    account: str
    state: DeliveryState
    channel: str
    why: str
    code: str
    attempts: int
    tries: tuple[dict[str, Any], ...]
    created_at: datetime
    next_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pending:
    """How much is waiting, and since when the oldest of it."""

    by_state: dict[str, int]
    waiting: dict[str, int]
    dead: dict[str, int]
    oldest: datetime | None
    open_alerts: int


async def deliveries(state: str | None = None, *, order: str | None = None, limit: int = 50) -> list[DeliveryRow]:
    """The newest deliveries, perhaps only those in one state or about one order."""
    found = Delivery.all()
    if state:
        found = found.filter(state=DeliveryState(state))
    if order:
        found = found.filter(order_number=order)
    return [_row(row) for row in await found.order_by("-id").limit(limit)]


@dataclass(frozen=True, slots=True)
class Moment:
    """One step in the life of a notice: when, what, by which way, and the code or reason."""

    at: datetime
    what: str
    channel: str
    why: str


async def life_of(delivery: int) -> list[Moment]:
    """A notice from the decision to tell it, over every try, to its end or the next try; empty if there is none."""
    row = await Delivery.get_or_none(id=delivery)
    if row is None:
        return []
    tried = [
        Moment(datetime.fromisoformat(one["at"]), "try", one["channel"], _tried(one))
        for one in row.tries
        if one.get("at")
    ]
    ended = row.state not in UNFINISHED
    last = Moment(row.settled_at or row.next_at if ended else row.next_at, row.state.value, row.channel, row.last_code)
    planned = Moment(row.created_at, "planned", row.channels[0] if row.channels else row.channel, row.why)
    kept = [Moment(row.created_at, "kept back", "", _kept(row))] if row.kept_why else []
    return [planned, *kept, *tried, last]


def _kept(row: Delivery) -> str:
    return f"{row.kept_why} until {row.kept_until:%m-%d %H:%M}Z" if row.kept_until else row.kept_why


def _tried(one: dict[str, Any]) -> str:
    return f"{one['code']}, outcome unknown" if one.get("maybe") else str(one["code"])


def _row(row: Delivery) -> DeliveryRow:
    waiting = row.state in UNFINISHED
    return DeliveryRow(
        id=row.id,
        notice=row.notice,
        order=row.order_number,
        account=row.account,
        state=row.state,
        channel=row.channel,
        why=row.why,
        code=row.last_code,
        attempts=row.attempts,
        tries=tuple(row.tries),
        created_at=row.created_at,
        next_at=row.next_at if waiting else None,
        settled_at=row.settled_at,
    )


async def retry_delivery(delivery: int, *, now: datetime) -> bool:
    """Send once more what was given up, is unsure or waits for its next try; False when there is nothing to retry.

    The day of patience begins anew, and so does the key by which the platform tells messages apart.
    """
    ended = Delivery.filter(id=delivery, state__in=_ENDED)
    row = await ended.first()
    if row is None:
        return False
    ways = row.channels if row.channel in row.channels else [row.channel, *row.channels]
    return (
        await ended.update(
            state=DeliveryState.DUE,
            next_at=now,
            created_at=now,
            settled_at=None,
            attempts=0,
            channels=ways,
            channel=ways[0],
            tries=[{**one, "maybe": ""} for one in row.tries],
        )
        == 1
    )


async def pending() -> Pending:
    """Figures for health and metrics."""
    counted = await Delivery.annotate(number=Count("id")).group_by("state").values("state", "number")
    oldest = (
        await Delivery.filter(state__in=UNFINISHED, kept_until__isnull=True)
        .order_by("created_at")
        .first()
        .only("id", "created_at")
    )
    alerts = await Alert.exclude(state=AlertState.RESOLVED).count()
    by_state = {str(DeliveryState(one["state"])): int(one["number"]) for one in counted}
    waiting = await _by_channel(Delivery.filter(state__in=UNFINISHED))
    dead = await _by_channel(Delivery.filter(state__in=(DeliveryState.HELD, DeliveryState.GIVEN_UP)))
    return Pending(by_state, waiting, dead, oldest.created_at if oldest else None, alerts)


async def _by_channel(rows: QuerySet[Delivery]) -> dict[str, int]:
    counted = await rows.annotate(number=Count("id")).group_by("channel").values("channel", "number")
    return {str(one["channel"]): int(one["number"]) for one in counted}


async def prune(*, now: datetime) -> int:
    """End what was held for a person who never came, drop what ended long ago and receipts that nobody claimed, and
    count those; the counts of past days go too."""

    async def work() -> int:
        never = Delivery.filter(state=DeliveryState.HELD, created_at__lt=now - HOLD)
        await never.update(state=DeliveryState.GIVEN_UP, last_code="never_seen", settled_at=now)
        gone = await Delivery.filter(state__not_in=UNFINISHED, created_at__lt=now - KEPT).delete()
        await forget_counts(now=now)
        return gone + await forget_receipts(now=now)

    return await transact(work)
