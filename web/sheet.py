"""An order as its page shows it: which stage it is at, what to expect when, and what this viewer may know. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.models.orders import OrderState
from domain.models.shipments import ParcelState
from domain.orderviews import LineView, OrderView, ScanView, ShipmentView
from domain.progress import NO_PROGRESS, ClaimView, Progress
from domain.rules.tracking import FINAL, RETURN, TROUBLED
from domain.rules.waybills import PICK_UP
from domain.values import plain

REVIEWING = frozenset({OrderState.IN_REVIEW, OrderState.AWAITING_APPROVAL})
_TROUBLED = frozenset({*TROUBLED, *RETURN, ParcelState.CANCELLED})
_WORST_FIRST = (
    ParcelState.PROBLEM, ParcelState.DELIVERY_FAILED, ParcelState.RETURNING, ParcelState.RETURNED,
    ParcelState.READY_FOR_PICKUP,
)  # fmt: skip
_BY_STATE = {
    OrderState.IN_REVIEW: "reviewing",
    OrderState.AWAITING_APPROVAL: "reviewing",
    OrderState.ON_HOLD: "paused",
    OrderState.REJECTED: "rejected",
    OrderState.CANCELLED: "cancelled",
    OrderState.SHORT_CLOSED: "short_closed",
    OrderState.CLOSED: "delivered",
}
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)")
_MAY_BE_LATE = frozenset({"preparing", "part_shipped", "part_delivered", "on_the_way"})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the journey: ``mark`` is done, now, todo or stopped; ``at`` also tells of a part that is done."""

    name: str
    mark: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Goods:
    """One line in the words of the order's own unit; money is None for those who may not see it."""

    name: str
    sku: str
    ordered: str
    shipped: str
    rest: str
    cancelled: str
    price: Decimal | None
    price_unit: str
    amount: Decimal | None
    price_source: str
    price_facts: Mapping[str, str]
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One shipment with its scans, newest first."""

    carrier: str
    waybill: str | None
    state: str
    tone: str
    shipped_at: datetime
    eta: date | None
    scans: tuple[ScanView, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page says. ``full``: the viewer may see this customer and their address; without money the prices
    and the total are None."""

    number: str
    stage: str
    tone: str
    expected: date | None
    late: bool
    short: bool
    open: bool
    delivered_at: datetime | None
    steps: tuple[Step, ...]
    goods: tuple[Goods, ...]
    parcels: tuple[Parcel, ...]
    full: bool
    customer: str
    reason: str
    total: Decimal | None
    ship_to: dict[str, str]
    remark: str
    po: str = ""
    picking: str = ""
    boxes: int = 0
    claims: tuple[ClaimView, ...] = ()


def sheet(view: OrderView, *, full: bool, priced: bool, today: date, progress: Progress = NO_PROGRESS) -> Sheet:
    """The page of an order on a day; nothing that is hidden from a viewer is even in it."""
    stage = _stage(view)
    expected = _expected(view, stage)
    late = stage in _MAY_BE_LATE and expected is not None and expected < today
    return Sheet(
        number=view.number,
        stage=stage,
        tone=_tone(stage, late),
        expected=expected,
        late=late,
        short=any(line.base_qty - line.shipped - line.cancelled > line.reserved for line in view.lines),
        open=_is_open(view),
        delivered_at=_last_delivery(view),
        steps=_steps(view, stage),
        goods=tuple(_goods(line, priced=full and priced) for line in view.lines),
        parcels=tuple(_parcel(one, full=full) for one in reversed(view.shipments)),
        full=full,
        customer=view.customer_name if full else "",
        reason=view.reason if full else "",
        total=view.total if full and priced else None,
        ship_to=_masked(view.ship_to) if full else {},
        remark=view.remark if full else "",
        po=view.po if full else "",
        picking=progress.picking if _is_open(view) else "",
        boxes=progress.boxes,
        claims=tuple(_claim(one, priced=priced) for one in progress.claims) if full else (),
    )


def _claim(one: ClaimView, *, priced: bool) -> ClaimView:
    settled = priced and one.state == "settled"
    return one if settled else replace(one, credit=Decimal(0))


def _stage(view: OrderView) -> str:
    if view.state in _BY_STATE:
        return _BY_STATE[view.state]
    states = {one.state for one in view.shipments}
    if not states:
        return "preparing"
    for trouble in _WORST_FIRST:
        if trouble in states:
            return str(trouble)
    if ParcelState.DELIVERED in states:
        return "delivered" if states == {ParcelState.DELIVERED} and not _is_open(view) else "part_delivered"
    if ParcelState.OUT_FOR_DELIVERY in states:
        return "at_the_door"
    if not _is_open(view) and all(one.carrier == PICK_UP for one in view.shipments):
        return "picked_up"
    return "part_shipped" if _is_open(view) else "on_the_way"


def _is_open(view: OrderView) -> bool:
    return any(line.base_qty - line.shipped - line.cancelled > 0 for line in view.lines)


def _expected(view: OrderView, stage: str) -> date | None:
    """The day by which everything is there: of goods still in the house the promise, else of the last parcel."""
    if stage == "preparing" or _is_open(view):
        return view.promised
    days = [one.eta for one in view.shipments if one.eta and one.state not in FINAL]
    return max(days, default=view.promised)


def _tone(stage: str, late: bool) -> str:
    if late or stage in {"rejected", *_TROUBLED}:
        return "warn"
    return "quiet" if stage in ("cancelled", "short_closed") else "good"


def _last_delivery(view: OrderView) -> datetime | None:
    return max((one.delivered_at for one in view.shipments if one.delivered_at), default=None)


def _steps(view: OrderView, stage: str) -> tuple[Step, ...]:
    placed = Step("placed", "done", view.placed_at)
    if stage == "rejected":
        return placed, Step("reviewed", "stopped", view.decided_at)
    if stage == "cancelled":
        return placed, Step("cancelled", "stopped", view.decided_at)
    left = [one.shipped_at for one in view.shipments]
    gone = bool(left) and not _is_open(view)
    journey = (
        ("reviewed", stage != "reviewing", view.decided_at or (None if stage == "reviewing" else view.placed_at)),
        ("prepared", gone, None),
        ("shipped", gone, min(left, default=None)),
        ("delivered", stage in ("delivered", "short_closed"), _last_delivery(view)),
    )
    present = next((name for name, done, _ in journey if not done), "")
    marks = {name: "done" if done else "now" if name == present else "todo" for name, done, _ in journey}
    return placed, *(Step(name, marks[name], at) for name, _, at in journey)


def _goods(line: LineView, *, priced: bool) -> Goods:
    rest = line.base_qty - line.shipped - line.cancelled
    return Goods(
        name=line.name,
        sku=line.sku,
        ordered=f"{plain(line.qty)} {line.unit}",
        shipped=_counted(line, line.shipped),
        rest=_counted(line, rest) if line.shipped and rest else "",
        cancelled=_counted(line, line.cancelled),
        price=line.unit_price if priced else None,
        price_unit=line.price_unit,
        amount=line.amount if priced else None,
        price_source=line.price_source if priced else "",
        price_facts=line.price_facts if priced else {},
        inside="、".join(f"{part.sku}×{plain(part.qty)}" for part in line.parts),
    )


def _counted(line: LineView, base: Decimal) -> str:
    """Base units in the unit of the order when that comes out even: 10 箱 rather than 500 个."""
    if not base:
        return ""
    entered = base * line.qty / line.base_qty
    whole = entered == entered.to_integral_value()
    return f"{plain(entered)} {line.unit}" if whole else f"{plain(base)} {line.base_unit}"


def _parcel(one: ShipmentView, *, full: bool) -> Parcel:
    tone = "good" if one.state is ParcelState.DELIVERED else "warn" if one.state in _TROUBLED else "plain"
    scans = tuple(event if full else replace(event, text=_PHONE.sub("…", event.text)) for event in reversed(one.events))
    return Parcel(one.carrier, one.waybill, str(one.state), tone, one.shipped_at, one.eta, scans)


def _masked(ship_to: dict[str, Any]) -> dict[str, str]:
    known = {name: str(ship_to.get(name) or "") for name in ("address", "name", "phone")}
    phone = known["phone"]
    return known | {"phone": f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else phone} if known["address"] else {}
