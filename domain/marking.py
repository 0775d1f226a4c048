"""Reads and writes what an installation remembers of itself; the latest word under a name counts."""

from datetime import datetime

from tortoise.exceptions import IntegrityError

from domain.models import Mark

ENGINE = "engine"


async def put_mark(name: str, value: str, *, now: datetime) -> None:
    """Remember this under the name, in the place of what was there."""
    here = Mark.filter(name=name)
    if not await here.update(value=value, at=now):
        try:
            await Mark.create(name=name, value=value, at=now)
        except IntegrityError:
            await here.update(value=value, at=now)


async def first_mark(name: str, value: str, *, now: datetime) -> str:
    """What is remembered under the name; this value if nothing was."""
    row = await Mark.get_or_none(name=name)
    if row is None:
        try:
            row = await Mark.create(name=name, value=value, at=now)
        except IntegrityError:
            row = await Mark.get(name=name)
    return row.value


async def marks() -> dict[str, tuple[str, datetime]]:
    """Everything that is remembered, and since when."""
    return {row.name: (row.value, row.at) for row in await Mark.all()}


async def marked(name: str) -> str | None:
    """What is remembered under the name."""
    row = await Mark.get_or_none(name=name)
    return row.value if row else None
