"""Short texts that a browser keeps for us and cannot change: signed, for one purpose, until a moment."""

import binascii
import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

LONGEST = 1024


def sealed(values: Sequence[str], *, purpose: str, until: datetime, secret: bytes) -> str:
    """The values as one text fit for a cookie, good until ``until`` and for this purpose only."""
    payload = json.dumps([*values, int(until.timestamp())], ensure_ascii=False, separators=(",", ":"))
    body = urlsafe_b64encode(payload.encode()).decode().rstrip("=")
    return f"{body}.{_mark(body, purpose, secret)}"


def unsealed(text: str, *, purpose: str, now: datetime, secret: bytes) -> tuple[str, ...] | None:
    """The values again; None when the text is forged, of another purpose, or too old."""
    body, _, mark = text.rpartition(".")
    if not body or len(text) > LONGEST or not hmac.compare_digest(mark.encode(), _mark(body, purpose, secret).encode()):
        return None
    *values, until = _read(body) or [0]
    return tuple(values) if until > now.timestamp() else None


def _mark(body: str, purpose: str, secret: bytes) -> str:
    return hmac.new(secret, f"seal {purpose}\n{body}".encode(), hashlib.sha256).hexdigest()


def _read(body: str) -> list[Any] | None:
    try:
        return list(json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    except (ValueError, TypeError, binascii.Error):
        return None
