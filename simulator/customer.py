"""The kinds of customer-service message, each checked and turned into what the person sees."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from .follower import Bubble
from .media import Media
from .refused import Refused

LONGEST = 2048
"""Bytes of text in one message."""


class Account(Protocol):
    """What the kinds must know of the account."""

    media: Media
    test_account: bool


def bubble_of(account: Account, wish: Mapping[str, Any], at: datetime) -> Bubble:
    """The message as the person sees it; 40008 for a kind that is not sent, and each kind's own refusals."""
    kind = wish.get("msgtype")
    if kind not in _KINDS:
        raise Refused(40008)
    inner = wish.get(str(kind))
    if not isinstance(inner, dict):
        raise Refused(47001)
    return _KINDS[kind](account, inner, at)


def _words(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise Refused(44004)
    if len(value.encode(errors="replace")) > LONGEST:
        raise Refused(45002)
    return value


def _text(_account: Account, inner: Mapping[str, Any], at: datetime) -> Bubble:
    return Bubble("custom", "custom", at, _words(inner.get("content")))


def _of_medium(kind: str) -> "Drawer":
    def draw(account: Account, inner: Mapping[str, Any], at: datetime) -> Bubble:
        medium = account.media.get(str(inner.get("media_id", "")))
        if medium.kind != kind:
            raise Refused(40007)
        return Bubble("image" if kind == "image" else "custom", "custom", at, f"[{kind}]", media_id=medium.media_id)

    return draw


def _news(_account: Account, inner: Mapping[str, Any], at: datetime) -> Bubble:
    articles = inner.get("articles")
    if not isinstance(articles, list) or not articles or not isinstance(articles[0], dict):
        raise Refused(44003)
    if len(articles) > 1:
        raise Refused(45008)
    article = articles[0]
    title = _words(article.get("title"))
    return Bubble(
        "custom", "custom", at, str(article.get("description", "")), title=title, url=str(article.get("url", ""))
    )


def _menu(account: Account, inner: Mapping[str, Any], at: datetime) -> Bubble:
    if account.test_account:
        raise Refused(40200)
    choices = inner.get("list")
    if not isinstance(choices, list) or not choices:
        raise Refused(40035)
    options = tuple(_option(choice) for choice in choices)
    words = [str(inner.get(part, "")) for part in ("head_content", "tail_content")]
    if len("".join([*words, *(content for _, content in options)]).encode(errors="replace")) > LONGEST:
        raise Refused(45002)
    return Bubble("menu", "custom", at, words[0], title=words[1], options=options)


def _option(choice: Any) -> tuple[str, str]:
    if not isinstance(choice, dict) or not choice.get("id") or not choice.get("content"):
        raise Refused(40035)
    return str(choice["id"]), str(choice["content"])


Drawer = Callable[[Account, Mapping[str, Any], datetime], Bubble]
_KINDS: dict[Any, Drawer] = {
    "text": _text,
    "image": _of_medium("image"),
    "voice": _of_medium("voice"),
    "news": _news,
    "msgmenu": _menu,
}
