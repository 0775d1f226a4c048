"""What somebody counted on a shelf: booked at once when little is wrong, decided by a manager when much is."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tortoise.exceptions import IntegrityError

from domain import lane
from domain.counted import refuse_broken_of
from domain.counts import OUTDATED, WAITING
from domain.errors import (
    ProductNotFound,
    Refusal,
)
from domain.kin import locked_to_take_away
from domain.kits import refuse_kit
from domain.lots import count_expired, fit, in_lot, known_as
from domain.measure import refuse_odd
from domain.models import Product, Stock, StockCount
from domain.policy import current_policy
from domain.rationing import Loss, make_room
from domain.recording import first_effect, record
from domain.restocking import fill_short
from domain.rules.lots import Batch
from domain.rules.rights import CORRECTING, STOCKING, require
from domain.shelving import Move, moved
from domain.stockerrors import CountDecided as DecidedBefore
from domain.stockerrors import (
    CountNotFound,
    CountOutdated,
    OwnCount,
)
from domain.stockevents import (
    CountDecided,
    CountWaits,
)
from domain.stocking import Counted
from domain.transaction import transact
from domain.values import Actor, Role, plain

ZERO = Decimal(0)
BOOKED, REFUSED = "booked", "refused"


@dataclass(frozen=True, slots=True)
class CountOutcome:
    """What became of a count; ``worth`` is that of the difference, ``losses`` are of orders that gave something up."""

    number: int
    goods: Counted
    name: str
    unit: str
    before: Decimal
    state: str
    worth: Decimal
    losses: tuple[Loss, ...] = ()
    gained: int = 0

    @property
    def difference(self) -> Decimal:
        """What was found more than the books say, negative for less."""
        return self.goods.qty - self.before


async def count_stock(goods: Counted, cause: str, *, by: Actor, now: datetime) -> CountOutcome:
    """Correct a balance to what was counted, once per ``cause``.

    A difference that is worth much, or that would take goods away from orders, waits for a manager; a manager's own
    count is booked at once.
    """
    require(by, STOCKING)
    product = await Product.get_or_none(sku=goods.sku, active=True)
    if product is None:
        raise ProductNotFound(goods.sku)
    refuse_kit(product)
    if goods.qty:
        refuse_odd(goods.sku, goods.qty, product.base_unit)
    fit(goods.sku, goods.lot, by_lot=product.lots, now=now)
    if goods.lot is not None:
        goods = replace(goods, lot=await known_as(goods.sku, goods.lot))
    try:
        return await transact(lambda: _count(goods, product, cause, by, now))
    except IntegrityError:
        return _outcome(await StockCount.get(cause=cause), product)


async def decide_count(number: int, reason: str | None, *, by: Actor, now: datetime, cause: str = "") -> CountOutcome:
    """Book a waiting count, or refuse it when there is a ``reason``; the first decision counts."""
    require(by, CORRECTING)
    return await transact(lambda: _decide(number, reason, by, now, cause))


async def decided_by(cause: str, *, heard_at: datetime) -> int | None:
    """The count on which a message that names none has decided already."""
    event = await first_effect(CountDecided, cause, heard_at=heard_at)
    return int(event.facts["count"]) if event is not None else None


async def _count(goods: Counted, product: Product, cause: str, by: Actor, now: datetime) -> CountOutcome:
    shelves = await locked_to_take_away(goods.sku)
    shelf = next((row for row in shelves if row.warehouse == goods.warehouse), None)
    before, expired = shelf.on_hand if shelf else ZERO, ZERO
    if goods.lot is not None:
        before, expired = await in_lot(goods.sku, goods.warehouse, goods.lot.code)
        before += expired
    refuse_broken_of(product, goods.qty, begun=before)
    # What has expired is on nobody's order: only its worth counts.
    free = None if expired else sum((row.free for row in shelves), ZERO)
    waits = Role.MANAGER not in by.roles and _is_much(goods.qty - before, free, product)
    lot = goods.lot.code if goods.lot else ""
    older = StockCount.filter(sku=goods.sku, warehouse=goods.warehouse, lot=lot, state=WAITING)
    await older.update(state=OUTDATED, decided_by=by.name, decided_at=now)
    row = await StockCount.create(
        sku=goods.sku,
        warehouse=goods.warehouse,
        lot=lot,
        counted=goods.qty,
        before=before,
        state=WAITING if waits else BOOKED,
        cause=cause,
        asked_by=by.name,
        asked_by_staff=by.staff,
        asked_at=now,
    )
    if not waits:
        return await _book(row, product, goods.lot, by=by, now=now)
    event = CountWaits(
        count=row.id,
        sku=row.sku,
        name=product.name,
        counted=plain(row.counted),
        books=plain(before),
        unit=product.base_unit,
    )
    await record(event, by=by, at=now)
    return _outcome(row, product)


def _is_much(difference: Decimal, free: Decimal | None, product: Product) -> bool:
    if free is not None and free + difference < 0:
        return True
    return abs(difference) * product.list_price > current_policy().count_above


async def _decide(number: int, reason: str | None, by: Actor, now: datetime, cause: str) -> CountOutcome:
    row = await StockCount.get_or_none(id=number)
    if row is None:
        raise CountNotFound(number)
    if row.asked_by_staff is not None and row.asked_by_staff == by.staff:
        raise OwnCount(number)
    state = BOOKED if reason is None else REFUSED
    done = await StockCount.filter(id=number, state=WAITING).update(
        state=state, decided_by=by.name, decided_at=now, reason=(reason or "")[:200]
    )
    if not done:
        await row.refresh_from_db()
        raise await _decided_before(row)
    row.state = state
    product = await Product.get(sku=row.sku)
    event = CountDecided(
        count=number,
        sku=row.sku,
        name=product.name,
        counted=plain(row.counted),
        unit=product.base_unit,
        booked=reason is None,
        reason=reason or "",
    )
    await record(event, by=by, at=now, source=cause)
    if reason is not None:
        return _outcome(row, product)
    await locked_to_take_away(row.sku)
    lot = await known_as(row.sku, Batch(row.lot)) if row.lot else None
    return await _book(row, product, lot, by=by, now=now)


async def _decided_before(row: StockCount) -> Refusal:
    if row.state == OUTDATED:
        newer = await StockCount.filter(sku=row.sku, warehouse=row.warehouse, lot=row.lot).order_by("-id").first()
        if newer is not None:
            unit = (await Product.get(sku=row.sku)).base_unit
            return CountOutdated(row.id, newer.id, newer.counted, unit, newer.state)
    return DecidedBefore(row.id, row.state, row.decided_by or row.asked_by, row.decided_at or row.asked_at)


async def _book(row: StockCount, product: Product, lot: Batch | None, *, by: Actor, now: datetime) -> CountOutcome:
    """Book the difference that was seen, so that what moved since the count stays moved."""
    difference = row.difference
    if lot is not None and difference:
        difference -= await count_expired(row.sku, row.warehouse, lot.code, difference)
    losses: tuple[Loss, ...] = ()
    if difference == 0:
        return _outcome(row, product)
    shelf = await Stock.get_or_none(sku=row.sku, warehouse=row.warehouse)
    if shelf is not None and shelf.on_hand + difference < shelf.reserved:
        losses = await make_room(shelf, max(ZERO, shelf.on_hand + difference), by=by.name, now=now)
    move = Move(row.sku, difference, "count", f"count:{row.id}", row.warehouse, f"{row.id}", lot=lot)
    await lane.within(moved(move, by=by.name, now=now))
    freed = {row.sku, *(sku for loss in losses for sku in loss.freed)}
    gained = sum([await fill_short(sku) for sku in sorted(freed)])
    return _outcome(row, product, losses, gained)


def _outcome(row: StockCount, product: Product, losses: tuple[Loss, ...] = (), gained: int = 0) -> CountOutcome:
    goods = Counted(row.sku, row.counted, row.warehouse, Batch(row.lot) if row.lot else None)
    worth = abs(row.difference) * product.list_price
    return CountOutcome(row.id, goods, product.name, product.base_unit, row.before, row.state, worth, losses, gained)
