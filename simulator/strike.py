"""How a fault that waits at an HTTP path strikes: instead of the work, or after it."""

import asyncio

from aiohttp import web

from .faults import Fault

INSTEAD = frozenset({"errcode", "reset_before", "http500", "html"})
"""Kinds that keep the call from being processed."""

_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"


def instead(request: web.Request, fault: Fault) -> web.Response:
    """What the caller gets instead of an answer: a gateway's page, or a connection cut beneath it."""
    if fault.kind == "reset_before":
        cut(request)
    return web.Response(text=_PAGE, content_type="text/html", status=500 if fault.kind == "http500" else 200)


async def afterwards(request: web.Request, response: web.Response, fault: Fault | None) -> web.Response:
    """The answer as it leaves after the work is done: late, cut off, or cut in the middle."""
    if fault is None:
        return response
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    elif fault.kind == "reset_after":
        cut(request)
    elif fault.kind == "truncated" and isinstance(response.body, bytes):
        response.body = response.body[: len(response.body) // 2]
    return response


def cut(request: web.Request) -> None:
    """Reset the connection, so that the caller cannot know whether the call was processed."""
    if request.transport is not None:
        request.transport.abort()
