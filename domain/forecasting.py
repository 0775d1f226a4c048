"""When work will be finished and what it waits for: reckoned anew as goods, reports and days come; told by promises."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from domain import lane
from domain.incoming import arrivals_of
from domain.materials import Held, held_for
from domain.models import Product, WorkOrder, WorkReport
from domain.policy import current_policy, shop_day
from domain.recipes import free_of
from domain.rules.making import Job, forecast, needed, workdays
from domain.rules.supplying import Served, Want, served, without
from domain.rules.workdays import is_workday
from domain.transaction import transact

PAUSED = "paused"
OPEN = ("running", "ready", PAUSED)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Lacking:
    """A material that a work order lacks, behind those before it: until when, and the document that brings it.

    Nobody is ``sure`` of the day while that is overdue, or while nobody has bought the material.
    """

    part: str
    qty: Decimal
    on: date
    by: str | None
    sure: bool = True


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
    days = await forecasts(works, now)
    changed = [(work.id, work.forecast, days[work.number]) for work in works if work.forecast != days[work.number]]

    async def write() -> int:
        # Who reported in the meantime has changed the forecast: the next round sees it.
        return sum([await WorkOrder.filter(id=row, forecast=old).update(forecast=new) for row, old, new in changed])

    return await transact(write) if changed else 0


async def forecasts(works: Sequence[WorkOrder], now: datetime) -> dict[str, date]:
    """When each of all this open work will be finished, in the order in which it is done; by number."""
    today = shop_day(now)
    lacking = await lacking_parts(works, today=today)
    made = await _made_on(works, today)
    return forecast([_job(row, lacking.get(row.id, ()), made.get(row.id, ZERO), today) for row in works], today=today)


def _job(work: WorkOrder, lacking: Sequence[Lacking], made: Decimal, today: date) -> Job:
    """Reckoned from the morning of this day, so that who works at the usual pace is told nothing new all day."""
    pace = _pace(work, made, today)
    left = work.left + (min(made, pace) if is_workday(today) else ZERO)
    stalled = work.state == PAUSED or not all(one.sure for one in lacking)
    kept = work.forecast if stalled and work.forecast is not None and work.forecast >= today else None
    return Job(work.number, work.station, left, pace, max((one.on for one in lacking), default=None), kept)


def _pace(work: WorkOrder, made: Decimal, today: date) -> Decimal:
    """How many a day: as it went on the days that are over, by the recipe while nobody knows."""
    before = work.good - made
    days = workdays(shop_day(work.begun_at), today - timedelta(days=1)) if work.begun_at is not None else 0
    return before / days if before > 0 and days else work.per_day


async def _made_on(works: Sequence[WorkOrder], today: date) -> dict[int, Decimal]:
    """How many good ones were reported on this day, by the id of the work."""
    begun = [work.id for work in works if work.good]
    morning = datetime.combine(today, time(), current_policy().zone)
    made: dict[int, Decimal] = {}
    for row in await WorkReport.filter(work_id__in=begun, at__gte=morning) if begun else ():
        made[row.work_id] = made.get(row.work_id, ZERO) + row.good
    return made


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
                found.append((work, Want(len(found), part, (date.min, 0, len(found)), missing, otherwise, named=False)))
    return found


def _lack(want: Want, found: Served) -> Lacking:
    return Lacking(want.sku, want.qty, found.on, found.by, found.sure)


async def _leads(skus: set[str]) -> dict[str, int]:
    return {row.sku: row.lead_days for row in await lane.fetch(Product, "WHERE sku IN ?", list(skus))} if skus else {}
