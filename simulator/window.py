"""The browser inside each phone: `http://phone-1.localhost` is the bot's site as the first phone's WeChat opens it.

It says MicroMessenger, keeps each phone's cookies to itself and signs its owner in silently at the authorisation
page, so that the bot needs nothing that it would not need on a real phone.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

import aiohttp
from aiohttp import web
from yarl import URL

from .pages import authorize
from .phones import Phones
from .table import PHONES

AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.54(0x18003632) NetType/WIFI Language/zh_CN"
)
AUTHORIZE = "/connect/oauth2/authorize"
KNOCK = "/.phone"
"""Answers 204, so that the page of phones learns whether this machine finds the host names."""

_HOST = re.compile(r"phone-(\d{1,3})\.localhost(?::\d+)?", re.IGNORECASE)
_WITHIN = 15.0
_PASSED_ON = ("Accept", "Accept-Language", "Content-Type", "If-None-Match", "If-Modified-Since", "X-Requested-With")
_KEPT_BACK = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-encoding", "content-length", "set-cookie"}
    | {"x-frame-options", "location", "server", "date"}
)
_ANCESTORS = re.compile(r"frame-ancestors[^;]*;?\s*", re.IGNORECASE)
_OUT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>网页打不开</title><style>
body{{font:15px/1.7 system-ui,sans-serif;color:#666;text-align:center;padding:30vh 24px 0}}
@media(prefers-color-scheme:dark){{body{{background:#111;color:#aaa}}}}
</style><p>网页暂时打不开<br>{}</p></html>"""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SESSIONS = web.AppKey("sessions", dict[str, aiohttp.ClientSession])


def mount(app: web.Application) -> None:
    """Give every phone its browser; each keeps its cookies until the simulator ends."""
    app[SESSIONS] = {}
    app.middlewares.append(in_phone)
    app.on_cleanup.append(_close)


async def _close(app: web.Application) -> None:
    for session in app[SESSIONS].values():
        await session.close()


@web.middleware
async def in_phone(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Serve what is asked for at a phone's own host name from the bot's site, everything else as usual."""
    held = _HOST.fullmatch(request.host)
    if held is None:
        return await handler(request)
    phones = request.app[PHONES]
    at = int(held[1]) - 1
    if not 0 <= at < len(phones.shown) or not _near(request.remote or ""):
        raise web.HTTPNotFound
    if request.path == KNOCK:
        return web.Response(status=204)
    if request.path == AUTHORIZE:
        return await _authorized(request, phones)
    return await _fetched(request, phones, phones.shown[at].openid)


def _near(remote: str) -> bool:
    return bool(remote) and ip_address(remote).is_loopback


async def _authorized(request: web.Request, phones: Phones) -> web.StreamResponse:
    try:
        return await authorize(request)
    except web.HTTPFound as found:
        raise web.HTTPFound(_at_home(phones, request, URL(found.headers["Location"]), "")) from None


async def _fetched(request: web.Request, phones: Phones, openid: str) -> web.StreamResponse:
    site = URL(phones.site or "http://127.0.0.1:1")
    target = site.join(URL(request.raw_path, encoded=True))
    session = _session(request, openid)
    try:
        async with (
            asyncio.timeout(_WITHIN),
            session.request(
                request.method, target, data=await request.read(), headers=_asking(request, site), allow_redirects=False
            ) as answer,
        ):
            response = web.Response(body=await answer.read(), status=answer.status)
            _dress(response, answer)
            if "Location" in answer.headers:
                goal = target.join(URL(answer.headers["Location"]))
                response.headers["Location"] = _at_home(phones, request, goal, openid)
            return response
    except (TimeoutError, aiohttp.ClientError) as error:
        return web.Response(text=_OUT.format(type(error).__name__), content_type="text/html", status=502)


def _session(request: web.Request, openid: str) -> aiohttp.ClientSession:
    sessions = request.app[SESSIONS]
    if openid not in sessions:
        jar = aiohttp.CookieJar(unsafe=True)
        sessions[openid] = aiohttp.ClientSession(cookie_jar=jar, headers={"User-Agent": AGENT})
    return sessions[openid]


def _asking(request: web.Request, site: URL) -> dict[str, str]:
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    own = f"{request.scheme}://{request.host}"
    if request.headers.get("Origin") == own:
        headers["Origin"] = str(site).rstrip("/")
    referer = request.headers.get("Referer", "")
    if referer.startswith(own):
        headers["Referer"] = str(site).rstrip("/") + referer[len(own) :]
    return headers


def _dress(response: web.Response, answer: aiohttp.ClientResponse) -> None:
    """The headers of the page, without those that speak of frames: a phone's browser is none."""
    for name, value in answer.headers.items():
        if name.lower() not in _KEPT_BACK:
            framed = name.lower() == "content-security-policy"
            response.headers[name] = _ANCESTORS.sub("", value) if framed else value


def _at_home(phones: Phones, request: web.Request, goal: URL, openid: str) -> str:
    """An address of the bot or the platform as a path at the phone's own host; others as they are."""
    if goal.path == AUTHORIZE:
        # The link's own parameters keep the order the platform insists on.
        return str(goal.relative().extend_query({"as_openid": openid}))
    return str(goal.relative()) if _same(goal, URL(phones.site)) or goal.host == request.url.host else str(goal)


def _same(one: URL, other: URL) -> bool:
    loopback = {"127.0.0.1", "localhost", "::1"}
    hosts = one.host == other.host or {one.host, other.host} <= loopback
    return hosts and one.port == other.port
