"""Sends a text to one member by the WeCom app: with the token that all processes share, and one new one at most."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp

from connect.wechat.shelf import TokenShelf
from connect.wechat.token import AccessToken
from connect.workchat.appforms import (
    BUSY,
    CONTENT,
    TOKEN,
    WECOM_APP,
    App,
    Letter,
    answer_of,
    failed,
    message_of,
    token_of,
)
from domain.errors import DeliveryFailed

TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=3)
LARGEST = 64 << 10
SHUT = frozenset({"config", "token"})
_REFUSED = frozenset(f"{WECOM_APP}:{code}" for code in TOKEN)


class WecomApp:
    """Calls for one app over a shared session; raises ``DeliveryFailed`` and nothing else."""

    def __init__(
        self, session: aiohttp.ClientSession, app: App, shelf: TokenShelf, clock: Callable[[], datetime]
    ) -> None:
        self._session = session
        self._app = app
        self._token = AccessToken(shelf, self._fetch, clock)

    async def carry(self, letter: Letter) -> None:
        """Send, or raise: also when nobody knows, for a word to staff is rather told twice."""
        body = json.dumps(message_of(self._app, letter), ensure_ascii=False).encode("utf-8", "replace")
        try:
            await self._sent(body)
        except DeliveryFailed as failure:
            if failure.permanent or failure.kind == BUSY:
                raise
            raise _elsewhere(failure) from None

    async def _sent(self, body: bytes) -> None:
        held = await self._token.current()
        for second in (False, True):
            try:
                await self._called("message/send", body, access_token=held.token)
            except DeliveryFailed as failure:
                if failure.code not in _REFUSED:
                    raise
                if second:
                    # A fresh token that is refused means another cause.
                    await self._token.shut(failure)
                    raise
                held = await self._token.another(held)
            else:
                await self._token.accepted()
                return

    async def _fetch(self) -> tuple[str, timedelta]:
        try:
            return token_of(await self._called("gettoken", corpid=self._app.corp, corpsecret=self._app.secret))
        except DeliveryFailed as failure:
            if failure.kind != CONTENT:
                raise
            raise DeliveryFailed(failure.code) from None  # Nothing wrong with the setup: the next send may ask again.

    async def _called(self, path: str, body: bytes | None = None, **query: str) -> Mapping[str, Any]:
        url = f"{self._app.url}/cgi-bin/{path}?{urlencode(query)}"
        try:
            async with self._session.request(
                "POST" if body else "GET", url, data=body, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                status, said = response.status, await response.content.read(LARGEST)
        except aiohttp.ClientConnectorError:
            raise failed("no_connection") from None
        except (TimeoutError, aiohttp.ClientError, ConnectionError):
            raise failed("no_answer") from None
        return answer_of(status, said)


def _elsewhere(failure: DeliveryFailed) -> DeliveryFailed:
    """There is no token now: this text goes another way at once, and all others while refused tokens are let rest."""
    code, kind = str(failure.code), failure.kind if failure.kind in SHUT else CONTENT
    named = code if code.startswith(WECOM_APP) else f"{WECOM_APP}:{code}"
    return DeliveryFailed(named, permanent=True, retry_after=failure.retry_after, kind=kind)
