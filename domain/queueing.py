"""The queue for one product: every line of an accepted order that holds or wants some of it, and what moves between."""

from collections.abc import Collection
from decimal import Decimal

from tortoise.expressions import F

from domain import lane
from domain.models import OrderLine
from domain.models.scaled import grains
from domain.rules.allocation import Claim
from domain.rules.lifecycle import OrderState
from domain.values import day_of

ONE = Decimal(1)
_PLACE = ("o.number", "o.first_promised", "o.priority")
_OPEN = """
JOIN (SELECT id AS oid, number, first_promised, priority, state FROM "order") o ON o.oid = order_id
WHERE sku IN (SELECT CAST(? AS text) UNION ALL SELECT kit FROM kituse WHERE part = ?)
AND o.state IN ? AND base_qty > shipped + cancelled
"""


async def claims_on(sku: str, states: Collection[OrderState] = (OrderState.ACCEPTED,)) -> list[Claim]:
    """All claims of orders in these states on a product; for use by whoever has locked its balances."""
    found = await lane.fetch_beside(OrderLine, _PLACE, _OPEN, sku, sku, [str(state) for state in states])
    return [
        Claim(
            line=row.id,
            order=number,
            promised=day_of(promised),
            priority=priority,
            age=row.id,
            reserved=row.reserved,
            short=row.short,
            per=row.goods(ONE)[sku],
            parts=row.kit,
        )
        for row, (number, promised, priority) in found
        if sku in row.goods(ONE)
    ]


async def hold(line: int, amount: Decimal) -> bool:
    """Count goods as held by a line; False when it does not want so many any more."""
    g = grains(amount)
    room = OrderLine.filter(id=line, base_qty__gte=F("reserved") + g + F("shipped") + F("cancelled"))
    return await room.update(reserved=F("reserved") + g) == 1


async def let_go(line: int, amount: Decimal) -> bool:
    """Count goods as no longer held by a line; False when it does not hold so many any more."""
    g = grains(amount)
    return await OrderLine.filter(id=line, reserved__gte=amount).update(reserved=F("reserved") - g) == 1
