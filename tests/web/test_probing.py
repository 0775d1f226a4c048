"""The probe of the database: quiet when it takes writes, loud when it does not."""

import sqlite3

import pytest
from tortoise import Tortoise
from tortoise.exceptions import OperationalError

from domain.models import Event
from domain.probing import take_write_lock


async def test_asks_for_the_lock_and_writes_nothing(db) -> None:
    await take_write_lock()
    assert await Event.all().count() == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_says_when_somebody_else_holds_the_lock(db, tmp_path) -> None:
    await Tortoise.get_connection("default").execute_query("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(tmp_path / "shop.sqlite3")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError):
        await take_write_lock()
    other.rollback()
    other.close()
    await take_write_lock()
