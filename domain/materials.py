"""Materials kept for open work (留料), as parts of other people's work: taken, used, refilled, given up."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from tortoise.expressions import F

from domain import lane
from domain.allocating import Demand, consume, cover, give_back
from domain.lots import spoken_for
from domain.models import Stock, WorkHold, WorkOrder
from domain.models.scaled import grains
from domain.rules.lots import Taken, Wish
from domain.rules.making import needed

ZERO = Decimal(0)
DONE = "done"
Held = Mapping[int, Mapping[str, Decimal]]
"""By work order and material: what is kept."""


async def held_for(works: Collection[int]) -> Held:
    """By work order: what is kept for it of each material."""
    found: dict[int, dict[str, Decimal]] = {}
    for row in await lane.fetch(WorkHold, "WHERE work_id IN ?", list(works)) if works else ():
        found.setdefault(row.work_id, {})[row.sku] = row.qty
    return found


async def settle_materials(work: WorkOrder, shelves: Sequence[Stock]) -> set[str]:
    """Keep as much for a work order as it still takes, none when it is done; the materials of which more is free now.

    For use by whoever has locked ``shelves``, those of its materials.
    """
    rows = {row.sku: row.qty for row in await WorkHold.filter(work_id=work.id)}
    freed = set()
    for sku, each in sorted(work.per_one.items()):
        wanted = needed(work.left, each) if work.state != DONE else ZERO
        have = rows.get(sku, ZERO)
        if have > wanted:
            await give_back(sku, have - wanted)
            freed.add(sku)
        elif have < wanted:
            have += await _taken(sku, wanted - have, [shelf for shelf in shelves if shelf.sku == sku])
        kept = min(have, wanted)
        if not await WorkHold.filter(work_id=work.id, sku=sku).update(qty=kept, short=wanted - kept):
            await WorkHold.create(work_id=work.id, sku=sku, qty=kept, short=wanted - kept)
    return freed


async def use_material(
    work: WorkOrder, sku: str, qty: Decimal, shelves: Sequence[Stock], *, today: date
) -> tuple[Taken, ...]:
    """Take up to so much of what is kept for a work order off the shelves; where it came from."""
    row = await WorkHold.get_or_none(work_id=work.id, sku=sku)
    part = min(qty, row.qty) if row is not None else ZERO
    if part <= 0:
        return ()
    g = grains(part)
    kept = WorkHold.filter(work_id=work.id, sku=sku, qty__gte=part)
    used = await kept.update(qty=F("qty") - g)
    assert used, f"{sku}: what was kept for {work.number} vanished"
    by_lot = any(shelf.by_lot for shelf in shelves if shelf.sku == sku)
    return await consume(sku, part, Wish(spoken=await spoken_for(sku) if by_lot else {}), today=today)


async def fill_works(sku: str) -> None:
    """Keep what is free of a material for the work that lacks it, the older first; for whoever has locked it."""
    for row in await WorkHold.filter(sku=sku, short__gt=ZERO).order_by("work_id"):
        got = await _taken(sku, row.short, await Stock.filter(sku=sku).order_by("warehouse"))
        if got <= 0:
            return
        g = grains(got)
        await WorkHold.filter(id=row.id).update(qty=F("qty") + g, short=F("short") - g)


async def give_up_materials(sku: str, most: Decimal) -> Decimal:
    """Let work give up what is kept for it of a material, the younger first; how much, still reserved."""
    left = most
    for row in await WorkHold.filter(sku=sku, qty__gt=ZERO).order_by("-work_id"):
        part = min(row.qty, left)
        if part > 0:
            g = grains(part)
            await WorkHold.filter(id=row.id).update(qty=F("qty") - g, short=F("short") + g)
            left -= part
    return most - left


async def _taken(sku: str, qty: Decimal, stock: Sequence[Stock]) -> Decimal:
    (covered,) = await lane.within(cover([Demand(0, sku, qty)], {sku: stock}))
    return covered.reserved
