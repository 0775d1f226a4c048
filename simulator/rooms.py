"""Rooms where staff read besides WeChat, as strict as their vendors: three group robots and a webhook's receiver."""

import base64
import hashlib
import hmac
import json
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from .world import World

MINUTE, TOLERANCE = timedelta(minutes=1), timedelta(minutes=5)
WECOM_BYTES, OTHERS_BYTES = 2048, 20_000
PER_MINUTE = {"wecom": 20, "dingtalk": 20, "feishu": 100}
_RATE = {
    "wecom": {"errcode": 45009, "errmsg": "api freq out of limit"},
    "dingtalk": {"errcode": 130101, "errmsg": "send too fast"},
    "feishu": {"code": 11232, "msg": "frequency limited"},
}


class Rooms:
    """Keeps what each room was told; `secrets` are those the receiver accepts, `status` what a webhook answers with."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.key = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
        self.secrets = {"dingtalk": "SECabc", "feishu": "SECabc", "webhook": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
        self.told: list[tuple[str, str]] = []
        self.status = 204
        self.seen: set[str] = set()
        self._calls: dict[str, deque[datetime]] = {kind: deque() for kind in PER_MINUTE}

    def wecom(self, key: str, body: bytes) -> dict[str, Any]:
        """A WeCom robot: the key in the address, 2048 bytes, 20 a minute."""
        if key != self.key:
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        text = _text(body, "msgtype", "text", "content")
        if text is None:
            return {"errcode": 40008, "errmsg": "invalid message type"}
        if len(text.encode()) > WECOM_BYTES:
            return {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}
        return self._take("wecom", text, {"errcode": 0, "errmsg": "ok"})

    def dingtalk(self, token: str, stamp: str, sign: str, body: bytes) -> dict[str, Any]:
        """A DingTalk robot with a signed moment in milliseconds, an hour old at most."""
        secret = self.secrets["dingtalk"]
        fresh = stamp.isdigit() and abs(self._age(int(stamp) / 1000)) <= timedelta(hours=1)
        right = _hmac(secret.encode(), f"{stamp}\n{secret}".encode())
        if token != self.key or not fresh or not hmac.compare_digest(sign.encode(), right.encode()):
            return {"errcode": 310000, "errmsg": "sign not match"}
        text = _text(body, "msgtype", "text", "content")
        if text is None or len(body) > OTHERS_BYTES:
            return {"errcode": 400101, "errmsg": "invalid message"}
        return self._take("dingtalk", text, {"errcode": 0, "errmsg": "ok"})

    def feishu(self, token: str, body: bytes) -> dict[str, Any]:
        """A Feishu robot: second and signature in the body, an hour old at most."""
        given = _object(body)
        stamp, secret = given.get("timestamp"), self.secrets["feishu"]
        if token != self.key or len(body) > OTHERS_BYTES:
            return {"code": 9499, "msg": "Bad Request"}
        known = isinstance(stamp, str) and stamp.isdigit() and abs(self._age(int(stamp))) <= timedelta(hours=1)
        right = _hmac(f"{stamp}\n{secret}".encode(), b"")
        if not known or not hmac.compare_digest(str(given.get("sign")).encode(), right.encode()):
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
        text = _text(body, "msg_type", "content", "text")
        if text is None:
            return {"code": 9499, "msg": "Bad Request"}
        return self._take("feishu", text, {"code": 0, "msg": "success", "StatusCode": 0})

    def webhook(self, request: web.Request, body: bytes) -> int:
        """A receiver of "Standard Webhooks" 1.0: 401 for what is not signed or old, each id once."""
        message, stamp = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
        if not message or not stamp.isdigit() or abs(self._age(int(stamp))) > TOLERANCE:
            return 401
        key = base64.b64decode(self.secrets["webhook"].removeprefix("whsec_"))
        right = "v1," + _hmac(key, f"{message}.{stamp}.".encode() + body)
        if right not in request.headers.get("webhook-signature", "").split(" "):
            return 401
        told = _object(body)
        if request.content_type != "application/json" or {"type", "timestamp", "data"} - told.keys():
            return 400
        if self.status // 100 == 2 and message not in self.seen:
            self.seen.add(message)
            self.told.append(("webhook", str(told["data"]["text"])))
        return self.status

    def mount(self, app: web.Application) -> None:
        """The addresses of the vendors, on this port."""

        async def wecom(request: web.Request) -> web.Response:
            return _answer(self.wecom(request.query.get("key", ""), await request.read()))

        async def dingtalk(request: web.Request) -> web.Response:
            token, stamp, sign = (request.query.get(name, "") for name in ("access_token", "timestamp", "sign"))
            return _answer(self.dingtalk(token, stamp, sign, await request.read()))

        async def feishu(request: web.Request) -> web.Response:
            return _answer(self.feishu(request.match_info["token"], await request.read()))

        async def webhook(request: web.Request) -> web.Response:
            status = self.webhook(request, await request.read())
            return web.Response(status=status, headers={"Location": "/hooks/standard"} if status // 100 == 3 else {})

        app.router.add_post("/cgi-bin/webhook/send", wecom)
        app.router.add_post("/robot/send", dingtalk)
        app.router.add_post("/open-apis/bot/v2/hook/{token}", feishu)
        app.router.add_post("/hooks/standard", webhook)

    def _take(self, kind: str, text: str, good: dict[str, Any]) -> dict[str, Any]:
        now, calls = self.world.clock(), self._calls[kind]
        while calls and now - calls[0] >= MINUTE:
            calls.popleft()
        if len(calls) >= PER_MINUTE[kind]:
            return _RATE[kind]
        calls.append(now)
        self.told.append((kind, text))
        self.world.journal.write("room", {"path": kind, "text": text}, good)
        return good

    def _age(self, second: float) -> timedelta:
        return timedelta(seconds=self.world.clock().timestamp() - second)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(body: bytes, kind: str, outer: str, inner: str) -> str | None:
    found = _object(body)
    held = found.get(outer)
    text = held.get(inner) if found.get(kind) == "text" and isinstance(held, dict) else None
    return text if isinstance(text, str) and text else None


def _hmac(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def _answer(said: dict[str, Any]) -> web.Response:
    return web.json_response(said)
