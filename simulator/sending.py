"""What the account sends on its own: template messages, customer-service messages and the typing sign."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import screen
from .customer import bubble_of
from .follower import Bubble, Field, Follower
from .refused import Refused

if TYPE_CHECKING:
    from .account import OfficialAccount

DEDUPE = timedelta(minutes=10)
REMEMBERED = 20_000
"""Messages with a `client_msg_id` held before those past their ten minutes are dropped."""
TYPING_LASTS = timedelta(seconds=15)
TYPING_AFTER = timedelta(seconds=30)
LONGEST_URL = 2048
DELIVERED, BLOCKED = "success", "failed:user block"


@dataclass(frozen=True, slots=True)
class Sent:
    """A template message that was accepted under a `client_msg_id`."""

    msgid: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """A template message that passed every check, ready for the phone."""

    title: str
    fields: tuple[Field, ...]
    url: str

    def bubble(self, msgid: int, at: datetime) -> Bubble:
        """The card as the person sees it."""
        return Bubble("card", "template", at, title=self.title, fields=self.fields, url=self.url, msgid=str(msgid))


def recipient(account: "OfficialAccount", openid: Any) -> Follower:
    """The follower to send to: 40003 for an openid of nobody here, 43004 for one who left, 43019 if blacklisted."""
    follower = account.followers.get(openid) if isinstance(openid, str) else None
    if follower is None or not follower.ever_subscribed:
        raise Refused(40003)
    if not follower.subscribed:
        raise Refused(43004)
    if follower.blacklisted:
        raise Refused(43019)
    return follower


async def send_template(account: "OfficialAccount", wish: dict[str, Any]) -> dict[str, Any]:
    """Accept a template message and deliver it to the phone; how it ended follows in an event of its own."""
    follower = recipient(account, wish.get("touser"))
    card = _card(account, wish)
    now = account.world.clock()
    if (earlier := _sent_before(account, wish, now)) is not None:
        return _accepted(earlier)
    msgid = account.world.serial()
    if client_msg_id := wish.get("client_msg_id"):
        _remember(account, follower.openid, client_msg_id, Sent(msgid, now))
    status = BLOCKED if follower.muted else DELIVERED
    if not follower.muted:
        screen.show(account, follower.openid, card.bubble(msgid, now))
    await _finish(account, follower.openid, msgid, status)
    return _accepted(msgid)


def _accepted(msgid: int) -> dict[str, Any]:
    return {"errcode": 0, "errmsg": "ok", "msgid": msgid}


def _card(account: "OfficialAccount", wish: dict[str, Any]) -> Card:
    template_id = wish.get("template_id")
    if not isinstance(template_id, str) or not template_id:
        raise Refused(40036)
    template = account.templates.get(template_id)
    url = _address(account, wish)
    given = wish.get("data")
    if not isinstance(given, dict):
        raise Refused(47001)
    return Card(template.title, template.fill(given), url)


def _address(account: "OfficialAccount", wish: dict[str, Any]) -> str:
    url, mini = wish.get("url", ""), wish.get("miniprogram")
    if not isinstance(url, str) or (url and not url.startswith(("http://", "https://"))):
        raise Refused(40048)
    if len(url) > LONGEST_URL:
        raise Refused(40039)
    if mini is not None and (not isinstance(mini, dict) or mini.get("appid") not in account.miniprograms):
        raise Refused(40013)
    return url


def _sent_before(account: "OfficialAccount", wish: dict[str, Any], now: datetime) -> int | None:
    client_msg_id = wish.get("client_msg_id")
    if client_msg_id is None or not account.honours_client_msg_id:
        return None
    if not isinstance(client_msg_id, str):
        raise Refused(47001)
    earlier = account.sent.get((wish["touser"], client_msg_id))
    return earlier.msgid if earlier and now - earlier.at < DEDUPE else None


def _remember(account: "OfficialAccount", openid: str, client_msg_id: str, sent: Sent) -> None:
    if len(account.sent) >= REMEMBERED:
        account.sent = {key: one for key, one in account.sent.items() if sent.at - one.at < DEDUPE}
    account.sent[openid, client_msg_id] = sent


async def _finish(account: "OfficialAccount", openid: str, msgid: int, status: str) -> None:
    """Tell the webhook how the message ended, when the account's `job_finish` says so."""
    if not account.webhook or account.job_finish == "never":
        return
    if account.job_finish == "early":
        await _tell(account, openid, msgid, status)
        return
    account.world.spawn(_tell_later(account, openid, msgid, status), f"job-finish-{msgid}")


async def _tell_later(account: "OfficialAccount", openid: str, msgid: int, status: str) -> None:
    # A moment for the answer to the API call, which usually arrives first.
    await asyncio.sleep(account.late_seconds if account.job_finish == "late" else 0.005)
    for _ in range(2 if account.job_finish == "twice" else 1):
        await _tell(account, openid, msgid, status)


async def _tell(account: "OfficialAccount", openid: str, msgid: int, status: str) -> None:
    await account.event(openid, "TEMPLATESENDJOBFINISH", MsgID=msgid, Status=status)


def send_custom(account: "OfficialAccount", wish: dict[str, Any]) -> dict[str, Any]:
    """Deliver a customer-service message if the person's own acts still grant one; there is no receipt."""
    follower = account.followers.get(str(wish.get("touser")))
    if follower is None:
        raise Refused(40003)
    if follower.blacklisted:
        raise Refused(43019)
    now = account.world.clock()
    bubble = bubble_of(account, wish, now)
    follower.spend(now)
    follower.typing_until = None
    screen.show(account, follower.openid, bubble)
    return {"errcode": 0, "errmsg": "ok"}


def typing(account: "OfficialAccount", wish: dict[str, Any]) -> dict[str, Any]:
    """Show or end the typing sign; 45080 when the person was silent for 30 seconds, 45081 when it shows already."""
    follower, now = recipient(account, wish.get("touser")), account.world.clock()
    if wish.get("command") not in ("Typing", "CancelTyping"):
        raise Refused(45072)
    if wish["command"] == "CancelTyping":
        follower.typing_until = None
        return {"errcode": 0, "errmsg": "ok"}
    if follower.last_act is None or now - follower.last_act > TYPING_AFTER:
        raise Refused(45080)
    if follower.typing_until and follower.typing_until > now:
        raise Refused(45081)
    follower.typing_until = now + TYPING_LASTS
    return {"errcode": 0, "errmsg": "ok"}
