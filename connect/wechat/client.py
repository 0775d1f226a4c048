"""The WeChat API of one account: every call with its token, a timeout, one error type, and at most one second try."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
import structlog

from connect.wechat import protocol
from connect.wechat.codes import TOKEN
from connect.wechat.protocol import OAuthAnswer
from domain.errors import DeliveryFailed

log = structlog.get_logger()

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3)
LARGEST_ANSWER = 1 << 20
EARLY = timedelta(minutes=5)
CIRCUIT = timedelta(seconds=60)


class TokenShelf(Protocol):
    """Where the token lies, for all processes; ``store`` tells which token won."""

    async def load(self) -> tuple[str, datetime] | None:
        """The token and when it ends."""

    async def store(self, previous: str | None, token: str, expires_at: datetime) -> str:
        """Put a token in the place of ``previous``, unless another process was faster."""


class MemoryShelf:
    """A shelf of one process, for tools and tests."""

    def __init__(self) -> None:
        self._kept: tuple[str, datetime] | None = None

    async def load(self) -> tuple[str, datetime] | None:
        """The token and when it ends."""
        return self._kept

    async def store(self, previous: str | None, token: str, expires_at: datetime) -> str:
        """Put a token in the place of ``previous``."""
        if self._kept is None or self._kept[0] == previous:
            self._kept = (token, expires_at)
        return self._kept[0]


class WeChat:
    """Calls for one account over a shared session; raises ``DeliveryFailed`` and nothing else."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        appid: str,
        secret: str,
        api_url: str,
        shelf: TokenShelf,
        clock: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._appid = appid
        self._secret = secret
        self._api = api_url.rstrip("/")
        self._shelf = shelf
        self._clock = clock
        self._fetching = asyncio.Lock()
        self._closed_until: datetime | None = None

    async def send_template(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, Mapping[str, str]],
        *,
        url: str | None,
        client_msg_id: str,
    ) -> str:
        """Send a template message; the platform's number of it."""
        message = protocol.template_message(openid, template_id, data, url=url, client_msg_id=client_msg_id)
        return str((await self._post("message/template/send", message)).get("msgid", ""))

    async def send_text(self, openid: str, text: str) -> None:
        """Send a customer-service text; there is no number and no receipt for it."""
        await self._post("message/custom/send", protocol.text_message(openid, text))

    async def create_menu(self, menu: bytes) -> None:
        """Set the menu of the account, given as JSON in UTF-8."""
        await self._call("POST", "menu/create", data=menu)

    async def get_menu(self) -> dict[str, Any]:
        """The menu as it is."""
        return await self._call("GET", "menu/get")

    async def create_qr(self, scene: str, seconds: int) -> str:
        """A QR code that brings ``scene`` with it for a while; the address that it stands for."""
        wish = {
            "expire_seconds": seconds,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        return str((await self._post("qrcode/create", wish))["url"])

    async def user_info(self, openid: str) -> dict[str, Any]:
        """Whether and how a person follows."""
        return await self._call("GET", "user/info", openid=openid, lang="zh_CN")

    async def templates(self) -> list[dict[str, Any]]:
        """The templates of the account, with their content."""
        return list((await self._call("GET", "template/get_all_private_template")).get("template_list", []))

    async def upload_media(self, kind: str, name: str, content: bytes, content_type: str) -> str:
        """Upload a file that may be sent for three days; its media id."""
        form = aiohttp.FormData()
        form.add_field("media", content, filename=name, content_type=content_type)
        return str((await self._call("POST", "media/upload", data=form, type=kind))["media_id"])

    async def openid_by_code(self, code: str) -> OAuthAnswer:
        """Who came back from web authorisation with this code, which is good once."""
        query = {"appid": self._appid, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        found = await self._request("GET", f"{self._api}/sns/oauth2/access_token?{urlencode(query)}")
        return OAuthAnswer(str(found.get("openid", "")), bool(found.get("is_snapshotuser")))

    def authorize_url(self, open_url: str, redirect: str, state: str) -> str:
        """Where to send a browser inside WeChat to learn who it is."""
        return protocol.authorize_url(open_url, self._appid, redirect, state)

    async def token(self) -> str:
        """A token that is good for five minutes at least; fetched once for all who wait."""
        kept = await self._shelf.load()
        if kept is not None and kept[0] and kept[1] - self._clock() > EARLY:
            return kept[0]
        return await self._renew(kept[0] if kept is not None else None)

    async def _post(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        return await self._call("POST", path, data=protocol.body_of(document))

    async def _call(self, method: str, path: str, *, data: Any = None, **query: str) -> dict[str, Any]:
        self._refuse_while_closed()
        token = await self.token()
        try:
            return await self._request(method, self._url(path, token, query), data)
        except DeliveryFailed as failed:
            if failed.code not in TOKEN or isinstance(data, aiohttp.FormData):
                raise
        fresh = await self._renew(token)
        try:
            return await self._request(method, self._url(path, fresh, query), data)
        except DeliveryFailed as failed:
            if failed.code in TOKEN:
                # A fresh token that is refused means another cause: leave the platform alone for a while.
                self._closed_until = self._clock() + CIRCUIT
            raise

    def _url(self, path: str, token: str, query: Mapping[str, str]) -> str:
        return f"{self._api}/cgi-bin/{path}?{urlencode({'access_token': token, **query})}"

    def _refuse_while_closed(self) -> None:
        if self._closed_until is not None:
            left = self._closed_until - self._clock()
            if timedelta(0) < left <= CIRCUIT:
                raise DeliveryFailed("token_circuit", retry_after=left, kind="token")
            self._closed_until = None

    async def _renew(self, stale: str | None) -> str:
        async with self._fetching:
            kept = await self._shelf.load()
            if kept is not None and kept[0] and kept[0] != stale and kept[1] - self._clock() > EARLY:
                return kept[0]
            wish = {"grant_type": "client_credential", "appid": self._appid, "secret": self._secret}
            body = protocol.body_of({**wish, "force_refresh": False})
            try:
                found = await self._request("POST", f"{self._api}/cgi-bin/stable_token", body)
            except DeliveryFailed as failed:
                raise _of_token(failed) from None
            token, seconds = str(found["access_token"]), int(found.get("expires_in", 7200))
            log.info("token_fetched", seconds=seconds)
            return await self._shelf.store(stale, token, self._clock() + timedelta(seconds=seconds))

    async def _request(self, method: str, url: str, data: Any = None) -> dict[str, Any]:
        try:
            async with self._session.request(
                method, url, data=data, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                body = await response.content.read(LARGEST_ANSWER + 1)
                while len(body) <= LARGEST_ANSWER and not response.content.at_eof():
                    body += await response.content.read(LARGEST_ANSWER + 1 - len(body))
                if len(body) > LARGEST_ANSWER:
                    raise DeliveryFailed("too_large", maybe_sent=True, kind="ambiguous")
                return protocol.answer_of(response.status, body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise DeliveryFailed("no_connection", kind="transient") from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            # The request was on its way: it may have been carried out.
            raise DeliveryFailed("no_answer", maybe_sent=True, kind="ambiguous") from None


def _of_token(failed: DeliveryFailed) -> DeliveryFailed:
    """A failure to get a token: nothing was sent, and a wrong secret is a matter of configuration."""
    wrong = failed.code in TOKEN
    return DeliveryFailed(
        failed.code,
        permanent=failed.permanent or wrong,
        retry_after=failed.retry_after,
        kind="config" if wrong else "transient" if failed.maybe_sent else failed.kind,
        text=failed.text,
    )
