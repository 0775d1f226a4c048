"""The receiver's own word that the goods are there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from domain.claiming import write_claim
from domain.claims import Standing, claimed_before
from domain.commands import Fault, Wanted
from domain.delivering import count_arrived, mark_arrived
from domain.errors import NothingToReceive, QuantityRefused
from domain.events import GoodsReceived
from domain.holding import held
from domain.measure import too_fine
from domain.models import Order, OrderLine, Shipment, ShipmentLine
from domain.models.returns import ClaimKind
from domain.parcelevents import ClaimMade, ReceiptAssumed
from domain.recording import brought_about, first_effect, record
from domain.rules.kits import broken
from domain.rules.rights import SIGNING, require
from domain.transaction import transact
from domain.values import Actor, plain, quantity
from domain.wording import base_of, entered

ZERO = Decimal(0)
AT_ONCE = 200
ASSUMED = "assumed"
"""Who signed when nobody did: the carrier's word was left to stand."""


@dataclass(frozen=True, slots=True)
class Received:
    """What was signed for, in so many ``boxes``.

    ``claims`` are the numbers of what was said to be short or broken, with the goods.
    """

    number: str
    goods: str
    remark: str
    claims: tuple[tuple[str, str, str], ...] = ()
    boxes: int = 1


async def receive_goods(
    number: str,
    lines: Sequence[Wanted] | None,
    remark: str | None,
    faults: Sequence[Fault] = (),
    *,
    by: Actor,
    now: datetime,
    cause: str = "",
) -> Received:
    """Sign for what is on its way of an order: all of it, or the lines named and no more than that; once per ``cause``.

    More than was sent is refused. What was not named stays open and can be signed for later. A parcel that the carrier
    has reported as delivered can still be signed for once; what is named then is kept as a remark. What is short or
    broken becomes a claim each, for the rep to decide.
    """
    require(by, SIGNING)

    async def work() -> Received:
        order = await held(number, by)
        for facts in await brought_about(number, GoodsReceived, cause):
            made = await brought_about(number, ClaimMade, cause)
            claims = tuple((one["claim"], one["kind"], one["goods"]) for one in made)
            remarked = facts["remark"] or next((one["reason"] for one in made), "")
            return Received(number, facts["goods"], remarked, claims, facts.get("boxes", 1))
        return await _receive(order, lines or (), remark or "", faults, by=by, now=now, source=cause)

    return await transact(work)


async def signed_by(cause: str, *, heard_at: datetime) -> str | None:
    """The order for which a message without a number has signed already; else it would sign for the next one."""
    event = await first_effect(GoodsReceived, cause, heard_at=heard_at)
    return event.order_number if event is not None else None


async def assume_receipts(after: timedelta, *, now: datetime) -> int:
    """Let the carrier's signature count where nobody said anything for so long; how many parcels. Safe to run twice.

    What left at once in several boxes is there, and counted, with the last of them.
    """
    waiting = Shipment.filter(received_by="carrier", delivered_at__lte=now - after, part_of__isnull=True)
    rows = await waiting.select_related("order").order_by("id").limit(AT_ONCE)
    return sum([await _assumed(row, now) for row in rows])


async def _assumed(row: Shipment, now: datetime) -> bool:
    async def work() -> bool:
        if not await Shipment.filter(id=row.id, received_by="carrier").update(received_by=ASSUMED):
            return False
        await Shipment.filter(part_of=row.id, received_by="carrier").update(received_by=ASSUMED)
        await record(ReceiptAssumed(order=row.order.number, shipment=row.number), by="carrier", at=now)
        return True

    return await transact(work)


async def _receive(
    order: Order,
    named: Sequence[Wanted],
    remark: str,
    faults: Sequence[Fault],
    *,
    source: str,
    by: Actor,
    now: datetime,
) -> Received:
    number = order.number
    parcels = await Shipment.filter(order_id=order.id, received_by__in=["", "carrier"]).order_by("id")
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    left = {line.id: line.shipped - line.delivered for line in lines}
    before = await claimed_before(order)
    unsigned = await _unsigned(parcels, left, before.missing)
    if not any(unsigned.values()):
        raise before.before(lines) if before.missing else NothingToReceive(number)
    short = _faulty(lines, unsigned, [one for one in faults if one.kind == "short"], before, {})
    there = {line: qty - short.get(line, ZERO) for line, qty in unsigned.items()}
    signed = _named(lines, there, named) if named else there
    broken = _faulty(lines, signed, [one for one in faults if one.kind == "broken"], before, short)
    for parcel in parcels:
        await mark_arrived(parcel, at=now, by=by.name)
        await Shipment.filter(id=parcel.id).update(received_by=by.name)
    await count_arrived(order, {line: min(amount, left[line]) for line, amount in signed.items()}, by=by, now=now)
    goods = "、".join(f"{line.sku} {entered(line, signed[line.id])}" for line in lines if signed.get(line.id))
    remark = " ".join(filter(None, [_said(named), remark]))
    parcel_number = parcels[-1].number if parcels else ""
    wrong = {ClaimKind.SHORT: short, ClaimKind.BROKEN: broken}
    claims = await _claims(order, lines, wrong, remark, by=by, now=now, source=source)
    said, boxes = "" if claims else remark, max(len(parcels), 1)
    event = GoodsReceived(order=number, shipment=parcel_number, goods=goods, remark=said, boxes=boxes)
    await record(event, by=by, at=now, source=source)
    return Received(number, goods, remark, claims, boxes)


async def _claims(
    order: Order,
    lines: Sequence[OrderLine],
    amounts: dict[ClaimKind, dict[int, Decimal]],
    remark: str,
    *,
    by: Actor,
    now: datetime,
    source: str,
) -> tuple[tuple[str, str, str], ...]:
    made = []
    for kind, parts in amounts.items():
        if parts:
            claim = await write_claim(order, lines, kind, parts, remark, by=by, now=now, source=source)
            made.append((claim.claim, claim.kind, claim.goods))
    return tuple(made)


def _faulty(
    lines: Sequence[OrderLine],
    room: Mapping[int, Decimal],
    faults: Sequence[Fault],
    before: Standing,
    besides: Mapping[int, Decimal],
) -> dict[int, Decimal]:
    """By line: how much of ``room`` is at fault; more, or what was claimed before or is ``besides``, is refused."""
    left, found = before.claimable(room, lines, besides), dict[int, Decimal]()
    for fault in faults:
        sku = fault.sku or _only_sku([line for line in lines if room.get(line.id)])
        mine, amount = _at_fault(lines, sku, fault)
        if not mine:
            # Of several products nobody can tell which one was meant: it stays a remark.
            continue
        most = sum((left[line.id] for line in mine), ZERO)
        if amount <= 0 or amount > most:
            raise before.too_much(mine, amount, most)
        for line in mine:
            part = min(left[line.id], amount)
            if part > 0:
                left[line.id] -= part
                found[line.id] = found.get(line.id, ZERO) + part
                amount -= part
    return found


def _at_fault(lines: Sequence[OrderLine], sku: str | None, fault: Fault) -> tuple[list[OrderLine], Decimal]:
    """The lines that are meant and how much of them, in base units; of a kit those that so much of a part is in."""
    mine = [line for line in lines if line.sku == sku]
    if mine:
        return mine, quantity(base_of(mine[0], fault.qty, fault.unit))
    kits = [line for line in lines if any(p.sku == sku and fault.unit in (None, p.unit) for p in line.kit)]
    return kits[:1], broken(kits[0].kit, sku or "", fault.qty) if kits else ZERO


async def _unsigned(
    parcels: Sequence[Shipment], left: Mapping[int, Decimal], missing: Mapping[int, Decimal]
) -> dict[int, Decimal]:
    """By line: what is on its way, and what the carrier says has come but nobody signed for.

    What did not come with a parcel that was signed for may come later, but for what is claimed as short.
    """
    coming, reported = defaultdict[int, Decimal](Decimal), defaultdict[int, Decimal](Decimal)
    by_word = {parcel.id for parcel in parcels if parcel.delivered_at is not None}
    for part in await ShipmentLine.filter(shipment_id__in=[parcel.id for parcel in parcels]) if parcels else ():
        sink = reported if part.shipment_id in by_word else coming
        sink[part.line_id] += part.qty
    open_ = {line: max(qty - missing.get(line, ZERO), min(coming[line], qty)) for line, qty in left.items()}
    return {line: qty + reported[line] for line, qty in open_.items()}


def _named(lines: Sequence[OrderLine], unsigned: dict[int, Decimal], named: Sequence[Wanted]) -> dict[int, Decimal]:
    room, signed = dict(unsigned), dict.fromkeys(unsigned, ZERO)
    for wanted in named:
        sku = wanted.sku or _only_sku(lines)
        mine = [line for line in lines if line.sku == sku]
        base = wanted.base_qty
        if base is None and wanted.qty is not None and mine:
            base = base_of(mine[0], wanted.qty, wanted.unit) if wanted.sku is None else wanted.qty
        if sku is None or base is None:
            continue
        most = sum((room[line.id] for line in mine), ZERO)
        half = any(line.parts for line in mine) and base % 1
        if base <= 0 or base > most or half or too_fine(base):
            raise QuantityRefused(sku, base, most, mine[0].base_unit if mine else "")
        for line in mine:
            part = min(room[line.id], base)
            room[line.id] -= part
            signed[line.id] += part
            base -= part
    return signed if any(signed.values()) else unsigned


def _only_sku(lines: Sequence[OrderLine]) -> str | None:
    skus = {line.sku for line in lines}
    return skus.pop() if len(skus) == 1 else None


def _said(named: Sequence[Wanted]) -> str:
    known = [line for line in named if line.qty is not None or line.base_qty is not None]
    return "、".join(f"{w.sku or w.text} {plain(w.qty or w.base_qty or ZERO)}{w.unit or ''}".strip() for w in known)
