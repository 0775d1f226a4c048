"""From the shelf to the door: what waits, what went out, what arrived, and who asks for speed."""

from dataclasses import replace

from bot.dialogue import Question
from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import chasing, consigning, picks, receiving, shipping
from domain.archive import READY
from domain.commands import Chase, ConfirmShipment, ListShipping, ReceiveGoods
from domain.listing import LISTED, count_to_ship, orders_on_the_way, orders_to_ship
from domain.queries import find_order
from domain.values import CUSTOMER_ROLES, STAFF_ROLES, Role
from handlers.enquiring import Past, no_past
from handlers.photographing import taken_along

SHOWN = 5
SHIPPERS = frozenset({Role.WAREHOUSE, Role.MANAGER})


def register(router: Router, past: Past = no_past) -> None:
    """What this room answers; ``past`` makes the address of the orders that somebody may see."""

    async def listed(ask: Ask) -> Answered:
        return await waiting(ask, past)

    router.on(ListShipping, roles=STAFF_ROLES)(listed)
    router.on(ConfirmShipment, roles=SHIPPERS)(ship)
    router.on(ReceiveGoods, roles=CUSTOMER_ROLES | {Role.SALES, Role.MANAGER})(receive)
    router.on(Chase, roles=CUSTOMER_ROLES | {Role.SALES, Role.MANAGER})(chase)


async def waiting(ask: Ask, past: Past = no_past) -> Answered:
    """待发货: accepted orders with goods in stock, by promised day."""
    rows = await orders_to_ship(ask.actor)
    begun = await picks.picks_of([row.number for row in rows]) if rows else {}
    count = len(rows) if len(rows) < LISTED else await count_to_ship(ask.actor)
    page = await past(ask.actor.identity) if count > SHOWN and ask.actor.identity is not None else ""
    return say("to_ship", rows=rows, picks=begun, count=count, most=SHOWN, url=f"{page}?state={READY}" if page else "")


async def ship(ask: Ask) -> Answered:
    """发货 1042 [货品 数量] [承运商] 运单号."""
    command = ask.given(ConfirmShipment)
    given = command.order_no
    if given is None:
        return say("ship_which")
    if (command.clarify and command.tracking_no is None) or any(
        line.sku is None or line.base_qty is None for line in command.lines
    ):
        return say("ship_unclear", lines=command.lines)
    number = await find_order(given, ask.actor)
    if command.with_orders:
        numbers = [number, *[await find_order(other, ask.actor) for other in command.with_orders]]
        left = await consigning.ship_together(numbers, command.carrier, command.tracking_no, by=ask.actor, now=ask.now)
        return say("shipped_together", replace(ask.talk, last_order=number), left=left)
    shipped = await shipping.ship(
        number,
        command.carrier,
        command.tracking_no,
        command.lines or None,
        by=ask.actor,
        now=ask.now,
        more=command.more_waybills,
        cause=ask.key,
    )
    return say("shipped", replace(ask.talk, last_order=number), shipped=shipped)


async def receive(ask: Ask) -> Answered:
    """签收 1042 [3箱 破1]."""
    command = ask.given(ReceiveGoods)
    given = command.order_no or await receiving.signed_by(ask.key, heard_at=ask.heard_at)
    given = given or await _only(ask) or ask.talk.last_order
    if given is None:
        return _which(ask, "receive")
    number = await find_order(given, ask.actor)
    received = await receiving.receive_goods(
        number, command.lines or None, command.remark, command.faults, by=ask.actor, now=ask.now, cause=ask.key
    )
    talk, photos = replace(ask.talk, last_order=number), 0
    if received.claims:
        talk, photos = await taken_along(ask, talk, received.claims[-1][0])
    return say("received", talk, received=received, photos=photos)


async def chase(ask: Ask) -> Answered:
    """催单 1042: reaches the person in charge once in four hours."""
    given = ask.given(Chase).order_no or ask.talk.last_order or await _only(ask)
    if given is None:
        return _which(ask, "chase")
    number = await find_order(given, ask.actor)
    chased = await chasing.chase(number, by=ask.actor, now=ask.now, cause=ask.key)
    return say("chased", replace(ask.talk, last_order=number), chased=chased)


def _which(ask: Ask, intent: str) -> Answered:
    return say("ask_order", replace(ask.talk, question=Question("ask_order_no", subject=intent)), what=intent)


async def _only(ask: Ask) -> str | None:
    rows = await orders_on_the_way(ask.actor)
    return rows[0].number if len(rows) == 1 else None
