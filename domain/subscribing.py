"""Which parcels a carrier service should watch or be asked about, within its limits, and how that went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.events import CarrierUnreachable
from domain.models import Shipment
from domain.recording import record
from domain.tracking import MOST_WATCHES, QUIET
from domain.transaction import transact

MOST_TRIES = MOST_WATCHES * 5
BETWEEN = timedelta(minutes=30)
"""One waybill may be asked for so often, else the service locks it."""
AGAIN = timedelta(hours=6)
LONGEST = timedelta(days=60)
"""Of a parcel that is older nothing more is asked: no service keeps it longer."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A parcel that a carrier service should watch for us, or tell us about."""

    shipment: int
    number: str
    carrier: str
    waybill: str
    tail: str
    token: str
    salt: str
    service: str = ""


async def due_watches(*, now: datetime, limit: int = 20) -> list[Watch]:
    """The parcels for which a carrier service has to be asked to watch them."""
    rows = await Shipment.filter(watched="wanted", watch_next_at__lte=now, waybill__isnull=False).limit(limit)
    return [_watch(row) for row in rows]


async def note_watched(
    shipment_id: int, code: str, *, service: str = "", again_at: datetime | None = None, now: datetime
) -> None:
    """Keep how it went: watched, to be asked again at ``again_at``, or refused, which the people concerned are told."""

    async def work() -> None:
        shipment = await Shipment.get(id=shipment_id).select_related("order")
        tries = shipment.watch_tries + 1
        if code == "ok":
            new: dict[str, Any] = {"watched": "yes", "watch_next_at": None, "service": service}
        elif again_at is not None and tries < MOST_TRIES:
            new = {"watched": "wanted", "watch_next_at": again_at}
        else:
            new = {"watched": "refused", "watch_next_at": None}
        await Shipment.filter(id=shipment_id).update(watch_tries=tries, **new)
        if new["watched"] == "refused":
            await record(_unreachable(shipment, code), by="carrier", at=now)

    await transact(work)


async def due_queries(*, now: datetime, limit: int = 20) -> list[Watch]:
    """The parcels without news for long, or that somebody wants to know of; each is ours alone to ask about now."""

    async def work() -> list[Watch]:
        rows = (
            await Shipment.filter(query_next_at__lte=now, waybill__isnull=False).order_by("query_next_at").limit(limit)
        )
        return [_watch(row) for row in rows if await _taken(row, now)]

    return await transact(work)


async def _taken(row: Shipment, now: datetime) -> bool:
    """Of two processes one asks about a parcel; of one that is too old none does."""
    again = now + AGAIN if now - row.shipped_at < LONGEST else None
    mine = Shipment.filter(id=row.id, query_next_at=row.query_next_at)
    return bool(await mine.update(asked_at=now, query_next_at=again)) and again is not None


async def note_unanswered(shipment_id: int, *, again_at: datetime | None) -> None:
    """A service gave no answer about a parcel: ask again at this time, or never."""

    async def work() -> None:
        await Shipment.filter(id=shipment_id, query_next_at__isnull=False).update(query_next_at=again_at)

    await transact(work)


async def want_news(shipments: list[int], *, now: datetime) -> None:
    """Somebody looks at these parcels: ask about those of which nothing was asked or heard for half an hour."""
    stale = Shipment.filter(id__in=shipments, query_next_at__gt=now, shipped_at__lte=now - BETWEEN)
    for row in await stale:
        heard = max(filter(None, (row.asked_at, row.last_news_at)), default=None)
        if heard is None or now - heard >= BETWEEN:
            await Shipment.filter(id=row.id, query_next_at=row.query_next_at).update(query_next_at=now)


def first_query(now: datetime) -> datetime:
    """When a parcel that leaves now is asked about at the earliest, if nothing is heard of it."""
    return now + QUIET


def _watch(row: Shipment) -> Watch:
    return Watch(row.id, row.number, row.carrier, row.waybill or "", row.tail, row.hook_token, row.salt, row.service)


def _unreachable(shipment: Shipment, code: str) -> CarrierUnreachable:
    return CarrierUnreachable(
        order=shipment.order.number,
        shipment=shipment.number,
        carrier=shipment.carrier,
        waybill=shipment.waybill or "",
        code=code,
    )
