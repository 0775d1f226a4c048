"""A company's own fleet or transport system: signed JSON that tells where its parcels are.

The envelope is that of "Standard Webhooks" 1.0: ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``. The
body is ``{"parcels": [{"shipment", "waybill", "carrier", "eta", "events": […]}]}``, or one parcel without the list; a
parcel is known by either number. An event is ``{"at", "status", "reason", "text", "place"}``, its time RFC 3339 with an
offset, its status one of ours.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connect.carriers.wire import cleaned, object_in
from domain.values import ParcelState, Scan, Trace

TOLERANCE = timedelta(minutes=5)
MOST_SCANS, MOST_PARCELS = 500, 200

_STATES = {state.value: state for state in ParcelState} | {"registered": ParcelState.HANDED_OVER}
_STATES |= {"exception": ParcelState.PROBLEM}
_REASON = re.compile(r"[a-z_]{1,24}")


def signature(secret: str, message: str, stamp: str, body: bytes) -> str:
    """The signature of a body under its id and second."""
    signed = f"{message}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def opened(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> tuple[bool, str]:
    """Whether a push was signed with the secret, and its body as it came."""
    return genuine(headers, body, secret, now), body.decode(errors="replace").replace("\0", "")


def genuine(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Whether this body was signed with the secret, and not long ago; several signatures may stand side by side."""
    message, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (secret and message and re.fullmatch(r"[0-9]{1,12}", stamp)):
        return False
    if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > TOLERANCE:
        return False
    expected = signature(secret, message, stamp, body).encode()
    given = headers.get("webhook-signature", "").split()[:8]
    return any(hmac.compare_digest(one.encode(), expected) for one in given)


def parse_pushed(text: str) -> tuple[Trace, ...]:
    """The journeys in a body; ValueError when there is none to read."""
    told = object_in(text)
    parcels = told.get("parcels", [told])
    if not told or not isinstance(parcels, list):
        raise ValueError("no parcels in the body")
    return tuple(_trace(one) for one in parcels[:MOST_PARCELS] if isinstance(one, dict))


def _trace(told: dict[str, Any]) -> Trace:
    events = told.get("events")
    nodes = [node for node in events if isinstance(node, dict)][:MOST_SCANS] if isinstance(events, list) else []
    scans = sorted((scan for node in nodes if (scan := _scan(node))), key=lambda scan: scan.at)
    return Trace(
        carrier=cleaned(told.get("carrier"))[:32],
        waybill=cleaned(told.get("waybill"))[:64],
        status="polling",
        scans=tuple(scans),
        eta=_day(told.get("eta")),
        shipment=cleaned(told.get("shipment"))[:32],
    )


def _scan(node: dict[str, Any]) -> Scan | None:
    at, code = _moment(node.get("at")), cleaned(node.get("status")).lower()
    state = _STATES.get(code)
    if at is None or state is None:
        return None
    reason = cleaned(node.get("reason")).lower()
    text = cleaned(node.get("text"))[:400]
    place = cleaned(node.get("place"))[:128]
    return Scan(at, state, text, place, code[:16], reason if _REASON.fullmatch(reason) else "")


def _moment(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _key(secret: str) -> bytes:
    plain = secret.removeprefix("whsec_")
    try:
        return base64.b64decode(plain, validate=True) if plain != secret else plain.encode()
    except binascii.Error:
        return plain.encode()
