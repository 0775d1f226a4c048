"""Which picking lists are under way, and which order a person means who names none."""

from collections.abc import Iterable
from datetime import datetime

from domain.models import PickList
from domain.models.picking import UNDER_WAY, PickState
from domain.parcelevents import GoodsPacked, PickStopped
from domain.recording import first_effect
from domain.values import Actor


async def picking_now(by: Actor) -> str | None:
    """The number of the order that this person picks for, if it is one."""
    mine = PickList.filter(picker_identity=by.identity, state=PickState.PICKING)
    numbers = await mine.limit(2).values_list("order__number", flat=True)
    return str(numbers[0]) if len(numbers) == 1 else None


async def packed_by(cause: str, *, heard_at: datetime) -> str | None:
    """The order that a message without a number has packed, or put back, already: it is nobody's list any more."""
    for kind in (GoodsPacked, PickStopped):
        event = await first_effect(kind, cause, heard_at=heard_at)
        if event is not None:
            return event.order_number
    return None


async def begun_since(moment: datetime, by: Actor) -> str | None:
    """The number of the order that this person has begun to pick for since then; the latest."""
    mine = PickList.filter(picker_identity=by.identity, state=PickState.PICKING, begun_at__gte=moment)
    row = await mine.order_by("-id").first().select_related("order")
    return row.order.number if row is not None else None


async def picks_of(numbers: Iterable[str]) -> dict[str, PickList]:
    """By order: the list that is furthest, for a view of what waits."""
    rows = PickList.filter(order__number__in=list(numbers), state__in=UNDER_WAY).select_related("order")
    found: dict[str, PickList] = {}
    for row in sorted(await rows, key=lambda one: UNDER_WAY.index(one.state)):
        found[row.order.number] = row
    return found
