"""The server address of an account: answers the handshake, receives messages, and turns hostile bodies away."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

import structlog
from aiohttp import ClientError, StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.envelope import Hostile, WireAccount, echo, open_push
from bot.inbox import Inbox
from bot.replybody import NOTHING, seal_text

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
    body_seconds: float = BODY_SECONDS,
) -> list[web.RouteDef]:
    """``GET`` and ``POST /wechat/{account}``; ``sorry`` is said when a message could not be stored.

    ``budget`` seconds after its headers a message is answered, whatever happens; its body may take ``body_seconds``.
    """

    def account_of(request: web.Request) -> WireAccount:
        account = accounts.get(request.match_info["account"])
        if account is None:
            raise Hostile(404, "no such account")
        return account

    async def shake(request: web.Request) -> web.Response:
        try:
            return web.Response(text=echo(account_of(request), request.query, clock()))
        except Hostile as error:
            return _refused(request, error)

    async def receive(request: web.Request) -> web.Response:
        until = asyncio.get_running_loop().time() + budget
        try:
            account = account_of(request)
            body = await _body(request, body_seconds)
            now = clock()
            inbound, seal = open_push(account, request.query, body, now)
            if inbound is None:
                log.info("push_ignored", account=account.name)
                return _answer(NOTHING)
            left = until - asyncio.get_running_loop().time()
            wrap = partial(seal_text, inbound=inbound, seal=seal, now=now)
            return _answer(await inbox.receive(inbound, wrap, budget=left, sorry=sorry))
        except Hostile as error:
            return _refused(request, error)

    return [web.get("/wechat/{account}", shake), web.post("/wechat/{account}", receive)]


async def _body(request: web.Request, seconds: float) -> bytes:
    if "Content-Encoding" in request.headers:
        raise Hostile(400, "compressed")
    if (request.content_length or 0) > LARGEST:
        raise Hostile(413, "too large")
    try:
        async with asyncio.timeout(seconds):
            return await _at_most(request.content, LARGEST)
    except TimeoutError:
        raise Hostile(408, "body too slow") from None
    except (HttpProcessingError, web.RequestPayloadError, ClientError, ConnectionError):
        raise Hostile(400, "body broken off") from None


async def _at_most(stream: StreamReader, most: int) -> bytes:
    pieces, size = [], 0
    async for piece in stream.iter_chunked(most):
        size += len(piece)
        if size > most:
            raise Hostile(413, "too large")
        pieces.append(piece)
    return b"".join(pieces)


def _answer(text: str) -> web.Response:
    kind = "text/plain" if text == NOTHING else "application/json" if text.startswith("{") else "application/xml"
    return web.Response(text=text, content_type=kind)


def _refused(request: web.Request, error: Hostile) -> web.Response:
    account = request.match_info["account"][:32]
    log.warning("push_refused", account=account, status=error.status, reason=error.reason)
    return web.Response(status=error.status)
