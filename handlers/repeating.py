"""The same again: an earlier order as a new draft, changed in the same breath, and what one usually takes."""

from dataclasses import replace
from decimal import Decimal

from bot.dialogue import Draft, DraftLine
from bot.drafting import Difference, changed, detailed
from bot.haggling import bargained
from bot.replies import say
from bot.router import Answered, Ask, Router
from domain.commands import Change, Op, Reorder, ShowUsuals
from domain.errors import CustomerNotFound
from domain.listing import last_order_of
from domain.queries import find_order, order_view
from domain.rules.rights import WRITING
from domain.usage import usuals
from handlers.ordering import proceed

MOST_TIMES = 5


def register(router: Router) -> None:
    """What this room answers."""
    router.on(Reorder, roles=WRITING)(again)
    router.on(ShowUsuals, roles=WRITING)(usual)


async def again(ask: Ask) -> Answered:
    """照旧: the last order (or the one named) as a draft, read back before it counts."""
    command = ask.given(Reorder)
    customer = ask.actor.customer or command.customer
    if command.customer is not None and not ask.actor.may_see(command.customer):
        raise CustomerNotFound(command.customer)
    if command.order_no is None and customer is None:
        return say("again_whom")
    number = await find_order(command.order_no, ask.actor) if command.order_no else await last_order_of(customer or "")
    if number is None:
        return say("nothing_before")
    view = await order_view(number)
    lines = tuple(DraftLine(line.sku, line.qty, line.unit, line.base_qty, sure=True) for line in view.lines)
    draft = Draft(key=ask.key, customer=customer or view.customer, lines=lines)
    draft = bargained(detailed(draft, command.details, command.clarify), command.bargain, ())
    ops = command.ops
    if command.times and 1 < command.times <= MOST_TIMES:
        ops = (*(Change(Op.MUL, line.sku, factor=Decimal(command.times)) for line in lines), *ops)
    draft, differences = changed(draft, ops) if ops else (draft, ())
    return await proceed(ask, replace(draft, version=1), _told(differences))


def _told(differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    return tuple(d for d in differences if d.before != d.after)


async def usual(ask: Ask) -> Answered:
    """常购: what this customer takes most often."""
    if ask.actor.customer is None:
        return say("usual_whom")
    return say("usuals", rows=await usuals(ask.actor.customer))
