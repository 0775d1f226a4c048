"""From an answer to the HTTP body that the platform shows to a person; no I/O."""

import json
from collections.abc import Mapping
from datetime import datetime

from bot.cipher import encrypt, signature
from bot.elements import clean
from bot.envelope import Inbound, Seal

LONGEST_REPLY = 2000
"""Bytes; the platform's own limit lies at 2047 or 2048, its sources differ."""
NOTHING = "success"
"""The body that says: received, and there is nothing to show."""


def seal_text(text: str, inbound: Inbound, seal: Seal, now: datetime) -> str:
    """The HTTP body that makes the platform show ``text``; nothing in the text can break out of it.

    Without any words it is ``success``: an empty reply is shown to people as a fault of the account.
    """
    words = cut(clean(text).strip(), LONGEST_REPLY)
    if not words:
        return NOTHING
    stamp = int(now.timestamp())
    form = _json if seal.as_json else _xml
    reply: dict[str, str | int] = {
        "ToUserName": inbound.openid,
        "FromUserName": inbound.original_id,
        "CreateTime": stamp,
        "MsgType": "text",
        "Content": words,
    }
    message = form(reply)
    return message if seal.aes_key is None else form(_sealed(message, seal, seal.aes_key, stamp))


def _sealed(message: str, seal: Seal, aes_key: str, stamp: int) -> dict[str, str | int]:
    sealed = encrypt(message.encode(), aes_key, seal.appid)
    return {
        "Encrypt": sealed,
        "MsgSignature": signature(seal.token, str(stamp), seal.nonce, sealed),
        "TimeStamp": stamp,
        "Nonce": seal.nonce,
    }


def cut(text: str, most: int) -> str:
    """The text cut to ``most`` bytes of UTF-8, between two characters and not inside a link."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    head = raw[: most - 3].decode("utf-8", "ignore")
    opened = head.rfind("<a ")
    return (head[:opened] if opened > head.rfind("</a>") else head) + "…"


def _xml(fields: Mapping[str, str | int]) -> str:
    return "<xml>" + "".join(_element(name, value) for name, value in fields.items()) + "</xml>"


def _element(name: str, value: str | int) -> str:
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    return f"<{name}><![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"


def _json(fields: Mapping[str, str | int]) -> str:
    return json.dumps(fields, ensure_ascii=False)
