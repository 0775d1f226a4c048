"""What a customer usually takes: the yardstick for odd quantities; reads only."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from domain import lane
from domain.judging import book_of
from domain.models import OrderLine
from domain.models.scaled import ungrained
from domain.quotedvalues import OrderDraft
from domain.restoring import moment
from domain.rules.lifecycle import OrderState
from domain.values import quantity

ENOUGH = 3
LOOKED_BACK = 60

_TAKEN = """
SELECT sku, COUNT(*), SUM(base_qty) FROM orderline
WHERE order_id IN (SELECT id FROM "order" WHERE customer_id = ? AND state IN ? ORDER BY id DESC LIMIT ?) AND sku IN ?
GROUP BY sku HAVING COUNT(*) >= ?
"""
_NEWEST = """
SELECT (SELECT settings FROM reviewscheme ORDER BY id DESC LIMIT 1), id, number, placed_at FROM "order"
WHERE customer_id = (SELECT id FROM customer WHERE code = ?) AND state IN ? AND asked_by <> ? ORDER BY id DESC LIMIT ?
"""
_GOODS = "SELECT order_id, sku, qty, unit FROM orderline WHERE order_id IN ?"


@dataclass(frozen=True, slots=True)
class Usual:
    """A product that a customer takes often; ``qty`` is the last one, in ``unit``."""

    sku: str
    name: str
    qty: Decimal
    unit: str
    times: int


async def usual_quantities(customer_id: int, skus: Collection[str]) -> dict[str, Decimal]:
    """The average base quantity per order of each product, where this customer ordered it three times or more."""
    taken = await lane.rows(_TAKEN, customer_id, _stood(), LOOKED_BACK, list(skus), ENOUGH)
    return {sku: quantity(ungrained(int(total)) / times) for sku, times, total in taken}


async def usuals(customer: str, *, limit: int = 5) -> list[Usual]:
    """What this customer takes most often, the most frequent first."""
    rows = await (
        OrderLine.filter(order__customer__code=customer, order__state__in=_stood())
        .order_by("-id")
        .limit(200)
        .values_list("sku", "name", "qty", "unit")
    )
    times = Counter(row[0] for row in rows)
    last = {row[0]: row for row in reversed(rows)}
    return [Usual(sku, last[sku][1], last[sku][2], last[sku][3], n) for sku, n in times.most_common(limit)]


async def twin_of(draft: OrderDraft, *, now: datetime) -> str | None:
    """An order of the same goods for the same customer, placed not long before ``now``; None if there is none."""
    states = (*_stood(), OrderState.AWAITING_APPROVAL)
    newest = await lane.rows(_NEWEST, draft.customer, states, draft.key, LOOKED_BACK)
    span = book_of(None, newest[0][0]).threshold("look_alike") if newest else None
    if span is None:
        return None
    since = now - timedelta(minutes=float(span))
    numbers = {order: number for _, order, number, placed_at in newest if moment(placed_at) >= since}
    goods: dict[int, list[tuple[str, Decimal, str]]] = defaultdict(list)
    for order, sku, qty, unit in await lane.rows(_GOODS, list(numbers)) if numbers else ():
        goods[order].append((sku, ungrained(qty), unit))
    wanted = sorted((line.sku, line.qty, line.unit) for line in draft.lines)
    return next((number for order, number in numbers.items() if sorted(goods[order]) == wanted), None)


def _stood() -> tuple[OrderState, ...]:
    return (OrderState.ACCEPTED, OrderState.CLOSED, OrderState.SHORT_CLOSED)
