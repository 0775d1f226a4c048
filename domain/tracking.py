"""What carriers say: kept as it came, read afterwards, every scan once and every status told the first time."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from domain.delivering import parcel_arrived
from domain.events import CarrierUnreachable, ParcelMoved
from domain.holding import held
from domain.models import CarrierPush, Order, Shipment, TrackingEvent
from domain.models.shipments import ParcelState
from domain.recording import record
from domain.rules.tracking import FINAL, moved, state_of
from domain.rules.waybills import normal
from domain.transaction import transact
from domain.values import SYSTEM, Trace

log = structlog.get_logger()

Parse = Callable[[str], Trace]
BATCH = 100
WATCH_AGAIN = timedelta(minutes=30)
MOST_WATCHES = 4


@dataclass(frozen=True, slots=True)
class Watch:
    """A parcel that a carrier service should watch for us."""

    shipment: int
    number: str
    carrier: str
    waybill: str
    tail: str
    token: str
    salt: str


async def keep_push(provider: str, token: str, body: str, genuine: bool, *, now: datetime) -> int:
    """Store what a carrier service sent, before anything is done with it; the row's id."""
    row = await CarrierPush.create(
        provider=provider,
        token=token,
        body=body,
        genuine=genuine,
        received_at=now,
        processed_at=None if genuine else now,
        outcome={} if genuine else {"refused": "signature"},
    )
    return row.id


async def salt_of(token: str) -> str | None:
    """The salt with which pushes for this token are signed; None for a token that we never gave out."""
    row = await Shipment.get_or_none(hook_token=token).only("salt")
    return row.salt if row is not None else None


async def process_pushes(parsers: Mapping[str, Parse], *, now: datetime) -> int:
    """Read every genuine push that was not read yet, oldest first; how many were read.

    One that cannot be read is marked with the reason and never blocks the others.
    """
    rows = await CarrierPush.filter(processed_at__isnull=True, genuine=True).order_by("id").limit(BATCH)
    for row in rows:
        outcome = await _read(row, parsers, now)
        await _note_read(row.id, outcome, now)
    return len(rows)


async def _note_read(push: int, outcome: dict[str, str | int], now: datetime) -> None:
    async def work() -> None:
        await CarrierPush.filter(id=push).update(processed_at=now, outcome=outcome)

    await transact(work)


async def _read(row: CarrierPush, parsers: Mapping[str, Parse], now: datetime) -> dict[str, str | int]:
    shipment = await Shipment.get_or_none(hook_token=row.token)
    if shipment is None:
        return {"refused": "unknown token"}
    try:
        trace = parsers[row.provider](row.body)
    except Exception as error:
        # Whatever a stranger's text did to a parser: one bad push must never stand in the way of the next.
        log.warning("push_unreadable", push=row.id, error=type(error).__name__)
        return {"unreadable": type(error).__name__}
    return {"new": await apply_trace(shipment.id, trace, now=now)}


async def apply_trace(shipment_id: int, trace: Trace, *, now: datetime) -> int:
    """Add the scans of a trace that are new; a status that is entered for the first time is told. How many were new."""
    return await transact(lambda: _apply(shipment_id, trace, now))


async def _apply(shipment_id: int, trace: Trace, now: datetime) -> int:
    number = (await Shipment.get(id=shipment_id).select_related("order")).order.number
    # Pushes about the parcels of one order wait for each other: the last parcel to arrive closes the order.
    order = await held(number, SYSTEM)
    shipment = await Shipment.get(id=shipment_id)
    if trace.waybill and shipment.waybill and normal(trace.waybill) != shipment.waybill:
        return 0
    rows = await TrackingEvent.filter(shipment_id=shipment_id).values_list("digest", "state")
    known, entered = {digest for digest, _ in rows}, {ParcelState(state) for _, state in rows}
    new = [(digest, scan) for scan in trace.scans if (digest := _digest(scan.at, scan.text)) not in known]
    before = state = shipment.state
    entered.add(before)
    fresh = []
    for digest, scan in new:
        meant = state_of(scan.state_code or trace.state_code)
        # A scan that comes late tells of the past: it is kept, and moves nothing.
        late = shipment.last_news_at is not None and scan.at < shipment.last_news_at
        state = state if late else moved(state, meant)
        first = not late and meant is state and state not in entered
        entered.add(state)
        fresh.append(
            TrackingEvent(
                shipment_id=shipment_id,
                digest=digest,
                at=scan.at,
                state=meant,
                code=scan.state_code[:16],
                text=scan.text[:400],
                place=scan.place[:128],
                first_in_state=first,
                received_at=now,
            )
        )
    await TrackingEvent.bulk_create(fresh)
    await _update(shipment, trace, state, now)
    await _tell(order, shipment, fresh, now)
    if state is ParcelState.DELIVERED and before is not ParcelState.DELIVERED:
        at = max((event.at for event in fresh if event.state is ParcelState.DELIVERED), default=now)
        await parcel_arrived(order, shipment, at=at, by="carrier")
    return len(fresh)


async def _update(shipment: Shipment, trace: Trace, state: ParcelState, now: datetime) -> None:
    times = [scan.at for scan in trace.scans]
    news = max([*times, *filter(None, [shipment.last_news_at])], default=None)
    new: dict[str, Any] = {
        "state": state,
        "first_scan_at": shipment.first_scan_at or min(times, default=None),
        "last_news_at": news,
        "eta": trace.eta or shipment.eta,
    }
    if trace.corrected:
        # The service knew better whose parcel it is, and watches it under that name.
        new |= {"carrier": trace.corrected[:32], "watched": "yes", "watch_next_at": None}
    elif trace.status == "abort" and state not in FINAL:
        # The service gave up: watch again, half an hour later at the earliest, as it asks.
        again = shipment.watch_tries < MOST_WATCHES
        new |= {"watched": "wanted" if again else "refused", "watch_next_at": now + WATCH_AGAIN if again else None}
    await Shipment.filter(id=shipment.id).update(**new)


async def _tell(order: Order, shipment: Shipment, fresh: list[TrackingEvent], now: datetime) -> None:
    for event in fresh:
        if event.first_in_state:
            moved_event = ParcelMoved(
                order=order.number,
                shipment=shipment.number,
                carrier=shipment.carrier,
                waybill=shipment.waybill or "",
                state=event.state.value,
                text=event.text,
                place=event.place,
                eta=shipment.eta.isoformat() if shipment.eta else None,
            )
            await record(moved_event, by=shipment.carrier, at=now)


def _digest(at: datetime, text: str) -> str:
    return hashlib.sha256(f"{at.timestamp():.0f}|{text}".encode()).hexdigest()


async def due_watches(*, now: datetime, limit: int = 20) -> list[Watch]:
    """The parcels for which a carrier service has to be asked to watch them."""
    rows = await Shipment.filter(watched="wanted", watch_next_at__lte=now, waybill__isnull=False).limit(limit)
    return [
        Watch(row.id, row.number, row.carrier, row.waybill or "", row.tail, row.hook_token, row.salt) for row in rows
    ]


async def note_watched(shipment_id: int, code: str, *, again_at: datetime | None = None, now: datetime) -> None:
    """Keep how it went: watched, to be asked again at ``again_at``, or refused, which the people concerned are told."""

    async def work() -> None:
        shipment = await Shipment.get(id=shipment_id).select_related("order")
        tries = shipment.watch_tries + 1
        if code == "ok":
            new: dict[str, Any] = {"watched": "yes", "watch_next_at": None}
        elif again_at is not None and tries < MOST_WATCHES * 5:
            new = {"watched": "wanted", "watch_next_at": again_at}
        else:
            new = {"watched": "refused", "watch_next_at": None}
        await Shipment.filter(id=shipment_id).update(watch_tries=tries, **new)
        if new["watched"] == "refused":
            event = CarrierUnreachable(
                order=shipment.order.number,
                shipment=shipment.number,
                carrier=shipment.carrier,
                waybill=shipment.waybill or "",
                code=code,
            )
            await record(event, by="carrier", at=now)

    await transact(work)
