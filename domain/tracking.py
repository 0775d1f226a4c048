"""What carriers say: kept as it came, read afterwards, every scan once and every status told the first time."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from domain.consignments import all_there, mates_of, news, riders
from domain.delivering import mark_arrived, parcel_arrived
from domain.events import ParcelMoved
from domain.holding import held
from domain.models import CarrierPush, Order, Shipment, TrackingEvent
from domain.models.shipments import ParcelState
from domain.recording import record
from domain.rules.tracking import FINAL, TROUBLED, longest_gap, moved
from domain.rules.waybills import normal
from domain.transaction import transact
from domain.values import SYSTEM, Scan, Trace

log = structlog.get_logger()

Parse = Callable[[str], Sequence[Trace]]
BATCH = 100
WATCH_AGAIN = timedelta(minutes=30)
MOST_WATCHES = 4
QUIET = timedelta(hours=12)
"""Without news for so long, a service is asked: a push may have been lost."""


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
    own = await Shipment.get_or_none(hook_token=row.token) if row.token else None
    if row.token and own is None:
        return {"refused": "unknown token"}
    try:
        traces = parsers[row.provider](row.body)
    except Exception as error:
        # Whatever a stranger's text did to a parser: one bad push must never stand in the way of the next.
        log.warning("push_unreadable", push=row.id, error=type(error).__name__)
        return {"unreadable": type(error).__name__}
    new = unknown = 0
    for trace in traces:
        shipment = own or await _meant(trace)
        if shipment is None:
            unknown += 1
        else:
            new += await apply_trace(shipment.id, trace, now=now)
    return {"new": new, "unknown": unknown} if unknown else {"new": new}


async def _meant(trace: Trace) -> Shipment | None:
    """The shipment that a service without tokens speaks of: by our own number, else by the waybill."""
    if trace.shipment:
        return await Shipment.get_or_none(number=trace.shipment)
    return await Shipment.get_or_none(waybill=normal(trace.waybill)) if trace.waybill else None


async def apply_trace(shipment_id: int, trace: Trace, *, now: datetime) -> int:
    """Add the scans of a trace that are new; a status that is entered for the first time is told. How many were new."""
    return await transact(lambda: _apply(shipment_id, trace, now))


async def _apply(shipment_id: int, trace: Trace, now: datetime) -> int:
    number = (await Shipment.get(id=shipment_id).select_related("order")).order.number
    # Pushes about the parcels of one order wait for each other: the last parcel to arrive closes the order.
    order = await held(number, SYSTEM)
    new = await _apply_to(order, shipment_id, trace, now)
    for rider in await riders(shipment_id):
        await _apply_to(await held(rider.order.number, SYSTEM), rider.id, trace, now)
    return new


async def _apply_to(order: Order, shipment_id: int, trace: Trace, now: datetime) -> int:
    shipment = await Shipment.get(id=shipment_id)
    if trace.waybill and shipment.label and normal(trace.waybill) != shipment.label:
        return 0
    before, mates = shipment.state, await mates_of(shipment)
    state, fresh = await _fresh(shipment, trace, now)
    await TrackingEvent.bulk_create(fresh)
    await _update(shipment, trace, state, now=now, heard=bool(fresh))
    await _tell(order, shipment, await news(fresh, mates), now)
    arrived = {state, *(event.state for event in fresh if event.first_in_state)}
    if ParcelState.DELIVERED in arrived and before not in FINAL:
        at = max((event.at for event in fresh if event.state is ParcelState.DELIVERED), default=now)
        await _arrived(order, shipment, mates, at, now)
        await _learn(shipment.id)
    return len(fresh)


async def _arrived(order: Order, shipment: Shipment, mates: Sequence[Shipment], at: datetime, now: datetime) -> None:
    """What left at once counts as delivered when its last parcel is there: nobody knows what is in which one."""
    if shipment.part_of is not None:
        await mark_arrived(shipment, at=at, by="carrier")
    if all_there(mates):
        goods = next((one for one in mates if one.id == shipment.part_of), shipment)
        await parcel_arrived(order, goods, at=at, by="carrier", now=now)


async def _fresh(shipment: Shipment, trace: Trace, now: datetime) -> tuple[ParcelState, list[TrackingEvent]]:
    """The scans that are new, as rows, and the status after them."""
    rows = await TrackingEvent.filter(shipment_id=shipment.id).values_list("digest", "state", "reason")
    known = {str(digest) for digest, _, _ in rows}
    entered = {_entry(ParcelState(state), str(reason)) for _, state, reason in rows}
    state = shipment.state
    entered.add(_entry(state, ""))
    fresh = []
    for scan in trace.scans:
        digest = _digest(scan)
        if digest in known:
            continue
        known.add(digest)
        # A scan that comes late tells of the past: it is kept, and moves nothing.
        late = shipment.last_news_at is not None and scan.at < shipment.last_news_at
        state = state if late else moved(state, scan.state)
        entry = _entry(scan.state, scan.reason)
        first = not late and scan.state is state and entry not in entered
        entered.add(entry)
        fresh.append(_row(shipment, scan, digest, first=first, now=now))
    return state, fresh


def _entry(state: ParcelState, reason: str) -> tuple[ParcelState, str]:
    """What is told once: a status, and of trouble every kind."""
    return state, reason if state in TROUBLED else ""


def _row(shipment: Shipment, scan: Scan, digest: str, *, first: bool, now: datetime) -> TrackingEvent:
    return TrackingEvent(
        shipment_id=shipment.id,
        digest=digest,
        at=scan.at,
        state=scan.state,
        code=scan.code[:16],
        reason=scan.reason[:24],
        text=scan.text[:400],
        place=scan.place[:128],
        first_in_state=first,
        received_at=now,
    )


async def _learn(shipment: int) -> None:
    """Keep of a journey that ended well how long nothing was heard at the longest: that is usual for its lane."""
    gap = longest_gap([at for (at,) in await TrackingEvent.filter(shipment_id=shipment).values_list("at")])
    if gap is not None:
        await Shipment.filter(id=shipment).update(longest_gap=int(gap.total_seconds()))


async def _update(shipment: Shipment, trace: Trace, state: ParcelState, *, now: datetime, heard: bool) -> None:
    times = [scan.at for scan in trace.scans]
    latest = max([*times, *filter(None, [shipment.last_news_at])], default=None)
    new: dict[str, Any] = {
        "state": state,
        "first_scan_at": shipment.first_scan_at or min(times, default=None),
        "last_news_at": latest,
        "eta": trace.eta or shipment.eta,
    }
    if heard:
        new |= {"gave_up_at": None, "quiet_at": None}
    if shipment.rides_with is not None:
        # It is watched and asked about as the parcel that it rides with.
        await Shipment.filter(id=shipment.id).update(**new)
        return
    new["query_next_at"] = None if state in FINAL else max(now + QUIET, shipment.query_next_at or now)
    if trace.corrected and not shipment.carrier_said:
        # The service knew better whose parcel it is, and watches it under that name; so do all that ride with it.
        shipment.carrier = trace.corrected[:32]
        new |= {"carrier": shipment.carrier, "watched": "yes", "watch_next_at": None}
        await Shipment.filter(rides_with=shipment.id).update(carrier=shipment.carrier)
    elif trace.status == "abort" and state not in FINAL:
        # The service gave up: watch again, half an hour later at the earliest, as it asks.
        again = shipment.watch_tries < MOST_WATCHES
        new |= {"watched": "wanted" if again else "refused", "watch_next_at": now + WATCH_AGAIN if again else None}
        new["gave_up_at"] = shipment.gave_up_at or now
    await Shipment.filter(id=shipment.id).update(**new)


async def _tell(order: Order, shipment: Shipment, fresh: list[TrackingEvent], now: datetime) -> None:
    for event in fresh:
        moved_event = ParcelMoved(
            order=order.number,
            shipment=shipment.number,
            carrier=shipment.carrier,
            waybill=shipment.label or "",
            state=event.state.value,
            text=event.text,
            place=event.place,
            eta=shipment.eta.isoformat() if shipment.eta else None,
            reason=event.reason,
        )
        await record(moved_event, by=shipment.carrier, at=now)


def _digest(scan: Scan) -> str:
    return hashlib.sha256(f"{scan.at.timestamp():.0f}|{scan.text or scan.code}".encode()).hexdigest()
