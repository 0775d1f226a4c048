"""The rules of review and of alerts set by a manager: tried, put in force; every version stays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tortoise.exceptions import IntegrityError

from domain.judging import installed
from domain.models import AlertScheme, ReviewScheme
from domain.recording import record
from domain.reviewerrors import RuleNotFound, RulesMoved, RuleValueRefused
from domain.reviewevents import AlertLimitSet, RulesChanged
from domain.rules.rights import RULING, require
from domain.rules.rulebook import KINDS, WATCHES, Kind, Rulebook, Setting, changed, numbered, read, stored
from domain.transaction import transact
from domain.values import Actor, plain


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a set of rules is about: its rules by number, where its versions stand, how it is where nobody set it."""

    about: str
    kinds: Sequence[Kind]
    scheme: type[ReviewScheme] | type[AlertScheme]
    usual: Callable[[], Mapping[str, Setting]]
    event: type[RulesChanged] | type[AlertLimitSet]

    async def book(self) -> Rulebook:
        """The rules in force."""
        rows = await self.scheme.all().order_by("-id").limit(1)
        return self.book_of(rows[0] if rows else None)

    def book_of(self, row: ReviewScheme | AlertScheme | None) -> Rulebook:
        """The rules of a version; before the first one they are as usual."""
        kept: Mapping[str, Any] = row.settings if row is not None else {}
        return Rulebook(row.id if row is not None else 0, {**self.usual(), **read(kept)})


REVIEW = Ruled("review", KINDS, ReviewScheme, installed, RulesChanged)


def of_alerts(usual: Mapping[str, Setting]) -> Ruled:
    """The limits of alerts; ``usual`` are those that the settings of the installation give."""
    return Ruled("alerts", WATCHES, AlertScheme, lambda: usual, AlertLimitSet)


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


async def try_rule(
    number: int, *, value: Decimal | None = None, on: bool | None = None, by: Actor, ruled: Ruled = REVIEW
) -> RuleChange:
    """What a change would make of a rule; writes nothing. Refuses what the rule cannot be."""
    require(by, RULING)
    kind = numbered(number, ruled.kinds)
    if kind is None:
        raise RuleNotFound(number, len(ruled.kinds), ruled.about)
    book = await ruled.book()
    was = book.setting(kind.code)
    then = changed(kind, was, value=value, on=on)
    if then is None:
        raise RuleValueRefused(number, kind.unit, kind.least, kind.most, ruled.about)
    return RuleChange(number, kind.code, kind.unit, was, then, book.version)


async def set_rule(change: RuleChange, *, by: Actor, now: datetime, ruled: Ruled = REVIEW) -> int:
    """Put a change in force from now on, unless the rules were changed since; the new version.

    A second call with the same change finds the version that the first one made.
    """
    require(by, RULING)
    try:
        return await transact(lambda: _set(change, by, now, ruled))
    except IntegrityError:
        row = await ruled.scheme.get(follows=change.version)
        if (row.by, row.rule, read(row.settings).get(change.code)) != (by.name, change.code, change.now):
            raise RulesMoved(ruled.about) from None
        return row.id


async def versions(*, limit: int = 4, ruled: Ruled = REVIEW) -> list[Version]:
    """The newest versions of the rules, the one in force first."""
    rows = [*await ruled.scheme.all().order_by("-id").limit(limit + 1)]
    books = [ruled.book_of(row) for row in (*rows, None)]
    return [
        Version(
            _difference(row.rule, ruled.kinds, books[place + 1], books[place]),
            row.by,
            row.at,
            rows[place - 1].at if place else None,
        )
        for place, row in enumerate(rows[:limit])
    ]


async def _set(change: RuleChange, by: Actor, now: datetime, ruled: Ruled) -> int:
    base = await ruled.scheme.get_or_none(id=change.version)
    settings = (base.settings if base is not None else {}) | stored({change.code: change.now})
    row = await ruled.scheme.create(follows=change.version, settings=settings, rule=change.code, by=by.name, at=now)
    event = ruled.event(version=row.id, rule=change.code, was=_told(change.was), now=_told(change.now))
    await record(event, by=by, at=now)
    return row.id


def _difference(code: str, kinds: Sequence[Kind], before: Rulebook, after: Rulebook) -> RuleChange:
    number = next((n for n, kind in enumerate(kinds, 1) if kind.code == code), 0)
    unit = kinds[number - 1].unit if number else ""
    return RuleChange(number, code, unit, before.setting(code), after.setting(code), after.version)


def _told(setting: Setting) -> str:
    return "" if not setting.on else "on" if setting.value is None else plain(setting.value)
