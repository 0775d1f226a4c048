"""Writes events into the ledger, inside the transaction that made them true."""

from datetime import datetime, timedelta
from typing import Any

from domain import lane
from domain.events import BusinessEvent
from domain.lane import Script
from domain.models.ledger import Event
from domain.values import Actor

_APART = timedelta(minutes=1)
"""The platform's clock and ours are not as far apart."""


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


async def first_effect(kind: type[BusinessEvent], source: str, *, heard_at: datetime) -> Event | None:
    """The same where the message does not say what it is about: the event that it brought about since it was sent."""
    if not source:
        return None
    since = Event.filter(at__gte=heard_at - _APART, kind=kind.__name__, source=source)
    return await since.order_by("id").first()
