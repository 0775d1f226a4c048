"""What a yes to a held order would mean: its margin, the customer's credit after it, who else waits for the goods."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from domain.allocating import skus_of
from domain.credit import credit_of
from domain.models import Order, OrderLine, Product, Stock, SubmittedChange
from domain.rules.lifecycle import STOOD, OrderState
from domain.values import plain

WAITING = (OrderState.ACCEPTED, OrderState.AWAITING_APPROVAL)
MOST_RIVALS = 3
NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Consequences:
    """``margin`` in percent, ``credit`` what is left of the limit afterwards; None when it cannot be known."""

    margin: Decimal | None
    credit: Decimal | None
    rivals: tuple[str, ...] = ()

    def facts(self) -> dict[str, str]:
        """The same as text for a notice, empty where nothing is known."""
        return {
            "margin": "" if self.margin is None else plain(self.margin),
            "credit": "" if self.credit is None else format(self.credit, "f"),
        }


async def consequences(order: Order, lines: Sequence[OrderLine], *, now: datetime) -> Consequences:
    """Look ahead, without changing anything; the order comes with its customer."""
    costs = dict(await Product.filter(sku__in=skus_of(lines)).values_list("sku", "cost"))
    return Consequences(_margin(lines, costs), await _credit(order, now), await _rivals(order, lines))


async def prospects(number: str, *, now: datetime) -> Consequences:
    """The same for an order by its number, for somebody who is about to decide."""
    order = await Order.get(number=number).select_related("customer")
    change = await SubmittedChange.get_or_none(order_number=number, state="waiting")
    if change is not None and order.state in STOOD:
        return _kept(change.ahead)
    return await consequences(order, await OrderLine.filter(order_id=order.id).order_by("position"), now=now)


def _kept(ahead: dict[str, Any]) -> Consequences:
    margin, credit = (Decimal(ahead[name]) if ahead.get(name) else None for name in ("margin", "credit"))
    return Consequences(margin, credit, tuple(ahead.get("rivals", ())))


def _margin(lines: Sequence[OrderLine], costs: dict[str, Decimal | None]) -> Decimal | None:
    earned = sum((line.amount for line in lines), NONE)
    goods = (line.goods(line.base_qty - line.cancelled) for line in lines)
    spent = [(costs.get(sku), qty) for one in goods for sku, qty in one.items()]
    if earned <= 0 or any(cost is None for cost, _ in spent):
        return None
    cost = sum((each * qty for each, qty in spent if each is not None), NONE)
    return ((earned - cost) / earned * 100).quantize(Decimal("0.1"))


async def _credit(order: Order, now: datetime) -> Decimal | None:
    if order.customer.credit_limit is None:
        return None
    counted = order.total if order.state not in STOOD else NONE
    return (await credit_of(order.customer, now=now)).left(counted)


async def _rivals(order: Order, lines: Sequence[OrderLine]) -> tuple[str, ...]:
    """Orders that would find too little on the shelves if this one takes its part, oldest first."""
    skus = skus_of(lines)
    left: dict[str, Decimal] = defaultdict(Decimal)
    for shelf in await Stock.filter(sku__in=list(skus)):
        left[shelf.sku] += shelf.free
    for line in lines:
        for sku, qty in line.goods(line.short).items():
            left[sku] -= qty
    others = OrderLine.filter(sku__in=list(skus), order__state__in=WAITING).exclude(order_id=order.id)
    found: dict[str, None] = {}
    for line in await others.order_by("order_id", "id").limit(200).select_related("order"):
        rest = max(left[line.sku], NONE)
        if line.short > rest:
            found[line.order.number] = None
        left[line.sku] = rest - min(rest, line.short)
    return tuple(found)[:MOST_RIVALS]
