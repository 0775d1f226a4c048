"""Stock that is freed, and new or freed stock that goes to the first in the queue for it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from tortoise.expressions import F

from domain import lane
from domain.allocating import Demand, cover, give_back_all, locked, skus_of, unhold
from domain.kin import locked_with_kits
from domain.materials import fill_works
from domain.models import OrderLine, PurchaseRequest, Stock
from domain.models.scaled import grains
from domain.queueing import claims_on, hold
from domain.rules.allocation import Claim, share
from domain.rules.kits import ONE, taken, whole
from domain.tally import STOCK_CONFLICTS, count


async def fill_short(sku: str) -> int:
    """Reserve free stock of a product for the lines that are short of it, by first promised day, priority, age,
    and keep what is left for the work that lacks it.

    For use inside a transaction that has locked the product and all that shares a kit with it. Answers how many lines
    gained; their purchase requests shrink with the need.
    """
    stock = await Stock.filter(sku=sku).order_by("warehouse")
    free = sum((row.free for row in stock), Decimal(0))
    claims = [claim for claim in await claims_on(sku) if claim.short > 0] if free > 0 else []
    gained = await _deal(sku, claims, stock)
    if free > 0:
        await fill_works(sku)
    return gained


async def _deal(sku: str, claims: Sequence[Claim], stock: Sequence[Stock]) -> int:
    if any(claim.parts for claim in claims):
        return await _in_turn(sorted(claims, key=lambda claim: claim.place), sku)
    parts = share(claims, sum((row.free for row in stock), Decimal(0)))
    demands = [Demand(place, sku, part.qty) for place, part in enumerate(parts)]
    gained = 0
    for covered in await lane.within(cover(demands, {sku: stock})):
        gained += await _given(parts[covered.position].claim, sku, covered.reserved)
    return gained


async def _in_turn(claims: Sequence[Claim], sku: str) -> int:
    """What there is for each, of a kit as many whole ones as all its parts allow.

    Nothing is asked or written for those that have to wait on: they may be many, and wait for another part.
    """
    free: dict[str, Decimal] = defaultdict(Decimal)
    for row in await locked({part for claim in claims for part in taken(sku, claim.parts, ONE)}):
        free[row.sku] += row.free
    gained = 0
    for claim in claims:
        if (whole(claim.parts, free) if claim.parts else free[sku]) > 0:
            (covered,) = await lane.within(cover([Demand(0, sku, claim.short, claim.parts)], {}))
            for part, amount in taken(sku, claim.parts, covered.reserved).items():
                free[part] -= amount
            gained += await _given(claim, sku, covered.reserved)
    return gained


async def _given(claim: Claim, sku: str, amount: Decimal) -> bool:
    if amount <= 0:
        return False
    goods = taken(sku, claim.parts, amount)
    if await hold(claim.line, amount):
        await shrink(claim.line, goods)
        return True
    # The line was cancelled in the meantime: what was taken for it goes back.
    count(STOCK_CONFLICTS)
    await give_back_all(goods)
    return False


async def release(lines: Sequence[OrderLine]) -> None:
    """Give back everything that these lines hold, close their purchase requests, and count the rest as cancelled."""
    freed: set[str] = set()
    await locked_with_kits(skus_of(lines))
    for line in sorted(lines, key=lambda row: (row.sku, row.id)):
        held = await unhold(line)
        if held:
            await give_back_all(line.goods(held))
            freed |= skus_of([line])
    await PurchaseRequest.filter(line_id__in=[line.id for line in lines], state="open").update(state="cancelled")
    for sku in sorted(freed):
        await fill_short(sku)


async def ask_no_more(lines: Collection[int]) -> None:
    """Close what purchasing was asked for these lines, which have all they need."""
    await PurchaseRequest.filter(line_id__in=lines, state="open").update(state="done")


async def shrink(line: int, less: Mapping[str, Decimal]) -> None:
    """Ask purchasing for so much less of each product for a line."""
    for request in await PurchaseRequest.filter(line_id=line, state="open").order_by("id"):
        amount = less.get(request.sku, Decimal(0))
        if request.qty <= amount:
            await PurchaseRequest.filter(id=request.id).update(state="done")
        else:
            await PurchaseRequest.filter(id=request.id).update(qty=F("qty") - grains(amount))
