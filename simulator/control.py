"""The strings behind the stage: a JSON API under `/sim/` for tests in other processes and for the phones."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from aiohttp import web
from yarl import URL

from . import portrait
from .account import OfficialAccount
from .api import PLATFORM
from .pages import BROWSER
from .platform import Platform
from .push import Pushed

Wish = dict[str, Any]
Deed = Callable[[Platform, Wish], Awaitable[Any]]
_LONGEST_WAIT = 25.0


def make_control(platform: Platform) -> web.Application:
    """The control API of `platform`; only loopback may speak to it, and only in JSON."""
    app = web.Application(middlewares=[_only_loopback, _plain_errors])
    app[PLATFORM] = platform
    app.router.add_get("/state", _state)
    app.router.add_get("/journal", _journal)
    app.router.add_get("/transcript", _transcript)
    app.router.add_get("/media", _medium)
    app.router.add_get("/browse", _browse)
    for path, deed in _DEEDS.items():
        app.router.add_post(path, _doing(deed))
    return app


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or host.endswith(".localhost") or ip_address(host).is_loopback
    except ValueError:
        return False


@web.middleware
async def _only_loopback(request: web.Request, handler: Any) -> web.StreamResponse:
    # The Host is looked at as well, or a foreign page could reach in through a name that points here.
    host = URL(f"//{request.host}").host or ""
    if not _is_loopback(request.remote or "") or not _is_loopback(host):
        raise web.HTTPForbidden(text="the control API is for this machine only\n")
    if request.method == "POST" and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send application/json\n")
    response: web.StreamResponse = await handler(request)
    return response


@web.middleware
async def _plain_errors(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        response: web.StreamResponse = await handler(request)
    except LookupError as error:
        return web.json_response({"error": str(error)}, status=404)
    except (ValueError, TypeError) as error:
        return web.json_response({"error": str(error)}, status=400)
    return response


def _doing(deed: Deed) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        wish = json.loads(await request.read() or b"{}")
        if not isinstance(wish, dict):
            raise ValueError("a JSON object is wanted")
        return web.json_response(await deed(request.app[PLATFORM], wish))

    return handle


async def _state(request: web.Request) -> web.Response:
    return web.json_response(portrait.platform(request.app[PLATFORM]))


async def _journal(request: web.Request) -> web.Response:
    """Entries after `since`; with `wait` seconds the answer comes as soon as there is one."""
    since = int(request.query.get("since", "0"))
    wait = min(float(request.query.get("wait", "0")), _LONGEST_WAIT)
    journal = request.app[PLATFORM].journal
    entries = await journal.news(since, wait) if wait else journal.entries(since=since)
    return web.json_response({"last": journal.last, "entries": [entry.as_json() for entry in entries]})


async def _transcript(request: web.Request) -> web.Response:
    account = request.app[PLATFORM].account(request.query.get("account", ""))
    follower = account.person(request.query.get("openid", ""))
    return web.json_response({"bubbles": [bubble.as_json() for bubble in follower.transcript]})


async def _medium(request: web.Request) -> web.Response:
    account = request.app[PLATFORM].account(request.query.get("account", ""))
    medium = account.media.get(request.query.get("media_id", ""))
    return web.Response(body=medium.content, content_type=medium.content_type)


async def _browse(request: web.Request) -> web.Response:
    """Go to `url` as the person `openid`: later authorisations of this browser are theirs."""
    target = request.query.get("url", "")
    if not target.startswith(("http://", "https://", "/")):
        raise ValueError("a phone opens http and https only")
    response = web.HTTPFound(target)
    response.set_cookie(BROWSER, request.query["openid"], httponly=True, samesite="Lax")
    raise response


def _account(platform: Platform, wish: Wish) -> OfficialAccount:
    return platform.account(str(wish.get("account", "")))


def _gesture(name: str, *arguments: str) -> Deed:
    """A deed that calls the account's method `name` with the openid and these parts of the wish."""

    async def deed(platform: Platform, wish: Wish) -> Any:
        given = {argument: wish[argument] for argument in arguments if argument in wish}
        pushed: Pushed = await getattr(_account(platform, wish), name)(str(wish.get("openid", "")), **given)
        return portrait.pushed(pushed)

    return deed


async def _event(platform: Platform, wish: Wish) -> Any:
    fields = wish.get("fields") or {}
    pushed = await _account(platform, wish).event(str(wish.get("openid", "")), str(wish["event"]), **fields)
    return portrait.pushed(pushed)


async def _add_fault(platform: Platform, wish: Wish) -> Any:
    return platform.faults.add(**wish).as_json()


async def _clear_faults(platform: Platform, _wish: Wish) -> Any:
    platform.faults.clear()
    return {}


async def _forward(platform: Platform, wish: Wish) -> Any:
    return {"now": platform.clock.forward(timedelta(**{name: float(part) for name, part in wish.items()})).isoformat()}


async def _move(platform: Platform, wish: Wish) -> Any:
    at = datetime.fromisoformat(wish["at"]) if wish.get("at") else None
    if at is not None and at.tzinfo is None:
        raise ValueError("`at` needs its offset from UTC")
    moved = await platform.carrier.move(str(wish["waybill"]), str(wish["state"]), str(wish.get("context", "")), at)
    return [{"attempts": one.attempts, "statuses": one.statuses, "accepted": one.accepted} for one in moved]


async def _abort(platform: Platform, wish: Wish) -> Any:
    reason, corrected = str(wish.get("message", "3天查询无记录")), str(wish.get("corrected_to", ""))
    moved = await platform.carrier.abort(str(wish["waybill"]), reason, corrected)
    return [{"attempts": one.attempts, "statuses": one.statuses, "accepted": one.accepted} for one in moved]


async def _add_account(platform: Platform, wish: Wish) -> Any:
    return portrait.secrets(platform.add_account(**wish))


async def _change_account(platform: Platform, wish: Wish) -> Any:
    portrait.change(_account(platform, wish), wish.get("set", {}), portrait.ACCOUNT_KNOBS)
    return {}


async def _add_template(platform: Platform, wish: Wish) -> Any:
    more = {name: wish[name] for name in ("template_id", "example", "constants") if name in wish}
    return _account(platform, wish).templates.add(str(wish["title"]), str(wish["content"]), **more).as_json()


async def _add_follower(platform: Platform, wish: Wish) -> Any:
    more = {name: wish[name] for name in ("openid", "subscribed") if name in wish}
    return portrait.follower(_account(platform, wish).add_follower(str(wish.get("name", "")), **more))


async def _change_follower(platform: Platform, wish: Wish) -> Any:
    person = _account(platform, wish).person(str(wish.get("openid", "")))
    portrait.change(person, wish.get("set", {}), portrait.FOLLOWER_KNOBS)
    return portrait.follower(person)


async def _kill_tokens(platform: Platform, wish: Wish) -> Any:
    _account(platform, wish).tokens.kill()
    return {}


async def _settle(platform: Platform, _wish: Wish) -> Any:
    await platform.settled()
    return {}


_DEEDS: dict[str, Deed] = {
    "/say": _gesture("say", "text"),
    "/choose": _gesture("choose", "choice_id", "text"),
    "/tap": _gesture("tap", "key"),
    "/follow": _gesture("follow", "scene"),
    "/unfollow": _gesture("unfollow"),
    "/scan": _gesture("scan", "code"),
    "/send_image": _gesture("send_image"),
    "/send_voice": _gesture("send_voice", "recognition"),
    "/send_unsupported": _gesture("send_unsupported"),
    "/event": _event,
    "/faults": _add_fault,
    "/faults/clear": _clear_faults,
    "/clock/forward": _forward,
    "/carrier/move": _move,
    "/carrier/abort": _abort,
    "/accounts": _add_account,
    "/accounts/change": _change_account,
    "/templates": _add_template,
    "/followers": _add_follower,
    "/followers/change": _change_follower,
    "/tokens/kill": _kill_tokens,
    "/settled": _settle,
}
