"""Looks at a copy without restoring it, and says what is left to do after it was restored."""

import sqlite3
from pathlib import Path

from domain import postgrestools
from domain.inventory import of_sqlite
from domain.keyring import fingerprint_of
from domain.safekeeping import BackupRefused, Manifest, checked
from domain.upgrading import newest


def verified(file: Path) -> Manifest:
    """The manifest of a copy that was read to its end; ``BackupRefused`` when something is wrong with it."""
    manifest = checked(file)
    try:
        if manifest.database == "postgres":
            postgrestools.check(file)
        elif of_sqlite(file) != (manifest.contents, "ok"):
            raise BackupRefused(f"{file} 的内容与清单不符 · does not hold what its manifest says")
    except (postgrestools.ToolFailed, sqlite3.DatabaseError) as error:
        raise BackupRefused(f"{file} 已损坏 · is damaged: {error}") from None
    return manifest


def advice(manifest: Manifest, key_file: Path | None) -> list[str]:
    """What an operator has to do beside it."""
    found = []
    if manifest.schema < newest():
        found.append("备份来自旧版本，请运行 gendan migrate · the copy is of an older version: run gendan migrate")
    if manifest.schema > newest():
        found.append(f"备份来自 {manifest.version}，请装这个版本或更新的 · install that version or a later one")
    if manifest.key and manifest.key != fingerprint_of(key_file):
        found.append(f"还要放回密钥文件（GENDAN_SECRET_FILE，指纹 {manifest.key}）· put its key file back as well")
    return found
