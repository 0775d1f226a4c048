"""Writes events into the ledger, inside the transaction that made them true."""

from datetime import datetime

from domain.events import BusinessEvent
from domain.models.ledger import Event
from domain.values import Actor


async def record(event: BusinessEvent, *, by: Actor | str, at: datetime, source: str = "") -> Event:
    """Keep one event; ``by`` is the person, or the name of what is none, ``source`` the message or push behind it."""
    name, identity = (by, None) if isinstance(by, str) else (by.name, by.identity)
    return await Event.create(
        kind=type(event).__name__,
        order_number=event.order,
        facts=event.facts(),
        by=name,
        by_identity=identity,
        source=source,
        at=at,
    )
