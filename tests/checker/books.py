"""The business in its tables: stock, lines and moves agree, and every order came to its state by legal steps."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal

from domain.models import (
    Claim,
    Customer,
    Earmark,
    Event,
    Order,
    OrderLine,
    OrderNumber,
    Payment,
    PurchaseRequest,
    Stock,
    StockLot,
    StockMove,
    WorkHold,
)
from domain.models.returns import ClaimState
from domain.rules.lifecycle import STOOD, TRANSITIONS, OrderState, Step
from domain.rules.lots import OPENING

NONE = Decimal(0)
STEPS = {
    ("OrderAccepted", OrderState.IN_REVIEW): Step.PASS,
    ("OrderAccepted", OrderState.AWAITING_APPROVAL): Step.APPROVE,
    ("OrderHeld", OrderState.IN_REVIEW): Step.HOLD,
    ("OrderRejected", OrderState.AWAITING_APPROVAL): Step.REJECT,
    ("OrderCancelled", OrderState.AWAITING_APPROVAL): Step.CANCEL,
    ("OrderCancelled", OrderState.ACCEPTED): Step.CANCEL,
    ("OrderShipped", OrderState.ACCEPTED): Step.SHIP,
    ("OrderAmended", OrderState.AWAITING_APPROVAL): Step.NUMBER,
    ("OrderAmended", OrderState.ACCEPTED): Step.AMEND,
    ("OrderAmended", OrderState.ON_HOLD): Step.AMEND,
    ("OrderPaused", OrderState.ACCEPTED): Step.PAUSE,
    ("OrderResumed", OrderState.ON_HOLD): Step.RESUME,
    ("OrderCancelled", OrderState.ON_HOLD): Step.CANCEL,
    ("OrderShortClosed", OrderState.ACCEPTED): Step.SHORT_CLOSE,
    ("OrderShortClosed", OrderState.ON_HOLD): Step.SHORT_CLOSE,
}
MOVING = frozenset(kind for kind, _ in STEPS)


async def balanced() -> list[str]:
    """I3: nothing negative, the ledger is the balance, what is reserved is what lines, read-backs and work hold."""
    shelves, lines = await Stock.all(), await OrderLine.all()
    moved: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for move in await StockMove.all():
        moved[move.sku, move.warehouse] += move.qty
    return [
        *_shelves(shelves, moved),
        *_lots(shelves, await StockLot.all(), await StockMove.exclude(lot="")),
        *_reserved(shelves, [*lines, *await Earmark.all(), *await WorkHold.all()]),
        *(f"I3 line {row.id}: {row.sku} counters do not fit" for row in lines if not _fits(row)),
        *await _requests(lines),
        *await _owed(),
    ]


def _shelves(shelves: Iterable[Stock], moved: dict[tuple[str, str], Decimal]) -> Iterable[str]:
    for shelf in shelves:
        place = f"{shelf.sku} in {shelf.warehouse}"
        if not 0 <= shelf.reserved <= shelf.on_hand:
            yield f"I3 {place}: {shelf.reserved} reserved of {shelf.on_hand}"
        if moved[shelf.sku, shelf.warehouse] != shelf.on_hand:
            yield f"I3 {place}: moves say {moved[shelf.sku, shelf.warehouse]}, the shelf {shelf.on_hand}"


def _lots(shelves: Iterable[Stock], lots: Iterable[StockLot], moves: Iterable[StockMove]) -> Iterable[str]:
    """Of what lies in lots the lots are the balance, none is negative, and none holds more than moves brought."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for lot in lots:
        sums[lot.sku, lot.warehouse] += lot.on_hand
        if min(lot.on_hand, lot.expired) < 0:
            yield f"I3 lot {lot.code} of {lot.sku}: {lot.on_hand} on hand, {lot.expired} expired"
    for shelf in shelves:
        there = sums[shelf.sku, shelf.warehouse]
        if there != (shelf.on_hand if shelf.by_lot else NONE):
            yield f"I3 {shelf.sku} in {shelf.warehouse}: lots hold {there} of {shelf.on_hand}"
    moved: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for move in moves:
        moved[move.sku, move.warehouse, move.lot] += move.qty
    for lot in lots:
        told = moved[lot.sku, lot.warehouse, lot.code]
        # What lay there before lots were asked for came without any.
        if lot.code != OPENING and told != lot.on_hand:
            yield f"I3 lot {lot.code} of {lot.sku}: moves say {told}, not {lot.on_hand}"


def _reserved(shelves: Iterable[Stock], holders: Iterable[OrderLine | Earmark | WorkHold]) -> Iterable[str]:
    on_shelves: dict[str, Decimal] = defaultdict(Decimal)
    by_lines: dict[str, Decimal] = defaultdict(Decimal)
    for shelf in shelves:
        on_shelves[shelf.sku] += shelf.reserved
    for one in holders:
        for sku, qty in (one.goods(one.reserved) if isinstance(one, OrderLine) else {one.sku: one.qty}).items():
            by_lines[sku] += qty
    for sku in {*on_shelves, *by_lines}:
        if on_shelves[sku] != by_lines[sku]:
            yield f"I3 {sku}: lines hold {by_lines[sku]}, shelves have {on_shelves[sku]} reserved"


def _fits(row: OrderLine) -> bool:
    return (
        min(row.reserved, row.open, row.short, row.delivered) >= 0
        and row.delivered <= row.shipped <= row.base_qty
        and _whole(row)
    )


def _whole(row: OrderLine) -> bool:
    """Nobody holds or was sent half a kit."""
    return not row.parts or not any(qty % 1 for qty in (row.reserved, row.shipped, row.delivered, row.cancelled))


async def _requests(lines: Iterable[OrderLine]) -> list[str]:
    short = {row.id: row.goods(row.short) for row in lines}
    asked = await PurchaseRequest.filter(state="open", line_id__isnull=False)
    return [
        f"I3 {one.number} asks for {one.qty}, the line lacks {lacking}"
        for one in asked
        if one.qty != (lacking := short.get(one.line_id or 0, {}).get(one.sku))
    ]


async def _owed() -> list[str]:
    """What is kept with a customer is what their history comes to."""
    owed: dict[int, Decimal] = defaultdict(Decimal)
    for order in await Order.filter(state__in=STOOD):
        owed[order.customer_id] += order.total
    for payment in await Payment.all():
        owed[payment.customer_id] -= payment.amount
    for claim in await Claim.filter(state=ClaimState.SETTLED).select_related("order"):
        owed[claim.order.customer_id] -= claim.credit
    return [
        f"I3 customer {row.code}: {row.owed} is kept as owed, the history says {owed[row.id]}"
        for row in await Customer.all()
        if row.owed != owed[row.id]
    ]


async def legal() -> list[str]:
    """I7, I8: the ledger of each order is a legal history, and ends where the order is."""
    history: dict[str, list[str]] = defaultdict(list)
    for event in await Event.filter(kind__in=MOVING).order_by("id"):
        history[event.order_number or ""].append(event.kind)
    orders = await Order.all().prefetch_related("lines")
    known = {order.number for order in orders}
    found = [f"I7 events of {number}, which does not exist" for number in history if number not in known]
    for order in orders:
        found += _walked(order, history[order.number])
    numbers = set(await OrderNumber.all().values_list("asked_by", flat=True))
    found += [f"I7 {order.number} has no number of its own" for order in orders if order.asked_by not in numbers]
    twice = [key for key, count in Counter(order.asked_by for order in orders).items() if count > 1]
    return [*found, *(f"I2 two orders come of {key}" for key in twice)]


def _walked(order: Order, kinds: list[str]) -> list[str]:
    state = OrderState.IN_REVIEW
    for kind in kinds:
        step = STEPS.get((kind, state))
        if step is None:
            return [f"I8 {order.number}: {kind} while {state}, of {kinds}"]
        state = TRANSITIONS[state, step]
    # Closing is not told to anybody: the last parcel that arrives does it.
    arrived = all(line.delivered >= line.base_qty - line.cancelled for line in order.lines)
    if state is OrderState.ACCEPTED and order.state is OrderState.CLOSED and arrived:
        return []
    return [] if state is order.state else [f"I8 {order.number} is {order.state}, its ledger says {state}: {kinds}"]
