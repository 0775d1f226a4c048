"""Back stage of the demonstration: a clock that can be moved and a look at what travelled; absent in production."""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

Watch = Callable[[], Awaitable[Mapping[str, Any]]]
LOOPBACK = frozenset({"127.0.0.1", "::1"})


class MovableClock:
    """The wall clock, plus what the demonstration has skipped; it never goes back."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    def __call__(self) -> datetime:
        """The moment it is, in UTC."""
        return datetime.fromtimestamp(time.time(), UTC) + self.ahead

    def forward(self, step: timedelta) -> datetime:
        """Move ahead by ``step`` and tell the new time."""
        if step < timedelta():
            raise ValueError("the clock never goes back")
        self.ahead += step
        return self()


def routes(clock: MovableClock, tick: Callable[[], Awaitable[object]], trace: Watch) -> list[web.RouteDef]:
    """``POST /demo/clock {"seconds"}`` and ``GET /demo/trace``, answered to this machine only."""

    async def forward(request: web.Request) -> web.Response:
        _local(request)
        wish = await request.json()
        clock.forward(timedelta(seconds=float(wish["seconds"])))
        await tick()
        return web.json_response({"now": clock().isoformat(), "ahead": clock.ahead.total_seconds()})

    async def look(request: web.Request) -> web.Response:
        _local(request)
        return web.json_response(await trace(), headers={"Cache-Control": "no-store"})

    return [web.post("/demo/clock", forward), web.get("/demo/trace", look)]


def _local(request: web.Request) -> None:
    if request.remote not in LOOPBACK:
        raise web.HTTPNotFound
