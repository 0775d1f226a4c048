"""Parcels before and after they leave: picked, packed, and what really stands on them."""

from dataclasses import replace

from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import picking, picks, relabelling
from domain.approving import GRACE
from domain.listing import orders_to_ship
from domain.parcelcommands import CorrectWaybill, PackGoods, PickGoods, UnpickGoods
from domain.queries import find_order
from domain.rules.rights import SHIPPING


def register(router: Router) -> None:
    """What this room answers."""
    router.on(PickGoods, roles=SHIPPING)(pick)
    router.on(PackGoods, roles=SHIPPING)(pack)
    router.on(UnpickGoods, roles=SHIPPING)(unpick)
    router.on(CorrectWaybill, roles=SHIPPING)(relabel)


async def pick(ask: Ask) -> Answered:
    """拣货 1042, or the next order in turn that nobody picks for."""
    given = ask.given(PickGoods).order_no
    number = await find_order(given, ask.actor) if given else await _next(ask)
    if number is None:
        return say("to_ship", rows=[], picks={}, count=0, most=0, url="")
    picked = await picking.pick(number, by=ask.actor, now=ask.now)
    return say("picked", replace(ask.talk, last_order=number), picked=picked)


async def pack(ask: Ask) -> Answered:
    """装箱 [1042] 2件 [A100 18箱]: without a number what this person picks."""
    command = ask.given(PackGoods)
    given = command.order_no or await _mine(ask)
    number = await find_order(given, ask.actor) if given else None
    if number is None or not command.boxes:
        return say("pack_how", number=number)
    if any(line.sku is None or line.base_qty is None for line in command.lines):
        return say("ship_unclear", lines=command.lines)
    packed = await picking.pack(number, command.boxes, command.lines, by=ask.actor, now=ask.now, cause=ask.key)
    return say("packed", replace(ask.talk, last_order=number), packed=packed)


async def unpick(ask: Ask) -> Answered:
    """取消拣货 1042."""
    given = ask.given(UnpickGoods).order_no or await _mine(ask)
    if given is None:
        return say("pack_how", number=None)
    number = await picking.unpick(await find_order(given, ask.actor), by=ask.actor, now=ask.now, cause=ask.key)
    return say("unpicked", replace(ask.talk, last_order=number), number=number)


async def _mine(ask: Ask) -> str | None:
    # A message that is worked on again after a death has closed the list already.
    return await picks.packed_by(ask.key, heard_at=ask.heard_at) or await picks.picking_now(ask.actor)


async def _next(ask: Ask) -> str | None:
    # A message that is worked on again after a death has begun one already.
    begun_now = await picks.begun_since(ask.heard_at - GRACE, ask.actor)
    if begun_now is not None:
        return begun_now
    rows = await orders_to_ship(ask.actor)
    begun = await picks.picks_of([row.number for row in rows])
    waiting = [row.number for row in rows if row.number not in begun or begun[row.number].state == "planned"]
    return waiting[0] if waiting else None


async def relabel(ask: Ask) -> Answered:
    """更正 1042 [旧单号] [承运商] 运单号."""
    command = ask.given(CorrectWaybill)
    given = command.order_no or ask.talk.last_order
    if given is None or (command.carrier is None and command.tracking_no is None):
        return say("relabel_how")
    number = await find_order(given, ask.actor)
    done = await relabelling.relabel(
        number, command.parcel, command.carrier, command.tracking_no, by=ask.actor, now=ask.now, cause=ask.key
    )
    return say("relabelled", replace(ask.talk, last_order=number), done=done)
