"""Stock that is freed, and new or freed stock that goes to the oldest order waiting for it."""

from collections.abc import Sequence
from decimal import Decimal

from tortoise.expressions import F

from domain.allocating import give_back, locked, reserve_lines, unhold
from domain.models import OrderLine, PurchaseRequest
from domain.models.scaled import grains
from domain.rules.lifecycle import OrderState


async def fill_short(sku: str) -> int:
    """Reserve free stock of a product for the lines that are short of it, by promised day, then age.

    For use inside a transaction that has locked the product. Answers how many lines gained; their purchase requests
    shrink with the need.
    """
    lines = await OrderLine.filter(
        sku=sku,
        order__state=OrderState.ACCEPTED,
        base_qty__gt=F("reserved") + F("shipped") + F("cancelled"),
    ).order_by("order__promised_date", "id")
    gained = 0
    for line in lines:
        before = line.reserved
        await reserve_lines([line])
        if line.reserved > before:
            gained += 1
            await _shrink(line, line.reserved - before)
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


async def _shrink(line: OrderLine, amount: Decimal) -> None:
    request = await PurchaseRequest.get_or_none(line_id=line.id, state="open")
    if request is None:
        return
    if request.qty <= amount:
        await PurchaseRequest.filter(id=request.id).update(state="done")
    else:
        await PurchaseRequest.filter(id=request.id).update(qty=F("qty") - grains(amount))
