"""What is sent to a group robot or a webhook, and what its answer means; pure."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from domain.errors import DeliveryFailed

WECOM, DINGTALK, FEISHU, WEBHOOK = KINDS = ("wecom", "dingtalk", "feishu", "webhook")
WECOM_BYTES, OTHERS_BYTES = 2048, 18_000
NOT_WANTED, GONE = "not_wanted", 410


@dataclass(frozen=True, slots=True)
class Room:
    """One place to send to. ``secrets`` are the newest first: a webhook is signed with all of them while they change.

    ``name`` tells webhooks apart, of which there may be several; ``events`` are those it wants, none for all.
    ``inside``: it lies in the operator's own network, so that neither its address nor plain http is refused.
    """

    kind: str
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    inside: bool = False
    name: str = ""
    events: frozenset[str] = frozenset()

    @property
    def longest(self) -> int:
        """How many bytes of text it takes."""
        return WECOM_BYTES if self.kind == WECOM else OTHERS_BYTES


@dataclass(frozen=True, slots=True)
class Letter:
    """One text for a room; ``key`` is the same on every try, ``kind`` what it is about."""

    key: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """What goes over the wire."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


def request_of(room: Room, letter: Letter, now: datetime) -> Request:
    """The request of this kind of room, signed as it wants it."""
    url, document, headers = _FORMS[room.kind](room, letter, now)
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    signed = _signed(room, letter, body, now) if room.kind == WEBHOOK else {}
    return Request(url, body, {"Content-Type": "application/json", **headers, **signed})


def judge(kind: str, status: int, body: bytes) -> None:
    """Nothing when the room took the text; ``DeliveryFailed`` with the class of its code otherwise."""
    if kind == WEBHOOK:
        if not 200 <= status < 300:
            raise failed(kind, status)
        return
    if status != 200:
        raise failed(kind, f"http{status}")
    code = _code(body)
    if code is None:
        raise failed(kind, "no_answer")
    if code != 0:
        raise failed(kind, code)


def failed(kind: str, code: int | str) -> DeliveryFailed:
    """A text that was not taken: it goes another way at once, and a mistake of setup shuts this one for a while."""
    wrong = code in _CONFIG or (kind == WEBHOOK and isinstance(code, int) and (code == GONE or 300 <= code < 400))
    return DeliveryFailed(f"{kind}:{code}", permanent=True, kind="config" if wrong else "content")


_CONFIG: frozenset[int | str] = frozenset({93000, 310000, 19021, 19022, 19024, "refused_address", "http404"})
"""Bad key, key word, signature or address: nothing will get through until somebody mends it."""

Form = tuple[str, dict[str, Any], dict[str, str]]


def _wecom(room: Room, letter: Letter, _now: datetime) -> Form:
    return room.url, {"msgtype": "text", "text": {"content": letter.text}}, {}


def _dingtalk(room: Room, letter: Letter, now: datetime) -> Form:
    document = {"msgtype": "text", "text": {"content": letter.text}}
    if not room.secrets:
        return room.url, document, {}
    stamp = str(int(now.timestamp() * 1000))
    return f"{room.url}&timestamp={stamp}&sign={quote_plus(dingtalk_sign(room.secrets[0], stamp))}", document, {}


def dingtalk_sign(secret: str, stamp: str) -> str:
    """The signature of a moment in milliseconds, keyed with the secret."""
    return _hmac(secret.encode(), f"{stamp}\n{secret}".encode())


def _feishu(room: Room, letter: Letter, now: datetime) -> Form:
    document = {"msg_type": "text", "content": {"text": letter.text}}
    if not room.secrets:
        return room.url, document, {}
    stamp = str(int(now.timestamp()))
    return room.url, {"timestamp": stamp, "sign": feishu_sign(room.secrets[0], stamp), **document}, {}


def feishu_sign(secret: str, stamp: str) -> str:
    """The signature of nothing, keyed with a second and the secret: so the vendor wants it."""
    return _hmac(f"{stamp}\n{secret}".encode(), b"")


def _webhook(room: Room, letter: Letter, now: datetime) -> Form:
    data = {"text": letter.text}
    return room.url, {"type": letter.kind, "timestamp": now.isoformat(), "data": data}, {}


def _signed(room: Room, letter: Letter, body: bytes, now: datetime) -> dict[str, str]:
    stamp = str(int(now.timestamp()))
    given = " ".join(webhook_sign(secret, letter.key, stamp, body) for secret in room.secrets)
    return {"webhook-id": letter.key, "webhook-timestamp": stamp, "webhook-signature": given}


def webhook_sign(secret: str, key: str, stamp: str, body: bytes) -> str:
    """The signature of "Standard Webhooks" 1.0 over id, second and body."""
    plain = secret.removeprefix("whsec_")
    try:
        keyed = base64.b64decode(plain, validate=True)
    except binascii.Error:
        keyed = plain.encode()
    return "v1," + _hmac(keyed, f"{key}.{stamp}.".encode() + body)


def _hmac(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def _code(body: bytes) -> int | None:
    try:
        found: Any = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    code = next((found[name] for name in ("errcode", "code", "StatusCode") if name in found), None)
    return code if isinstance(code, int) else None


_FORMS: Mapping[str, Callable[[Room, Letter, datetime], Form]] = {
    WECOM: _wecom,
    DINGTALK: _dingtalk,
    FEISHU: _feishu,
    WEBHOOK: _webhook,
}
