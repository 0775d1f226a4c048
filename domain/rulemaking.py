"""The rules of review set by a manager: tried, read back, put in force; every version stays."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tortoise.exceptions import IntegrityError

from domain.judging import book_of, rulebook
from domain.models import ReviewScheme
from domain.recording import record
from domain.reviewerrors import RuleNotFound, RulesMoved, RuleValueRefused
from domain.reviewevents import RulesChanged
from domain.rules.rights import RULING, require
from domain.rules.rulebook import KINDS, Rulebook, Setting, changed, numbered, read, stored
from domain.transaction import transact
from domain.values import Actor, plain


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule as it is and as it would be; ``version`` is that of the rules that were looked at."""

    number: int
    code: str
    unit: str
    was: Setting
    now: Setting
    version: int


@dataclass(frozen=True, slots=True)
class Version:
    """What one version changed, by whom, from when until when; ``until`` is None for the one in force."""

    change: RuleChange
    by: str
    since: datetime
    until: datetime | None


async def try_rule(number: int, *, value: Decimal | None = None, on: bool | None = None, by: Actor) -> RuleChange:
    """What a change would make of a rule; writes nothing. Refuses what the rule cannot be."""
    require(by, RULING)
    kind = numbered(number)
    if kind is None:
        raise RuleNotFound(number, len(KINDS))
    book = await rulebook()
    was = book.setting(kind.code)
    then = changed(kind, was, value=value, on=on)
    if then is None:
        raise RuleValueRefused(number, kind.unit, kind.least, kind.most)
    return RuleChange(number, kind.code, kind.unit, was, then, book.version)


async def set_rule(change: RuleChange, *, by: Actor, now: datetime) -> int:
    """Put a change in force for orders from now on, unless the rules were changed since; the new version.

    A second call with the same change finds the version that the first one made.
    """
    require(by, RULING)
    try:
        return await transact(lambda: _set(change, by, now))
    except IntegrityError:
        row = await ReviewScheme.get(follows=change.version)
        if (row.by, row.rule, read(row.settings).get(change.code)) != (by.name, change.code, change.now):
            raise RulesMoved from None
        return row.id


async def versions(*, limit: int = 4) -> list[Version]:
    """The newest versions of the rules, the one in force first."""
    rows = await ReviewScheme.all().order_by("-id").limit(limit + 1)
    books = [book_of(row.id, json.dumps(row.settings)) for row in rows] + [book_of(None, None)]
    return [
        Version(_difference(row, books[place + 1], books[place]), row.by, row.at, rows[place - 1].at if place else None)
        for place, row in enumerate(rows[:limit])
    ]


async def _set(change: RuleChange, by: Actor, now: datetime) -> int:
    base = await ReviewScheme.get_or_none(id=change.version)
    settings = (base.settings if base is not None else {}) | stored({change.code: change.now})
    row = await ReviewScheme.create(follows=change.version, settings=settings, rule=change.code, by=by.name, at=now)
    event = RulesChanged(version=row.id, rule=change.code, was=_told(change.was), now=_told(change.now))
    await record(event, by=by, at=now)
    return row.id


def _difference(row: ReviewScheme, before: Rulebook, after: Rulebook) -> RuleChange:
    number = next((n for n, kind in enumerate(KINDS, 1) if kind.code == row.rule), 0)
    unit = KINDS[number - 1].unit if number else ""
    return RuleChange(number, row.rule, unit, before.setting(row.rule), after.setting(row.rule), row.id)


def _told(setting: Setting) -> str:
    return "" if not setting.on else "on" if setting.value is None else plain(setting.value)
