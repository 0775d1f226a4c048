"""Copies of the whole database: taken while it is in use, checked, and put back only where nothing would be lost."""

import asyncio
import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asyncpg.exceptions import PostgresError

from domain import postgrestools
from domain.database import sqlite_file
from domain.faults import fault
from domain.inventory import Inventory, of_sqlite, snapshot_of_postgres


class BackupRefused(RuntimeError):
    """The copy would overwrite something, or is not whole; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What lies beside a copy: when and by which version it was made, and what must be in it."""

    created_at: str
    version: str
    database: str
    schema: str
    key: str
    rows: dict[str, int]
    sha256: str

    @property
    def contents(self) -> Inventory:
        """What must be in the copy."""
        return Inventory(self.rows, self.schema, self.key)


async def back_up(url: str, target: Path, *, version: str, now: datetime) -> Manifest:
    """Copy the database to ``target``, which is for our eyes only, with a manifest beside it.

    The copy is written under another name first, so that a half-made one is never taken for a backup.
    """
    part = await asyncio.to_thread(_room_for, target)
    try:
        contents = await _copied(url, part)
        fault("backup.written")
        made = Manifest(
            created_at=now.isoformat(),
            version=version,
            database=_kind(url),
            schema=contents.schema,
            key=contents.key,
            rows=contents.rows,
            sha256=await asyncio.to_thread(_digest, part),
        )
        await asyncio.to_thread(_keep, part, target, made)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return made


async def put_back(source: Path, url: str) -> Manifest:
    """Restore a copy into a database that does not exist yet, or is empty; whole or not at all, and counted again."""
    manifest = await asyncio.to_thread(checked, source)
    if manifest.database != _kind(url):
        raise BackupRefused(
            f"这是 {manifest.database} 的备份，GENDAN_DATABASE_URL 是 {_kind(url)} · "
            f"a copy of {manifest.database} does not fit {_kind(url)}"
        )
    file = sqlite_file(url)
    if file is not None:
        await asyncio.to_thread(_put_sqlite, source, file, manifest)
        return manifest
    await _tool(postgrestools.restore, url, source)
    async with snapshot_of_postgres(url) as (found, _):
        _compare(found, manifest, source)
    return manifest


def checked(source: Path) -> Manifest:
    """The manifest of a copy that is as it was made; ``BackupRefused`` when it is not."""
    file = manifest_of(source)
    if not file.exists():
        raise BackupRefused(f"缺少 {file.name}，不能确认备份完整 · the manifest is missing")
    try:
        manifest = Manifest(**json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError):
        raise BackupRefused(f"{file.name} 读不懂，备份不完整 · the manifest cannot be read") from None
    if manifest.sha256 != _digest(source):
        raise BackupRefused(f"{source} 与清单不符，备份已损坏 · does not match its manifest")
    return manifest


def manifest_of(file: Path) -> Path:
    """Where the manifest of a backup lies."""
    return file.with_name(file.name + ".manifest.json")


def _kind(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgres"


def _room_for(target: Path) -> Path:
    if target.exists():
        raise BackupRefused(f"{target} 已存在，请换个文件名 · exists already, choose another name")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    return part


def _keep(part: Path, target: Path, made: Manifest) -> None:
    # The manifest first: a copy without one could not be told from a damaged one.
    manifest_of(target).write_text(json.dumps(asdict(made), ensure_ascii=False, indent=1), "utf-8")
    part.replace(target)


async def _copied(url: str, part: Path) -> Inventory:
    file = sqlite_file(url)
    if file is not None:
        return await asyncio.to_thread(_copy_sqlite, file, part)
    try:
        async with snapshot_of_postgres(url) as (contents, moment):
            await _tool(postgrestools.dump, url, part, moment)
    except (OSError, PostgresError) as error:
        raise BackupRefused(f"连不上数据库 · cannot reach the database: {error}") from None
    return contents


async def _tool(work: Any, *given: Any) -> None:
    try:
        await asyncio.to_thread(work, *given)
    except postgrestools.ToolFailed as failed:
        raise BackupRefused(str(failed)) from None


def _copy_sqlite(file: Path, part: Path) -> Inventory:
    if not file.exists():
        raise BackupRefused(f"{file} 不存在，先运行 gendan migrate · does not exist")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source, closing(sqlite3.connect(part)) as copy:
        try:
            source.backup(copy)
            # A copy of a file in WAL mode would leave a log beside itself wherever it is looked into.
            copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise BackupRefused(f"{part} 写不进去 · cannot be written: {error}") from None
    return _sound(part)


def _put_sqlite(source: Path, file: Path, manifest: Manifest) -> None:
    # A log that was left behind would be played into the restored file and spoil it.
    for name in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-journal")):
        if name.exists():
            raise BackupRefused(f"{name} 已有数据，请先移走 · has data already, move it away first")
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    shutil.copy(source, part)
    _compare(_sound(part), manifest, source)
    part.replace(file)


def _sound(file: Path) -> Inventory:
    try:
        contents, verdict = of_sqlite(file)
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{file} 不完整 · is damaged: {error}") from None
    if verdict != "ok":
        raise BackupRefused(f"{file} 不完整 · is damaged: {verdict}")
    return contents


def _compare(found: Inventory, manifest: Manifest, source: Path) -> None:
    if found != manifest.contents:
        raise BackupRefused(f"{source} 恢复后与清单不符 · does not hold what its manifest says")


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


__all__ = ["BackupRefused", "Manifest", "back_up", "checked", "manifest_of", "put_back"]
