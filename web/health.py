"""What watchers ask: is the process up, can it do its work, and how much of it did it do."""

import asyncio
import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from web.metrics import Figure, Metrics

log = structlog.get_logger()

PATIENCE = 1.0
SILENCE = timedelta(seconds=30)

Check = Callable[[], Awaitable[str | None]]
Figures = Callable[[], Awaitable[Sequence[Figure]]]

_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
# A proxy on this machine also comes from loopback, but says for whom.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def routes(
    version: str, checks: Mapping[str, Check], metrics: Metrics, figures: Figures, *, bearer: str = ""
) -> list[web.RouteDef]:
    """``/healthz``, ``/readyz`` and ``/metrics``.

    A check gives None when all is well, else the reason. ``bearer`` opens the metrics to others than loopback.
    """

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "version": version}, headers=_PRIVATE)

    async def readyz(_request: web.Request) -> web.Response:
        found = await asyncio.gather(*(_asked(name, check) for name, check in checks.items()))
        reasons = {name: reason for name, reason in zip(checks, found, strict=True) if reason is not None}
        body = {"ready": not reasons, "checks": {name: reasons.get(name, "ok") for name in checks}}
        return web.json_response(body, status=503 if reasons else 200, headers=_PRIVATE)

    async def prometheus(request: web.Request) -> web.Response:
        if not _may_read(request, bearer):
            raise web.HTTPForbidden(text="loopback or bearer only\n")
        body = metrics.text(await figures())
        return web.Response(body=body, headers=_PRIVATE | {"Content-Type": _PROMETHEUS})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", prometheus)]


def beating(beat_at: Callable[[], datetime | None], clock: Callable[[], datetime]) -> Check:
    """A check that the engine showed a sign of life within the last 30 seconds."""

    async def check() -> str | None:
        beat = beat_at()
        if beat is None:
            return "the engine has not started"
        silent = clock() - beat
        return None if silent < SILENCE else f"the engine has been silent for {int(silent.total_seconds())} s"

    return check


async def _asked(name: str, check: Check) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await check()
    except TimeoutError:
        return f"no answer within {PATIENCE:g} s"
    except Exception as error:  # a check that breaks is an answer too; its words may hold a database address
        log.warning("check_failed", check=name, error=type(error).__name__)
        return type(error).__name__


def _may_read(request: web.Request, bearer: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if bearer and scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), bearer.encode()):
        return True
    return _is_loopback(request.remote or "") and not any(name in request.headers for name in _FORWARDED)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
