"""Brings a database to this version of the product: never backwards, and never without a copy to go back to."""

import pkgutil
from datetime import datetime
from pathlib import Path

import migrations
from domain.database import applied_migrations, migrate, pending_migrations, sqlite_file
from domain.marking import marked, put_mark
from domain.safekeeping import back_up

VERSION = "version"


class NewerSchema(RuntimeError):
    """The tables are of a newer version than this one; the text says which to install."""


async def upgrade(url: str, *, version: str, now: datetime, copies: Path | None, keep: bool = True) -> Path | None:
    """Bring the tables to this version; where the copy lies that was taken before, None where nothing could be lost.

    The copy is made under the lock of the migration: of several processes that upgrade at once, one makes it.
    ``copies`` is the folder for it, if not the one of the SQLite file.
    """
    made: list[Path] = []

    async def before() -> None:
        await refuse_newer()
        if keep and await applied_migrations() and await pending_migrations():
            made.append(_place(url, copies, now))
            await back_up(url, made[0], version=version, now=now)

    async def after() -> None:
        await put_mark(VERSION, version, now=now)

    await migrate(url, before=before, after=after)
    return made[0] if made else None


async def refuse_newer() -> None:
    """Raise ``NewerSchema`` when the open database went through migrations that this version does not know."""
    ours = _ours()
    newer = [name for name in await applied_migrations() if name not in ours]
    if newer:
        wanted = await marked(VERSION) or "?"
        raise NewerSchema(
            f"数据库已由更新的版本升级过（{newer[-1]}），请安装 {wanted} 或更新的版本，或恢复升级前的备份 · "
            f"these tables are of a newer version: install {wanted} or later, or restore the copy from before"
        )


def newest() -> str:
    """The latest migration that this version brings."""
    return max(_ours())


def _ours() -> set[str]:
    return {module.name for module in pkgutil.iter_modules(migrations.__path__) if module.name[0].isdigit()}


def _place(url: str, copies: Path | None, now: datetime) -> Path:
    file = sqlite_file(url)
    folder = copies or (file.parent if file else Path("var"))
    return folder / f"{file.name if file else 'gendan'}.before-{now:%Y%m%dT%H%M%S}"
