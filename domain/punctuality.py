"""On-time delivery (准时率): of the days that were promised, first and last, how many were kept; reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain import lane
from domain.policy import shop_day
from domain.rules.lifecycle import STOOD, OrderState
from domain.rules.promising import was_kept
from domain.values import day_of

_PROMISED = (
    "SELECT first_promised, promised_date, state,"
    ' (SELECT MAX(delivered_at) FROM shipment WHERE order_id = "order".id),'
    ' (SELECT COUNT(*) - COUNT(delivered_at) FROM shipment WHERE order_id = "order".id)'
    ' FROM "order"'
)


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How many of the days that are over or were met: ``first`` by the day named first, ``last`` by the last one."""

    last: Decimal
    last_due: int
    last_kept: int
    first: Decimal
    first_due: int
    first_kept: int


async def punctuality(condition: str, values: Sequence[object], *, today: date) -> Punctuality:
    """Of the orders that a condition on their table leaves; what is neither over nor there counts nowhere."""
    where = f"WHERE {condition} AND promised_date IS NOT NULL AND state IN ?"
    rows = await lane.rows(f"{_PROMISED} {where}", *values, [state.value for state in STOOD])
    found = [
        (day_of(first) or day_of(last), day_of(last), _arrived(state, at, int(missing)))
        for first, last, state, at, missing in rows
    ]
    return Punctuality(
        *_share(was_kept(last, arrived, today) for _, last, arrived in found),
        *_share(was_kept(first, arrived, today) for first, _, arrived in found),
    )


def _arrived(state: str, at: datetime | str | None, missing: int) -> date | None:
    """The day on which the last of an order that is over arrived."""
    if at is None or not (state == OrderState.CLOSED or (state == OrderState.SHORT_CLOSED and not missing)):
        return None
    return shop_day(datetime.fromisoformat(at) if isinstance(at, str) else at)


def _share(kept: Iterable[bool | None]) -> tuple[Decimal, int, int]:
    known = [one for one in kept if one is not None]
    share = Decimal(100 * sum(known)) / len(known) if known else Decimal(0)
    return share.quantize(Decimal("0.1")), len(known), sum(known)
