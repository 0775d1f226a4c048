"""Finds out whether the database takes writes, without writing anything, and what time it is there."""

from datetime import datetime

from tortoise import connections

from domain.models.ledger import Event
from domain.transaction import transact


async def take_write_lock() -> None:
    """Ask for what a write needs and give it back; raises what the database raises when it cannot."""

    async def work() -> None:
        # An update that matches nothing still takes the write lock, and a read-only server refuses it.
        await Event.filter(id=0).update(by="")

    await transact(work)


async def database_time() -> datetime | None:
    """What the clock of the database server says; None where the database is a file of this machine."""
    connection = connections.get("default")
    if connection.capabilities.dialect == "sqlite":
        return None
    _, rows = await connection.execute_query("SELECT clock_timestamp() AS now")
    return datetime.fromisoformat(str(rows[0]["now"]))
