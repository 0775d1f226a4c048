"""The server address of an account: answers the handshake, receives messages, and turns hostile bodies away."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from aiohttp import web

from bot.envelope import NOTHING, Hostile, Inbound, WireAccount, echo, open_push, seal_text
from bot.inbox import Inbox, Wrap

log = structlog.get_logger()

LARGEST = 64 * 1024
BODY_SECONDS = 3.0
BUDGET_SECONDS = 4.5


def routes(
    accounts: Mapping[str, WireAccount],
    inbox: Inbox,
    clock: Callable[[], datetime],
    *,
    sorry: str,
    budget: float = BUDGET_SECONDS,
) -> list[web.RouteDef]:
    """``GET`` and ``POST /wechat/{account}``; ``sorry`` is said when a message could not be stored."""
    door = _Door(accounts, inbox, clock, sorry, budget)
    return [web.get("/wechat/{account}", door.shake), web.post("/wechat/{account}", door.receive)]


class _Door:
    """One address per account."""

    def __init__(
        self,
        accounts: Mapping[str, WireAccount],
        inbox: Inbox,
        clock: Callable[[], datetime],
        sorry: str,
        budget: float,
    ) -> None:
        self._accounts = accounts
        self._inbox = inbox
        self._clock = clock
        self._sorry = sorry
        self._budget = budget

    async def shake(self, request: web.Request) -> web.Response:
        """The platform asks whether we know the token."""
        try:
            return web.Response(text=echo(self._account(request), request.query, self._clock()))
        except Hostile as error:
            return _refused(error)

    async def receive(self, request: web.Request) -> web.Response:
        """A message: opened, kept, worked on, answered; acknowledged only after it was kept."""
        began = asyncio.get_running_loop().time()
        try:
            account = self._account(request)
            body = await _body(request)
            now = self._clock()
            inbound, seal = open_push(account, request.query, body, now)
            if inbound is None:
                return web.Response(text=NOTHING)
            left = self._budget - (asyncio.get_running_loop().time() - began)
            text = await self._kept(inbound, lambda words: seal_text(words, inbound, seal, now), left)
        except Hostile as error:
            return _refused(error)
        return _answer(text)

    async def _kept(self, inbound: Inbound, wrap: Wrap, left: float) -> str:
        try:
            return await self._inbox.receive(inbound, wrap, budget=max(left, 0.1))
        except Hostile:
            raise
        except Exception:
            # Nothing may be acknowledged in silence that is not on disk: say so in words, which also ends the retries.
            log.exception("message_not_kept", message=inbound.trace)
            return wrap(self._sorry)

    def _account(self, request: web.Request) -> WireAccount:
        account = self._accounts.get(request.match_info["account"])
        if account is None:
            raise Hostile(404, "no such account")
        return account


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > LARGEST:
        raise Hostile(413, "too large")
    pieces, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.content.iter_chunked(LARGEST):
                size += len(piece)
                if size > LARGEST:
                    raise Hostile(413, "too large")
                pieces.append(piece)
    except TimeoutError:
        raise Hostile(408, "body too slow") from None
    return b"".join(pieces)


def _answer(text: str) -> web.Response:
    kind = "text/plain" if text == NOTHING else "application/json" if text.startswith("{") else "application/xml"
    return web.Response(text=text, content_type=kind)


def _refused(error: Hostile) -> web.Response:
    log.warning("push_refused", status=error.status, reason=error.reason)
    return web.Response(status=error.status, text="")
