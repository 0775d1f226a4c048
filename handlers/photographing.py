"""What people send beside words: photos go to the claim that was just talked of, for the rest there is a word."""

from dataclasses import replace
from datetime import timedelta

from bot.dialogue import Picture, Talk
from bot.replies import say
from bot.router import ANYONE, Answered, Ask, Router
from domain import photographing
from domain.commands import Media
from domain.parcelcommands import AttachPhotos
from domain.rules.rights import SIGNING

IMAGE = "image"
MEANT = timedelta(hours=2)
"""A photo belongs to what was claimed so long before or after it."""


def register(router: Router) -> None:
    """What this room answers."""
    router.on(Media, roles=ANYONE)(media)
    router.on(AttachPhotos, roles=SIGNING)(attach)


async def media(ask: Ask) -> Answered:
    """A photo, for the claim that it follows or for one that is still to come; voices and places are not read."""
    sent, talk = ask.given(Media), ask.talk
    if ask.actor.is_stranger:
        return say("stranger")
    if sent.kind != IMAGE or not sent.medium or not SIGNING & ask.actor.roles:
        return say("media", kind=sent.kind, draft=talk.draft)
    if talk.claim is not None and talk.claimed_at is not None and ask.now - talk.claimed_at <= MEANT:
        kept = await photographing.attach(talk.claim, [sent.medium], by=ask.actor, now=ask.now)
        return say("photo_kept", replace(talk, claimed_at=ask.now), kept=kept)
    pictures = (*_lately(ask, talk), Picture(sent.medium, ask.now))[-photographing.MOST :]
    return say("photo_whose", replace(talk, pictures=pictures), draft=talk.draft, number=talk.last_order)


async def attach(ask: Ask) -> Answered:
    """照片 R12: what was sent just now, and what is sent next."""
    claim = ask.given(AttachPhotos).claim
    mine = [one.medium for one in _lately(ask, ask.talk)]
    kept = await photographing.attach(claim, mine, by=ask.actor, now=ask.now)
    return say("photo_kept", _about(ask, ask.talk, kept.claim), kept=kept)


async def taken_along(ask: Ask, talk: Talk, claim: str) -> tuple[Talk, int]:
    """The conversation after a claim was made, and how many photos that were sent before it belong to it now."""
    mine = [one.medium for one in _lately(ask, talk)]
    if mine:
        await photographing.attach(claim, mine, by=ask.actor, now=ask.now)
    return _about(ask, talk, claim), len(mine)


def _about(ask: Ask, talk: Talk, claim: str) -> Talk:
    return replace(talk, claim=claim, claimed_at=ask.now, pictures=())


def _lately(ask: Ask, talk: Talk) -> tuple[Picture, ...]:
    return tuple(one for one in talk.pictures if ask.now - one.at <= MEANT)
