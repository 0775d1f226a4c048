"""What can happen to an order after it was accepted, as typed facts."""

from dataclasses import dataclass

from domain.events import BusinessEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAmended(BusinessEvent):
    """An order that stands was changed; ``changes`` are what was and what is, ``goods`` the order as it is now."""

    goods: str
    total: str
    changes: tuple[str, ...]
    promised: str | None = None
    hearers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSubmitted(BusinessEvent):
    """A change of an order waits for a decision, for reasons that the review found; the order is as it was."""

    changes: tuple[str, ...]
    by_reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRefused(BusinessEvent):
    """A change that waited for a decision was not made: ``rejected`` for a reason, or ``overtaken`` by another.

    ``hearers`` is the code of the member of staff who wanted it.
    """

    changes: tuple[str, ...]
    outcome: str
    reason: str = ""
    hearers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShortClosed(BusinessEvent):
    """The rest of an order will not come; what was sent stays."""

    goods: str
    reason: str = ""
    event_kind: str = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaused(BusinessEvent):
    """Somebody stopped an order: nothing leaves the house for it, its goods stay reserved."""

    goods: str
    reason: str = ""
    event_kind: str = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResumed(BusinessEvent):
    """A paused order goes on."""

    goods: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortageOffered(BusinessEvent):
    """Goods of an accepted order lack: the buyer is asked what to do until ``deadline``, then ``fallback`` is done."""

    lacking: str
    choices: tuple[str, ...]
    fallback: str
    deadline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortageSettled(BusinessEvent):
    """What becomes of the goods that lacked; ``unanswered`` when nobody answered, ``goods`` the order as it is now."""

    choice: str
    goods: str
    lacking: str
    promised: str | None = None
    unanswered: bool = False
