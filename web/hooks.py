"""Pushes of carrier services: kept as they came, answered at once in the vendor's words, worked off afterwards."""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

import structlog
from aiohttp import web

from domain.tracking import keep_push

log = structlog.get_logger()

LARGEST = 256 << 10
PATIENCE = 3.0
KEPT_OF_A_STRANGER = 2000
STRANGERS_PER_HOUR = 60

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push as it came: its headers, its body, and the fields of a form if it is one."""

    headers: Mapping[str, str]
    body: bytes
    form: Mapping[str, str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Vendor:
    """How a carrier service speaks: ``opens`` says whether a push was signed with this secret, and gives its text.

    ``answer`` is what it wants to hear, as JSON: that its push was taken, or that it was not, with HTTP status
    ``refused``. ``secret`` is the account's own, for a service whose pushes are about all parcels; others sign with the
    salt of the one parcel whose token is in the address.
    """

    opens: Callable[[Pushed, str], tuple[bool, str]]
    answer: Callable[[bool, datetime], dict[str, object]]
    secret: str = ""
    refused: int = 200


@dataclass(slots=True)
class Hooks:
    """The receiving end. ``salt_of`` gives the salt of the shipment behind a token; ``processed`` wakes the worker."""

    vendors: Mapping[str, Vendor]
    salt_of: Callable[[str], Awaitable[str | None]]
    processed: Callable[[], None]
    clock: Callable[[], datetime]
    _strangers: deque[datetime] = field(default_factory=deque)

    def routes(self) -> list[web.RouteDef]:
        """``POST /hooks/carriers/{provider}/{token}``."""
        return [web.post("/hooks/carriers/{provider}/{token}", self._receive)]

    async def _receive(self, request: web.Request) -> web.Response:
        provider, token = request.match_info["provider"], request.match_info["token"]
        vendor = self.vendors.get(provider)
        if vendor is None:
            raise web.HTTPNotFound
        read, now = await _body(request), self.clock()
        secret = vendor.secret or (await self.salt_of(token) if _TOKEN.fullmatch(token) else None)
        genuine, body = vendor.opens(Pushed(request.headers, read, _form(read), now), secret or "")
        if secret is None or not genuine:
            await self._refuse(provider, token, body, known=secret is not None)
            return web.json_response(vendor.answer(False, now), status=vendor.refused)
        await keep_push(provider, "" if vendor.secret else token, body, True, now=now)
        self.processed()
        return web.json_response(vendor.answer(True, now))

    async def _refuse(self, provider: str, token: str, body: str, *, known: bool) -> None:
        # Anybody can send these: what is kept of them is bounded, the log line is not.
        log.warning("carrier_push_refused", provider=provider, reason="signature" if known else "token")
        if self._another_stranger():
            await keep_push(
                provider, token if _TOKEN.fullmatch(token) else "", body[:KEPT_OF_A_STRANGER], False, now=self.clock()
            )

    def _another_stranger(self) -> bool:
        now = self.clock()
        while self._strangers and now - self._strangers[0] > timedelta(hours=1):
            self._strangers.popleft()
        if len(self._strangers) >= STRANGERS_PER_HOUR:
            return False
        self._strangers.append(now)
        return True


async def _body(request: web.Request) -> bytes:
    """The whole body; one that is too large or too slow is refused before it is kept in memory."""
    if (request.content_length or 0) > LARGEST:
        raise web.HTTPRequestEntityTooLarge(max_size=LARGEST, actual_size=request.content_length or 0)
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > LARGEST:
                    raise web.HTTPRequestEntityTooLarge(max_size=LARGEST, actual_size=len(body))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return bytes(body)


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=32)
    except ValueError:
        return {}
    return {name: value.replace("\0", "") for name, value in pairs}
