"""A text for one member by the WeCom app (企业微信应用), and what the answers of its API mean; pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from domain.errors import DeliveryFailed

WECOM_APP = "wecom_app"
LONGEST = 2048
LONGEST_TITLE, LONGEST_WORDS, LONGEST_LINK = 128, 512, 2048
"""Bytes; of a title and its words the documents say characters, and the API cuts what it finds too long."""
SAME_TEXT = 1800
"""Seconds in which the same text to the same member is shown once."""
TOKEN = frozenset({40014, 42001, 41001})
BUSY, CONTENT = "busy", "content"
_CONFIG = frozenset({40001, 40013, 40056, 40068, 40091, 48002, 60011, 60020, 301002, "http404"})
"""Nobody gets anything through until somebody mends the setup: secret, corp, app, right, trusted address."""
_LINK = re.compile(r'\n?<a href="([^"<>]{1,2000})">([^<>]{1,20})</a>')


@dataclass(frozen=True, slots=True)
class App:
    """One app of one corp, as its console shows it."""

    url: str
    corp: str
    agent: int
    secret: str = field(repr=False)

    @property
    def shelf(self) -> str:
        """Under which name its token lies on the shelf of all processes."""
        return f"{WECOM_APP}:{hashlib.sha256(f'{self.corp} {self.agent}'.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Letter:
    """One text for one member, with a link where the notice has one."""

    to: str
    text: str
    tail: str


def message_of(app: App, letter: Letter) -> dict[str, Any]:
    """A card when its words fit whole and lead somewhere, else a text with its links written out."""
    frame = {
        "touser": letter.to,
        "agentid": app.agent,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": SAME_TEXT,
    }
    if (card := _card(letter)) is not None:
        return {**frame, "msgtype": "textcard", "textcard": card}
    tail = "\n" + letter.tail if letter.tail else ""
    text = _cut(_LINK.sub(r"\n\2 \1", letter.text).strip(), LONGEST - len(tail.encode())) + tail
    return {**frame, "msgtype": "text", "text": {"content": text}}


def judge(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer, when the member has it; ``DeliveryFailed`` with the class of its code otherwise."""
    code = body.get("errcode", 0)
    if not isinstance(code, int) or isinstance(code, bool):
        raise failed("no_answer")
    if code != 0:
        raise failed(code, str(body.get("errmsg", "")))
    if body.get("invaliduser") or body.get("unlicenseduser"):
        raise failed("nobody")
    return body


def answer_of(status: int, body: bytes) -> Mapping[str, Any]:
    """What the API said, or ``DeliveryFailed`` where it said nothing that can be read."""
    if status != 200:
        raise failed(f"http{status}")
    try:
        found: Any = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise failed("no_answer") from None
    if not isinstance(found, dict) or "errcode" not in found:
        raise failed("no_answer")
    return judge(found)


def token_of(body: Mapping[str, Any]) -> tuple[str, timedelta]:
    """The token of an answer, and how long it is good."""
    token, seconds = body.get("access_token"), body.get("expires_in")
    if not isinstance(token, str) or not token or not isinstance(seconds, int):
        raise failed("no_answer")
    return token, timedelta(seconds=seconds)


def failed(code: int | str, text: str = "") -> DeliveryFailed:
    """A text that was not taken: it goes another way at once, and a mistake of setup shuts this one for a while."""
    named = f"{WECOM_APP}:{code}"
    if code in TOKEN:
        return DeliveryFailed(named, permanent=True, kind="token", text=text)
    if code in _CONFIG:
        return DeliveryFailed(named, permanent=True, kind="config", text=text)
    if code == -1:
        return DeliveryFailed(named, kind=BUSY, text=text)
    return DeliveryFailed(named, permanent=True, kind=CONTENT, text=text)


def _card(letter: Letter) -> dict[str, str] | None:
    links = _LINK.findall(letter.text)
    title, _, rest = _LINK.sub("", letter.text).strip().partition("\n")
    words = "\n".join(filter(None, (rest, letter.tail)))
    if len(links) != 1 or len(title.encode()) > LONGEST_TITLE or len(words.encode()) > LONGEST_WORDS:
        return None
    ((url, button),) = links
    return {"title": title, "description": words, "url": url, "btntxt": button[:4]}


def _cut(text: str, most: int) -> str:
    encoded = text.encode()
    return text if len(encoded) <= most else encoded[: most - 3].decode(errors="ignore") + "…"
