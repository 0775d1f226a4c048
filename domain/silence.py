"""Parcels of which nothing is heard, or nothing good: which they are, and how much silence is usual on their lane."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.models import Shipment, TrackingEvent
from domain.models.shipments import ParcelState
from domain.rules.tracking import MOVING, WRONG, usual_gap

LEARNT_FROM = 100
"""So many of the latest journeys of a lane tell what is usual on it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the silence about a parcel is nobody's business: before the first scan, and between two.

    ``silence`` holds for lanes of which too little is known; what is usual on a lane holds for the others, but never
    less than ``floor``.
    """

    first_scan: timedelta = timedelta(hours=24)
    silence: timedelta = timedelta(hours=48)
    floor: timedelta = timedelta(hours=12)


def unscanned(before: datetime) -> QuerySet[Shipment]:
    """Handed over, or put under another number, at ``before`` or earlier, and scanned by no carrier."""
    since = Q(relabelled_at__isnull=True, shipped_at__lte=before) | Q(relabelled_at__lte=before)
    return Shipment.filter(
        since, state=ParcelState.HANDED_OVER, first_scan_at__isnull=True, waybill__isnull=False, delivered_at=None
    )


def unheard(patience: Patience, *, now: datetime) -> QuerySet[Shipment]:
    """On their way, and silent for so long that it may be unusual."""
    quiet = Shipment.filter(state__in=MOVING, last_news_at__lte=now - min(patience.floor, patience.silence))
    return quiet.filter(rides_with__isnull=True)


async def unusual(rows: Sequence[Shipment], patience: Patience, *, now: datetime) -> list[Shipment]:
    """Those of the silent parcels that are silent for longer than is usual on their lane."""
    limits = {lane: await _limit(lane, patience) for lane in sorted({row.lane for row in rows})}
    return [row for row in rows if row.last_news_at and now - row.last_news_at >= limits[row.lane]]


def given_up(*, scanned: bool) -> QuerySet[Shipment]:
    """Parcels that their service stopped watching, although they have not arrived."""
    return Shipment.filter(gave_up_at__isnull=False, delivered_at=None, first_scan_at__isnull=not scanned)


def troubled(since: datetime) -> QuerySet[Shipment]:
    """Parcels that are in trouble or come back, of which something was heard after ``since``."""
    return Shipment.filter(state__in=WRONG, last_news_at__gt=since, rides_with__isnull=True)


async def reasons(rows: Iterable[Shipment]) -> dict[int, str]:
    """By parcel: the reason that the carrier gave with its present status, if it gave one."""
    states = {row.id: row.state for row in rows}
    if not states:
        return {}
    scans = TrackingEvent.filter(shipment_id__in=list(states), state__in=WRONG).order_by("at", "id")
    told = await scans.values_list("shipment_id", "state", "reason")
    return {int(parcel): str(reason) for parcel, state, reason in told if state == states[int(parcel)]}


def hours(row: Shipment, now: datetime) -> str:
    """For how many hours nothing was heard of a parcel."""
    return str(int((now - (row.last_news_at or row.shipped_at)) / timedelta(hours=1)))


async def _limit(lane: str, patience: Patience) -> timedelta:
    if not lane:
        return patience.silence
    past = Shipment.filter(lane=lane, delivered_at__isnull=False, longest_gap__isnull=False)
    rows = await past.order_by("-delivered_at").limit(LEARNT_FROM).only("id", "longest_gap")
    usual = usual_gap([timedelta(seconds=row.longest_gap or 0) for row in rows])
    return patience.silence if usual is None else max(usual, patience.floor)
