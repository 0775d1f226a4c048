"""What the clock sends us out of the house for: carriers are asked about parcels, photos of claims are fetched."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from connect.carriers.services import Service
from domain.errors import DeliveryFailed
from domain.photographing import due_photos, keep_photo, photo_unheard, refuse_photo
from domain.photonews import Regret, regrets, regretted, tell_of_photos
from domain.subscribing import Watch, due_queries, due_watches, note_unanswered, note_watched
from domain.tracking import apply_trace
from domain.transaction import transact
from notify.outbox import queue_reply
from templates import render

log = structlog.get_logger()

AGAIN = timedelta(minutes=30)

Fetch = Callable[[str, str], Awaitable[bytes]]
"""By account and number: what the platform keeps; raises ``DeliveryFailed``."""


async def watch_parcels(services: Sequence[Service], base_url: str, *, now: datetime) -> None:
    """Ask a carrier service to watch every parcel that none watches yet, and about those of which nothing is heard."""
    for parcel in await due_watches(now=now):
        await _subscribe(services, parcel, base_url, now)
    for parcel in await due_queries(now=now):
        await _query([one for one in services if parcel.service in ("", one.name)], parcel, now)


async def _subscribe(services: Sequence[Service], parcel: Watch, base_url: str, now: datetime) -> None:
    """The services in turn: one that refuses for good leaves the parcel to the next."""
    failed: DeliveryFailed | None = None
    for service in services:
        callback = f"{base_url}/hooks/carriers/{service.name}/{parcel.token}"
        try:
            await service.subscribe(
                parcel.carrier, parcel.waybill, callback=callback, salt=parcel.salt, phone=parcel.tail
            )
        except DeliveryFailed as error:
            failed = failed or error
            if not error.permanent:
                break
        else:
            await note_watched(parcel.shipment, "ok", service=service.name, now=now)
            return
    if failed is not None:
        again = None if failed.permanent else now + (failed.retry_after or AGAIN)
        await note_watched(parcel.shipment, str(failed.code), again_at=again, now=now)


async def _query(services: Sequence[Service], parcel: Watch, now: datetime) -> None:
    for service in services:
        try:
            trace = await service.query(parcel.carrier, parcel.waybill, phone=parcel.tail)
        except DeliveryFailed as error:
            log.info("parcel_unanswered", service=service.name, shipment=parcel.number, code=str(error.code))
            if not error.permanent:
                await note_unanswered(parcel.shipment, again_at=now + max(error.retry_after or AGAIN, AGAIN))
                return
        else:
            await apply_trace(parcel.shipment, trace, now=now)
            return


async def fetch_photos(fetch: Fetch, *, now: datetime) -> int:
    """Bring home the photos that people sent with claims, and tell of them; how many there was something to say of."""
    for errand in await due_photos(now=now):
        try:
            content = await fetch(errand.account, errand.medium)
        except DeliveryFailed as failed:
            log.info("photo_not_fetched", photo=errand.photo, code=str(failed.code))
            await _unfetched(errand.photo, failed, now)
        else:
            await keep_photo(errand.photo, content, now=now)
    told = await tell_of_photos(now=now)
    sorry = await regrets(now=now)
    for one in sorry:
        await transact(lambda one=one: _regret(one, now))  # type: ignore[misc]
    return told + len(sorry)


async def _regret(one: Regret, now: datetime) -> None:
    text = render("photos_refused", claim=one.claim, reasons=one.reasons)
    await queue_reply(f"photos:{one.claim}:{one.last}", one.to, text, now=now)
    await regretted(one, now=now)


async def _unfetched(photo: int, failed: DeliveryFailed, now: datetime) -> None:
    """What the platform does not have will not come back; our own troubles with it may pass."""
    if failed.code == "too_large":
        await refuse_photo(photo, "large")
    elif failed.kind == "media":
        await refuse_photo(photo, "gone")
    else:
        await photo_unheard(photo, now=now)
