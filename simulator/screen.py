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

_UNHEARD = frozenset({"VIEW", "view_miniprogram", "unsubscribe", "TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH"})
"""Events whose answer the platform throws away."""


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


def writer(account: Account, openid: str) -> Follower:
    """The person, who must follow to type or tap anything."""
    follower = account.person(openid)
    if not follower.subscribed:
        raise ValueError(f"{follower.name or openid} does not follow and cannot write")
    return follower


def answered(account: Account, pushed: Pushed) -> None:
    """Show the reply that counted, or the grey line where someone waited for one in vain."""
    message, now = pushed.message, account.world.clock()
    openid, event = str(message["FromUserName"]), message.get("Event")
    if not account.person(openid).subscribed or event in _UNHEARD:
        return
    if pushed.reply is not None:
        for bubble in _bubbles(pushed.reply, str(message.get("MsgId", "")), now):
            show(account, openid, bubble)
    elif event is None or event in _WAITED_FOR:
        show(account, openid, Bubble("system", "platform", now, OUT_OF_ORDER))


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
