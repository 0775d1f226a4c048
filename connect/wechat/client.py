"""The WeChat API of one account: every call with its token, a timeout, one error type, and at most one second try."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp

from connect.wechat import protocol
from connect.wechat.codes import NO_MENU, OK, TOKEN
from connect.wechat.protocol import OAuthAnswer
from connect.wechat.shelf import MemoryShelf, TokenShelf
from connect.wechat.token import AccessToken
from domain.errors import DeliveryFailed
from domain.faults import fault

__all__ = ["MemoryShelf", "OAuthAnswer", "TokenShelf", "WeChat"]

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3)
LARGEST_ANSWER = 1 << 20

Body = Callable[[], bytes | aiohttp.FormData]
"""Makes the body of a request, anew for each try: a form can be sent only once."""
Called = Callable[[str, int | str], None]
"""Is told of every call: which part of the API, and its error code, 0 when it did what was asked."""
Refreshed = Callable[[str], None]
"""Is told of every fetch of a token: ok, or the kind of the failure."""


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is read, by its HTTP status and bytes, and how many of those there may be."""

    read: Callable[[int, bytes], dict[str, Any]]
    most: int


ANSWER = Form(protocol.answer_of, LARGEST_ANSWER)


def _unheard(*_: object) -> None:
    """Nobody counts."""


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
        timeout: aiohttp.ClientTimeout = TIMEOUT,
        called: Called = _unheard,
        refreshed: Refreshed = _unheard,
    ) -> None:
        self._session = session
        self._appid = appid
        self._secret = secret
        self._api = api_url.rstrip("/")
        self._timeout = timeout
        self._called = called
        self._refreshed = refreshed
        self._token = AccessToken(shelf, self._fetch_token, clock)

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

    async def send_image(self, openid: str, media_id: str) -> None:
        """Send a customer-service picture that was uploaded; there is no number and no receipt for it."""
        await self._post("message/custom/send", protocol.image_message(openid, media_id))

    async def create_menu(self, menu: bytes) -> None:
        """Set the menu of the account, given as JSON in UTF-8."""
        await self._call("POST", "menu/create", lambda: menu)

    async def get_menu(self) -> dict[str, Any]:
        """The menu as it is; empty when there is none."""
        try:
            return await self._call("GET", "menu/get")
        except DeliveryFailed as failed:
            if failed.code == NO_MENU:
                return {}
            raise

    async def create_qr(self, scene: str, seconds: int) -> str:
        """A QR code that brings ``scene`` with it for so long; the address that it stands for."""
        return protocol.needed(await self._post("qrcode/create", protocol.qr_code(scene, seconds)), "url")

    async def user_info(self, openid: str) -> dict[str, Any]:
        """Whether and how a person follows."""
        return await self._call("GET", "user/info", openid=openid, lang="zh_CN")

    async def templates(self) -> list[dict[str, Any]]:
        """The templates of the account, with their content."""
        return list((await self._call("GET", "template/get_all_private_template")).get("template_list") or [])

    async def upload_media(self, kind: str, name: str, content: bytes, content_type: str) -> str:
        """Upload a file that may be sent for three days; its media id."""

        def form() -> aiohttp.FormData:
            made = aiohttp.FormData()
            made.add_field("media", content, filename=name, content_type=content_type)
            return made

        found = await self._call("POST", "media/upload", form, type=kind)
        return protocol.needed(found, "thumb_media_id" if "thumb_media_id" in found else "media_id")

    async def download_media(self, media_id: str, *, most: int) -> bytes:
        """What somebody sent, by its media id; ``too_large`` when it has more than so many bytes."""
        found = await self._call("GET", "media/get", form=Form(protocol.file_of, most), media_id=media_id)
        return bytes(found[protocol.FILE])

    async def openid_by_code(self, code: str) -> OAuthAnswer:
        """Who came back from web authorisation with this code, which is good once."""
        query = {"appid": self._appid, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        found = await self._request("GET", f"{self._api}/sns/oauth2/access_token?{urlencode(query)}")
        return OAuthAnswer(protocol.needed(found, "openid"), bool(found.get("is_snapshotuser")))

    def authorize_url(self, open_url: str, redirect: str, state: str) -> str:
        """Where to send a browser inside WeChat to learn who it is."""
        return protocol.authorize_url(open_url, self._appid, redirect, state)

    async def token(self) -> str:
        """A token that is good for two minutes at least."""
        return (await self._token.current()).token

    async def _post(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        return await self._call("POST", path, lambda: protocol.body_of(document))

    async def _call(
        self, method: str, path: str, body: Body | None = None, *, form: Form = ANSWER, **query: str
    ) -> dict[str, Any]:
        held = await self._token.current()
        for second in (False, True):
            url = f"{self._api}/cgi-bin/{path}?{urlencode({'access_token': held.token, **query})}"
            try:
                found = await self._request(method, url, body, form)
            except DeliveryFailed as failed:
                if failed.code not in TOKEN:
                    raise
                if second:
                    # A fresh token that is refused means another cause.
                    await self._token.shut(failed)
                    raise
                held = await self._token.another(held)
            else:
                await self._token.accepted()
                return found
        raise AssertionError("unreachable")

    async def _fetch_token(self) -> tuple[str, timedelta]:
        wish = protocol.token_wish(self._appid, self._secret)
        try:
            found = protocol.token_of(
                await self._request("POST", f"{self._api}/cgi-bin/stable_token", lambda: wish),
            )
        except DeliveryFailed as failed:
            why = protocol.without_token(failed)
            self._refreshed(why.kind)
            raise why from None
        self._refreshed("ok")
        return found

    async def _request(self, method: str, url: str, body: Body | None = None, form: Form = ANSWER) -> dict[str, Any]:
        api = url.removeprefix(self._api).partition("?")[0].removeprefix("/cgi-bin").strip("/")
        try:
            found = await self._exchange(method, url, body, form)
        except DeliveryFailed as failed:
            self._called(api, failed.code)
            raise
        self._called(api, OK)
        return found

    async def _exchange(self, method: str, url: str, body: Body | None, form: Form) -> dict[str, Any]:
        try:
            async with self._session.request(
                method, url, data=body() if body else None, timeout=self._timeout, allow_redirects=False
            ) as response:
                fault("request.unread")
                return form.read(response.status, await _at_most(response.content, form.most))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise DeliveryFailed("no_connection", kind="transient") from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            # The request was on its way: it may have been carried out.
            raise DeliveryFailed("no_answer", maybe_sent=True, kind="ambiguous") from None


async def _at_most(stream: aiohttp.StreamReader, most: int) -> bytes:
    pieces, size = [], 0
    async for piece in stream.iter_any():
        size += len(piece)
        if size > most:
            raise DeliveryFailed("too_large", maybe_sent=True, kind="ambiguous")
        pieces.append(piece)
    return b"".join(pieces)
