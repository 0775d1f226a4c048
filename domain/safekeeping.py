"""Copies of the whole database: taken while it is in use, checked, and put back only where nothing would be lost."""

import asyncio
import hashlib
import json
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from domain.database import close_database, pending_migrations, sqlite_file, visit_database


class BackupRefused(RuntimeError):
    """The copy would overwrite something, or is not whole; the text says what to do."""


def back_up(url: str, target: Path) -> str:
    """Copy the database to ``target`` with a manifest beside it; a line on what was copied.

    The copy is written under another name first, so that a half-made one is never taken for a backup.
    """
    if target.exists():
        raise BackupRefused(f"{target} 已存在，请换个文件名 · exists already, choose another name")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    file = sqlite_file(url)
    if file is None:
        _run_postgres(["pg_dump", "--format=custom", f"--file={part}"], url)
        counts = "pg_dump"
    else:
        counts = _copy_sqlite(file, part)
    part.replace(target)
    manifest = {"sha256": _digest(target), "contents": counts}
    manifest_of(target).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    return counts


def put_back(source: Path, url: str) -> str:
    """Restore a backup into a database that does not exist yet, after checking it."""
    _check(source)
    file = sqlite_file(url)
    if file is None:
        _run_postgres(["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", str(source)], url)
        return "pg_restore"
    # A log that was left behind would be played into the restored file and spoil it.
    for name in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-journal")):
        if name.exists():
            raise BackupRefused(f"{name} 已有数据，请先移走 · has data already, move it away first")
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    shutil.copy(source, part)
    counts = _counts(part)
    part.replace(file)
    return counts


def copy_before_upgrade(url: str, now: datetime) -> Path | None:
    """A backup beside an SQLite database that holds tables of an older version; None where there is nothing to lose."""
    file = sqlite_file(url)
    if file is None or not file.exists() or asyncio.run(_is_current(url)):
        return None
    target = file.with_name(f"{file.name}.before-{now:%Y%m%dT%H%M%S}")
    back_up(url, target)
    return target


async def _is_current(url: str) -> bool:
    await visit_database(url)
    try:
        return not await pending_migrations()
    finally:
        await close_database()


def manifest_of(file: Path) -> Path:
    """Where the manifest of a backup lies."""
    return file.with_name(file.name + ".manifest.json")


def _copy_sqlite(file: Path, part: Path) -> str:
    if not file.exists():
        raise BackupRefused(f"{file} 不存在，先运行 gendan migrate · does not exist")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
    return _counts(part)


def _counts(file: Path) -> str:
    with closing(sqlite3.connect(file)) as database:
        (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise BackupRefused(f"{file} 不完整 · is damaged: {verdict}")
        names = ("customer", "order", "stockmove", "event")
        there = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        rows = {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for name in names
            if name in there
        }
    return "，".join(f"{name} {count}" for name, count in rows.items())


def _check(source: Path) -> None:
    manifest = manifest_of(source)
    if not manifest.exists():
        raise BackupRefused(f"缺少 {manifest.name}，不能确认备份完整 · the manifest is missing")
    if json.loads(manifest.read_text("utf-8"))["sha256"] != _digest(source):
        raise BackupRefused(f"{source} 与清单不符，备份已损坏 · does not match its manifest")


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _run_postgres(command: Sequence[str], url: str) -> None:
    address, password = _without_password(url)
    # The password goes by a file for our eyes only: in the command, every user of this machine could read it.
    with tempfile.NamedTemporaryFile("w") as passfile:
        passfile.write("*:*:*:*:" + password.replace("\\", "\\\\").replace(":", "\\:"))
        passfile.flush()
        _run([*command, "--no-password", f"--dbname={address} passfile={passfile.name}"])


def _without_password(url: str) -> tuple[str, str]:
    """The address as libpq's keywords without the password, and the password."""
    parts = urlsplit(url)
    words = {"host": parts.hostname, "port": parts.port, "user": parts.username, "dbname": parts.path.strip("/")}
    known = {name: unquote(str(value)) for name, value in words.items() if value}
    return " ".join(f"{name}='{_quoted(value)}'" for name, value in known.items()), unquote(parts.password or "")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError:
        raise BackupRefused(f"缺少 {command[0]}：sudo apt install postgresql-client · is not installed") from None
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if line.strip()] or [f"exit {error.returncode}"]
        raise BackupRefused(f"{command[0]}: {said[0]}") from None


__all__ = ["BackupRefused", "back_up", "copy_before_upgrade", "manifest_of", "put_back"]
