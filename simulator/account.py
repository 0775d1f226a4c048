"""An Official Account on the simulated platform: its settings, its followers and what they do to it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import aiohttp

from . import chance, crypt, screen
from .envelope import Format, Message, Mode
from .follower import Bubble, Follower
from .media import Media, snapshot
from .menu import Button, leaves
from .oauth import OAuth
from .push import Pushed, push
from .qrcodes import QrCodes
from .quotas import Quotas
from .sending import Sent
from .templates import Templates
from .tokens import Tokens
from .world import World

JobFinish = Literal["after", "early", "late", "twice", "never"]
MenuIds = Literal["right", "zero", "absent"]


@dataclass(eq=False, kw_only=True)
class OfficialAccount:
    """State and settings of one account; the methods are what its followers do, each pushed to the webhook.

    `attempts`, `timeout` and `pace` (seconds between the starts of two attempts) shape the delivery; `resign`
    signs each retry anew; `retry_unfit` says whether an answer of no use is followed by another attempt.
    `job_finish` says when TEMPLATESENDJOBFINISH comes: right `after` the answer, `early` (before it), `late`
    (after `late_seconds`), `twice` or `never`. `menu_ids` is what a tapped choice carries as its `bizmsgmenuid`.
    `honours_client_msg_id` switches the ten-minute dedupe off. `oauth_domain`, once set, is the only host that
    web authorisation returns to. `frozen` stands for a frozen AppSecret.
    """

    world: World = field(repr=False)
    appid: str
    secret: str
    token: str
    aes_key: str
    original_id: str
    name: str = "公众号"
    webhook: str = ""
    mode: Mode = "safe"
    format: Format = "xml"
    attempts: int = 3
    timeout: float = 5.0
    pace: float = 0.0
    resign: bool = False
    retry_unfit: bool = True
    job_finish: JobFinish = "after"
    late_seconds: float = 3.0
    menu_ids: MenuIds = "right"
    honours_client_msg_id: bool = True
    oauth_domain: str = ""
    ip_whitelist: set[str] | None = None
    miniprograms: set[str] = field(default_factory=set)
    frozen: bool = False
    test_account: bool = False

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode) or self.format not in get_args(Format):
            raise ValueError(f"mode {self.mode!r} or format {self.format!r} does not exist")
        clock = self.world.clock
        self.tokens = Tokens(clock)
        self.quotas = Quotas(clock.beijing_day)
        self.templates = Templates()
        self.media = Media(clock)
        self.qrcodes = QrCodes(clock)
        self.oauth = OAuth(clock)
        self.followers: dict[str, Follower] = {}
        self.menu: list[Button] | None = None
        self.sent: dict[tuple[str, str], Sent] = {}
        self.jsapi_ticket = ("", clock())
        self.passed = asyncio.Event()

    def add_follower(self, name: str = "", *, openid: str = "", subscribed: bool = True) -> Follower:
        """Know a person, following already unless told otherwise; no event is pushed.

        The openid is made from appid and name, so a person keeps it when the simulator is restarted.
        """
        openid = openid or chance.openid_of(self.appid, name or chance.wordy(12))
        if openid in self.followers:
            raise ValueError(f"{name or openid} is known to this account already")
        follower = Follower(
            openid=openid,
            name=name,
            subscribed=subscribed,
            ever_subscribed=subscribed,
            subscribed_at=self.world.clock(),
        )
        self.followers[openid] = follower
        return follower

    def person(self, openid: str) -> Follower:
        """The person with this openid, or LookupError."""
        if openid not in self.followers:
            raise LookupError(f"nobody here is {openid}")
        return self.followers[openid]

    async def verify(self) -> bool:
        """Ask the webhook the handshake question of the server settings; whether the answer is exact."""
        timestamp, nonce, echo = str(self.world.clock.epoch()), str(chance.number(10)), str(chance.number(19))
        query = {
            "signature": crypt.sign(self.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": echo,
        }
        try:
            async with (
                asyncio.timeout(self.timeout),
                self.world.session.get(self.webhook, params=query) as response,
            ):
                return response.status == 200 and await response.read() == echo.encode()
        except (TimeoutError, aiohttp.ClientError):
            return False

    async def say(self, openid: str, text: str) -> Pushed:
        """The person types `text`."""
        return await self._message(openid, "text", text, Content=text)

    async def choose(self, openid: str, choice_id: str, text: str) -> Pushed:
        """The person taps a choice of a menu message: sent as text, but worth the grant of a menu tap only."""
        carried = {"right": {"bizmsgmenuid": choice_id}, "zero": {"bizmsgmenuid": "0"}, "absent": {}}[self.menu_ids]
        return await self._message(openid, "text", text, grants="menu", Content=text, **carried)

    async def send_image(
        self, openid: str, content: bytes | None = None, url: str = "http://mmbiz.qpic.cn/x"
    ) -> Pushed:
        """The person sends a picture, another one each time unless it is given."""
        content = snapshot(self.world.serial()) if content is None else content
        medium = self.media.keep("image", "picture.png", "image/png", content)
        return await self._message(openid, "image", "", PicUrl=url, MediaId=medium.media_id)

    async def send_voice(self, openid: str, recognition: str | None = None) -> Pushed:
        """The person speaks; `recognition` is what speech recognition made of it, None for no such element."""
        medium = self.media.keep("voice", "voice.amr", "audio/amr", b"#!AMR\n")
        heard = {} if recognition is None else {"Recognition": recognition}
        return await self._message(openid, "voice", "[语音]", MediaId=medium.media_id, Format="amr", **heard)

    async def send_unsupported(self, openid: str) -> Pushed:
        """The person sends a sticker: it arrives as a text that says so."""
        return await self._message(openid, "text", "[表情]", Content="【收到不支持的消息类型，暂无法显示】")

    async def tap(self, openid: str, key: str) -> Pushed:
        """The person taps the menu button with this key, or the one that opens this address.

        A key that the present menu lacks is pushed as well: phones show an old menu for a while.
        """
        button = self._button(key)
        if button.get("type") == "view":
            return await self.event(openid, "VIEW", EventKey=button["url"])
        return await self.event(openid, "CLICK", grants="menu", EventKey=key)

    async def follow(self, openid: str, scene: str | None = None) -> Pushed:
        """The person follows, by scanning a code with this scene if one is named."""
        follower = self.person(openid)
        follower.subscribed, follower.ever_subscribed = True, True
        follower.subscribed_at, follower.scene = self.world.clock(), scene or ""
        keys = {"EventKey": ""}
        if scene is not None:
            keys = {"EventKey": f"qrscene_{scene}", "Ticket": self._ticket(scene)}
        return await self.event(openid, "subscribe", grants="follow", **keys)

    async def unfollow(self, openid: str) -> Pushed:
        """The person stops following; no answer can reach them."""
        event = self._event(openid, "unsubscribe", EventKey="")
        follower = self.person(openid)
        follower.subscribed = False
        follower.grants.clear()
        return await self._push(event)

    async def scan(self, openid: str, code: str) -> Pushed:
        """The person scans the code with this ticket, link or scene; LookupError if it expired.

        Someone who does not follow yet follows by it, and then there is no SCAN event.
        """
        found = self.qrcodes.find(code)
        if not self.person(openid).subscribed:
            return await self.follow(openid, found.scene)
        return await self.event(openid, "SCAN", grants="scan", EventKey=found.scene, Ticket=found.ticket)

    async def event(self, openid: str, name: str, *, grants: str = "", **fields: Any) -> Pushed:
        """Push any event with these elements; `grants` names the customer-service grant it is worth."""
        if grants:
            screen.writer(self, openid).grant(grants, self.world.clock())
        return await self._push(self._event(openid, name, **fields))

    async def _message(self, openid: str, kind: str, shown: str, *, grants: str = "message", **fields: Any) -> Pushed:
        person, now, msgid = screen.writer(self, openid), self.world.clock(), self.world.serial()
        medium = str(fields["MediaId"]) if kind == "image" else ""
        look = "image" if medium else "in"
        person.see(Bubble(look, "person", now, shown, media_id=medium, msgid=str(msgid)))
        person.grant(grants, now)
        return await self._push(self._head(openid, kind) | fields | {"MsgId": msgid})

    def _event(self, openid: str, name: str, **fields: Any) -> Message:
        return self._head(openid, "event") | {"Event": name} | fields

    def _head(self, openid: str, kind: str) -> Message:
        self.person(openid)
        return {
            "ToUserName": self.original_id,
            "FromUserName": openid,
            "CreateTime": self.world.clock.epoch(),
            "MsgType": kind,
        }

    async def _push(self, message: Message) -> Pushed:
        if not self.webhook:
            return Pushed(message)
        pushed = await push(self, message)
        screen.answered(self, pushed)
        return pushed

    def _button(self, key: str) -> Button:
        buttons = leaves(self.menu or [])
        return next((button for button in buttons if key in (button.get("key"), button.get("url"))), {})

    def _ticket(self, scene: str) -> str:
        try:
            return self.qrcodes.find(scene).ticket
        except LookupError:
            return self.qrcodes.register(scene).ticket
