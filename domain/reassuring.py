"""Tells of parcels that have gone quiet, before the customer has to ask: once for each silence."""

from datetime import datetime

from tortoise.queryset import QuerySet

from domain import silence
from domain.models import Shipment
from domain.parcelevents import ParcelQuiet
from domain.recording import record
from domain.silence import Patience
from domain.transaction import transact

MOST = 200
UNSCANNED, SILENT = "unscanned", "silent"


async def reassure(patience: Patience, *, now: datetime) -> int:
    """Record every silence that is longer than usual and was not told of yet; how many were. Harmless to run twice."""
    waiting = silence.unscanned(now - patience.first_scan).filter(quiet_at=None)
    still = silence.unheard(patience, now=now).filter(quiet_at=None)
    found = [(row, UNSCANNED) for row in await _some(waiting)]
    found += [(row, SILENT) for row in await silence.unusual(await _some(still), patience, now=now)]
    return sum([await _told(row, kind, now) for row, kind in found])


async def _some(rows: QuerySet[Shipment]) -> list[Shipment]:
    return await rows.select_related("order").order_by("id").limit(MOST)


async def _told(row: Shipment, kind: str, now: datetime) -> bool:
    return await transact(lambda: _tell(row, kind, now))


async def _tell(row: Shipment, kind: str, now: datetime) -> bool:
    same = Shipment.filter(id=row.id, state=row.state, last_news_at=row.last_news_at, quiet_at=None)
    if await same.update(quiet_at=now) == 0:
        return False
    event = ParcelQuiet(
        order=row.order.number,
        shipment=row.number,
        carrier=row.carrier,
        waybill=row.waybill or "",
        kind=kind,
        since=(row.last_news_at or row.relabelled_at or row.shipped_at).isoformat(),
    )
    await record(event, by="carrier", at=now)
    return True
