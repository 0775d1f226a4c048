"""The delivery note by chat: where it is found, to print or to pass on."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.replies import say
from bot.router import Answered, Ask, Router
from domain.parcelcommands import PrintReturn, PrintSlip
from domain.queries import find_order
from domain.slips import latest_part, part_of_claim
from domain.values import CUSTOMER_ROLES, Role

SlipLink = Callable[[str, str], Awaitable[str]]
READERS = frozenset({Role.WAREHOUSE, Role.MANAGER, Role.SALES})


async def no_slip(_order: str, _part: str) -> str:
    """No address: nobody told the handlers where notes are."""
    return ""


def register(router: Router, link: SlipLink) -> None:
    """What this room answers; ``link`` makes the address of a note."""

    async def print_slip(ask: Ask) -> Answered:
        """送货单 1042[-2]."""
        command = ask.given(PrintSlip)
        given = command.order_no or ask.talk.last_order
        if given is None:
            return say("link_which", what="slip")
        number = await find_order(given, ask.actor)
        part = await latest_part(number, command.place)
        return say("slip", replace(ask.talk, last_order=number), number=number, part=part, url=await link(number, part))

    async def print_return(ask: Ask) -> Answered:
        """退货单 R12."""
        number, part = await part_of_claim(ask.given(PrintReturn).claim, ask.actor)
        return say("slip", number=number, part=part, url=await link(number, part))

    router.on(PrintSlip, roles=READERS)(print_slip)
    router.on(PrintReturn, roles=READERS | CUSTOMER_ROLES)(print_return)
