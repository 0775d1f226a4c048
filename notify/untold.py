"""Why somebody was not told, or not at once (为什么没通知我): every notice that is theirs has a reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from domain.values import Address
from notify.digest import line_of
from notify.hooks import AGAIN
from notify.models import Delivery, DeliveryState

LATELY = timedelta(days=7)
_STUCK = (DeliveryState.HELD, DeliveryState.GIVEN_UP, DeliveryState.UNSURE, DeliveryState.FAILED)
_TOLD = (DeliveryState.SENT, DeliveryState.DELIVERED)


@dataclass(frozen=True, slots=True)
class Untold:
    """One notice: what it says, why it did not come at once, until when that is so, and the code of a try."""

    at: datetime
    line: str
    why: str
    state: DeliveryState
    until: datetime | None
    code: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest ones of ``of``, and how many were told without more ado."""

    rows: tuple[Untold, ...]
    of: int
    told: int


async def untold(to: Address, order: str | None, *, now: datetime, limit: int = 4) -> Answer:
    """What was planned for this person within a week, perhaps about one order, and was not simply told."""
    mine = Delivery.filter(account=to.account, openid=to.openid, created_at__gt=now - LATELY)
    if order is not None:
        mine = mine.filter(order_number=order)
    late = mine.exclude(cause__startswith=AGAIN).filter(~Q(kept_why="") | Q(state__in=_STUCK))
    rows = await late.order_by("-id").limit(limit)
    told = await mine.filter(state__in=_TOLD, kept_why="").count()
    return Answer(tuple(map(_untold, rows)), await late.count(), told)


def _untold(row: Delivery) -> Untold:
    why = row.kept_why or row.state.value
    return Untold(row.created_at, line_of(row), why, row.state, row.kept_until, row.last_code.split(" ")[0])
