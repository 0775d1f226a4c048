"""Writes events into the ledger, inside the transaction that made them true."""

from datetime import datetime
from typing import Any

from domain import lane
from domain.events import BusinessEvent
from domain.lane import Script
from domain.models.ledger import Event
from domain.values import Actor


async def record(event: BusinessEvent, *, by: Actor | str, at: datetime, source: str = "") -> None:
    """Keep one event; ``by`` is the person, or the name of what is none, ``source`` the message or push behind it."""
    await lane.within(recorded(event, by=by, at=at, source=source))


def recorded(event: BusinessEvent, *, by: Actor | str, at: datetime, source: str = "") -> Script[None]:
    """The same as a script."""
    name, identity = (by, None) if isinstance(by, str) else (by.name, by.identity)
    kept = {"kind": type(event).__name__, "order_number": event.order, "facts": event.facts()}
    yield lane.insert(Event, [kept | {"by": name, "by_identity": identity, "source": source, "at": at}])


async def brought_about(order: str, kind: type[BusinessEvent], source: str) -> list[dict[str, Any]]:
    """The facts of what one message has brought about already, of an order that is held: a message that is worked on
    again after a death finds its first effect instead of having a second one."""
    if not source:
        return []
    return [
        row.facts for row in await Event.filter(order_number=order, kind=kind.__name__, source=source).order_by("id")
    ]
