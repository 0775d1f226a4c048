"""The HTTP face of the platform's API: who calls, which fault strikes, what is answered."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from . import strike
from .account import OfficialAccount
from .faults import Fault
from .platform import Platform
from .refused import Refused

Answer = dict[str, Any] | web.Response
PLATFORM = web.AppKey("platform", Platform)
_LITERAL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u(?=[0-9a-fA-F]{4})")


@dataclass(slots=True)
class Ask:
    """One call as an endpoint sees it."""

    platform: Platform
    request: web.Request
    raw: bytes
    account: OfficialAccount | None = None
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def holder(self) -> OfficialAccount:
        """The account whose token came with the call."""
        if self.account is None:
            raise Refused(40001)
        return self.account

    def query(self, name: str) -> str:
        """One parameter of the query, empty if absent."""
        return self.request.query.get(name, "")

    def body(self) -> dict[str, Any]:
        """The JSON object that was posted: 44002 for nothing, 47001 for anything else.

        A backslash-u escape stays as it was written: the platform wants raw UTF-8 and shows escapes literally.
        """
        if not self.raw:
            raise Refused(44002)
        try:
            wish = json.loads(_LITERAL.sub(rb"\1\\\\u", self.raw), strict=False)
        except ValueError:
            raise Refused(47001) from None
        if not isinstance(wish, dict):
            raise Refused(47001)
        self.seen = wish
        return wish


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path: its method, what answers it, whether a token is needed, and its content type."""

    path: str
    method: str
    answer: Callable[[Ask], Awaitable[Answer]]
    token: bool = True
    content_type: str = "application/json"


def mount(app: web.Application, endpoints: list[Endpoint]) -> None:
    """Route every endpoint; the wrong method is answered with 43001 or 43002, not with 405."""
    for endpoint in endpoints:
        app.router.add_route("*", endpoint.path, _handler(endpoint))


def _handler(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        platform = request.app[PLATFORM]
        ask = Ask(platform, request, await _body(request))
        ask.account = _caller(platform, request)
        appid = ask.account.appid if ask.account else ""
        fault = platform.faults.at_api(endpoint.path, appid)
        if fault and fault.kind in strike.INSTEAD:
            return _unprocessed(ask, endpoint, fault)
        answer = await _answer(ask, endpoint)
        _write_down(ask, endpoint, answer, fault)
        return await strike.afterwards(request, _response(endpoint, answer), fault)

    return handle


async def _body(request: web.Request) -> bytes:
    if request.content_type == "multipart/form-data":
        # Only one of the two can read the stream; `post` keeps the form for the endpoint that wants it.
        await request.post()
        return b""
    return await request.read()


def _caller(platform: Platform, request: web.Request) -> OfficialAccount | None:
    token = request.query.get("access_token", "")
    known = (account for account in platform.accounts.values() if account.tokens.knows(token))
    return next(known, None) or platform.accounts.get(request.query.get("appid", ""))


async def _answer(ask: Ask, endpoint: Endpoint) -> Answer:
    try:
        if endpoint.token:
            _check_token(ask)
        if ask.request.method != endpoint.method:
            raise Refused(43001 if endpoint.method == "GET" else 43002)
        if endpoint.token:
            ask.holder.quotas.use(endpoint.path)
        return await endpoint.answer(ask)
    except Refused as no:
        return no.as_json()


def _check_token(ask: Ask) -> None:
    token = ask.query("access_token")
    owners = [account for account in ask.platform.accounts.values() if account.tokens.knows(token)]
    if owners:
        owners[0].tokens.check(token)
        ask.account = owners[0]
        return
    ask.account = None
    raise Refused(41001 if not token else 40014 if len(token) < 32 else 40001)


def _unprocessed(ask: Ask, endpoint: Endpoint, fault: Fault) -> web.Response:
    answer = Refused(fault.code).as_json() if fault.kind == "errcode" else {}
    _write_down(ask, endpoint, answer, fault)
    return _response(endpoint, answer) if answer else strike.instead(ask.request, fault)


def _readable(ask: Ask) -> dict[str, Any]:
    try:
        return ask.body()
    except Refused:
        return {}


def _response(endpoint: Endpoint, answer: Answer) -> web.Response:
    if isinstance(answer, web.Response):
        return answer
    body = json.dumps(answer, ensure_ascii=False).encode()
    return web.Response(body=body, content_type=endpoint.content_type, charset="utf-8")


def _write_down(ask: Ask, endpoint: Endpoint, answer: Answer, fault: Fault | None) -> None:
    # A call refused before its work began was not read yet; the journal still shows what it wanted.
    if not ask.seen and ask.raw[:1] == b"{":
        ask.seen = _readable(ask)
    outcome = answer if isinstance(answer, dict) else {"http": answer.status, "bytes": answer.content_length}
    hidden = {"access_token", "refresh_token", "ticket", "secret"}
    request = {
        "path": endpoint.path,
        "query": {name: value for name, value in ask.request.query.items() if name not in hidden},
        "body": {name: value for name, value in ask.seen.items() if name not in hidden},
    }
    shown = {name: value for name, value in outcome.items() if name not in hidden}
    if fault:
        shown["fault"] = fault.kind
    ask.platform.journal.write(
        "api",
        request,
        shown,
        account=ask.account.appid if ask.account else "",
        openid=str(ask.seen.get("touser") or ask.request.query.get("openid", "")),
    )
