"""A message on its way to the bot: XML or JSON, plain, sealed or both, and the query that signs it."""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from . import crypt

Mode = Literal["safe", "compat", "plain"]
Format = Literal["xml", "json"]
Message = dict[str, Any]


class Party(Protocol):
    """What an envelope must know of the account."""

    appid: str
    token: str
    aes_key: str
    original_id: str
    mode: Mode
    format: Format


@dataclass(frozen=True, slots=True)
class Stamp:
    """The timestamp and nonce under which something is signed."""

    timestamp: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Letter:
    """An HTTP request to the bot's webhook."""

    query: dict[str, str]
    body: bytes
    content_type: str


def write(party: Party, message: Message, stamp: Stamp) -> Letter:
    """Put a message into the envelope that the account's mode and format ask for."""
    query = {
        "signature": crypt.sign(party.token, stamp.timestamp, stamp.nonce),
        "timestamp": stamp.timestamp,
        "nonce": stamp.nonce,
        "openid": str(message["FromUserName"]),
    }
    body = dict(message)
    if party.mode != "plain":
        cipher = crypt.seal(party.aes_key, party.appid, _text(party, message))
        query["encrypt_type"] = "aes"
        query["msg_signature"] = crypt.sign(party.token, stamp.timestamp, stamp.nonce, cipher)
        hull = message if party.mode == "compat" else {"ToUserName": party.original_id}
        body = dict(hull) | {"Encrypt": cipher}
    content_type = "text/xml" if party.format == "xml" else "application/json"
    return Letter(query, _text(party, body), content_type)


def _text(party: Party, message: Message) -> bytes:
    if party.format == "json":
        return json.dumps(message, ensure_ascii=False).encode(errors="replace")
    return to_xml(message).encode(errors="replace")


def to_xml(message: Message) -> str:
    """The platform's XML: strings in CDATA, numbers bare, lists as repeated elements.

    Control characters that a person typed pass through, as they do on the real platform, and make it ill-formed.
    """
    return f"<xml>{_elements(message)}</xml>"


def _elements(message: Message) -> str:
    return "".join(
        f"<{name}>{_content(value)}</{name}>"
        for name, given in message.items()
        for value in (given if isinstance(given, list) else [given])
    )


def _content(value: Any) -> str:
    if isinstance(value, dict):
        return _elements(value)
    if isinstance(value, str):
        return "<![CDATA[" + re.sub("]]>", "]]]]><![CDATA[>", value) + "]]>"
    return str(value)
