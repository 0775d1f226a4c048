"""Backups: whole and checked, never over something, never into the log of another database."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import asyncpg
import pytest

from domain.database import close_database, migrate, open_database, pending_migrations, visit_database
from domain.models import Customer
from domain.safekeeping import BackupRefused, back_up, copy_before_upgrade, manifest_of, put_back

T = TypeVar("T")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def filled(url: str, *codes: str) -> str:
    """The database, brought up where it is not yet, with these customers."""

    async def work() -> None:
        await migrate(url)
        await open_database(url)
        for code in codes:
            await Customer.create(code=code, name="甲")
        await close_database()

    asyncio.run(work())
    return url


def found(url: str, ask: Callable[[], Awaitable[T]]) -> T:
    async def work() -> T:
        await visit_database(url)
        try:
            return await ask()
        finally:
            await close_database()

    return asyncio.run(work())


def codes(url: str) -> list[str]:
    async def ask() -> list[str]:
        return [row.code for row in await Customer.all().order_by("code")]

    return found(url, ask)


@pytest.fixture
def shop(blank: Path, tmp_path: Path) -> str:
    shutil.copy(blank, tmp_path / "shop.sqlite3")
    return filled(f"sqlite://{tmp_path / 'shop.sqlite3'}", "C1", "C2")


def test_a_copy_taken_while_somebody_writes_is_whole_and_comes_back(shop: str, tmp_path: Path):
    copy = tmp_path / "copies" / "monday"
    with closing(sqlite3.connect(tmp_path / "shop.sqlite3", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM customer")
        assert "customer 2" in back_up(shop, copy)
        writer.execute("ROLLBACK")
    assert "customer 2" in put_back(copy, f"sqlite://{tmp_path / 'other' / 'new.sqlite3'}")
    assert codes(f"sqlite://{tmp_path / 'other' / 'new.sqlite3'}") == ["C1", "C2"]
    assert sorted(path.name for path in copy.parent.iterdir()) == ["monday", "monday.manifest.json"]


def test_nothing_is_overwritten(shop: str, tmp_path: Path):
    copy = tmp_path / "copy"
    back_up(shop, copy)
    with pytest.raises(BackupRefused, match="copy"):
        back_up(shop, copy)
    with pytest.raises(BackupRefused, match=r"shop\.sqlite3"):
        put_back(copy, shop)


@pytest.mark.parametrize("left", ["-wal", "-journal"])
def test_a_log_that_was_left_behind_is_not_played_into_the_copy(shop: str, tmp_path: Path, left: str):
    back_up(shop, copy := tmp_path / "copy")
    (tmp_path / f"new.sqlite3{left}").write_bytes(b"x")
    with pytest.raises(BackupRefused, match=left):
        put_back(copy, f"sqlite://{tmp_path / 'new.sqlite3'}")
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_damaged_copy_and_one_without_manifest_are_refused(shop: str, tmp_path: Path):
    back_up(shop, copy := tmp_path / "copy")
    copy.write_bytes(copy.read_bytes()[:-100])
    target = f"sqlite://{tmp_path / 'new.sqlite3'}"
    with pytest.raises(BackupRefused):
        put_back(copy, target)
    manifest_of(copy).unlink()
    with pytest.raises(BackupRefused, match="manifest"):
        put_back(copy, target)
    assert not (tmp_path / "new.sqlite3").exists()


def test_there_is_a_copy_before_an_upgrade_and_only_then(shop: str, tmp_path: Path):
    assert copy_before_upgrade(shop, NOW) is None
    assert copy_before_upgrade(f"sqlite://{tmp_path / 'none.sqlite3'}", NOW) is None
    with closing(sqlite3.connect(tmp_path / "shop.sqlite3")) as database, database:
        database.execute("DELETE FROM tortoise_migrations WHERE id = (SELECT max(id) FROM tortoise_migrations)")
    assert found(shop, pending_migrations)
    copy = copy_before_upgrade(shop, NOW)
    assert copy is not None
    assert copy.name == "shop.sqlite3.before-20261124T100000"
    assert codes(f"sqlite://{copy}") == ["C1", "C2"]


@pytest.mark.postgres
def test_postgres_is_dumped_and_restored_without_its_password_in_the_command(postgres: str, tmp_path: Path):
    async def sql(*statements: str) -> None:
        connection = await asyncpg.connect(f"{postgres}/postgres")
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(sql("CREATE DATABASE kept", "CREATE DATABASE again"))
    try:
        url = filled(f"{postgres}/kept".replace("@", ":it's:a\\secret@"), "C1", "C2")
        back_up(url, copy := tmp_path / "copy")
        put_back(copy, f"{postgres}/again")
        assert codes(f"{postgres}/again") == ["C1", "C2"]
        with pytest.raises(BackupRefused, match="already exists"):
            put_back(copy, f"{postgres}/again")
        assert codes(f"{postgres}/again") == ["C1", "C2"]
        with pytest.raises(BackupRefused, match="nowhere"):
            back_up(f"{postgres}/nowhere", tmp_path / "other")
        assert not (tmp_path / "other").exists()
    finally:
        asyncio.run(sql("DROP DATABASE kept WITH (FORCE)", "DROP DATABASE again WITH (FORCE)"))
