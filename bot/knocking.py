"""A push as the platform would make it, to knock at our own door and see whether the right house answers."""

import time
from collections.abc import Mapping
from datetime import datetime

from bot.cipher import encrypt, signature
from bot.envelope import WireAccount

NONCE = "doctor"
OPENID = "gendan-doctor"
EVENT = "gendan_doctor"
"""An event that the platform does not know: it is kept and answered like any other, and nothing comes of it."""


def shake_query(account: WireAccount, echo: str, now: datetime) -> dict[str, str]:
    """The query of a handshake that asks for ``echo`` back."""
    stamp = str(int(now.timestamp()))
    return {
        "signature": signature(account.token, stamp, NONCE),
        "timestamp": stamp,
        "nonce": NONCE,
        "echostr": echo,
    }


def event_push(account: WireAccount, now: datetime) -> tuple[Mapping[str, str], bytes]:
    """Query and body of an event, sealed as the account's mode wants it."""
    stamp = str(int(now.timestamp()))
    query = {"timestamp": stamp, "nonce": NONCE, "signature": signature(account.token, stamp, NONCE)}
    to = account.original_id or "gh_gendan_doctor"
    # A key of its own even for the second look within a second: an answer from memory would prove little.
    inner = _xml(
        ToUserName=to,
        FromUserName=OPENID,
        CreateTime=stamp,
        MsgType="event",
        Event=EVENT,
        EventKey=str(time.time_ns()),
    )
    if account.aes_key is None or account.mode == "plain":
        return query, inner
    sealed = encrypt(inner, account.aes_key, account.appid)
    signed = {"encrypt_type": "aes", "msg_signature": signature(account.token, stamp, NONCE, sealed)}
    return query | signed, _xml(ToUserName=to, Encrypt=sealed)


def _xml(**fields: str) -> bytes:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"<xml>{inside}</xml>".encode()
