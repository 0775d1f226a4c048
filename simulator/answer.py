"""What the bot answered to a push, read as strictly as the platform reads it."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from . import crypt
from .envelope import Message, Party

LONGEST = 2048
"""Bytes of text in a passive reply."""

_ORDINARY = frozenset({"text", "image", "voice", "video", "shortvideo", "news", "location", "link"})
_SEALED = ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")


class Unfit(Exception):
    """The platform would not show this answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Article:
    """One picture-and-text link in a reply."""

    title: str
    description: str
    url: str
    picture: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A fit answer; `kind` is `none` for `success` or an empty body."""

    kind: str
    text: str = ""
    media_id: str = ""
    articles: tuple[Article, ...] = ()


HasMedium = Callable[[str], bool]


def read(party: Party, message: Message, body: bytes, has_medium: HasMedium) -> Reply:
    """The reply in `body` to `message`, or `Unfit`; only `success` and nothing may stay unsealed in safe mode."""
    if body in (b"", b"success"):
        return Reply("none")
    fields = _unsealed(party, _parse(party, body))
    if fields.get("ToUserName") != message["FromUserName"] or fields.get("FromUserName") != message["ToUserName"]:
        raise Unfit("ToUserName and FromUserName are not the inbound ones swapped")
    if not str(fields.get("CreateTime", "")).isdecimal():
        raise Unfit("CreateTime is not a number")
    kind = fields.get("MsgType")
    if kind not in _READERS:
        raise Unfit(f"MsgType {kind!r} cannot be a reply")
    reply = _READERS[kind](fields, message)
    if reply.media_id and not has_medium(reply.media_id):
        raise Unfit("unknown or expired MediaId")
    return reply


def _unsealed(party: Party, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    if "Encrypt" not in fields:
        if party.mode == "safe":
            raise Unfit("a plain reply in safe mode")
        return fields
    if party.mode == "plain":
        raise Unfit("a sealed reply in plain mode")
    if any(not fields.get(name) for name in _SEALED) or not str(fields["TimeStamp"]).isdecimal():
        raise Unfit("the envelope lacks " + ", ".join(_SEALED))
    cipher, claimed = str(fields["Encrypt"]), str(fields["MsgSignature"])
    signature = crypt.sign(party.token, str(fields["TimeStamp"]), str(fields["Nonce"]), cipher)
    if not hmac.compare_digest(signature.encode(), claimed.encode()):
        raise Unfit("MsgSignature is wrong")
    try:
        return _parse(party, crypt.unseal(party.aes_key, party.appid, cipher))
    except crypt.BadCipher as reason:
        raise Unfit(f"Encrypt cannot be opened: {reason}") from None


def _parse(party: Party, body: bytes) -> Mapping[str, Any]:
    return _from_json(body) if party.format == "json" and body.lstrip()[:1] == b"{" else _from_xml(body)


def _from_json(body: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError:
        raise Unfit("not JSON") from None
    if not isinstance(fields, dict):
        raise Unfit("not a JSON object")
    return fields


def _from_xml(body: bytes) -> Mapping[str, Any]:
    if b"<!DOCTYPE" in body:
        raise Unfit("a document type in the XML")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - document types, and so entities, are refused above
    except (ElementTree.ParseError, ValueError):
        raise Unfit("not well-formed XML") from None
    if root.tag != "xml":
        raise Unfit("the root element is not <xml>")
    return {element.tag: _value(element) for element in root}


def _value(element: ElementTree.Element) -> Any:
    if element.tag == "Articles":
        return [{part.tag: _value(part) for part in item} for item in element if item.tag == "item"]
    return {part.tag: _value(part) for part in element} if len(element) else (element.text or "")


def _text(fields: Mapping[str, Any], _message: Message) -> Reply:
    content = fields.get("Content")
    if not isinstance(content, str) or not content:
        raise Unfit("empty Content")
    if len(content.encode(errors="replace")) > LONGEST:
        raise Unfit(f"Content is longer than {LONGEST} bytes")
    return Reply("text", text=content)


def _single(kind: str, part: str) -> Callable[[Mapping[str, Any], Message], Reply]:
    def reader(fields: Mapping[str, Any], _message: Message) -> Reply:
        inner = fields.get(part)
        if not isinstance(inner, dict) or not inner.get("MediaId"):
            raise Unfit(f"{part} has no MediaId")
        return Reply(kind, text=str(inner.get("Title", "")), media_id=str(inner["MediaId"]))

    return reader


def _music(fields: Mapping[str, Any], _message: Message) -> Reply:
    inner = fields.get("Music")
    if not isinstance(inner, dict) or not inner.get("ThumbMediaId"):
        raise Unfit("Music has no ThumbMediaId")
    return Reply("music", text=str(inner.get("Title", "")), media_id=str(inner["ThumbMediaId"]))


def _news(fields: Mapping[str, Any], message: Message) -> Reply:
    items = fields.get("Articles")
    if not isinstance(items, list) or not items or str(fields.get("ArticleCount")) != str(len(items)):
        raise Unfit("ArticleCount is not the number of Articles")
    if len(items) > (1 if message.get("MsgType") in _ORDINARY else 8):
        raise Unfit("too many Articles")
    return Reply("news", articles=tuple(_article(item) for item in items))


def _article(item: Mapping[str, Any]) -> Article:
    if not item.get("Title") or not item.get("Url"):
        raise Unfit("an article without Title or Url")
    return Article(str(item["Title"]), str(item.get("Description", "")), str(item["Url"]), str(item.get("PicUrl", "")))


def _transfer(_fields: Mapping[str, Any], _message: Message) -> Reply:
    return Reply("transfer_customer_service")


_READERS: dict[Any, Callable[[Mapping[str, Any], Message], Reply]] = {
    "text": _text,
    "image": _single("image", "Image"),
    "voice": _single("voice", "Voice"),
    "video": _single("video", "Video"),
    "music": _music,
    "news": _news,
    "transfer_customer_service": _transfer,
}
