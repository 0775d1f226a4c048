"""A delivery note as values: what was ordered, what goes this time and what is still to come, as the chat says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.errors import NothingToShip
from domain.models import Claim, ClaimLine, Order, OrderLine, PickLine, PickList, Shipment, ShipmentLine
from domain.models.picking import PickState
from domain.models.returns import ClaimState
from domain.parcelerrors import ClaimNotFound, ClaimStands
from domain.rules.kits import KitPart
from domain.rules.lots import Taken, taken_of
from domain.rules.rights import may_see
from domain.values import Actor, plain
from domain.wording import entered

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SlipRow:
    """A line of the note; quantities in the order's own unit where they come out even, empty for none.

    Under a kit follow its parts, as rows that are ``part`` of it. ``lots`` are those of what goes this time.
    """

    sku: str
    name: str
    ordered: str
    before: str
    now: str
    rest: str
    part: bool = field(default=False, kw_only=True)
    lots: tuple[Taken, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Slip:
    """A delivery note (送货单) for a parcel that left, or for what stands packed: ``carrier`` is empty then.

    With ``claim`` it is the note for what goes back (退货单): ``now`` is what the claim is about.
    """

    number: str
    part: str
    customer: str
    ship_to: Mapping[str, Any]
    promised: date | None
    remark: str
    boxes: int
    carrier: str
    waybill: str
    at: datetime | None
    rows: tuple[SlipRow, ...]
    claim: str = ""
    po: str = ""


async def part_of_claim(claim: str, by: Actor) -> tuple[str, str]:
    """The order and the part of it that the note for an approved return is about."""
    row = await _claim(claim)
    if row is None or not may_see(by, row.order.customer.code):
        raise ClaimNotFound(claim)
    if row.state is not ClaimState.APPROVED:
        raise ClaimStands(row.number, row.state, row.settled_by or row.decided_by)
    return row.order.number, row.number


async def latest_part(number: str, place: int | None = None) -> str:
    """The part of an order that a note is asked for: its ``place``-th parcel, else what is packed, else the latest."""
    if place is not None:
        return str(place)
    if await PickList.filter(order__number=number, state=PickState.PACKED).exists():
        return "packed"
    sent = await Shipment.filter(order__number=number).count()
    if not sent:
        raise NothingToShip(number)
    return str(sent)


async def slip_of(number: str, part: str) -> Slip | None:
    """The note for one part of an order; None when there is none such (any more)."""
    order = await Order.get_or_none(number=number).select_related("customer")
    if order is None:
        return None
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    parcels = await Shipment.filter(order_id=order.id).order_by("id").prefetch_related("lines")
    if part == "packed":
        return await _packed(order, lines)
    if part.startswith("R"):
        return await _going_back(order, lines, part)
    if not part.isdecimal() or not 0 < int(part) <= len(parcels):
        return None
    asked = parcels[int(part) - 1]
    # Of several parcels that left at once the first one's note is the note of all.
    parcel = next((one for one in parcels if one.id == asked.part_of), asked)
    earlier = _sums(piece for one in parcels[: parcels.index(parcel)] for piece in one.lines)
    rows = _with_lots(_rows(lines, _sums(parcel.lines), earlier, on_top=False), parcel.lines)
    slip = _slip(order, parcel.number.removeprefix(f"{number}-"), rows, parcel)
    waybills = [parcel.label, *(one.label for one in parcels if one.part_of == parcel.id)]
    return replace(slip, waybill="、".join(filter(None, waybills)))


async def _packed(order: Order, lines: list[OrderLine]) -> Slip | None:
    picks = await PickList.filter(order_id=order.id, state=PickState.PACKED).prefetch_related("lines")
    if not picks:
        return None
    parts = [part for one in picks for part in one.lines]
    rows = _with_lots(_rows(lines, _sums(parts), None, on_top=True), parts)
    return replace(_slip(order, "", rows, None), boxes=sum(one.boxes for one in picks))


async def _going_back(order: Order, lines: list[OrderLine], claim: str) -> Slip | None:
    row = await _claim(claim)
    if row is None or row.order_id != order.id or row.state is not ClaimState.APPROVED:
        return None
    goods = _sums(await ClaimLine.filter(claim_id=row.id))
    some = [line for line in lines if line.id in goods]
    rows = _rows(some, goods, None, on_top=False)
    return replace(_slip(order, "", rows, None), claim=row.number, at=row.decided_at, remark=row.reason)


async def _claim(claim: str) -> Claim | None:
    number = claim[1:]
    found = Claim.get_or_none(id=int(number)) if number.isdecimal() and len(number) < 10 else None
    return await found.select_related("order__customer") if found is not None else None


def _sums(parts: Iterable[Any]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for part in parts:
        sums[part.line_id] = sums.get(part.line_id, ZERO) + part.qty
    return sums


def _rows(
    lines: Iterable[OrderLine], now: Mapping[int, Decimal], earlier: Mapping[int, Decimal] | None, *, on_top: bool
) -> tuple[SlipRow, ...]:
    """``on_top``: what goes now has not left yet, so that it is still counted as open."""
    rows = []
    for line in lines:
        this = now.get(line.id, ZERO)
        before = line.shipped if earlier is None else earlier.get(line.id, ZERO)
        rest = line.open - this if on_top else line.open
        if line.base_qty > line.cancelled or this:
            amounts = (line.base_qty - line.cancelled, before, this, rest)
            rows.append(SlipRow(line.sku, line.name, *(_some(line, one) for one in amounts)))
            rows += [_part_row(part, amounts) for part in line.kit]
    return tuple(rows)


def _with_lots(rows: Iterable[SlipRow], parts: Iterable[PickLine | ShipmentLine]) -> tuple[SlipRow, ...]:
    """The lots beside the product that they are of; of one that stands in several rows in the first of them."""
    found: dict[str, list[Taken]] = {}
    for part in parts:
        for one in taken_of(part.lots):
            found.setdefault(one.sku, []).append(one)
    return tuple(replace(row, lots=tuple(found.pop(row.sku, ()))) if row.now else row for row in rows)


def _part_row(part: KitPart, kits: tuple[Decimal, ...]) -> SlipRow:
    amounts = (f"{plain(part.qty * qty)}{part.unit}" if qty > 0 else "" for qty in kits)
    return SlipRow(part.sku, part.name, *amounts, part=True)


def _some(line: OrderLine, base: Decimal) -> str:
    return entered(line, base) if base > 0 else ""


def _slip(order: Order, part: str, rows: tuple[SlipRow, ...], parcel: Shipment | None) -> Slip:
    return Slip(
        number=order.number,
        part=part,
        customer=order.customer.name,
        ship_to=order.ship_to,
        promised=order.promised_date,
        remark=order.remark,
        po=order.po or "",
        boxes=parcel.boxes if parcel else 0,
        carrier=parcel.carrier if parcel else "",
        waybill=(parcel.label or "") if parcel else "",
        at=parcel.shipped_at if parcel else None,
        rows=rows,
    )
