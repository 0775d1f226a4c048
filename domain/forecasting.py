"""When work will be finished and what it waits for: reckoned anew as goods, reports and days come; told by promises."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain import lane
from domain.incoming import arrivals_of
from domain.materials import Held, held_for
from domain.models import Product, WorkOrder
from domain.policy import shop_day
from domain.recipes import free_of
from domain.rules.making import Job, forecast, needed, workdays
from domain.rules.supplying import Served, Want, served, without
from domain.transaction import transact

OPEN = ("running", "ready", "paused")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Lacking:
    """A material that a work order lacks, behind those before it: until when, and the document that brings it."""

    part: str
    qty: Decimal
    on: date
    by: str | None


async def open_works(sku: str | None = None) -> list[WorkOrder]:
    """Work that is not finished, in the order in which it is done: what runs first, then by the day it is due."""
    where = "WHERE state <> 'done'" if sku is None else "WHERE state <> 'done' AND sku = ?"
    rows = await lane.fetch(WorkOrder, where, *([] if sku is None else [sku]))
    return sorted(rows, key=lambda row: (row.state != "running", row.due or date.max, row.id))


async def lacking_parts(works: Sequence[WorkOrder], *, today: date) -> dict[int, list[Lacking]]:
    """What each work order lacks beyond what is kept for it, when those before it have taken theirs; by its id."""
    skus = {part for work in works for part in work.parts}
    free = await free_of(skus) if skus else {}
    held = await held_for([work.id for work in works])
    wants = list(_wants(works, (free, held), await _leads(skus), today))
    if not wants:
        return {}
    found = served([want for _, want in wants], await arrivals_of({want.sku for _, want in wants}), today=today)
    lacking: dict[int, list[Lacking]] = defaultdict(list)
    for work, want in wants:
        lacking[work.id].append(_lack(want, found[want.line]))
    return dict(lacking)


async def reforecast(now: datetime) -> int:
    """Reckon anew when all work will be finished; how many days changed."""
    works = await open_works()
    if not works:
        return 0
    today = shop_day(now)
    days = forecast(_jobs(works, await lacking_parts(works, today=today), today), today=today)
    changed = [(work.id, work.forecast, days[work.number]) for work in works if work.forecast != days[work.number]]

    async def write() -> int:
        # Who reported in the meantime has changed the forecast: the next round sees it.
        return sum([await WorkOrder.filter(id=row, forecast=old).update(forecast=new) for row, old, new in changed])

    return await transact(write) if changed else 0


def _jobs(works: Sequence[WorkOrder], lacking: Mapping[int, list[Lacking]], today: date) -> list[Job]:
    ready = {work: max(one.on for one in parts) for work, parts in lacking.items()}
    return [Job(row.number, row.station, row.left, _pace(row, today), ready.get(row.id)) for row in works]


def _pace(work: WorkOrder, today: date) -> Decimal:
    """How many a day: as it went so far, by the recipe while nobody knows."""
    if not work.good or work.begun_at is None:
        return work.per_day
    return work.good / max(workdays(shop_day(work.begun_at), today), 1)


def _wants(
    works: Sequence[WorkOrder], materials: tuple[Mapping[str, Decimal], Held], leads: Mapping[str, int], today: date
) -> list[tuple[WorkOrder, Want]]:
    left, held = dict(materials[0]), materials[1]
    found: list[tuple[WorkOrder, Want]] = []
    for work in works:
        for part, each in work.per_one.items():
            need = max(needed(work.left, each) - held.get(work.id, {}).get(part, ZERO), ZERO)
            missing = need - max(left.get(part, ZERO), ZERO)
            left[part] = left.get(part, ZERO) - need
            if missing > 0:
                otherwise = without(None, leads.get(part, 0), today=today)
                found.append((work, Want(len(found), part, (date.min, 0, len(found)), missing, otherwise)))
    return found


def _lack(want: Want, found: Served) -> Lacking:
    return Lacking(want.sku, want.qty, found.on, found.by)


async def _leads(skus: set[str]) -> dict[str, int]:
    return {row.sku: row.lead_days for row in await lane.fetch(Product, "WHERE sku IN ?", list(skus))} if skus else {}
