"""Backups: whole, checked and counted, never over something, never into the log of another database."""

import asyncio
import json
import shutil
import sqlite3
import stat
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from desk.restoring import advice, verified
from domain.database import close_database, migrate, open_database, visit_database
from domain.keyring import unlock
from domain.models import Customer
from domain.nightly import Nightly, copies, keep_nightly, kept
from domain.safekeeping import BackupRefused, Manifest, back_up, manifest_of, put_back
from domain.upgrading import newest

T = TypeVar("T")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


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


def backed_up(url: str, target: Path) -> Manifest:
    return asyncio.run(back_up(url, target, version="1.2.3", now=NOW))


def restored(source: Path, url: str) -> Manifest:
    return asyncio.run(put_back(source, url))


@pytest.fixture
def shop(blank: Path, tmp_path: Path) -> str:
    shutil.copy(blank, tmp_path / "shop.sqlite3")
    return filled(f"sqlite://{tmp_path / 'shop.sqlite3'}", "C1", "C2")


def test_a_copy_taken_while_somebody_writes_is_whole_and_comes_back(shop: str, tmp_path: Path):
    copy = tmp_path / "copies" / "monday"
    with closing(sqlite3.connect(tmp_path / "shop.sqlite3", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM customer")
        assert backed_up(shop, copy).rows["customer"] == 2
        writer.execute("ROLLBACK")
    assert restored(copy, f"sqlite://{tmp_path / 'other' / 'new.sqlite3'}").rows["customer"] == 2
    assert codes(f"sqlite://{tmp_path / 'other' / 'new.sqlite3'}") == ["C1", "C2"]
    assert sorted(path.name for path in copy.parent.iterdir()) == ["monday", "monday.manifest.json"]


def test_the_manifest_says_when_by_what_and_what_is_in_it(shop: str, tmp_path: Path):
    key = tmp_path / "key"
    found(shop, lambda: unlock(key, now=NOW))
    backed_up(shop, copy := tmp_path / "copy")
    told = json.loads(manifest_of(copy).read_text("utf-8"))
    assert (told["created_at"], told["version"], told["database"]) == (NOW.isoformat(), "1.2.3", "sqlite")
    assert told["schema"] == newest()
    assert (told["rows"]["customer"], told["rows"]["order"], told["rows"]["mark"]) == (2, 0, 1)
    assert len(told["key"]) == 16
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    manifest = verified(copy)
    assert advice(manifest, key) == []
    assert "GENDAN_SECRET_FILE" in advice(manifest, None)[0]


def test_nothing_is_overwritten(shop: str, tmp_path: Path):
    copy = tmp_path / "copy"
    backed_up(shop, copy)
    with pytest.raises(BackupRefused, match="copy"):
        backed_up(shop, copy)
    with pytest.raises(BackupRefused, match=r"shop\.sqlite3"):
        restored(copy, shop)


@pytest.mark.parametrize("left", ["-wal", "-journal"])
def test_a_log_that_was_left_behind_is_not_played_into_the_copy(shop: str, tmp_path: Path, left: str):
    backed_up(shop, copy := tmp_path / "copy")
    (tmp_path / f"new.sqlite3{left}").write_bytes(b"x")
    with pytest.raises(BackupRefused, match=left):
        restored(copy, f"sqlite://{tmp_path / 'new.sqlite3'}")
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_damaged_copy_and_one_without_manifest_are_refused(shop: str, tmp_path: Path):
    backed_up(shop, copy := tmp_path / "copy")
    whole = copy.read_bytes()
    target = f"sqlite://{tmp_path / 'new.sqlite3'}"
    for spoilt in (whole[:-100], whole[:4096] + b"damage" + whole[4102:], b""):
        copy.write_bytes(spoilt)
        with pytest.raises(BackupRefused, match="manifest"):
            restored(copy, target)
        with pytest.raises(BackupRefused, match="manifest"):
            verified(copy)
    copy.write_bytes(whole)
    manifest_of(copy).write_text("{}", "utf-8")
    with pytest.raises(BackupRefused, match="manifest"):
        restored(copy, target)
    manifest_of(copy).unlink()
    with pytest.raises(BackupRefused, match="manifest"):
        restored(copy, target)
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_copy_that_holds_other_than_its_manifest_says_is_refused(shop: str, tmp_path: Path):
    backed_up(shop, copy := tmp_path / "copy")
    told = json.loads(manifest_of(copy).read_text("utf-8"))
    manifest_of(copy).write_text(json.dumps(told | {"rows": told["rows"] | {"customer": 3}}), "utf-8")
    with pytest.raises(BackupRefused, match="manifest"):
        restored(copy, f"sqlite://{tmp_path / 'new.sqlite3'}")
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_copy_of_an_unsound_database_is_not_kept(shop: str, tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "shop.sqlite3")) as database, database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("INSERT INTO contact (name, role, active, customer_id) VALUES ('甲', 'buyer', 1, 999)")
    with pytest.raises(BackupRefused, match="reference"):
        backed_up(shop, copy := tmp_path / "copies" / "copy")
    assert list(copy.parent.iterdir()) == []


def test_a_copy_of_one_kind_does_not_go_into_the_other(shop: str, tmp_path: Path):
    backed_up(shop, copy := tmp_path / "copy")
    with pytest.raises(BackupRefused, match="sqlite"):
        restored(copy, "postgres://nobody@127.0.0.1:9/none")


def test_what_is_to_do_after_a_copy_of_another_version(shop: str, tmp_path: Path):
    manifest = backed_up(shop, tmp_path / "copy")
    old = Manifest("", "0.0.1", "sqlite", "0001_initial", "", {}, "")
    new = Manifest("", "9.0.0", "sqlite", "9999_later", "", {}, "")
    assert advice(manifest, None) == []
    assert "gendan migrate" in advice(old, None)[0]
    assert "9.0.0" in advice(new, None)[0]


@pytest.fixture
def servers(postgres: str) -> Iterator[tuple[str, str]]:
    """Two databases that are empty."""

    async def sql(*statements: str) -> None:
        connection = await asyncpg.connect(f"{postgres}/postgres")
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(sql("CREATE DATABASE kept", "CREATE DATABASE again"))
    yield f"{postgres}/kept", f"{postgres}/again"
    asyncio.run(sql("DROP DATABASE kept WITH (FORCE)", "DROP DATABASE again WITH (FORCE)"))


@pytest.mark.postgres
def test_postgres_is_dumped_and_restored_without_its_password_in_the_command(servers: tuple[str, str], tmp_path: Path):
    kept_url, again = servers
    url = filled(kept_url.replace("@", ":it's:a\\secret@"), "C1", "C2")
    manifest = backed_up(url, copy := tmp_path / "copy")
    assert (manifest.database, manifest.schema, manifest.rows["customer"]) == ("postgres", newest(), 2)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert verified(copy) == manifest
    restored(copy, again)
    assert codes(again) == ["C1", "C2"]
    with pytest.raises(BackupRefused, match="already exists"):
        restored(copy, again)
    assert codes(again) == ["C1", "C2"]
    with pytest.raises(BackupRefused, match="nowhere"):
        backed_up(kept_url.replace("kept", "nowhere"), tmp_path / "other")
    with pytest.raises(BackupRefused, match="sqlite"):
        restored(copy, f"sqlite://{tmp_path / 'x.sqlite3'}")
    assert not (tmp_path / "other").exists()


@pytest.mark.postgres
def test_a_postgres_copy_is_of_one_moment(servers: tuple[str, str], tmp_path: Path):
    url = filled(servers[0], *(f"C{n}" for n in range(50)))

    async def work() -> Manifest:
        connection = await asyncpg.connect(url)
        busy = asyncio.create_task(_writing(connection), name="writing")
        try:
            return await back_up(url, tmp_path / "copy", version="1", now=NOW)
        finally:
            busy.cancel()
            await asyncio.wait({busy})
            assert busy.cancelled()
            await connection.close()

    manifest = asyncio.run(work())
    assert manifest.rows["customer"] >= 50
    assert restored(tmp_path / "copy", servers[1]) == manifest


async def _writing(connection: asyncpg.Connection) -> None:
    for number in range(100_000):
        await connection.execute("INSERT INTO genericterm (kind, term, members) VALUES ('x', $1, '[]')", f"t{number}")


def nightly(tmp_path: Path, **changed: int) -> Nightly:
    return Nightly(tmp_path / "nightly", ZONE, **({"hour": 3, "days": 7, "weeks": 4} | changed))


def test_a_copy_is_made_once_a_night_and_a_missed_one_is_made_up_for(shop: str, tmp_path: Path):
    wish = nightly(tmp_path)

    def at(hours: float) -> bool:
        # Midnight in the shop.
        now = datetime(2026, 11, 24, 16, 0, tzinfo=UTC) + timedelta(hours=hours)
        return asyncio.run(keep_nightly(shop, wish, version="1", now=now)) is not None

    assert [at(0), at(1), at(2.9), at(3), at(3.25), at(26.9), at(27), at(24 * 4 + 14)] == [
        *(True, False, False, True, False, False, True, True),
    ]
    # Of the two on the first day the last is kept.
    assert len(copies(wish.folder)) == 3


def test_seven_days_and_four_weeks_are_kept_and_what_is_not_ours_is_left_alone(shop: str, tmp_path: Path):
    wish = nightly(tmp_path)
    wish.folder.mkdir()
    (wish.folder / "mine.txt").write_text("x")
    (wish.folder / "nightly-20260101T000000Z.part").write_text("half")
    moments = [NOW + timedelta(days=n) for n in range(60)]
    stay = kept(moments, zone=ZONE, days=7, weeks=4)
    assert sorted(stay)[-7:] == moments[-7:]
    # The last ones of the three weeks before; the present week's last one is among the seven days.
    assert [moment.isocalendar()[2] for moment in sorted(stay)[:-7]] == [7, 7]
    assert kept(moments, zone=ZONE, days=2, weeks=0) == set(moments[-2:])
    assert kept([], zone=ZONE, days=7, weeks=4) == set()
    for moment in moments[:12]:
        asyncio.run(keep_nightly(shop, nightly(tmp_path, days=2, weeks=1), version="1", now=moment))
    assert sorted(copies(wish.folder)) == moments[10:12]
    assert len(list(wish.folder.iterdir())) == 5


def test_a_night_on_which_it_cannot_be_done_leaves_the_older_copies(shop: str, tmp_path: Path):
    wish = nightly(tmp_path, days=1, weeks=0)
    asyncio.run(keep_nightly(shop, wish, version="1", now=NOW))
    (tmp_path / "shop.sqlite3").write_bytes(b"no database any more" * 1000)
    with pytest.raises(BackupRefused):
        asyncio.run(keep_nightly(shop, wish, version="1", now=NOW + timedelta(days=1)))
    assert list(copies(wish.folder)) == [NOW]
    assert len(list(wish.folder.iterdir())) == 2
