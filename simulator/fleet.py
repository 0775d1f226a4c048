"""Somebody's own fleet: tells a bot where its parcels are, in JSON signed as "Standard Webhooks" 1.0 wants it."""

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any

import aiohttp

from . import chance
from .carrier import ANSWER_WITHIN
from .world import World


class Fleet:
    """Sends to `callback`; `secret` is what both sides know."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
        self.callback = ""

    async def tell(self, *parcels: dict[str, Any], secret: str = "", seconds_ago: int = 0) -> int:
        """Push these parcels and give back the HTTP status; times without `at` are now."""
        now = self.world.clock()
        for parcel in parcels:
            for event in parcel.get("events", ()):
                event.setdefault("at", now.isoformat())
        body = json.dumps({"parcels": parcels}, ensure_ascii=False).encode()
        message, stamp = "msg_" + chance.alnum(24), str(self.world.clock.epoch() - seconds_ago)
        headers = {"webhook-id": message, "webhook-timestamp": stamp, "Content-Type": "application/json"}
        headers["webhook-signature"] = sign(secret or self.secret, message, stamp, body)
        status = 0
        try:
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                self.world.session.post(self.callback, data=body, headers=headers) as response,
            ):
                status = response.status
        except (TimeoutError, aiohttp.ClientError):
            status = 0
        self.world.journal.write("carrier", {"path": "fleet push", "parcels": len(parcels)}, {"status": status})
        return status


def sign(secret: str, message: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over id, second and body, in base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
