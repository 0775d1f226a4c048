"""Goods on shelves by chat: counted, carried, come in, taken back."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.replies import say
from bot.router import Answered, Ask, Handler, Router
from domain import counting, counts, kits, lotting, stocking
from domain.commands import Wanted
from domain.rules.lots import Batch
from domain.rules.rights import CORRECTING, STOCKING
from domain.stockcommands import CountStock, DecideCount, OpenWarehouse, ReverseMove, SetKit, TakeIn, TransferStock
from domain.stockerrors import WarehouseUnknown
from domain.stocking import Counted
from handlers.lotting import batch_of

# How warehouses are called: 北仓, 二号库, 仓库.
_CALLED = ("仓", "库")


def register(router: Router) -> None:
    """What this room answers."""
    router.on(CountStock, roles=STOCKING)(or_its_form("count", count))
    router.on(DecideCount, roles=CORRECTING)(decide)
    router.on(TakeIn, roles=STOCKING)(or_its_form("take_in", take_in))
    router.on(TransferStock, roles=STOCKING)(transfer)
    router.on(ReverseMove, roles=STOCKING)(reverse)
    router.on(OpenWarehouse, roles=CORRECTING)(open_warehouse)
    router.on(SetKit, roles=CORRECTING)(set_kit)


def or_its_form(what: str, handler: Handler) -> Handler:
    """The handler; words beside the goods that are not even called like a warehouse get the command's own form."""

    async def heard(ask: Ask) -> Answered:
        try:
            return await handler(ask)
        except WarehouseUnknown as no:
            if no.text.endswith(_CALLED):
                raise
            return say("stock_unclear", what=what, lines=(Wanted(None, text=no.text),))

    return heard


async def count(ask: Ask) -> Answered:
    """盘点 A100 380: booked at once, or for a manager to decide."""
    command = ask.given(CountStock)
    if not _clear(command.lines):
        return say("stock_unclear", what="count", lines=command.lines)
    batch = batch_of(command.lot, command.expires_on, command.lines)
    words = " ".join(filter(None, (command.warehouse, command.lot)))
    place, code = await lotting.place_of(words, command.lines[0].sku or "") if words else (stocking.MAIN, None)
    if batch is None and code is not None:
        batch = Batch(code)
    if batch is not None and len(command.lines) > 1:
        return say("stock_unclear", what="count_lot", lines=())
    outcomes = [
        await counting.count_stock(replace(goods, lot=batch), f"{ask.key}:{n}", by=ask.actor, now=ask.now)
        for n, goods in enumerate(_goods(command.lines, place))
    ]
    return say("counted", outcomes=outcomes)


async def decide(ask: Ask) -> Answered:
    """同意盘点 12 / 驳回盘点 12 理由; without a number the one that waits, or a list of them."""
    command = ask.given(DecideCount)
    number = command.count or await counting.decided_by(ask.key, heard_at=ask.heard_at)
    if number is None:
        rows = await counts.waiting_counts(ask.actor)
        if len(rows) != 1:
            return say("counts_waiting", rows=rows)
        number = rows[0].number
    decided = await counting.decide_count(number, command.reason, by=ask.actor, now=ask.now, cause=ask.key)
    return say("count_decided", decided=decided)


async def take_in(ask: Ask) -> Answered:
    """入库 A100 200: waiting orders get theirs at once."""
    command = ask.given(TakeIn)
    if not _clear(command.lines):
        return say("stock_unclear", what="take_in", lines=command.lines)
    batch = batch_of(command.lot, command.expires_on, command.lines)
    if batch is not None and len(command.lines) > 1:
        return say("stock_unclear", what="lot", lines=())
    place = await stocking.warehouse_named(command.warehouse)
    booked = [
        await stocking.take_in(replace(goods, lot=batch), f"{ask.key}:{n}", by=ask.actor, now=ask.now)
        for n, goods in enumerate(_goods(command.lines, place))
    ]
    return say("taken_in", booked=booked, unit_of=_units(ask, command.lines))


async def transfer(ask: Ask) -> Answered:
    """调拨 A100 100 到 北仓: only what is not reserved."""
    command = ask.given(TransferStock)
    if not _clear(command.lines) or command.target is None:
        return say("stock_unclear", what="transfer", lines=command.lines)
    source = await stocking.warehouse_named(command.source)
    target = await stocking.warehouse_named(command.target)
    booked = [
        await stocking.transfer(goods, target, f"{ask.key}:{n}", by=ask.actor, now=ask.now)
        for n, goods in enumerate(_goods(command.lines, source))
    ]
    names = command.source or "", command.target
    return say("transferred", booked=booked, names=names, unit_of=_units(ask, command.lines))


async def reverse(ask: Ask) -> Answered:
    """冲销 57: an entry taken back by one against it."""
    booked = await stocking.reverse_move(ask.given(ReverseMove).move, by=ask.actor, now=ask.now)
    entry = ask.lexicon.products.get(booked.goods.sku)
    return say("reversed", booked=booked, unit=entry.base_unit if entry else "", number=ask.given(ReverseMove).move)


async def open_warehouse(ask: Ask) -> Answered:
    """新仓库 北仓."""
    name = ask.given(OpenWarehouse).name
    return say("warehouse_opened", name=name, known=not await stocking.open_warehouse(name, by=ask.actor))


async def set_kit(ask: Ask) -> Answered:
    """套装 K100 = A100×2 + B200×1."""
    command = ask.given(SetKit)
    if command.sku is None or not _clear(command.lines):
        return say("stock_unclear", what="kit", lines=command.lines)
    parts = [(line.sku or "", line.base_qty or Decimal(0)) for line in command.lines]
    kit = await kits.set_kit(command.sku, parts, by=ask.actor)
    return say("kit", sku=command.sku, name=ask.name_of(command.sku), parts=kit, changed=True)


def _clear(lines: Sequence[Wanted]) -> bool:
    return bool(lines) and all(line.sku is not None and line.base_qty is not None for line in lines)


def _goods(lines: Sequence[Wanted], place: str) -> list[Counted]:
    return [Counted(line.sku, line.base_qty, place) for line in lines if line.sku and line.base_qty is not None]


def _units(ask: Ask, lines: Sequence[Wanted]) -> dict[str, str]:
    known = ask.lexicon.products
    return {line.sku: known[line.sku].base_unit for line in lines if line.sku is not None and line.sku in known}
