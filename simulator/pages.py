"""What browsers meet: the authorisation redirect, the picture of a QR code, and the `/sns/` calls behind them."""

import io
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import segno
from aiohttp import web

from .account import OfficialAccount
from .api import PLATFORM, Answer, Ask, Endpoint
from .refused import Refused

BROWSER = "sim_openid"
"""The cookie that says who is holding the phone; `as_openid` in the query goes before it."""

_ORDER = ["appid", "redirect_uri", "response_type", "scope", "state"]
_SCOPES = ("snsapi_base", "snsapi_userinfo")


class _Wrong(Exception):
    """The authorisation link is one that the real platform shows an error page for."""


async def authorize(request: web.Request) -> web.Response:
    """Send the person who is browsing back to the page with a code; a wrong link gets 400 and a reason.

    The real platform shows nothing either for `snsapi_base`. `as_snapshot=1` plays the snapshot page, whose
    openid is nobody's.
    """
    try:
        account, openid = _visitor(request)
    except _Wrong as reason:
        return web.Response(status=400, text=f"{reason}\n")
    query = request.query
    snapshot = query.get("as_snapshot") == "1"
    code = account.oauth.authorize(openid, query["scope"], snapshot)
    account.world.journal.write(
        "oauth",
        {"redirect_uri": query["redirect_uri"], "scope": query["scope"]},
        {"snapshot": snapshot},
        account=account.appid,
        openid=openid,
    )
    raise web.HTTPFound(_with(query["redirect_uri"], {"code": code, "state": query.get("state", "")}))


def _visitor(request: web.Request) -> tuple[OfficialAccount, str]:
    query = request.query
    if [name for name in query if name in _ORDER] not in (_ORDER, _ORDER[:-1]):
        raise _Wrong("链接参数错误: the parameters must be " + ", ".join(_ORDER) + " in this order")
    account = request.app[PLATFORM].accounts.get(query["appid"])
    if account is None:
        raise _Wrong("AppID 参数错误 10013")
    if query["response_type"] != "code" or query["scope"] not in _SCOPES:
        raise _Wrong("Scope 参数错误 10005")
    _check_state(query.get("state", ""))
    _check_target(account, query["redirect_uri"])
    openid = query.get("as_openid") or request.cookies.get(BROWSER, "")
    if openid not in account.followers:
        raise _Wrong("请在微信客户端打开链接: say who is browsing by `as_openid` or the cookie " + BROWSER)
    return account, openid


def _check_state(state: str) -> None:
    if len(state.encode()) > 128 or (state and not (state.isalnum() and state.isascii())):
        raise _Wrong("state 参数错误: at most 128 letters and digits")


def _check_target(account: OfficialAccount, target: str) -> None:
    parts = urlsplit(target)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _Wrong("redirect_uri 参数错误 10003")
    if account.oauth_domain and account.oauth_domain not in (parts.hostname, parts.netloc):
        raise _Wrong("redirect_uri 域名与后台配置不一致 10003")


def _with(target: str, more: dict[str, str]) -> str:
    parts = urlsplit(target)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *more.items()])
    return urlunsplit(parts._replace(query=query))


async def show_qrcode(request: web.Request) -> web.Response:
    """The picture of a ticket as PNG, 404 for a ticket nobody issued."""
    ticket = request.query.get("ticket", "")
    texts = (account.qrcodes.picture_text(ticket) for account in request.app[PLATFORM].accounts.values())
    text = next((text for text in texts if text), None)
    if text is None:
        raise web.HTTPNotFound
    picture = io.BytesIO()
    segno.make(text, error="m").save(picture, kind="png", scale=6, border=3)
    return web.Response(body=picture.getvalue(), content_type="image/png")


def _account(ask: Ask, secret: bool) -> OfficialAccount:
    if not ask.query("appid"):
        raise Refused(41002)
    account = ask.platform.accounts.get(ask.query("appid"))
    if account is None:
        raise Refused(40013)
    if secret and ask.query("secret") != account.secret:
        raise Refused(40125 if ask.query("secret") else 41004)
    return account


async def _exchange(ask: Ask) -> Answer:
    if ask.query("grant_type") != "authorization_code":
        raise Refused(40002)
    return _account(ask, secret=True).oauth.exchange(ask.query("code"))


async def _refresh(ask: Ask) -> Answer:
    if ask.query("grant_type") != "refresh_token":
        raise Refused(40002)
    return _account(ask, secret=False).oauth.refresh(ask.query("refresh_token"))


async def _web_user(ask: Ask) -> Answer:
    for account in ask.platform.accounts.values():
        try:
            visit = account.oauth.check(ask.query("access_token"), ask.query("openid"))
        except Refused as no:
            if no.code == 40003:
                raise
            continue
        if visit.scope != "snsapi_userinfo":
            raise Refused(48001)
        person = account.followers.get(visit.openid)
        return _profile(visit.openid, person.name if person else "微信用户")
    raise Refused(40001)


def _profile(openid: str, name: str) -> dict[str, Any]:
    blank: dict[str, Any] = {"sex": 0, "language": "", "city": "", "province": "", "country": "", "privilege": []}
    return {"openid": openid, "nickname": name, "headimgurl": ""} | blank


SNS = [
    Endpoint("/sns/oauth2/access_token", "GET", _exchange, token=False, content_type="text/plain"),
    Endpoint("/sns/oauth2/refresh_token", "GET", _refresh, token=False, content_type="text/plain"),
    Endpoint("/sns/userinfo", "GET", _web_user, token=False, content_type="text/plain"),
]
