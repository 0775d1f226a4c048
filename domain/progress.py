"""What the page of an order shows beside its state: how far the warehouse has come, and what was claimed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain import lane
from domain.models import Claim, ClaimLine, Order, OrderLine, PickList
from domain.models.picking import UNDER_WAY
from domain.photographing import photos_of
from domain.wording import entered


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim and where it stands; ``credit`` counts once it is settled, ``photos`` are their numbers."""

    claim: str
    kind: str
    state: str
    goods: str
    credit: Decimal
    answer: str
    asked_at: datetime
    photos: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """``picking`` is planned, picking, packed or empty; ``boxes`` are those that stand packed."""

    picking: str = ""
    boxes: int = 0
    claims: tuple[ClaimView, ...] = ()


NO_PROGRESS = Progress()


async def progress_of(number: str) -> Progress:
    """How far an order has come that is not in its counters; whether it may be shown is the caller's question."""
    found = await lane.fetch(Order, "WHERE number = ?", number)
    if not found:
        return NO_PROGRESS
    order = found[0].id
    picks = await lane.fetch(PickList, "WHERE order_id = ? AND state IN ?", order, [str(one) for one in UNDER_WAY])
    furthest = max((UNDER_WAY.index(row.state) for row in picks), default=-1)
    return Progress(
        picking=UNDER_WAY[furthest].value if picks else "",
        boxes=sum(row.boxes for row in picks),
        claims=await _claims(order),
    )


async def _claims(order: int) -> tuple[ClaimView, ...]:
    rows = await lane.fetch(Claim, "WHERE order_id = ? ORDER BY id", order)
    if not rows:
        return ()
    parts = await lane.fetch(ClaimLine, "WHERE claim_id IN ? ORDER BY id", [row.id for row in rows])
    lines = {line.id: line for line in await lane.fetch(OrderLine, "WHERE id IN ?", [part.line_id for part in parts])}
    photos = await photos_of(row.id for row in rows)
    return tuple(
        ClaimView(
            row.number,
            row.kind.value,
            row.state.value,
            _goods([(lines[part.line_id], part.qty) for part in parts if part.claim_id == row.id]),
            row.credit,
            row.answer,
            row.asked_at,
            tuple(photos.get(row.id, ())),
        )
        for row in rows
    )


def _goods(parts: list[tuple[OrderLine, Decimal]]) -> str:
    return "、".join(f"{line.name} {entered(line, qty)}" for line, qty in parts)
