"""Puts what arrives onto a person's phone, and writes it down as delivered."""

from datetime import datetime
from typing import Protocol

from .answer import Reply
from .follower import Bubble, Follower
from .push import Pushed
from .world import World

OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
"""The grey line when no attempt brought a fit answer."""

_WAITED_FOR = frozenset({"CLICK", "subscribe", "SCAN", "scancode_waitmsg", "location_select"})


class Account(Protocol):
    """What the screen must know of an account."""

    world: World
    appid: str
    followers: dict[str, Follower]

    def person(self, openid: str) -> Follower:
        """The person with this openid, or LookupError."""


def show(account: Account, openid: str, bubble: Bubble) -> None:
    """Put a bubble that the account or the platform made onto the person's phone."""
    account.person(openid).see(bubble)
    account.world.journal.write(
        "delivery",
        {"kind": bubble.kind, "source": bubble.source, "msgid": bubble.msgid},
        {"text": bubble.text or bubble.title},
        account=account.appid,
        openid=openid,
    )


def typed(account: Account, openid: str, text: str) -> None:
    """Put the person's own words onto their phone; only a follower can write."""
    writer(account, openid).see(Bubble("in", "person", account.world.clock(), text))


def showed(account: Account, openid: str, media_id: str) -> None:
    """Put the person's own picture onto their phone."""
    writer(account, openid).see(Bubble("image", "person", account.world.clock(), media_id=media_id))


def writer(account: Account, openid: str) -> Follower:
    """The person, who must follow to type or tap anything."""
    follower = account.person(openid)
    if not follower.subscribed:
        raise ValueError(f"{follower.name or openid} does not follow and cannot write")
    return follower


def answered(account: Account, pushed: Pushed) -> None:
    """Show the reply that counted, or the grey line where someone waited for one in vain."""
    message = pushed.message
    openid = str(message["FromUserName"])
    if not account.person(openid).subscribed or not _waited_for(pushed):
        return
    now = account.world.clock()
    if pushed.reply is None:
        show(account, openid, Bubble("system", "platform", now, OUT_OF_ORDER))
        return
    for bubble in _bubbles(pushed.reply, str(message.get("MsgId", "")), now):
        show(account, openid, bubble)


def _waited_for(pushed: Pushed) -> bool:
    return pushed.message["MsgType"] != "event" or pushed.message["Event"] in _WAITED_FOR


def _bubbles(reply: Reply, msgid: str, now: datetime) -> list[Bubble]:
    if reply.kind == "text":
        return [Bubble("out", "passive", now, reply.text, msgid=msgid)]
    if reply.kind == "news":
        return [
            Bubble("out", "passive", now, article.description, title=article.title, url=article.url, msgid=msgid)
            for article in reply.articles
        ]
    if reply.media_id:
        kind = "image" if reply.kind == "image" else "out"
        return [Bubble(kind, "passive", now, reply.text or f"[{reply.kind}]", media_id=reply.media_id, msgid=msgid)]
    return []
