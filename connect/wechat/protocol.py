"""Requests to the platform as bytes, and its answers as values or failures; no I/O.

The platform answers business failures with HTTP 200 and an ``errcode``; some successes carry none, some answers come as
text/plain, and control characters may stand inside strings. Requests must be raw UTF-8: ``\\uXXXX`` is not understood.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from connect.wechat.codes import OK, policy_of
from domain.errors import DeliveryFailed


@dataclass(frozen=True, slots=True)
class OAuthAnswer:
    """What a code of web authorisation was worth; ``snapshot`` marks an openid that is nobody's."""

    openid: str
    snapshot: bool


def body_of(document: Mapping[str, Any]) -> bytes:
    """A JSON body as the platform takes it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


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


def answer_of(status: int, body: bytes) -> dict[str, Any]:
    """The answer as an object; ``DeliveryFailed`` for an error code and for anything that is no answer."""
    if status >= 500:
        raise DeliveryFailed(f"http{status}", maybe_sent=True, kind="transient")
    if status != 200:
        raise DeliveryFailed(f"http{status}", permanent=True, kind="config")
    try:
        found = json.loads(body.decode("utf-8", "ignore"), strict=False)
    except ValueError:
        raise DeliveryFailed("no_json", maybe_sent=True, kind="ambiguous") from None
    if not isinstance(found, dict):
        raise DeliveryFailed("no_object", maybe_sent=True, kind="ambiguous")
    code = found.get("errcode", OK)
    if code != OK:
        raise failure(int(code), str(found.get("errmsg", "")))
    return found


def failure(code: int, text: str) -> DeliveryFailed:
    """A code of the platform as a failure, by the table."""
    policy = policy_of(code)
    return DeliveryFailed(
        code, permanent=policy.permanent, retry_after=policy.retry_after, kind=policy.kind, text=_rid(text)
    )


def _rid(text: str) -> str:
    # Only the request id is kept of a message: it resolves at the platform, and tells nothing about a person.
    _, found, rid = text.partition("rid: ")
    return f"rid {rid.strip()}" if found else ""


def authorize_url(open_url: str, appid: str, redirect: str, state: str) -> str:
    """Where a browser inside WeChat is sent to tell who it is; order of parameters and fragment matter."""
    query = urlencode(
        {"appid": appid, "redirect_uri": redirect, "response_type": "code", "scope": "snsapi_base", "state": state},
        quote_via=quote,
        safe="",
    )
    return f"{open_url}/connect/oauth2/authorize?{query}#wechat_redirect"
