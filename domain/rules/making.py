"""What has to be made and bought for what is wanted, level by level, and when work will be finished; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_UP, Decimal

from domain.rules.workdays import is_workday, next_workday

ZERO, ONE = Decimal(0), Decimal(1)
GRAIN = Decimal("0.001")
MOST_DAYS = 500
Recipes = Mapping[str, Mapping[str, Decimal]]
"""By product: how much of each part goes into one of it, in base units."""


@dataclass(frozen=True, slots=True)
class Exploded:
    """What is missing beyond what is at hand: to be made, and to be bought, in base units."""

    made: dict[str, Decimal]
    bought: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is still to be done at a station; its materials are there on ``ready_on``, None for now.

    While nobody knows when it goes on, the day that was ``kept`` for it so far is the one that counts.
    """

    number: str
    station: str
    left: Decimal
    per_day: Decimal
    ready_on: date | None = None
    kept: date | None = None


def explode(wanted: Mapping[str, Decimal], recipes: Recipes, at_hand: Mapping[str, Decimal]) -> Exploded:
    """Take what is at hand first, at every level; what is missing of a product is wanted of its parts (物料展开)."""
    gross, hand = dict(wanted), dict(at_hand)
    found = Exploded({}, {})
    for sku in _parents_first(wanted, recipes):
        missing = gross.get(sku, ZERO) - hand.get(sku, ZERO)
        if missing <= 0:
            continue
        if sku not in recipes:
            found.bought[sku] = missing
            continue
        found.made[sku] = missing
        for part, each in recipes[sku].items():
            gross[part] = gross.get(part, ZERO) + needed(missing, each)
    return found


def needed(qty: Decimal, each: Decimal) -> Decimal:
    """So much of a part goes into so many, rounded up to what can be weighed."""
    return (qty * each).quantize(GRAIN, ROUND_UP)


def makeable(parts: Mapping[str, Decimal], free: Mapping[str, Decimal], most: Decimal, step: Decimal = ONE) -> Decimal:
    """How many can be made of what is free, at most so many; what is not counted by the piece in a finer ``step``."""
    each_allows = (max(free.get(part, ZERO), ZERO) / each for part, each in parts.items())
    return min([most, *(one.quantize(step, ROUND_FLOOR) for one in each_allows)])


def circle(recipes: Recipes) -> tuple[str, ...]:
    """A product that is a part of itself, with the way around; empty when there is none."""
    for sku in recipes:
        way = _way_to(sku, sku, recipes, frozenset())
        if way:
            return (sku, *way)
    return ()


def forecast(jobs: Iterable[Job], *, today: date) -> dict[str, date]:
    """When each job will be finished, by number: a station does one after the other, in the order given."""
    free: dict[str, date] = {}
    found = {}
    for job in jobs:
        begin = max(free.get(job.station, today), job.ready_on or today)
        found[job.number] = job.kept or _after(_workday(begin), job.left, job.per_day)
        free[job.station] = next_workday(found[job.number])
    return found


def workdays(first: date, last: date) -> int:
    """How many working days there are from one day to another, both counted."""
    found, day = 0, _workday(first)
    while day <= last:
        found, day = found + 1, next_workday(day)
    return found


def _after(begin: date, left: Decimal, per_day: Decimal) -> date:
    day = begin
    for _ in range(min(int((left / per_day).to_integral_value(ROUND_CEILING)), MOST_DAYS) - 1):
        day = next_workday(day)
    return day


def _workday(day: date) -> date:
    return day if is_workday(day) else next_workday(day)


def _parents_first(wanted: Iterable[str], recipes: Recipes) -> list[str]:
    done: dict[str, None] = {}

    def visit(sku: str, above: frozenset[str]) -> None:
        if sku in done or sku in above:
            return
        for part in recipes.get(sku, ()):
            visit(part, above | {sku})
        done[sku] = None

    for sku in wanted:
        visit(sku, frozenset())
    return list(reversed(done))


def _way_to(target: str, sku: str, recipes: Recipes, seen: frozenset[str]) -> tuple[str, ...]:
    for part in recipes.get(sku, ()):
        if part == target:
            return (part,)
        if part in seen:
            continue
        way = _way_to(target, part, recipes, seen | {part})
        if way:
            return (part, *way)
    return ()
