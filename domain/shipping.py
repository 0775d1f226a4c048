"""Goods that leave the house: a parcel takes what its order has reserved, once per waybill."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from domain.allocating import locked, skus_of
from domain.commands import Wanted
from domain.errors import NothingToShip, ShipmentRefused, StepRefused, WaybillRefused
from domain.events import OrderShipped
from domain.holding import held
from domain.issuing import issue, wishes_of
from domain.labels import Label, recognised
from domain.models import Order, OrderLine, Shipment, ShipmentLine
from domain.models.scaled import grains
from domain.parcelerrors import PickOutdated
from domain.picking import packed_lines, settle_picks
from domain.policy import shop_day
from domain.recording import brought_about, record
from domain.rules.lifecycle import Step, may
from domain.rules.rights import SHIPPING, require
from domain.rules.tracking import lane_of
from domain.rules.waybills import tail_of
from domain.rules.workdays import next_workday
from domain.shortages import wait_for_all
from domain.subscribing import first_query
from domain.tally import STOCK_CONFLICTS, count
from domain.transaction import transact
from domain.values import Actor
from domain.wording import entered, refuse_part, rest_of, whole_kits

TRANSIT_WORKDAYS = 1


@dataclass(frozen=True, slots=True)
class Shipped:
    """A parcel that left; ``rest`` is what the order still waits for, ``repeated`` when it had left before."""

    number: str
    shipment: str
    goods: str
    carrier: str
    waybill: str | None
    eta: date | None
    rest: str = ""
    repeated: bool = False
    more: tuple[str, ...] = ()


async def ship(
    number: str,
    carrier: str | None,
    waybill: str | None,
    lines: Sequence[Wanted] | None,
    *,
    by: Actor,
    now: datetime,
    more: Sequence[str] = (),
    cause: str = "",
) -> Shipped:
    """Send what is reserved of an order, or the named part of it, in one parcel, or in ``more`` by their waybills.

    The same waybill twice is the same parcel, and without one the same ``cause`` is.
    """
    require(by, SHIPPING)
    label = recognised(carrier, waybill, more)
    try:
        return await transact(lambda: sent(number, label, lines, by=by, now=now, cause=cause))
    except IntegrityError:
        # Two orders, one waybill, at the same moment: the other one has it.
        raise WaybillRefused(label.waybill or "", taken=True) from None


async def sent(
    number: str,
    label: Label,
    wanted: Sequence[Wanted] | None = None,
    *,
    by: Actor,
    now: datetime,
    aboard: Shipment | None = None,
    cause: str = "",
) -> Shipped:
    """Let goods of an order leave, inside a transaction; ``aboard`` is the parcel of another order that they are in."""
    order = await held(number, by)
    carrier, waybill = label.carrier, label.waybill
    before = await _left_before(order, label, aboard, cause)
    if before is not None:
        return await _shipped_before(order, before)
    if not may(order.state, Step.SHIP):
        raise StepRefused(number, order.state, Step.SHIP)
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    wait_for_all(order, lines)
    packed, boxes = await packed_lines(order.id) if wanted is None else ({}, 0)
    parts = _packed_parts(number, lines, packed) if packed else _parts(number, lines, wanted)
    shipment = await _parcel(order, label, boxes, by=by, now=now, aboard=aboard)
    for one in label.more:
        await _parcel(order, replace(label, waybill=one, more=()), 1, by=by, now=now, part_of=shipment.id)
    await settle_picks(order.id, shipment.number, packed=bool(packed), named=wanted is not None)
    wishes = await wishes_of(shipment, await locked(skus_of(line for line, _ in parts)))
    for line, qty in parts:
        await _hand_over(line, qty, shipment)
        lots = await issue(line, qty, shipment, wishes, by=by.name, now=now)
        await ShipmentLine.create(shipment_id=shipment.id, line_id=line.id, qty=qty, lots=lots)
    rest = rest_of(lines)
    goods = "、".join(f"{line.sku} {entered(line, qty)}" for line, qty in parts)
    event = OrderShipped(
        order=number,
        shipment=shipment.number,
        goods=goods,
        carrier=carrier,
        waybill=waybill,
        eta=shipment.eta.isoformat() if shipment.eta else None,
        rest=rest,
        more="、".join(label.more),
    )
    await record(event, by=by, at=now, source=cause)
    return Shipped(number, shipment.number, goods, carrier, waybill, shipment.eta, rest, more=label.more)


async def _left_before(order: Order, label: Label, aboard: Shipment | None, cause: str) -> Shipment | None:
    """The parcel of this order under this waybill, or of this cause, if it is known; a waybill of anybody else's is
    refused."""
    if aboard is not None:
        return await Shipment.get_or_none(rides_with=aboard.id, order_id=order.id).prefetch_related("lines__line")
    if label.waybill is None:
        sent_by = [facts["shipment"] for facts in await brought_about(order.number, OrderShipped, cause)]
        return await Shipment.filter(number__in=sent_by).first().prefetch_related("lines__line") if sent_by else None
    named = (label.waybill, *label.more)
    known = {row.waybill: row for row in await Shipment.filter(waybill__in=named).prefetch_related("lines__line")}
    for one in named:
        if one in known and (known[one].order_id != order.id or label.waybill not in known):
            raise WaybillRefused(one, taken=True)
    return known.get(label.waybill)


async def _shipped_before(order: Order, shipment: Shipment) -> Shipped:
    goods = "、".join(f"{part.line.sku} {entered(part.line, part.qty)}" for part in shipment.lines)
    rest = rest_of(await OrderLine.filter(order_id=order.id).order_by("position"))
    return Shipped(
        order.number, shipment.number, goods, shipment.carrier, shipment.label, shipment.eta, rest, repeated=True
    )


def _parts(number: str, lines: Sequence[OrderLine], wanted: Sequence[Wanted] | None) -> list[tuple[OrderLine, Decimal]]:
    if wanted is None:
        parts = [(line, line.reserved) for line in lines if line.reserved > 0]
        if not parts:
            raise NothingToShip(number)
        return parts
    return [part for asked in wanted for part in _named_part(number, lines, asked)]


def _packed_parts(
    number: str, lines: Sequence[OrderLine], packed: Mapping[int, Decimal]
) -> list[tuple[OrderLine, Decimal]]:
    """What stands packed leaves, as long as the order still holds all of it."""
    parts = [(line, packed[line.id]) for line in lines if packed.get(line.id)]
    if any(qty > line.reserved for line, qty in parts):
        raise PickOutdated(number)
    return parts


def _named_part(number: str, lines: Sequence[OrderLine], asked: Wanted) -> list[tuple[OrderLine, Decimal]]:
    mine = [line for line in lines if line.sku == asked.sku]
    left, parts = asked.base_qty or Decimal(0), []
    have = sum((line.reserved for line in mine), Decimal(0))
    if not mine:
        refuse_part(number, lines, asked.sku)
    if not mine or left <= 0 or left > have:
        unit = mine[0].base_unit if mine else asked.unit or ""
        raise ShipmentRefused(number, asked.sku or asked.text, left, have, unit)
    whole_kits(number, mine, left)
    for line in mine:
        part = min(line.reserved, left)
        if part > 0:
            parts.append((line, part))
            left -= part
    return parts


async def _parcel(
    order: Order,
    label: Label,
    boxes: int,
    *,
    by: Actor,
    now: datetime,
    aboard: Shipment | None = None,
    part_of: int | None = None,
) -> Shipment:
    count = await Shipment.filter(order_id=order.id).count()
    # A parcel of several orders is watched once, for the first of them.
    own = label.waybill if aboard is None else None
    return await Shipment.create(
        number=f"{order.number}-{count + 1}",
        order_id=order.id,
        customer_id=order.customer_id,
        carrier=label.carrier,
        waybill=own,
        shared=(label.waybill or "") if aboard is not None else "",
        rides_with=aboard.id if aboard is not None else None,
        part_of=part_of,
        tail=tail_of(str(order.ship_to.get("phone") or "")),
        carrier_said=label.said,
        hook_token=secrets.token_urlsafe(18),
        salt=secrets.token_hex(12),
        watched="wanted" if own else "no",
        watch_next_at=now if own else None,
        query_next_at=first_query(now) if own else None,
        shipped_by=by.name,
        shipped_at=now,
        eta=_eta(now) if label.waybill else None,
        boxes=max(boxes, 1 + len(label.more)),
        lane=lane_of(label.carrier, order.customer.city) if label.waybill else "",
    )


def _eta(now: datetime) -> date:
    day = shop_day(now)
    for _ in range(TRANSIT_WORKDAYS):
        day = next_workday(day)
    return day


async def _hand_over(line: OrderLine, qty: Decimal, shipment: Shipment) -> None:
    g = grains(qty)
    done = await OrderLine.filter(id=line.id, reserved__gte=qty).update(
        reserved=F("reserved") - g, shipped=F("shipped") + g
    )
    if not done:
        count(STOCK_CONFLICTS)
        raise NothingToShip(shipment.number)
    line.reserved, line.shipped = line.reserved - qty, line.shipped + qty
