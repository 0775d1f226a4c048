"""The queue for one product: every line of an accepted order that holds or wants some of it, and what moves between."""

from collections.abc import Collection
from decimal import Decimal

from tortoise.expressions import F

from domain.models import OrderLine
from domain.models.scaled import grains
from domain.rules.allocation import Claim
from domain.rules.lifecycle import OrderState


async def claims_on(sku: str, states: Collection[OrderState] = (OrderState.ACCEPTED,)) -> list[Claim]:
    """All claims of orders in these states on a product; for use by whoever has locked its balances."""
    rows = await OrderLine.filter(
        sku=sku, order__state__in=states, base_qty__gt=F("shipped") + F("cancelled")
    ).select_related("order")
    return [
        Claim(
            line=row.id,
            order=row.order.number,
            promised=row.order.first_promised,
            priority=row.order.priority,
            age=row.id,
            reserved=row.reserved,
            short=row.short,
        )
        for row in rows
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
