"""Requests to the platform as bytes, and its answers as values or failures; no I/O.

The platform answers business failures with HTTP 200 and an ``errcode``; some successes carry none, some answers come as
text/plain, and control characters may stand inside strings. Requests must be raw UTF-8: ``\\uXXXX`` is not understood.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from connect.wechat.codes import OK, TOKEN, policy_of
from domain.errors import DeliveryFailed

TOO_MANY_REQUESTS = 429
GATEWAY_TIMEOUT = 504
FILE = "file"

NOT_LISTED = frozenset({40164, 61004})
_IP = re.compile(r"invalid ip ([0-9a-fA-F.:]{3,45})")
_RID = re.compile(r"rid:\s*([0-9a-f-]{8,40})")


@dataclass(frozen=True, slots=True)
class OAuthAnswer:
    """What a code of web authorisation was worth; ``snapshot`` marks an openid that is nobody's."""

    openid: str
    snapshot: bool


def body_of(document: Mapping[str, Any]) -> bytes:
    """A JSON body as the platform takes it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def template_message(
    openid: str, template_id: str, data: Mapping[str, Mapping[str, str]], *, url: str | None, client_msg_id: str
) -> dict[str, Any]:
    """The body of a template send; the same ``client_msg_id`` to the same person is shown once within ten minutes."""
    message: dict[str, Any] = {
        "touser": openid,
        "template_id": template_id,
        "client_msg_id": client_msg_id,
        "data": data,
    }
    return message | ({"url": url} if url else {})


def text_message(openid: str, text: str) -> dict[str, Any]:
    """The body of a customer-service text."""
    return {"touser": openid, "msgtype": "text", "text": {"content": text}}


def image_message(openid: str, media_id: str) -> dict[str, Any]:
    """The body of a customer-service picture."""
    return {"touser": openid, "msgtype": "image", "image": {"media_id": media_id}}


def qr_code(scene: str, seconds: int) -> dict[str, Any]:
    """The body that asks for a QR code which expires."""
    return {
        "expire_seconds": seconds,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": scene}},
    }


def token_wish(appid: str, secret: str) -> bytes:
    """The body that asks for the account's stable token; never by force, which would end the token of others."""
    return body_of(
        {"grant_type": "client_credential", "appid": appid, "secret": secret, "force_refresh": False},
    )


def token_of(found: Mapping[str, Any]) -> tuple[str, timedelta]:
    """The token in an answer, and how long it is good."""
    token, lasts = needed(found, "access_token"), found.get("expires_in", 7200)
    if not isinstance(lasts, int):
        raise DeliveryFailed("no_expiry", kind="transient")
    return token, timedelta(seconds=lasts)


def without_token(failed: DeliveryFailed) -> DeliveryFailed:
    """A failure to get a token: nothing was sent, and a wrong secret is a matter of configuration."""
    wrong = failed.code in TOKEN
    return DeliveryFailed(
        failed.code,
        permanent=failed.permanent,
        retry_after=failed.retry_after,
        kind="config" if wrong else "transient" if failed.maybe_sent else failed.kind,
        text=failed.text,
    )


def answer_of(status: int, body: bytes) -> dict[str, Any]:
    """The answer as an object; ``DeliveryFailed`` for an error code and for anything that is no answer."""
    if status != 200:
        raise _unserved(status)
    try:
        found: Any = json.loads(body.decode("utf-8", "ignore"), strict=False)
    except (ValueError, RecursionError):
        raise DeliveryFailed("no_json", maybe_sent=True, kind="ambiguous") from None
    code = found.get("errcode", OK) if isinstance(found, dict) else None
    if not isinstance(code, int):
        raise DeliveryFailed("no_answer_object", maybe_sent=True, kind="ambiguous")
    if code != OK:
        raise failure(code, str(found.get("errmsg", "")))
    return dict(found)


def file_of(status: int, body: bytes) -> dict[str, Any]:
    """A file that the platform keeps, under ``FILE``; where it has none it answers with an object in its place."""
    if status == 200 and body.lstrip()[:1] != b"{":
        return {FILE: body}
    answer_of(status, body)
    # No failure and no file: of a video it gives an address, which we do not follow.
    raise DeliveryFailed("no_file", permanent=True, kind="media")


def needed(found: Mapping[str, Any], name: str) -> str:
    """A field that the documents promise; an answer without it says nothing about what was done."""
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise DeliveryFailed(f"no_{name}", maybe_sent=True, kind="ambiguous")
    return value


def failure(code: int, text: str) -> DeliveryFailed:
    """A code of the platform as a failure, by the table."""
    policy = policy_of(code)
    # Only the request id is kept of a message: it resolves at the platform, and tells nothing about a person. So does
    # our own address, where the platform does not know it.
    ip = _IP.search(text) if code in NOT_LISTED else None
    rid = _RID.search(text)
    told = [f"ip {ip[1]}"] if ip else []
    return DeliveryFailed(
        code,
        permanent=policy.permanent,
        retry_after=policy.retry_after,
        kind=policy.kind,
        text=" ".join([*told, f"rid {rid[1]}"] if rid else told),
    )


def authorize_url(open_url: str, appid: str, redirect: str, state: str) -> str:
    """Where a browser inside WeChat is sent to tell who it is; order of parameters and fragment matter."""
    query = urlencode(
        {"appid": appid, "redirect_uri": redirect, "response_type": "code", "scope": "snsapi_base", "state": state},
        quote_via=quote,
        safe="",
    )
    return f"{open_url}/connect/oauth2/authorize?{query}#wechat_redirect"


def _unserved(status: int) -> DeliveryFailed:
    """A gateway answered in the platform's place; only one that waited in vain may have passed the request on."""
    if status == TOO_MANY_REQUESTS:
        return DeliveryFailed(f"http{status}", retry_after=timedelta(seconds=60), kind="throttled")
    if status == GATEWAY_TIMEOUT:
        return DeliveryFailed(f"http{status}", maybe_sent=True, kind="ambiguous")
    if status >= 500:
        return DeliveryFailed(f"http{status}", kind="transient")
    return DeliveryFailed(f"http{status}", permanent=True, kind="config")
