"""Lots by chat: which there are of a product, when they expire, whether it wants any; and lots named with goods."""

from collections.abc import Sequence
from datetime import date

from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import lotting
from domain.commands import Wanted
from domain.loterrors import LotNeeded
from domain.rules.lots import Batch
from domain.rules.rights import STOCKING
from domain.stockcommands import SetLots, ShowLots

SHOWN = 5


def register(router: Router) -> None:
    """What this room answers."""
    router.on(ShowLots, roles=STOCKING)(show)
    router.on(SetLots, roles=STOCKING)(want)


async def show(ask: Ask) -> Answered:
    """批次 A100: what is left of each; 批次: what expires next."""
    sku = ask.given(ShowLots).sku
    if sku is None:
        return say("lots_next", lots=await lotting.first_to_expire(SHOWN))
    return say("lots", row=await lotting.lots(sku), most=SHOWN)


async def want(ask: Ask) -> Answered:
    """批次 A100 开: from now on nothing of it comes in without a lot."""
    command = ask.given(SetLots)
    row = await lotting.want_lots(command.sku, command.wanted, by=ask.actor, now=ask.now)
    return say("lots_set", row=row)


def batch_of(lot: str | None, until: date | None, lines: Sequence[Wanted]) -> Batch | None:
    """The lot that was named beside goods; a day alone is none."""
    if until is not None and lot is None:
        raise LotNeeded(lines[0].sku or "" if lines else "")
    return Batch(lot, until) if lot is not None else None
