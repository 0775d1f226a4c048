"""What our pages are printed on: headers that keep a page private and inert, and the page for what went wrong."""

import secrets
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from templates import page
from web.assets import Assets

log = structlog.get_logger()

PRIVATE = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


class Paper:
    """Prints pages."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    def answer(self, name: str, *, status: int = 200, **facts: Any) -> web.Response:
        """The page ``name`` as a response."""
        return self.printed(page(name, asset=self._assets.link, **facts), status=status)

    def printed(self, text: str, *, status: int = 200) -> web.Response:
        """HTML that is ready, as a response."""
        return web.Response(text=text, status=status, content_type="text/html", headers=PRIVATE)

    def nothing(self) -> web.Response:
        """One and the same page for whatever does not exist or is not for this person."""
        return self.answer("missing", status=404)

    def middleware(self) -> Middleware:
        """The last resort: a calm page with a number to ask about, and the trouble in the log; never a stack."""

        @web.middleware
        async def last_resort(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPException as error:
                return self._refused(request, error)
            except Exception:
                number = secrets.token_hex(4)
                log.exception("web_failed", request=number, method=request.method, route=_route(request))
                return self.answer("trouble", status=500, number=number)

        return last_resort

    def _refused(self, request: web.Request, error: web.HTTPException) -> web.StreamResponse:
        if error.status != 404 or not _reads_pages(request):
            raise error
        return self.nothing()


def _reads_pages(request: web.Request) -> bool:
    return request.method in ("GET", "HEAD") and "application/json" not in request.headers.get("Accept", "")


def _route(request: web.Request) -> str:
    # The path itself holds a token.
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"
