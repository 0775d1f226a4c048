"""The key of an installation, in a file outside the database; and whether database, key and accounts belong together.

Without a key file the secrets of the database stand alone, and whoever has a copy of it can forge links.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from domain.marking import first_mark, marked, put_mark

KEY = "key"
LEAST = 16
_CONSEQUENCE = "已发出的链接和绑定码会全部失效 · links and codes that were given out end with it"
ADOPT = f"确实要换，请运行 gendan adopt（{_CONSEQUENCE}）"

_key = b""


class KeyRefused(RuntimeError):
    """Database, key file and accounts do not belong together; the text says what to do."""


async def unlock(file: Path | None, *, now: datetime) -> None:
    """Take the key from its file, which is made where neither file nor database knows of one yet.

    Raises ``KeyRefused`` when the file is lost, unreadable, or not the one that this database was used with.
    """
    known = await marked(KEY)
    key = key_in(file, known or "")
    if key and known is None:
        # Of several processes that make the first key at once, one is first.
        known = await first_mark(KEY, fingerprint(key), now=now)
    if fingerprint(key) != (known or ""):
        raise KeyRefused(
            f"密钥文件 {file} 不是这个数据库的：指纹 {fingerprint(key)}，应为 {known or '无'} · "
            f"the key file is another one, put the right one back。{ADOPT}"
        )
    hold(key)


def key_in(file: Path | None, known: str) -> bytes:
    """The key in a file, made where none was known of; empty when there is none and none is needed."""
    if file is None and known:
        raise KeyRefused(
            f"这个数据库有密钥文件（指纹 {known}），请设置 GENDAN_SECRET_FILE · "
            f"this database goes with a key file: set GENDAN_SECRET_FILE。{ADOPT}"
        )
    if file is not None and known and not file.exists():
        raise KeyRefused(
            f"密钥文件 {file} 不见了（指纹应为 {known}），请从备份里放回原处 · "
            f"the key file is lost, put it back from your backup。{ADOPT}"
        )
    return _present(file)


async def check_accounts(appids: Mapping[str, str], *, now: datetime) -> None:
    """Raise ``KeyRefused`` when an account goes by the name of another one: an openid means nothing to the other."""
    for name, appid in appids.items():
        known = await first_mark(_account(name), appid, now=now)
        if known != appid:
            raise KeyRefused(
                f"公众号 {name} 在这个数据库里是 {known}，设置里是 {appid}；客户的微信身份不能换号，请改回，"
                f"或给新号另起名字 · account {name} is another one than before: restore the settings, or name the new "
                f"one differently。确实要换，请运行 gendan adopt · to keep the new one, run gendan adopt"
            )


async def adopt(file: Path | None, appids: Mapping[str, str], *, now: datetime) -> str:
    """Take the present key file and accounts for those of this database from now on; the key's fingerprint."""
    key = _present(file)
    await put_mark(KEY, fingerprint(key), now=now)
    for name, appid in appids.items():
        await put_mark(_account(name), appid, now=now)
    return fingerprint(key)


def hold(key: bytes) -> None:
    """Use this key from now on; empty for none."""
    global _key  # noqa: PLW0603
    _key = key


def keyed(secret: bytes) -> bytes:
    """A secret of the database as it is used: worth nothing without the key, if there is one."""
    return hmac.new(_key, secret, hashlib.sha256).digest() if _key else secret


def fingerprint(key: bytes) -> str:
    """A short name of a key, which tells nothing about it; empty for none."""
    return hashlib.sha256(b"gendan key\n" + key).hexdigest()[:16] if key else ""


def fingerprint_of(file: Path | None) -> str:
    """The fingerprint of the key in a file; empty where there is none."""
    return fingerprint(_read(file)) if file is not None and file.exists() else ""


def _account(name: str) -> str:
    return f"account:{name}"


def _present(file: Path | None) -> bytes:
    if file is None:
        return b""
    return _read(file) if file.exists() else _made(file)


def _read(file: Path) -> bytes:
    try:
        key = bytes.fromhex(file.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise KeyRefused(f"密钥文件 {file} 读不了 · cannot be read: {type(error).__name__}") from None
    if len(key) < LEAST:
        raise KeyRefused(f"密钥文件 {file} 不完整 · the key file is incomplete")
    return key


def _made(file: Path) -> bytes:
    key = secrets.token_bytes(32)
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(key.hex() + "\n")
        handle.flush()
        os.fsync(descriptor)
    return key
