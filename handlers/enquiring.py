"""Questions about orders, stock, prices and figures; nothing here changes anything."""

from dataclasses import replace

from bot.dialogue import Question
from bot.replies import say
from bot.router import BOUND, Answered, Ask, Router
from domain.commands import QueryOrder, QueryPrice, QueryStock, Report, ShowProducts
from domain.errors import CustomerNotFound, NotAllowed
from domain.listing import figures, open_orders
from domain.offering import prices_of, products_on_sale, stock_of
from domain.queries import find_order, order_view
from domain.values import STAFF_ROLES, Role

LISTED = 5
# Figures without money, open to all staff.
OPEN_METRICS = frozenset({"pending_shipment", "pending_approval", "shipments", "low_stock"})


def register(router: Router) -> None:
    """What this room answers."""
    router.on(QueryOrder, roles=BOUND)(query)
    router.on(QueryStock, roles=BOUND)(stock)
    router.on(QueryPrice, roles=BOUND)(prices)
    router.on(ShowProducts, roles=BOUND)(products)
    router.on(Report, roles=BOUND)(report)


async def query(ask: Ask) -> Answered:
    """查订单: one order by number, or those under way of the asker or of a named customer."""
    command = ask.given(QueryOrder)
    if command.order_no is not None:
        return await one_order(ask, await find_order(command.order_no, ask.actor))
    if command.customer is not None and not ask.actor.may_see(command.customer):
        raise CustomerNotFound(command.customer)
    rows = await open_orders(ask.actor, customer=command.customer, skus=command.skus, limit=LISTED + 1)
    if len(rows) == 1:
        return await one_order(ask, rows[0].number)
    if ask.talk.draft is not None:
        # The numbers 1, 2, 3 still answer the question about the draft.
        return say("orders", rows=rows, most=LISTED, numbered=False)
    question = Question("choose_order", tuple(row.number for row in rows[:LISTED])) if rows else None
    return say("orders", replace(ask.talk, question=question), rows=rows, most=LISTED, numbered=True)


async def one_order(ask: Ask, number: str) -> Answered:
    """The live state of one order."""
    view = await order_view(number)
    question = None if ask.talk.draft is None else ask.talk.question
    return say("order", replace(ask.talk, last_order=number, question=question), view=view)


async def stock(ask: Ask) -> Answered:
    """查库存: what is free; customers learn only whether there is enough."""
    rows = await stock_of(ask.given(QueryStock).skus)
    talk = replace(ask.talk, focus=rows[-1].sku) if rows else None
    return say("stock", talk, rows=rows, exact=ask.actor.is_staff)


async def prices(ask: Ask) -> Answered:
    """问价: the price for this customer, per unit."""
    command = ask.given(QueryPrice)
    rows = await prices_of(command.skus, ask.actor.customer)
    talk = replace(ask.talk, focus=rows[-1].sku) if rows else None
    return say("prices", talk, rows=rows, qty=command.qty, unit=command.unit)


async def products(_ask: Ask) -> Answered:
    """商品: what there is to order."""
    return say("products", rows=await products_on_sale(limit=12))


async def report(ask: Ask) -> Answered:
    """Figures for staff; a customer's question is about the own orders."""
    command = ask.given(Report)
    if ask.actor.is_staff and not ask.actor.sees_money and command.metric not in OPEN_METRICS:
        raise NotAllowed((Role.SALES.value, Role.MANAGER.value))
    if not ask.actor.roles & STAFF_ROLES:
        return await query(replace(ask, command=QueryOrder(period=command.period)))
    if command.customer is not None and not ask.actor.may_see(command.customer):
        raise CustomerNotFound(command.customer)
    found = await figures(command, ask.actor, now=ask.now)
    return say("figures", found=found, metric=command.metric)
