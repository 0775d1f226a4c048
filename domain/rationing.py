"""Fewer goods than were promised: other shelves take reservations over, the last in the queue gives up the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tortoise.expressions import F

from domain import lane
from domain.allocating import give_back_all, skus_of
from domain.earmarks import given_back
from domain.materials import give_up_materials
from domain.models import OrderLine, Product, Stock
from domain.models.scaled import grains
from domain.picking import stop_picks
from domain.purchasing import request_missing
from domain.queueing import claims_on, let_go
from domain.rules.allocation import withdraw
from domain.rules.kits import broken, taken
from domain.rules.lifecycle import OrderState

ZERO = Decimal(0)
HOLDING = (OrderState.ACCEPTED, OrderState.ON_HOLD)
"""Orders that hold goods: those that are paused keep theirs."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What an order had to give up, in base units; more of the products ``freed`` may be free by it."""

    order: str
    line: int
    qty: Decimal
    unit: str
    freed: frozenset[str] = frozenset()


async def make_room(shelf: Stock, least: Decimal, *, by: str, now: datetime) -> tuple[Loss, ...]:
    """Bring what is reserved on a shelf down to ``least``; for use by whoever has locked the product.

    What is only kept for read-backs gives way first, and what other shelves can take over costs nobody anything; then
    work gives up its materials, and the rest is taken from the last in the queue, and asked of purchasing again.
    """
    if await lane.within(given_back("sku = ?", shelf.sku)):
        await shelf.refresh_from_db(fields=["reserved"])
    over = shelf.reserved - least
    for other in await Stock.filter(sku=shelf.sku).exclude(id=shelf.id).order_by("warehouse"):
        part = min(other.free, over)
        if part > 0:
            over -= part
            await _shift(shelf, other, part)
    if over <= 0:
        return ()
    g = grains(over)
    lowered = await Stock.filter(id=shelf.id, reserved__gte=over).update(reserved=F("reserved") - g)
    assert lowered, f"{shelf.sku}: a locked shelf changed"
    over -= await give_up_materials(shelf.sku, over)
    return await take_away(shelf.sku, over, by=by, now=now)


async def _shift(shelf: Stock, other: Stock, part: Decimal) -> None:
    g = grains(part)
    await Stock.filter(id=other.id).update(reserved=F("reserved") + g)
    await Stock.filter(id=shelf.id).update(reserved=F("reserved") - g)


async def take_away(sku: str, missing: Decimal, *, by: str, now: datetime) -> tuple[Loss, ...]:
    """Take reservations from the last in the queue; their lines are short from now on. The shelves are not touched.

    Of a kit whole ones are taken: what that frees beyond ``missing`` is given back, for the caller to deal out.
    """
    lost, left = [], missing
    for part in withdraw(await claims_on(sku, HOLDING), missing):
        claim = part.claim
        qty = broken(claim.parts, sku, part.qty) if claim.parts else part.qty
        given = await let_go(claim.line, qty)
        assert given, f"{sku}: a locked reservation changed"
        spare = taken(sku, claim.parts, qty)
        spare[sku] -= part.qty
        await give_back_all({each: more for each, more in spare.items() if more})
        loss = await short_again(claim.line, qty, by=by, now=now)
        lost.append(replace(loss, freed=frozenset(spare if claim.parts else ())))
        left -= part.qty
    assert left == 0, f"{sku}: more reserved than lines hold"
    return tuple(lost)


async def short_again(line: int, qty: Decimal, *, by: str, now: datetime) -> Loss:
    """Ask purchasing for what this line has just lost; who picks or has packed it for its order stops."""
    row = await OrderLine.get(id=line).select_related("order")
    leads = await leads_of([row])
    await lane.within(request_missing(row.order, [row], leads, by=by, now=now))
    await stop_picks(row.order, "lost", by=by, now=now)
    return Loss(row.order.number, line, qty, row.base_unit)


async def leads_of(lines: Sequence[OrderLine]) -> dict[str, int]:
    """Days until more of these goods can be had."""
    return dict(await Product.filter(sku__in=skus_of(lines)).values_list("sku", "lead_days"))
