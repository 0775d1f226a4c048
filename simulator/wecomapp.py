"""The API of a WeCom app (企业微信应用), as strict as the vendor: token, trusted address, members, size, rate."""

import json
import secrets
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from .world import World

MINUTE, HOUR, TOKEN_LIFE = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=2)
PER_MINUTE, PER_HOUR = 30, 1000
TEXT, TITLE, WORDS, LINK = 2048, 128, 512, 2048
WORDS_OF = {
    0: "ok", 40001: "invalid credential", 40008: "invalid message type", 40013: "invalid corpid",
    40014: "invalid access_token", 40056: "invalid agentid", 40058: "content exceeds its length limit",
    42001: "access_token expired", 45009: "api freq out of limit", 60020: "not allow to access from your ip",
    81013: "user & party & tag all invalid",
}  # fmt: skip


class WecomApp:
    """Keeps what each member was told; faults are set by its fields."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.corp, self.agent, self.secret = "wwabcdef0123456789", 1000002, "app-secret-of-the-simulator-0123456789"
        self.members = {"ChenJie", "LaoLi"}
        self.told: list[tuple[str, str]] = []
        self.trusted = True
        self.takes_tokens = True
        self.calls: dict[str, int] = defaultdict(int)
        self._token = ("", world.clock())
        self._sent: dict[str, deque[datetime]] = defaultdict(deque)
        self._texts: dict[tuple[str, str], datetime] = {}

    def kill_token(self) -> None:
        """The token is no good any more, as after a reset of the secret."""
        self._token = ("", self.world.clock())

    def token(self, corp: str, secret: str) -> dict[str, Any]:
        """A token; the same one as long as it is good."""
        self.calls["gettoken"] += 1
        if corp != self.corp:
            return _said(40013)
        if secret != self.secret:
            return _said(40001)
        if not self._token[0] or self._token[1] <= self.world.clock():
            self._token = (secrets.token_urlsafe(32), self.world.clock() + TOKEN_LIFE)
        left = int((self._token[1] - self.world.clock()).total_seconds())
        return {**_said(0), "access_token": self._token[0], "expires_in": left}

    def send(self, token: str, body: bytes) -> dict[str, Any]:
        """Take a message for its members."""
        self.calls["send"] += 1
        if token != self._token[0] or not token or not self.takes_tokens:
            return _said(40014)
        if self._token[1] <= self.world.clock():
            return _said(42001)
        if not self.trusted:
            return _said(60020)
        wish = _object(body)
        if wish.get("agentid") != self.agent:
            return _said(40056)
        text = _words(wish)
        if isinstance(text, int):
            return _said(text)
        return self._deliver(str(wish.get("touser", "")).split("|"), text, wish)

    def mount(self, app: web.Application) -> None:
        """The addresses of the vendor, on this port."""

        async def token(request: web.Request) -> web.Response:
            query = request.query
            return web.json_response(self.token(query.get("corpid", ""), query.get("corpsecret", "")))

        async def send(request: web.Request) -> web.Response:
            return web.json_response(self.send(request.query.get("access_token", ""), await request.read()))

        app.router.add_get("/cgi-bin/gettoken", token)
        app.router.add_post("/cgi-bin/message/send", send)

    def _deliver(self, to: list[str], text: str, wish: dict[str, Any]) -> dict[str, Any]:
        strangers = [one for one in to if one not in self.members]
        if len(strangers) == len(to):
            return {**_said(81013), "invaliduser": "|".join(strangers)}
        now = self.world.clock()
        for member in set(to) - set(strangers):
            if not self._may(member, now):
                return _said(45009)
            if self._is_new(member, text, wish, now):
                self.told.append((member, text))
                self.world.journal.write("wecom_app", {"to": member, "text": text}, _said(0))
        return {**_said(0), "invaliduser": "|".join(strangers), "msgid": secrets.token_hex(8)}

    def _may(self, member: str, now: datetime) -> bool:
        sent = self._sent[member]
        while sent and now - sent[0] >= HOUR:
            sent.popleft()
        if len(sent) >= PER_HOUR or sum(now - one < MINUTE for one in sent) >= PER_MINUTE:
            return False
        sent.append(now)
        return True

    def _is_new(self, member: str, text: str, wish: dict[str, Any], now: datetime) -> bool:
        last, key = self._texts.get((member, text)), (member, text)
        self._texts[key] = now
        span = timedelta(seconds=int(wish.get("duplicate_check_interval", TOKEN_LIFE.seconds // 4)))
        return not (wish.get("enable_duplicate_check") == 1 and last is not None and now - last < span)


def _words(wish: dict[str, Any]) -> str | int:
    """What the member reads, or the code of what is wrong with it."""
    kind = wish.get("msgtype")
    held = wish.get(str(kind))
    if kind not in ("text", "textcard") or not isinstance(held, dict):
        return 40008
    names = {"content": TEXT} if kind == "text" else {"title": TITLE, "description": WORDS, "url": LINK}
    parts = [held.get(name) for name in names]
    if not all(isinstance(part, str) and part for part in parts):
        return 40008
    if any(len(str(part).encode()) > most for part, most in zip(parts, names.values(), strict=True)):
        return 40058
    return "\n".join(str(part) for part in parts)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _said(code: int) -> dict[str, Any]:
    return {"errcode": code, "errmsg": WORDS_OF[code]}
