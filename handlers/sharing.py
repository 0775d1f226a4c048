"""Links to an order's page, by chat: a new one to pass on, or all that are out there taken back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.replies import say
from bot.router import BOUND, Answered, Ask, Router
from domain.commands import RevokeLinks, ShareLink
from domain.linking import revoke_links
from domain.parcelcommands import RevokePast
from domain.pastlinks import revoke_past
from domain.policy import current_policy
from domain.queries import find_order
from domain.rules.rights import SHARING

Link = Callable[[str], Awaitable[str]]


async def no_link(_order: str) -> str:
    """No address: nobody told the handlers where pages are."""
    return ""


def register(router: Router, link: Link) -> None:
    """What this room answers; ``link`` makes the address of an order's page."""

    async def share(ask: Ask) -> Answered:
        given = ask.given(ShareLink).order_no or ask.talk.last_order
        if given is None:
            return say("link_which", what="share")
        number = await find_order(given, ask.actor)
        facts = {"number": number, "url": await link(number), "life": current_policy().link_life}
        return say("link_shared", replace(ask.talk, last_order=number), **facts)

    router.on(ShareLink, roles=SHARING)(share)
    router.on(RevokeLinks, roles=SHARING)(revoke)
    router.on(RevokePast, roles=BOUND)(revoke_own_past)


async def revoke(ask: Ask) -> Answered:
    """收回链接 1042: whoever has a link to it sees nothing any more."""
    given = ask.given(RevokeLinks).order_no
    if given is None:
        return say("link_which", what="revoke")
    number = await find_order(given, ask.actor)
    await revoke_links(number, by=ask.actor, now=ask.now, cause=ask.key)
    return say("links_revoked", replace(ask.talk, last_order=number), number=number)


async def revoke_own_past(ask: Ask) -> Answered:
    """收回历史链接: the page of one's past orders opens by a new link only."""
    await revoke_past(by=ask.actor)
    return say("past_revoked")
