"""Stock that is freed, and new or freed stock that goes to the first in the queue for it."""

from collections.abc import Sequence
from decimal import Decimal

from tortoise.expressions import F

from domain import lane
from domain.allocating import Demand, cover, give_back, locked, unhold
from domain.models import OrderLine, PurchaseRequest, Stock
from domain.models.scaled import grains
from domain.queueing import claims_on, hold
from domain.rules.allocation import share
from domain.tally import STOCK_CONFLICTS, count


async def fill_short(sku: str) -> int:
    """Reserve free stock of a product for the lines that are short of it, by first promised day, priority, age.

    For use inside a transaction that has locked the product. Answers how many lines gained; their purchase requests
    shrink with the need.
    """
    stock = await Stock.filter(sku=sku).order_by("warehouse")
    free = sum((row.free for row in stock), Decimal(0))
    parts = share([claim for claim in await claims_on(sku) if claim.short > 0], free) if free > 0 else ()
    demands = [Demand(place, sku, part.qty) for place, part in enumerate(parts)]
    gained = 0
    for covered in await lane.within(cover(demands, {sku: stock})):
        line = parts[covered.position].claim.line
        if covered.reserved > 0 and await hold(line, covered.reserved):
            gained += 1
            await shrink(line, covered.reserved)
        elif covered.reserved > 0:
            # The line was cancelled in the meantime: what was taken for it goes back.
            count(STOCK_CONFLICTS)
            await give_back(sku, covered.reserved)
    return gained


async def release(lines: Sequence[OrderLine]) -> None:
    """Give back everything that these lines hold, close their purchase requests, and count the rest as cancelled."""
    freed = set()
    await locked(line.sku for line in lines)
    for line in sorted(lines, key=lambda row: (row.sku, row.id)):
        held = await unhold(line)
        if held:
            await give_back(line.sku, held)
            freed.add(line.sku)
    await PurchaseRequest.filter(line_id__in=[line.id for line in lines], state="open").update(state="cancelled")
    for sku in sorted(freed):
        await fill_short(sku)


async def shrink(line: int, amount: Decimal) -> None:
    """Ask purchasing for so much less for a line."""
    request = await PurchaseRequest.get_or_none(line_id=line, state="open")
    if request is None:
        return
    if request.qty <= amount:
        await PurchaseRequest.filter(id=request.id).update(state="done")
    else:
        await PurchaseRequest.filter(id=request.id).update(qty=F("qty") - grains(amount))
