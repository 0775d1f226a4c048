"""From what is missing to what has come: purchase orders by chat."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from bot.dialogue import Question
from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import buying, incoming, stockpiling
from domain.commands import Wanted
from domain.rules.rights import BUYING, STOCKING
from domain.stockcommands import BuyGoods, ClosePurchase, ListPurchases, MovePurchase, ReceivePurchase, SetSupplier
from domain.stocking import MAIN, warehouse_named
from domain.values import plain
from handlers.lotting import batch_of
from handlers.stocking import or_its_form

OFFERED = 4


def register(router: Router) -> None:
    """What this room answers."""
    router.on(ListPurchases, roles=STOCKING)(purchases)
    router.on(BuyGoods, roles=BUYING)(stock_up)
    router.on(ReceivePurchase, roles=STOCKING)(or_its_form("arrival", receive))
    router.on(MovePurchase, roles=BUYING)(move)
    router.on(ClosePurchase, roles=BUYING)(close)
    router.on(SetSupplier, roles=BUYING)(set_supplier)


async def purchases(ask: Ask) -> Answered:
    """采购单: what is missing, by supplier and numbered, and what is on its way; or one purchase order."""
    number = ask.given(ListPurchases).purchase
    if number is not None:
        return say("purchase", row=await buying.purchase(number))
    groups = [(who, list(rows)) for who, rows in groupby(await buying.needs(), key=lambda need: need.supplier)]
    may_buy = bool(ask.actor.roles & BUYING)
    offered = groups[:OFFERED] if may_buy else []
    question = Question("buy", tuple(who for who, _ in offered), heard_at=ask.heard_at) if offered else None
    coming = await buying.open_purchases()
    talk = replace(ask.talk, question=question) if question or ask.talk.draft is None else None
    return say("purchases", talk, groups=groups[:OFFERED], coming=coming, may_buy=may_buy)


async def chosen(ask: Ask, options: tuple[str, ...], option: int) -> Answered:
    """A number under 采购单: ordered from that supplier, as much as is missing now."""
    if not 1 <= option <= len(options):
        return say("no_such_option", most=len(options))
    bought = await buying.buy(options[option - 1], ask.key, by=ask.actor, now=ask.now)
    return say("bought", replace(ask.talk, question=None), row=bought)


async def stock_up(ask: Ask) -> Answered:
    """采购 B200 500: ordered of its supplier, whether anybody waits for it or not."""
    lines = ask.given(BuyGoods).lines
    if len(lines) != 1 or lines[0].sku is None or lines[0].base_qty is None:
        return say("stock_unclear", what="buy", lines=lines)
    row = await stockpiling.stock_up(lines[0].sku, lines[0].base_qty, ask.key, by=ask.actor, now=ask.now)
    return say("bought", row=row)


async def receive(ask: Ask) -> Answered:
    """到货 P17 [A100 200]: on the shelf, and to those who wait."""
    command = ask.given(ReceivePurchase)
    number, lines = command.purchase, command.lines
    number = number or await incoming.arrived_by(ask.key, heard_at=ask.heard_at)
    if number is None:
        with_it = await _open_with(lines)
        if len(with_it) != 1:
            return say("arrival_of_whom", rows=with_it, lines=lines)
        number = with_it[0].number
    if len(lines) == 1 and lines[0].sku is None and lines[0].qty is not None:
        coming = await _coming(number)
        if len(coming) > 1:
            return say("arrival_of_which", number=number, skus=coming, line=lines[0])
        lines = tuple(_of(sku, lines[0], ask) for sku in coming)
    return await _receive(ask, number, lines)


async def _receive(ask: Ask, number: str, lines: Sequence[Wanted]) -> Answered:
    command = ask.given(ReceivePurchase)
    if any(line.sku is None or line.base_qty is None for line in lines):
        return say("stock_unclear", what="arrival", lines=lines)
    parts: dict[str, Decimal] = {}
    for line in lines:
        parts[line.sku or ""] = parts.get(line.sku or "", Decimal(0)) + (line.base_qty or Decimal(0))
    batch = batch_of(command.lot, command.expires_on, command.lines)
    lots = {}
    if batch is not None:
        skus = list(parts) or await _coming(number)
        if len(skus) > 1:
            return say("stock_unclear", what="arrival_lot", lines=())
        lots = dict.fromkeys(skus, batch)
    came = buying.Came(parts or None, await warehouse_named(command.warehouse), lots)
    arrived = await buying.receive(number, came, ask.key, by=ask.actor, now=ask.now)
    return say("arrived", arrived=arrived, place=command.warehouse if came.warehouse != MAIN else "")


async def _open_with(lines: Sequence[Wanted]) -> list[buying.Purchase]:
    """The purchases on their way that have any of these goods."""
    named = {line.sku for line in lines}
    return [one for one in await buying.open_purchases() if any(good[0] in named and good[2] > 0 for good in one.goods)]


async def _coming(number: str) -> list[str]:
    """What is still to come of a purchase."""
    return [good[0] for good in (await buying.purchase(number)).goods if good[2] > 0]


def _of(sku: str, line: Wanted, ask: Ask) -> Wanted:
    """A quantity without a product as one of this product."""
    found = ask.lexicon.unit_of(sku, line.unit)
    qty = line.qty or Decimal(0)
    return replace(line, sku=sku, base_qty=qty * found[1] if found else None, text=f"{plain(qty)}{line.unit or ''}")


async def move(ask: Ask) -> Answered:
    """P17 改到 12-05: who waits for it is told; P17 晚两天: which day that is."""
    command = ask.given(MovePurchase)
    if command.later is not None:
        # Asked back as a day: said twice, or worked on again after a death, 晚两天 would be four.
        row = await buying.purchase(command.purchase)
        return say("purchase_later", row=row, later=command.later, day=row.expected + timedelta(days=command.later))
    if command.day is None:
        return say("purchase_when", number=command.purchase)
    row = await buying.reschedule(command.purchase, command.day, by=ask.actor, now=ask.now)
    return say("purchase_moved", row=row)


async def close(ask: Ask) -> Answered:
    """关闭 P17: the rest has to be bought elsewhere."""
    return say("purchase_closed", row=await buying.close(ask.given(ClosePurchase).purchase, by=ask.actor, now=ask.now))


async def set_supplier(ask: Ask) -> Answered:
    """供应商 A100 华南电子."""
    command = ask.given(SetSupplier)
    if command.sku is None:
        return say("stock_unclear", what="supplier", lines=())
    await stockpiling.set_supplier(command.sku, command.supplier, by=ask.actor)
    return say("supplier_set", sku=command.sku, name=ask.name_of(command.sku), supplier=command.supplier)
