"""What can happen to work, as typed facts."""

from dataclasses import dataclass

from domain.events import BusinessEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrdered(BusinessEvent):
    """Goods are to be made: ``forecast`` is when they will be."""

    work: str
    goods: str
    forecast: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkMoved(BusinessEvent):
    """Work began, went on, or was finished (``state``)."""

    work: str
    goods: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStopped(BusinessEvent):
    """Work came to a standstill before it was finished, and why."""

    work: str
    goods: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkReported(BusinessEvent):
    """So many were made well and so many spoilt; ``gained`` lines that waited were served."""

    work: str
    goods: str
    scrap: str
    gained: int
