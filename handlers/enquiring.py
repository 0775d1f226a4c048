"""Questions about orders, stock, prices and figures; nothing here changes anything."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

from bot.dialogue import Question
from bot.replies import say
from bot.router import BOUND, Answered, Ask, Router
from domain.commands import QueryOrder, QueryPrice, QueryStock, Report, ShowProducts
from domain.errors import CustomerNotFound, NotAllowed
from domain.explaining import why
from domain.figures import figures
from domain.history import history, whereabouts
from domain.listing import open_orders
from domain.news import catch_up as news_since
from domain.offering import prices_of, products_on_sale, stock_of
from domain.parcelcommands import CatchUp
from domain.policy import shop_day
from domain.pricelists import price_list, price_lists
from domain.queries import find_order, order_view
from domain.summary import summary, this_day, this_week
from domain.values import STAFF_ROLES, Period, Role
from notify.alerts.acting import alerts_on
from notify.kinds import REPORTING

LISTED = 5
PAST = 4
# Who may look into price lists.
PRICERS = frozenset({Role.SALES, Role.MANAGER, Role.FINANCE})
# Figures without money, open to all staff.
OPEN_METRICS = frozenset({"pending_shipment", "pending_approval", "shipments", "low_stock", "on_time"})
_SUMMARIES = frozenset({"daily", "weekly"})

Past = Callable[[int], Awaitable[str]]


async def no_past(_identity: int) -> str:
    """No address: nobody told the handlers where pages are."""
    return ""


def register(router: Router, past: Past = no_past) -> None:
    """What this room answers; ``past`` makes the address of somebody's past orders."""

    async def answer(ask: Ask) -> Answered:
        return await query(ask, past)

    async def counted(ask: Ask) -> Answered:
        return await report(ask, past)

    router.on(QueryOrder, roles=BOUND)(answer)
    router.on(Report, roles=BOUND)(counted)
    router.on(CatchUp, roles=BOUND)(catch_up)
    router.on(QueryStock, roles=BOUND)(stock)
    router.on(QueryPrice, roles=BOUND)(prices)
    router.on(ShowProducts, roles=BOUND)(products)


async def query(ask: Ask, past: Past = no_past) -> Answered:
    """查订单: one order by number, or those under way of the asker or of a named customer."""
    command = ask.given(QueryOrder)
    if command.order_no is not None:
        number = await find_order(command.order_no, ask.actor)
        return await _why(ask, number) if command.why else await one_order(ask, number)
    if command.customer is not None and not ask.actor.may_see(command.customer):
        raise CustomerNotFound(command.customer)
    if command.period is not None:
        return await _past(ask, command, command.period, past)
    if len(command.skus) == 1 and not command.why and ask.talk.draft is None:
        return await _product(ask, command.skus[0])
    rows = await open_orders(ask.actor, customer=command.customer, skus=command.skus, limit=LISTED + 1)
    if len(rows) == 1:
        return await _why(ask, rows[0].number) if command.why else await one_order(ask, rows[0].number)
    if ask.talk.draft is not None:
        # The numbers 1, 2, 3 still answer the question about the draft.
        return say("orders", rows=rows, most=LISTED, numbered=False)
    question = Question("choose_order", tuple(row.number for row in rows[:LISTED])) if rows else None
    return say("orders", replace(ask.talk, question=question), rows=rows, most=LISTED, numbered=True)


async def _past(ask: Ask, command: QueryOrder, period: Period, past: Past) -> Answered:
    """上个月订单, A100今年买了多少."""
    found = await history(ask.actor, period, customer=command.customer, skus=command.skus, limit=PAST)
    url = await past(ask.actor.identity) if ask.actor.identity is not None else ""
    question = Question("choose_order", tuple(row.number for row in found.rows)) if found.rows else None
    if ask.talk.draft is not None:
        return say("history", found=found, numbered=False, url=url)
    return say("history", replace(ask.talk, question=question), found=found, numbered=True, url=url)


async def _product(ask: Ask, sku: str) -> Answered:
    """A100发了没: one product over the orders that have it."""
    rows = await whereabouts(ask.actor, sku, now=ask.now, limit=PAST + 1)
    return say("whereabouts", replace(ask.talk, focus=sku), rows=rows, sku=sku, name=ask.name_of(sku), most=PAST)


async def catch_up(ask: Ask) -> Answered:
    """动态: what has happened since this person last looked."""
    return say("news", news=await news_since(ask.actor, now=ask.now), most=PAST)


async def _why(ask: Ask, number: str) -> Answered:
    """为什么没发 1042: what holds it up, and who has to act."""
    explained = await why(number, now=ask.now)
    subjects = {cause.request for cause in explained.causes if cause.request and ask.actor.is_staff}
    alerts = await alerts_on(subjects)
    return say("why", replace(ask.talk, last_order=number), explained=explained, alerts=alerts)


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
    if command.price_list is not None or (ask.actor.roles & PRICERS and not command.skus):
        return await _lists(ask, command.price_list)
    customer = ask.actor.customer or command.customer or (ask.talk.draft.customer if ask.talk.draft else None)
    if customer is not None and not ask.actor.may_see(customer):
        raise CustomerNotFound(customer)
    wanted = {sku: _asked(ask, sku, command) for sku in command.skus}
    # What a customer has agreed upon is no business of those who may not see money: they hear the usual price.
    whose = customer if ask.actor.sees_money else None
    rows = await prices_of(wanted, whose, today=shop_day(ask.now))
    talk = replace(ask.talk, focus=rows[-1].sku) if rows else None
    return say("prices", talk, rows=rows, whose=ask.name_of(customer) if ask.actor.is_staff and customer else "")


def _asked(ask: Ask, sku: str, command: QueryPrice) -> Decimal:
    """How much of a product the question is about, in base units; one when it says nothing."""
    unit = ask.lexicon.unit_of(sku, command.unit) if command.qty else None
    return (command.qty or Decimal(1)) * unit[1] if unit is not None else Decimal(1)


async def _lists(ask: Ask, code: str | None) -> Answered:
    """价格表 [VIP]: the lists, or the prices of one."""
    if not ask.actor.roles & PRICERS:
        raise NotAllowed((Role.SALES.value, Role.MANAGER.value))
    if code is None:
        return say("price_lists", rows=await price_lists())
    if code in ask.lexicon.customers and not ask.actor.may_see(code):
        raise CustomerNotFound(code)
    name, rows = await price_list(code, today=shop_day(ask.now))
    return say("price_list", name=name, code=code, rows=rows)


async def products(_ask: Ask) -> Answered:
    """商品: what there is to order."""
    return say("products", rows=await products_on_sale(limit=12))


async def report(ask: Ask, past: Past = no_past) -> Answered:
    """Figures for staff; a customer's question is about the own orders."""
    command = ask.given(Report)
    if ask.actor.is_staff and not ask.actor.sees_money and command.metric not in OPEN_METRICS:
        raise NotAllowed((Role.SALES.value, Role.MANAGER.value))
    if not ask.actor.roles & STAFF_ROLES:
        return await query(replace(ask, command=QueryOrder(period=command.period)), past)
    if command.customer is not None and not ask.actor.may_see(command.customer):
        raise CustomerNotFound(command.customer)
    if command.metric in _SUMMARIES and command.customer is None:
        return await _summary(ask, command)
    found = await figures(command, ask.actor, now=ask.now)
    return say("figures", found=found, metric=command.metric, skus=command.skus)


async def _summary(ask: Ask, command: Report) -> Answered:
    """日报, 周报: the figures of a day or of a week so far, and what waits."""
    weekly = command.metric == "weekly"
    period = command.period or (this_week(ask.now) if weekly else this_day(ask.now))
    found = await summary(period, ask.actor, now=ask.now)
    return say("summary", found=found, weekly=weekly, pushed=bool(ask.actor.roles & REPORTING))
