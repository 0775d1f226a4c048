"""Who is looking at a page: a WeChat authorisation (snsapi_base) once, then a signed cookie for some hours.

Nobody is ever stopped here: whoever cannot or will not be identified sees what the link alone shows.
"""

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from connect.wechat.protocol import OAuthAnswer
from domain.errors import DeliveryFailed
from domain.values import Address
from web.seals import sealed, unsealed

log = structlog.get_logger()

STAYS = timedelta(hours=12)
TRIP = timedelta(minutes=10)
GUEST = "guest"
SNAPSHOT = "snapshot"

_OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True, slots=True)
class Door:
    """How one Official Account tells who is looking: the address to ask at, and what its code is worth.

    ``authorize`` takes the address to come back to and the state; ``exchange`` raises ``DeliveryFailed``.
    """

    authorize: Callable[[str, str], str]
    exchange: Callable[[str], Awaitable[OAuthAnswer]]


@dataclass(frozen=True, slots=True)
class Identity:
    """Tells people apart. ``doors`` are the accounts by name; the first one serves links that name none."""

    secret: bytes
    doors: Mapping[str, Door]
    base_url: str
    clock: Callable[[], datetime]

    def visitor(self, request: web.Request) -> Address | None:
        """Who this browser was found to be within the last hours."""
        text = request.cookies.get(self._cookie("visit"), "")
        values = unsealed(text, purpose="visit", now=self.clock(), secret=self.secret)
        return Address(*values) if values and len(values) == 2 else None

    def leaves(self, request: web.Request) -> bool:
        """Whether this page should first go and ask WeChat: inside the app, unknown so far and not yet refused."""
        inside = "MicroMessenger" in request.headers.get("User-Agent", "")
        return inside and bool(self.doors) and "as" not in request.query and request.method == "GET"

    def departure(self, request: web.Request, home: str) -> web.Response:
        """To WeChat and back to ``home/in``; the state is bound to this browser by a cookie."""
        account = self._account(request)
        nonce = secrets.token_hex(16)
        going = web.Response(status=302, headers={"Cache-Control": "no-store"})
        going.headers["Location"] = self.doors[account].authorize(
            self.base_url + self.link(request, home + "/in"), nonce
        )
        trip = sealed((nonce, account, home), purpose="trip", until=self.clock() + TRIP, secret=self.secret)
        self._keep(going, self._cookie("trip"), trip, TRIP)
        return going

    async def arrival(self, request: web.Request, home: str) -> web.Response:
        """Back from WeChat: remember who it is and show the page; whatever went wrong, show the page to a guest."""
        account = self._traveller(request, home)
        grant = await self._granted(account, request.query.get("code", "")) if account else None
        mark = GUEST if grant is None else SNAPSHOT if grant.snapshot else ""
        coming = web.Response(status=303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        coming.headers["Location"] = self.link(request, home, mark)
        coming.del_cookie(self._cookie("trip"), path="/", secure=self._secure, httponly=True, samesite="Lax")
        if account and grant and not grant.snapshot:
            until = self.clock() + STAYS
            visit = sealed((account, grant.openid), purpose="visit", until=until, secret=self.secret)
            self._keep(coming, self._cookie("visit"), visit, STAYS)
        return coming

    def link(self, request: web.Request, path: str, mark: str = "") -> str:
        """``path`` for the same account as this request; ``mark`` says why nobody is known there."""
        account = request.query.get("a", "")
        asked = {"a": account if account in self.doors else "", "as": mark}
        query = "&".join(f"{name}={value}" for name, value in asked.items() if value)
        return f"{path}?{query}" if query else path

    def _traveller(self, request: web.Request, home: str) -> str | None:
        text = request.cookies.get(self._cookie("trip"), "")
        values = unsealed(text, purpose="trip", now=self.clock(), secret=self.secret)
        if not values or len(values) != 3 or values[1] not in self.doors:
            return None
        same = hmac.compare_digest(values[0].encode(), request.query.get("state", "").encode())
        return values[1] if same and values[2] == home else None

    async def _granted(self, account: str, code: str) -> OAuthAnswer | None:
        if not _CODE.fullmatch(code):
            return None
        try:
            grant = await self.doors[account].exchange(code)
        except DeliveryFailed as error:
            # A client may come back twice with one code: 40163 is no sign of trouble.
            log.info("web_visitor_unknown", account=account, code=str(error.code))
            return None
        return grant if _OPENID.fullmatch(grant.openid) else None

    def _account(self, request: web.Request) -> str:
        wanted = request.query.get("a", "")
        return wanted if wanted in self.doors else next(iter(self.doors))

    @property
    def _secure(self) -> bool:
        return self.base_url.startswith("https://")

    def _cookie(self, name: str) -> str:
        return f"{'__Host-' if self._secure else ''}gendan-{name}"

    def _keep(self, response: web.Response, name: str, value: str, span: timedelta) -> None:
        response.set_cookie(
            name,
            value,
            max_age=int(span.total_seconds()),
            path="/",
            httponly=True,
            secure=self._secure,
            samesite="Lax",
        )
