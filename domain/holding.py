"""One order to oneself: the first write of whoever changes it, so that two changes follow each other."""

from tortoise.expressions import F

from domain.errors import OrderNotFound
from domain.models import Order
from domain.rules.rights import may_see
from domain.values import Actor


async def held(number: str, by: Actor) -> Order:
    """The order as it is now, until the end of the transaction nobody else's to change; with its customer.

    Whoever may not see it is told that there is none.
    """
    return await _held(number, by, 1)


async def held_as_read(number: str, by: Actor) -> Order:
    """The same for who changes nothing that a read-back says: a yes to one that was given before stays good."""
    return await _held(number, by, 0)


async def _held(number: str, by: Actor, step: int) -> Order:
    # The write comes first: it waits for others who hold the row, and what is read after it cannot be stale.
    await Order.filter(number=number).update(version=F("version") + step)
    order = await Order.get_or_none(number=number).select_related("customer", "rep")
    if order is None or not may_see(by, order.customer.code):
        raise OrderNotFound(number)
    return order
