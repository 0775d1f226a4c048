"""Finds out whether the database takes writes, without writing anything."""

from domain.models.ledger import Event
from domain.transaction import transact


async def take_write_lock() -> None:
    """Ask for what a write needs and give it back; raises what the database raises when it cannot."""

    async def work() -> None:
        # An update that matches nothing still takes the write lock, and a read-only server refuses it.
        await Event.filter(id=0).update(by="")

    await transact(work)
