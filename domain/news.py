"""What has happened since somebody last looked: each reader has a place in the ledger of events, kept with a look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain import lane
from domain.models import Event, Identity
from domain.seeing import numbers_seen_by
from domain.transaction import transact
from domain.values import Actor

FARTHEST = timedelta(days=14)
MOST = 300
TOLD = (
    "OrderAccepted", "OrderHeld", "OrderRejected", "OrderCancelled", "OrderAmended", "OrderShortClosed", "OrderPaused",
    "OrderResumed", "OrderShipped", "ParcelMoved", "ParcelRelabelled", "PromiseMoved", "GoodsReceived", "ClaimMade",
    "ClaimDecided", "GoodsCameBack",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to an order."""

    order: str
    kind: str
    facts: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What is new, by order the latest thing first; ``since`` is when this person last looked, None for never."""

    since: datetime | None
    orders: tuple[tuple[Happened, ...], ...]


async def catch_up(actor: Actor, *, now: datetime) -> News:
    """What others did and what happened to the orders of this person since the last look, which is now."""
    identity = await Identity.get_or_none(id=actor.identity)
    if identity is None:
        return News(None, ())
    newest = await Event.all().order_by("-id").first()
    after = await _place(identity, now)
    mine, place, values = _of_whom(actor)
    others = "(by_identity IS NULL OR by_identity <> ?)"
    rest = f"WHERE {place} > ? AND kind IN ? AND {others} AND {mine} ORDER BY {place} DESC LIMIT ?"
    rows = await lane.fetch(Event, rest, after, list(TOLD), identity.id, *values, MOST)
    await transact(lambda: _looked(identity.id, newest.id if newest else 0, now))
    return News(identity.looked_at, _by_order(rows))


def _of_whom(actor: Actor) -> tuple[str, str, list[object]]:
    """Which events, how their place is written, and the values.

    Whose orders are few has them looked up by order: written as a sum, the place is nothing that an index leads to.
    """
    if actor.sees_everything:
        return "order_number IS NOT NULL", "id", []
    numbers, values = numbers_seen_by(actor)
    return f"order_number IN ({numbers})", "(id + 0)", values


async def _place(identity: Identity, now: datetime) -> int:
    """Behind which event to look: the last one seen, but not farther back than two weeks."""
    before = Event.filter(at__lt=now - FARTHEST).order_by("-at", "-id")
    old = await before.first() if identity.looked_at is None else None
    return identity.seen_event if old is None else max(identity.seen_event, old.id)


async def _looked(identity: int, event: int, now: datetime) -> None:
    await Identity.filter(id=identity).update(seen_event=event, looked_at=now)


def _by_order(rows: list[Event]) -> tuple[tuple[Happened, ...], ...]:
    found: dict[str, list[Happened]] = {}
    for row in rows:
        number = row.order_number or ""
        found.setdefault(number, []).append(Happened(number, row.kind, row.facts, row.at))
    return tuple(tuple(one) for one in found.values())
