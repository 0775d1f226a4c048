"""Writes events into the ledger, inside the transaction that made them true."""

from datetime import datetime

from domain.events import BusinessEvent
from domain.models.ledger import Event


async def record(event: BusinessEvent, *, by: str, at: datetime, source: str = "") -> Event:
    """Keep one event; ``by`` is the name of the person or rule, ``source`` the message or push that caused it."""
    return await Event.create(
        kind=type(event).__name__, order_number=event.order, facts=event.facts(), by=by, source=source, at=at
    )
