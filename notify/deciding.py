"""Decides who hears of what happened, for many events at once; a bug that one of them meets is its own."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from tortoise.exceptions import NotExistOrMultiple

from domain.affairs import About, Happened, affairs_of
from domain.announcing import hearers
from domain.errors import Refusal
from domain.events import BusinessEvent, event_kinds
from domain.officeevents import Announced
from domain.telling import Affair
from domain.transaction import refused_values
from notify.notices import Plan
from notify.routing import Occasion, is_told, plan, unhurried

log = structlog.get_logger()

Link = Callable[[str], Awaitable[str]]
Page = Callable[[str, int], str]
"""The address of an order's page where the generation of the order's links is at hand."""

BUGS = (
    TypeError, ValueError, LookupError, AttributeError, ArithmeticError, AssertionError, NotExistOrMultiple, Refusal,
)  # fmt: skip
"""What a fault of ours with one event is, wherever it is met."""


_owned: deque[int] = deque(maxlen=1000)
"""Events that were met by a bug lately: each is tried every second, and its trace need be in the log once."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The addresses of orders' pages, asking only for those of orders that were not read."""

    link: Link
    page: Page | None = None

    async def of(self, order: str | None, affair: Affair) -> str:
        """The address of the order's page; empty where there is no order."""
        if not order:
            return ""
        if self.page is None or affair.links is None:
            return await self.link(order)
        return self.page(order, affair.links)


Stumbled = tuple[Happened, Exception]
NO_AFFAIR = Affair()


@dataclass(frozen=True, slots=True)
class Decided:
    """An event of which it is decided who hears what; ``event`` is None when this version does not know it."""

    happened: Happened
    event: BusinessEvent | None = None
    affair: Affair = NO_AFFAIR
    url: str = ""
    plans: Sequence[Plan] = ()


async def decide(batch: Sequence[Happened], pages: Pages) -> tuple[list[Decided], list[Stumbled]]:
    """Who hears what of each; those that a bug met are told of apart, for there is no time to log them here."""
    events = [(one, event_of(one)) for one in batch]
    affairs = await affairs_of({_about(event) for _, event in events if event is not None and _concerns(event)})
    decided: list[Decided] = []
    stumbled: list[Stumbled] = []
    for happened, event in events:
        try:
            decided.append(await _decision(happened, event, affairs, pages))
        except BUGS as bug:
            stumbled.append((happened, bug))
    return decided, stumbled


async def _decision(
    happened: Happened, event: BusinessEvent | None, affairs: Mapping[About, Affair], pages: Pages
) -> Decided:
    if event is None or not is_told(event):
        return Decided(happened, event)
    if isinstance(event, Announced):
        affair = Affair(people=await hearers(event.whom))
        occasion = Occasion(happened.by, happened.at, identity=happened.identity)
        return Decided(happened, event, affair, plans=unhurried(plan(event, affair, occasion)))
    affair = affairs[_about(event)]
    url = await pages.of(event.order, affair)
    occasion = Occasion(happened.by, happened.at, url, happened.identity)
    return Decided(happened, event, affair, url, plan(event, affair, occasion))


def _concerns(event: BusinessEvent) -> bool:
    """Whether people hear of it because it concerns them; an announcement names its hearers."""
    return is_told(event) and not isinstance(event, Announced)


def _about(event: BusinessEvent) -> About:
    return event.order, getattr(event, "customer", None)


def event_of(happened: Happened) -> BusinessEvent | None:
    """The typed event of a row of the ledger; None when this version does not know it."""
    kind = event_kinds().get(happened.kind)
    try:
        return kind.from_facts(happened.order, happened.facts) if kind else None
    except TypeError:
        return None


def is_own(error: Exception) -> bool:
    """Whether an error is of one event: a bug, or values that the database refused. One that is away concerns all."""
    return isinstance(error, BUGS) or refused_values(error)


def own_up(happened: Happened, bug: Exception) -> None:
    """A bug met one event; it stays undecided and in the log, and the others are told."""
    trace = None if happened.id in _owned else bug
    _owned.append(happened.id)
    log.error("event_not_routed", event_id=happened.id, kind=happened.kind, error=type(bug).__name__, exc_info=trace)
