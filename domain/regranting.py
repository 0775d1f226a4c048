"""What the lines of an order hold while it changes: less is given back, more is reserved as far as there is stock.

For use inside the transaction that changes it, with the shelves of its products locked.
"""

from decimal import Decimal

from tortoise.expressions import F

from domain.aiming import cuts
from domain.allocating import give_back_all, reserve_lines, skus_of
from domain.amendplan import Plan, standing
from domain.models import OrderLine
from domain.models.scaled import grains
from domain.restocking import ask_no_more, fill_short, shrink

ZERO = Decimal(0)
CHANGED = (
    "qty", "unit", "ratio", "base_qty", "cancelled", "unit_price", "price_unit", "price_source", "price_facts",
    "amount",
)  # fmt: skip
"""What a change may change in a line; what is reserved and shipped has counters of its own."""


async def keep(plan: Plan, freed: set[str]) -> list[OrderLine]:
    """Write the lines, give them what there is; those that grew, as they are then."""
    for line in plan.lines:
        await line.save(update_fields=list(CHANGED) if line._saved_in_db else None)
    lines = await reserve_lines([line for line in plan.lines if _grew(plan, line)])
    # Of an order that was paused, what it lacked may have come in the meantime.
    await ask_no_more([line.id for line in lines if line.short <= 0])
    for sku in sorted(freed):
        await fill_short(sku)
    return lines


async def give_way(plan: Plan) -> set[str]:
    """Let go of what is no longer held for lines that give way; the products of which something became free."""
    freed: set[str] = set()
    for sku, aim in plan.wanted.items():
        less = plan.before.get(sku, ZERO) - aim.total
        mine = [line for line in plan.lines if line.sku == sku]
        for line, cut in zip(mine, cuts([standing(line) for line in mine], max(less, ZERO)), strict=True):
            if cut and await _let_go(line, cut):
                freed |= skus_of([line])
    return freed


async def _let_go(line: OrderLine, cut: Decimal) -> Decimal:
    from_short = min(cut, line.short)
    if from_short:
        await shrink(line.id, line.goods(from_short))
    given = cut - from_short
    if given:
        line.reserved -= given
        held = OrderLine.filter(id=line.id, reserved__gte=given)
        lowered = await held.update(reserved=F("reserved") - grains(given))
        assert lowered, "a locked reservation changed"
        await give_back_all(line.goods(given))
    return given


def _grew(plan: Plan, line: OrderLine) -> bool:
    return plan.wanted[line.sku].total > plan.before.get(line.sku, ZERO)
