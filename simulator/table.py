"""The routes behind the page of phones: its files, who is at the table, the feed and the trials."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from .follower import Follower
from .phones import Phone, Phones
from .troubles import latest_waybill

PAGES = Path(__file__).parent / "static"
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_TOLD = frozenset({"push", "api", "carrier"})
_REMEMBERED = 300
_SAFE = 2**53
_LONGEST_WAIT = 25.0
_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-src http://*.localhost:* http://127.0.0.1:* http://localhost:*; "
    "connect-src 'self' http://*.localhost:*; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)

PHONES = web.AppKey("phones", Phones)


def mount(app: web.Application, control: web.Application, phones: Phones) -> None:
    """Serve the page at `/phones/` and what it asks for below the control API, which guards it."""
    app[PHONES] = control[PHONES] = phones
    app.router.add_get("/", _home)
    app.router.add_get("/phones", _home)
    app.router.add_get("/phones/{name:[a-z-]*(\\.[a-z]+)?}", _page)
    control.router.add_get("/phones", _table)
    control.router.add_post("/phones", _place)
    control.router.add_get("/phones/feed", _feed)
    control.router.add_get("/phones/trace", _trace)
    control.router.add_post("/phones/trial", _try)


async def _home(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/phones/")


async def _page(request: web.Request) -> web.StreamResponse:
    file = PAGES / (request.match_info["name"] or "index.html")
    if file.suffix not in _KINDS or not file.is_file():
        raise web.HTTPNotFound
    headers = {"Content-Type": _KINDS[file.suffix] + "; charset=utf-8", "Cache-Control": "no-cache"}
    headers |= {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
    return web.FileResponse(file, headers=headers | {"Referrer-Policy": "no-referrer"})


async def _table(request: web.Request) -> web.Response:
    """Who is at the table, and what the page may offer."""
    phones = request.app[PHONES]
    hands = phones.hands
    return web.json_response(
        {
            "account": phones.account.name,
            "appid": phones.account.appid,
            "site": phones.site,
            "phones": [asdict(phone) for phone in phones.shown],
            "can": {"restart": hands.restart_bot is not None, "advance": hands.advance_bot is not None},
        }
    )


async def _place(request: web.Request) -> web.Response:
    wish = await request.json()
    if not isinstance(wish, dict) or not isinstance(wish.get("phones"), list):
        raise ValueError("`phones` is a list of objects")
    request.app[PHONES].place(Phone(**(one | {"hints": tuple(one.get("hints", ()))})) for one in wish["phones"])
    return await _table(request)


async def _feed(request: web.Request) -> web.Response:
    """What happened after entry `since`, and each phone's bubbles after the `seen` first ones.

    With `wait` seconds the answer comes as soon as something happens.
    """
    phones, query = request.app[PHONES], request.query
    journal, since = phones.platform.journal, int(query.get("since", "0"))
    wait = min(float(query.get("wait", "0")), _LONGEST_WAIT)
    if since > journal.last:  # told by a simulator that ran before this one
        since = 0
    elif wait and since == journal.last:
        await journal.news(since, wait)
    seen = [int(part) for part in query.get("seen", "").split(",") if part]
    entries = journal.entries(since=max(since, journal.last - _REMEMBERED))
    return web.json_response(
        {
            "last": journal.last,
            "now": phones.platform.clock().isoformat(),
            "menu": phones.account.menu or [],
            "phones": [_screen(phones, phone, seen[at : at + 1]) for at, phone in enumerate(phones.shown)],
            "entries": [_exact(entry.as_json()) for entry in entries if entry.kind in _TOLD],
            "trials": phones.trials.as_json(),
            "waybill": latest_waybill(phones.platform),
        }
    )


def _exact(value: Any) -> Any:
    """The value with numbers too long for a browser as text, so that two message ids never become one."""
    if isinstance(value, dict):
        return {name: _exact(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(part) for part in value]
    return str(value) if isinstance(value, int) and abs(value) > _SAFE else value


def _screen(phones: Phones, phone: Phone, seen: list[int]) -> dict[str, Any]:
    person: Follower = phones.account.person(phone.openid)
    total, first = len(person.transcript), seen[0] if seen else 0
    fresh = person.transcript[first:] if first <= total else person.transcript
    typing = bool(person.typing_until and person.typing_until > phones.platform.clock())
    return {
        "openid": phone.openid,
        "subscribed": person.subscribed,
        "muted": person.muted,
        "typing": typing,
        "total": total,
        "anew": first > total,
        "bubbles": [bubble.as_json() for bubble in fresh],
    }


async def _trace(request: web.Request) -> web.Response:
    """What the bot says of its own steps at its `/demo/trace`: null if it never tells, empty while it cannot."""
    phones = request.app[PHONES]
    try:
        async with (
            asyncio.timeout(2),
            phones.platform.world.session.get(f"{phones.site}/demo/trace", allow_redirects=False) as answer,
        ):
            told = await answer.json() if answer.status == 200 else None
    except (TimeoutError, aiohttp.ClientError, ValueError):
        told = {}
    return web.json_response({"trace": told if isinstance(told, dict) else None})


async def _try(request: web.Request) -> web.Response:
    phones, wish = request.app[PHONES], await request.json()
    openid = str(wish.get("openid") or phones.shown[0].openid)
    script = phones.script(openid, str(wish.get("text") or "").strip())
    return web.json_response(phones.trials.start(str(wish.get("name", "")), script).as_json())
