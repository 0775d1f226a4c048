"""From what is missing to goods that were made: work orders, begun, reported on in parts, stopped and finished."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from domain import lane
from domain.counted import refuse_broken, refuse_broken_of
from domain.errors import QuantityRefused
from domain.forecasting import forecasts, lacking_parts, open_works
from domain.kin import locked_with_kits
from domain.lots import out_of
from domain.makeerrors import MaterialsMissing, NothingToMake, OverMade, RecipeUnknown, WorkIdle, WorkNotFound
from domain.makeevents import WorkMoved, WorkOrdered, WorkReported, WorkStopped
from domain.materials import settle_materials, use_material
from domain.measure import refuse_odd, too_fine
from domain.models import Order, Product, PurchaseRequest, Recipe, Stock, StockMove, WorkOrder, WorkReport
from domain.models.scaled import grains
from domain.needing import missing
from domain.policy import shop_day
from domain.recipes import parts_text, recipes_of
from domain.recording import first_effect, record
from domain.restocking import fill_short
from domain.rules.lots import Batch
from domain.rules.making import needed
from domain.rules.rights import MAKING, require
from domain.shelving import MAIN, Move, moved
from domain.transaction import transact
from domain.values import Actor, plain
from domain.works import DONE, PAUSED, RUNNING, Work, id_of, makeable_now, seen

ZERO = Decimal(0)
MOST = Decimal(99_999)


@dataclass(frozen=True, slots=True)
class Output:
    """What was made: so many good ones, so many spoilt; both took materials."""

    good: Decimal
    scrap: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """What materials were taken for."""
        return self.good + self.scrap


async def release(sku: str, qty: Decimal | None, cause: str, *, by: Actor, now: datetime) -> Work:
    """Have so many made, or all that is missing; once per ``cause``, refused when nothing is missing any more."""
    require(by, MAKING)
    if qty is not None:
        refuse_odd(sku, qty, most=MOST)
    try:
        return await transact(lambda: _release(sku, qty, cause, by, now))
    except (IntegrityError, NothingToMake):
        first = await WorkOrder.get_or_none(cause=cause)
        if first is None:
            raise
        return await seen(first, now)


async def start(number: str, *, by: Actor, now: datetime) -> Work:
    """Begin, or go on; refused when there are materials for not even one. What runs is begun no second time."""
    require(by, MAKING)

    async def go() -> Work:
        row = await _held(number)
        if row.state == RUNNING:
            return await seen(row, now)
        if await makeable_now(row) <= 0:
            lacks = await lacking_parts([row], today=shop_day(now))
            raise MaterialsMissing(row.number, parts_text({one.part: one.qty for one in lacks.get(row.id, ())}))
        await WorkOrder.filter(id=row.id).update(state=RUNNING, reason="", begun_at=row.begun_at or now)
        await record(WorkMoved(work=row.number, goods=_goods(row), state=RUNNING), by=by, at=now)
        return await seen(await WorkOrder.get(id=row.id), now)

    return await transact(go)


async def report(number: str, output: Output, cause: str, *, by: Actor, now: datetime) -> Work:
    """Put what was made on the shelf and take its materials off, spoilt ones too; once per ``cause``.

    Who waits for the goods gets them at once.
    """
    require(by, MAKING)
    if output.good < 0 or output.scrap < 0 or too_fine(output.good):
        raise QuantityRefused(number, output.good, MOST)
    refuse_odd(number, output.total, most=MOST)
    try:
        return await transact(lambda: _report(number, output, cause, by, now))
    except (IntegrityError, OverMade, WorkIdle, WorkNotFound):
        before = await WorkReport.get_or_none(cause=cause).select_related("work")
        if before is None:
            raise
        return await seen(before.work, now, repeated=True)


async def reported_by(cause: str) -> str | None:
    """The work of which a message that names none has reported already."""
    before = await WorkReport.get_or_none(cause=cause)
    return f"W{before.work_id}" if before is not None else None


async def pause(number: str, reason: str, *, by: Actor, now: datetime) -> Work:
    """Stop for a while, and say why; the same said again is told to nobody."""
    require(by, MAKING)

    async def stop() -> Work:
        row = await _held(number)
        if (row.state, row.reason) != (PAUSED, reason[:200]):
            await WorkOrder.filter(id=row.id).update(state=PAUSED, reason=reason[:200])
            await record(WorkStopped(work=row.number, goods=_goods(row), reason=reason[:200]), by=by, at=now)
        return await seen(await WorkOrder.get(id=row.id), now)

    return await transact(stop)


async def finish(number: str, *, by: Actor, now: datetime, cause: str = "", heard_at: datetime | None = None) -> Work:
    """Make no more of it; what is still missing has to be made anew. Once per ``cause``."""
    require(by, MAKING)

    async def end() -> Work:
        if await first_effect(WorkMoved, cause, heard_at=heard_at or now) is not None:
            return await seen(await WorkOrder.get(id=id_of(number)), now)
        row = await _held(number)
        await WorkOrder.filter(id=row.id).update(state=DONE)
        row.state = DONE
        await _settled(row, await locked_with_kits(row.parts))
        await record(WorkMoved(work=row.number, goods=_goods(row), state=DONE), by=by, at=now, source=cause)
        return await seen(await WorkOrder.get(id=row.id), now)

    return await transact(end)


async def _release(sku: str, qty: Decimal | None, cause: str, by: Actor, now: datetime) -> Work:
    # Whoever has the same made at the same time waits here, and then finds that nothing is missing.
    product = await Product.filter(sku=sku).select_for_update().first()
    recipe = await Recipe.get_or_none(sku=sku)
    if product is None or recipe is None:
        raise RecipeUnknown(sku)
    amount = qty if qty is not None else (await missing()).made.get(sku, ZERO)
    if qty is not None:
        refuse_broken_of(product, qty)
    if amount <= 0:
        raise NothingToMake(sku)
    parts = (await recipes_of())[sku]
    row = await WorkOrder.create(
        sku=sku,
        name=product.name,
        unit=product.base_unit,
        qty=amount,
        station=recipe.station,
        per_day=recipe.per_day,
        parts={part: plain(each) for part, each in parts.items()},
        due=await _due(sku),
        cause=cause,
        ordered_by=by.name,
        ordered_at=now,
    )
    await _settled(row, await locked_with_kits(row.parts))
    row.forecast = (await forecasts(await open_works(), now))[row.number]
    await WorkOrder.filter(id=row.id).update(forecast=row.forecast)
    event = WorkOrdered(work=row.number, goods=_goods(row), forecast=row.forecast.isoformat())
    await record(event, by=by, at=now)
    return await seen(row, now)


async def _due(sku: str) -> date | None:
    """The first day that was promised to anybody who waits for it."""
    waiting = PurchaseRequest.filter(sku=sku, state="open").values_list("order_number", flat=True)
    days = await Order.filter(number__in=await waiting, promised_date__isnull=False).order_by("promised_date").first()
    return days.promised_date if days is not None else None


async def _report(number: str, output: Output, cause: str, by: Actor, now: datetime) -> Work:
    good, scrap = output.good, output.scrap
    row = await _held(number)
    if row.state != RUNNING:
        raise WorkIdle(row.number, row.state)
    for amount in (good, scrap):
        refuse_broken(row.sku, amount, row.unit, begun=row.qty)
    if good > row.left:
        raise OverMade(row.number, good, row.left)
    await WorkReport.create(work_id=row.id, good=good, scrap=scrap, by=by.name, at=now, cause=cause)
    shelves = await locked_with_kits({row.sku, *row.parts})
    for part, each in sorted(row.per_one.items()):
        await _use(row, part, needed(output.total, each), shelves, cause, by=by.name, now=now)
    gained = 0
    if good > 0:
        made = Move(row.sku, good, "receipt", f"{cause}:made", MAIN, row.number, lot=Batch(row.number))
        await lane.within(moved(made, by=by.name, now=now))
        gained = await fill_short(row.sku)
    state = DONE if good == row.left else RUNNING
    counts = {"good": F("good") + grains(good), "scrap": F("scrap") + grains(scrap), "state": state}
    await WorkOrder.filter(id=row.id).update(**counts)
    await row.refresh_from_db(fields=["good", "scrap", "state"])
    await _settled(row, shelves)
    words = f"{row.sku} {plain(good)}{row.unit}"
    event = WorkReported(work=row.number, goods=words, scrap=plain(scrap), gained=gained)
    await record(event, by=by, at=now)
    return await seen(await WorkOrder.get(id=row.id), now, gained=gained)


async def _use(
    row: WorkOrder, part: str, qty: Decimal, shelves: Sequence[Stock], cause: str, *, by: str, now: datetime
) -> None:
    """Take a material off its shelf: first what is kept for this work, then what is free in the main warehouse."""
    for one in await use_material(row, part, qty, shelves, today=shop_day(now)):
        named = ":".join(filter(None, (cause, part, "kept", one.warehouse, one.code)))
        lot, document = one.code, row.number
        what: dict[str, Any] = {"sku": part, "warehouse": one.warehouse, "qty": -one.qty, "kind": "issue", "lot": lot}
        await StockMove.create(**what, document=document, cause=named, by=by, at=now)
        qty -= one.qty
    for one in await out_of(part, MAIN, qty, shelves, now=now) if qty > 0 else ():
        named = ":".join(filter(None, (cause, part, one.code)))
        used = Move(part, -one.qty, "issue", named, MAIN, row.number, lot=Batch(one.code))
        await lane.within(moved(used, by=by, now=now))


async def _settled(row: WorkOrder, shelves: Sequence[Stock]) -> None:
    """What it takes from now on is kept for it, and what it takes no more goes to who waits."""
    for part in sorted(await settle_materials(row, shelves)):
        await fill_short(part)


async def _held(number: str) -> WorkOrder:
    """The open work order, nobody else's to change until the end of the transaction."""
    row = await WorkOrder.filter(id=id_of(number)).select_for_update().first()
    if row is None or row.state == DONE:
        raise WorkNotFound(number, row.state if row else "")
    return row


def _goods(row: WorkOrder) -> str:
    return f"{row.sku} {plain(row.qty)}{row.unit}"
