"""Parcels after they left: what really stands on them."""

from dataclasses import replace

from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import relabelling
from domain.parcelcommands import CorrectWaybill
from domain.queries import find_order
from domain.values import Role

SHIPPERS = frozenset({Role.WAREHOUSE, Role.MANAGER})


def register(router: Router) -> None:
    """What this room answers."""
    router.on(CorrectWaybill, roles=SHIPPERS)(relabel)


async def relabel(ask: Ask) -> Answered:
    """更正 1042 [旧单号] [承运商] 运单号."""
    command = ask.given(CorrectWaybill)
    given = command.order_no or ask.talk.last_order
    if given is None or (command.carrier is None and command.tracking_no is None):
        return say("relabel_how")
    number = await find_order(given, ask.actor)
    done = await relabelling.relabel(
        number, command.parcel, command.carrier, command.tracking_no, by=ask.actor, now=ask.now
    )
    return say("relabelled", replace(ask.talk, last_order=number), done=done)
