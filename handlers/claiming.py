"""After the sale by chat: what shall go back, who says yes, what came back."""

from dataclasses import replace

from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import claiming, returning
from domain.models.returns import ClaimKind
from domain.parcelcommands import AskReturn, DecideClaim, ListClaims, TakeBack
from domain.queries import find_order
from domain.values import CUSTOMER_ROLES, Role
from handlers.photographing import taken_along

CLAIMERS = frozenset({Role.BUYER, Role.BOSS, Role.SALES, Role.MANAGER})
LISTED = 6


def register(router: Router) -> None:
    """What this room answers."""
    router.on(AskReturn, roles=CLAIMERS)(ask_return)
    router.on(DecideClaim, roles=frozenset({Role.SALES, Role.MANAGER}))(decide)
    router.on(TakeBack, roles=frozenset({Role.WAREHOUSE, Role.MANAGER}))(take_back)
    router.on(ListClaims, roles=CUSTOMER_ROLES | {Role.SALES, Role.WAREHOUSE, Role.MANAGER})(waiting)


async def ask_return(ask: Ask) -> Answered:
    """退货 1042 A100 2箱 原因."""
    command = ask.given(AskReturn)
    given = command.order_no or ask.talk.last_order
    unclear = not command.lines or any(line.sku is None or line.base_qty is None for line in command.lines)
    if given is None or unclear:
        return say("return_how", exchange=bool(command.kind), number=given)
    number = await find_order(given, ask.actor)
    kind = ClaimKind.EXCHANGE if command.kind else ClaimKind.RETURN
    claimed = await claiming.ask_return(
        number, kind, command.lines, command.reason, by=ask.actor, now=ask.now, cause=ask.key
    )
    talk, photos = await taken_along(ask, replace(ask.talk, last_order=number), claimed.claim)
    return say("return_asked", talk, claimed=claimed, photos=photos)


async def decide(ask: Ask) -> Answered:
    """同意 R12 / 驳回 R12 原因."""
    command = ask.given(DecideClaim)
    claimed = await claiming.decide(command.claim, command.refusal, by=ask.actor, now=ask.now, cause=ask.key)
    return say("claim_decided", claimed=claimed)


async def take_back(ask: Ask) -> Answered:
    """收退 R12 [坏1箱] [少1箱]."""
    command = ask.given(TakeBack)
    back = await returning.take_back(command.claim, command.faults, by=ask.actor, now=ask.now, cause=ask.key)
    return say("came_back", back=back)


async def waiting(ask: Ask) -> Answered:
    """售后: what waits for a decision, or for goods to come back."""
    return say("claims", rows=await claiming.open_claims(ask.actor, LISTED))
