"""From the bytes of a push to a message; no I/O, one error type.

The order of the checks: one of each parameter, a fresh timestamp, the signature, the key, the appid, the addressee.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.cipher import Undecipherable, decrypt, genuine
from bot.elements import Malformed, clean, read_fields

WINDOW = timedelta(minutes=10)

_OPENID = re.compile(r"[\w\-]{1,64}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,20}")
_ACTS = frozenset({"subscribe", "scan", "click", "scancode_waitmsg", "location_select"})
# Reports on messages of ours are told apart by the number of that message, several may bear the same second.
_REPORTS = {"templatesendjobfinish": "t", "subscribe_msg_sent_event": "s"}


@dataclass(frozen=True, slots=True)
class WireAccount:
    """One Official Account as the wire knows it; ``mode`` safe, compat or plain."""

    name: str
    appid: str
    original_id: str
    token: str
    aes_key: str | None
    aes_key_previous: str | None
    mode: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message or event; ``key`` names it for ever, ``digest`` is the hash of what it said."""

    account: str
    key: str
    digest: str
    openid: str
    original_id: str
    kind: str
    text: str
    event: str
    event_key: str
    fields: Mapping[str, str]
    at: datetime

    @property
    def expects_words(self) -> bool:
        """Whether a person did this just now and looks at the screen; the platform's own reports are for no eyes."""
        return self.kind != "event" or self.event in _ACTS

    @property
    def trace(self) -> str:
        """A short name for logs, from which nobody can tell who wrote."""
        return hashlib.sha256(f"{self.account}:{self.key}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Seal:
    """How an answer to a push has to be wrapped: with which key, or none, and in which form."""

    appid: str
    token: str
    aes_key: str | None
    nonce: str
    as_json: bool


class Hostile(Exception):
    """A push that is not the platform's; the HTTP status to answer, and why, for the log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def echo(account: WireAccount, query: Mapping[str, str], now: datetime) -> str:
    """The answer to the platform's handshake, which is never encrypted."""
    _fresh(query, now)
    if not genuine(query.get("signature", ""), account.token, query["timestamp"], query.get("nonce", "")):
        raise Hostile(403, "signature")
    if not query.get("echostr"):
        raise Hostile(400, "nothing to echo")
    return query["echostr"]


def open_push(
    account: WireAccount, query: Mapping[str, str], body: bytes, now: datetime
) -> tuple[Inbound | None, Seal]:
    """The message in a push and how to seal its answer; None for a kind of thing that needs no answer.

    Raises ``Hostile`` for everything that the platform would not send to this account.
    """
    _fresh(query, now)
    outer_query = query.get("encrypt_type", "raw")
    if outer_query not in ("raw", "aes"):
        raise Hostile(403, "encrypt_type")
    if outer_query == "aes":
        fields, key = _decrypted(account, query, body)
    else:
        fields, key = _plain(account, query, body), None
    if account.original_id and fields.get("ToUserName") != account.original_id:
        raise Hostile(403, "addressee")
    as_json = body.lstrip()[:1] == b"{"
    seal = Seal(account.appid, account.token, key, clean(query.get("nonce", "")), as_json)
    return _inbound(account, fields), seal


def _fresh(query: Mapping[str, str], now: datetime) -> None:
    getall = getattr(query, "getall", None)
    if getall is not None and any(len(getall(name)) > 1 for name in query):
        raise Hostile(403, "parameter twice")
    stamp = query.get("timestamp", "")
    if not _DIGITS.fullmatch(stamp) or abs(int(stamp) - now.timestamp()) > WINDOW.total_seconds():
        raise Hostile(403, "timestamp")


def _decrypted(account: WireAccount, query: Mapping[str, str], body: bytes) -> tuple[dict[str, str], str | None]:
    keys = [key for key in (account.aes_key, account.aes_key_previous) if key]
    if not keys or account.mode == "plain":
        raise Hostile(403, "encrypted in plain mode")
    sealed = _fields(body).get("Encrypt", "")
    if not genuine(query.get("msg_signature", ""), account.token, query["timestamp"], query.get("nonce", ""), sealed):
        raise Hostile(403, "signature")
    for key in keys:
        try:
            return _fields(decrypt(sealed, key, account.appid)), key
        except Undecipherable:
            continue
    raise Hostile(403, "undecipherable")


def _plain(account: WireAccount, query: Mapping[str, str], body: bytes) -> dict[str, str]:
    if account.mode == "safe":
        raise Hostile(403, "plain in safe mode")
    if not genuine(query.get("signature", ""), account.token, query["timestamp"], query.get("nonce", "")):
        raise Hostile(403, "signature")
    fields = _fields(body)
    if "Encrypt" in fields:
        # A sealed body whose query no longer says so: what stands in clear beside it is signed by nobody.
        raise Hostile(403, "sealed body, plain query")
    return fields


def _fields(body: bytes) -> dict[str, str]:
    try:
        return read_fields(body)
    except Malformed as error:
        raise Hostile(400, str(error)) from None


def _inbound(account: WireAccount, fields: dict[str, str]) -> Inbound | None:
    openid, kind, created = fields.get("FromUserName", ""), fields.get("MsgType", ""), fields.get("CreateTime", "")
    if not _OPENID.fullmatch(openid) or not kind or not _DIGITS.fullmatch(created) or len(created) > 11:
        raise Hostile(400, "field missing or odd")
    event = fields.get("Event", "").lower()
    key = _event_key(fields, openid, event) if kind == "event" else _message_key(fields, openid)
    if key is None:
        return None
    return Inbound(
        account=account.name,
        key=key,
        digest=hashlib.sha256(_content(fields)).hexdigest(),
        openid=openid,
        original_id=fields.get("ToUserName", ""),
        kind=kind,
        text=fields.get("Content", ""),
        event=event,
        event_key=fields.get("EventKey", ""),
        fields=fields,
        at=datetime.fromtimestamp(int(created), UTC),
    )


def _content(fields: Mapping[str, str]) -> bytes:
    return json.dumps(sorted(fields.items()), ensure_ascii=False).encode()


def _message_key(fields: Mapping[str, str], openid: str) -> str | None:
    number = fields.get("MsgId", "")
    return f"m:{openid}:{number}" if _DIGITS.fullmatch(number) and int(number) < 2**64 else None


def _event_key(fields: Mapping[str, str], openid: str, event: str) -> str | None:
    if event in _REPORTS:
        number = fields.get("MsgID", "")
        return f"{_REPORTS[event]}:{openid}:{number}" if _DIGITS.fullmatch(number) else None
    # Sender and time alone collide: two different events of a person may bear the same second.
    told = hashlib.sha256(fields.get("EventKey", "").encode()).hexdigest()[:12]
    return f"e:{openid}:{fields['CreateTime']}:{event[:32]}:{told}"
