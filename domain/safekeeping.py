"""Copies of the whole database: taken while it is in use, checked, and put back only where nothing would be lost."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from domain.database import SqliteInUse, sqlite_file


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
        _run(["pg_dump", "--format=custom", f"--file={part}", f"--dbname={url}"])
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
        _run(["pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}", str(source)])
        return "pg_restore"
    if file.exists():
        raise BackupRefused(f"{file} 已有数据，请先移走 · has data already, move it away first")
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, file)
    return _counts(file)


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
        rows = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
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


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError:
        raise BackupRefused(f"缺少 {command[0]}：sudo apt install postgresql-client") from None
    except subprocess.CalledProcessError as error:
        raise BackupRefused(f"{command[0]}: {error.stderr.strip().splitlines()[-1:]}") from None


__all__ = ["BackupRefused", "SqliteInUse", "back_up", "manifest_of", "put_back"]
