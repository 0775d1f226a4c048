"""From the shelf into boxes: a list of what is reserved, packed as it was found; what lacks waits on a new list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from domain.commands import Wanted
from domain.errors import NothingToShip, ShipmentRefused, StepRefused
from domain.holding import held
from domain.issuing import lots_to_pick
from domain.models import Order, OrderLine, PickLine, PickList
from domain.models.picking import UNDER_WAY, PickState
from domain.parcelerrors import NothingPicked, PickOutdated
from domain.parcelevents import GoodsPacked, PickStopped
from domain.pickrows import Lots, Row, rows_of
from domain.recording import brought_about, record
from domain.rules.lifecycle import Step, may
from domain.rules.lots import trimmed
from domain.rules.rights import SHIPPING, require
from domain.shortages import wait_for_all
from domain.transaction import transact
from domain.values import Actor
from domain.wording import entered, refuse_part, whole_kits

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Picked:
    """A list that somebody works on; ``repeated`` when ``picker`` had begun before."""

    number: str
    rows: tuple[Row, ...]
    picker: str
    begun_at: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Packed:
    """What is in the boxes now; ``short`` was not found and waits on a new list."""

    number: str
    goods: str
    boxes: int
    short: str


async def pick(number: str, *, by: Actor, now: datetime) -> Picked:
    """Begin to pick what is reserved for an order and not packed yet; who comes second learns who began."""
    require(by, SHIPPING)
    return await transact(lambda: _pick(number, by, now))


async def pack(
    number: str, boxes: int, lines: Sequence[Wanted], *, by: Actor, now: datetime, cause: str = ""
) -> Packed:
    """Close the boxes: what was picked, or of the named goods as much as was found; once per ``cause``."""
    require(by, SHIPPING)

    async def work() -> Packed:
        order = await held(number, by)
        for facts in await brought_about(number, GoodsPacked, cause):
            return Packed(number, facts["goods"], facts["boxes"], facts["short"])
        packed = await _pack(order, boxes, lines, now)
        event = GoodsPacked(order=number, goods=packed.goods, boxes=boxes, short=packed.short)
        await record(event, by=by, at=now, source=cause)
        return packed

    return await transact(work)


async def unpick(number: str, *, by: Actor, now: datetime, cause: str = "") -> str:
    """Put everything back on the shelf; it stays reserved for the order. Once per ``cause``."""
    require(by, SHIPPING)

    async def work() -> str:
        order = await held(number, by)
        if await brought_about(number, PickStopped, cause):
            return number
        if not await stop_picks(order, "unpicked", by=by, now=now, source=cause):
            raise NothingPicked(number)
        return number

    return await transact(work)


async def packed_lines(order: int) -> tuple[dict[int, Decimal], int]:
    """By order line: what stands packed for an order, in how many boxes; inside a transaction that holds it."""
    rows = await PickList.filter(order_id=order, state=PickState.PACKED).prefetch_related("lines")
    packed: dict[int, Decimal] = {}
    for part in (part for row in rows for part in row.lines):
        packed[part.line_id] = packed.get(part.line_id, ZERO) + part.qty
    return packed, sum(row.boxes for row in rows)


async def settle_picks(order: int, shipment: str, *, packed: bool, named: bool) -> None:
    """Goods of an order left: with them what was packed, else everything that was being picked.

    Who names what leaves has departed from the lists, which are dropped then.
    """
    states = (PickState.PACKED,) if packed and not named else UNDER_WAY
    after = PickState.DROPPED if named else PickState.GONE
    await PickList.filter(order_id=order, state__in=states).update(state=after, shipment=shipment)


async def stop_picks(order: Order, why: str, *, by: Actor | str, now: datetime, source: str = "") -> bool:
    """The order is not what it was: drop its lists, and tell the warehouse to stop if there were any."""
    if not await PickList.filter(order_id=order.id, state__in=UNDER_WAY).update(state=PickState.DROPPED):
        return False
    await record(PickStopped(order=order.number, why=why), by=by, at=now, source=source)
    return True


async def _pick(number: str, by: Actor, now: datetime) -> Picked:
    order = await held(number, by)
    if not may(order.state, Step.SHIP):
        raise StepRefused(number, order.state, Step.SHIP)
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    begun = await PickList.get_or_none(order_id=order.id, state=PickState.PICKING).prefetch_related("lines")
    if begun is not None:
        asked = {part.line_id: part.qty for part in begun.lines}
        lots = {part.line_id: part.lots or [] for part in begun.lines}
        return Picked(number, await rows_of(lines, asked, lots), begun.picker, begun.begun_at or now, repeated=True)
    wait_for_all(order, lines)
    packed, _ = await packed_lines(order.id)
    wanted = {line.id: line.reserved - packed.get(line.id, ZERO) for line in lines}
    wanted = {line: qty for line, qty in wanted.items() if qty > 0}
    if not wanted:
        raise NothingToShip(number)
    # What an earlier list lacked, and whatever came in since, is one round.
    await PickList.filter(order_id=order.id, state=PickState.PLANNED).update(state=PickState.DROPPED)
    lots = await lots_to_pick(order, lines, wanted, now=now)
    await _list(order, wanted, PickState.PICKING, lots=lots, by=by, now=now)
    return Picked(number, await rows_of(lines, wanted, lots), by.name, now)


async def _list(
    order: Order,
    wanted: Mapping[int, Decimal],
    state: PickState,
    *,
    lots: Lots | None = None,
    by: Actor | None = None,
    now: datetime,
) -> None:
    who: dict[str, Any] = {}
    if by is not None:
        who = {"picker": by.name, "picker_identity": by.identity, "begun_at": now}
    row = await PickList.create(order_id=order.id, state=state, **who)
    parts = [
        PickLine(pick_id=row.id, line_id=line, qty=qty, lots=(lots or {}).get(line)) for line, qty in wanted.items()
    ]
    await PickLine.bulk_create(parts)


async def _pack(order: Order, boxes: int, named: Sequence[Wanted], now: datetime) -> Packed:
    number = order.number
    if not may(order.state, Step.SHIP):
        raise StepRefused(number, order.state, Step.SHIP)
    row = await PickList.get_or_none(order_id=order.id, state=PickState.PICKING).prefetch_related("lines")
    if row is None:
        raise NothingPicked(number)
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id).order_by("position")}
    asked = {part.line_id: part.qty for part in row.lines}
    found = _found(number, lines, asked, named)
    _check(number, lines, found, (await packed_lines(order.id))[0])
    await _write(row, lines, found, boxes, now)
    lacking = {line: qty - found[line] for line, qty in asked.items() if qty > found[line]}
    if lacking:
        await _list(order, lacking, PickState.PLANNED, now=now)
    return Packed(number, _said(lines, found), boxes, _said(lines, lacking))


def _found(
    number: str, lines: Mapping[int, OrderLine], asked: Mapping[int, Decimal], named: Sequence[Wanted]
) -> dict[int, Decimal]:
    """By line: what was found. Goods that nobody named were all there; more than the list asks for is refused."""
    found = dict(asked)
    for one in named:
        mine = [lines[line] for line in asked if lines[line].sku == one.sku]
        if not mine:
            refuse_part(number, lines.values(), one.sku)
        left, most = one.base_qty or ZERO, sum((asked[line.id] for line in mine), ZERO)
        whole_kits(number, mine, left)
        if not mine or left > most:
            unit = mine[0].base_unit if mine else one.unit or ""
            raise ShipmentRefused(number, one.sku or one.text, left, most, unit)
        for line in mine:
            found[line.id] = min(asked[line.id], left)
            left -= found[line.id]
    if not any(found.values()):
        raise NothingPicked(number)
    return found


def _check(
    number: str, lines: Mapping[int, OrderLine], found: Mapping[int, Decimal], packed: Mapping[int, Decimal]
) -> None:
    """Goods may have gone to another order, or been called off, since the list was written."""
    if any(qty + packed.get(line, ZERO) > lines[line].reserved for line, qty in found.items()):
        raise PickOutdated(number)


async def _write(
    row: PickList, lines: Mapping[int, OrderLine], found: Mapping[int, Decimal], boxes: int, now: datetime
) -> None:
    for part in row.lines:
        qty = found[part.line_id]
        if part.qty != qty:
            lots = trimmed(part.lots, lines[part.line_id].goods(qty))
            await PickLine.filter(id=part.id).update(qty=qty, lots=lots)
    await PickList.filter(id=row.id).update(state=PickState.PACKED, boxes=boxes, packed_at=now)


def _said(lines: Mapping[int, OrderLine], amounts: Mapping[int, Decimal]) -> str:
    return "、".join(f"{lines[line].sku} {entered(lines[line], qty)}" for line, qty in amounts.items() if qty)
