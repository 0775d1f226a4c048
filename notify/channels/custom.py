"""Customer-service messages (客服消息): plain text to somebody who wrote lately; nothing tells a second one apart."""

from connect.wechat.client import WeChat
from notify.channels import Outgoing
from notify.notices import CUSTOM

LONGEST = 2000
"""Bytes; the platform's own limit lies at 2047 or 2048, its sources differ."""


class CustomChannel:
    """Sends the text voice of a notice."""

    name = CUSTOM
    idempotent = False

    def __init__(self, wechat: WeChat) -> None:
        self._wechat = wechat

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send; the platform gives such messages no id and reports nothing about them."""
        await self._wechat.send_text(outgoing.to.openid, within(outgoing.voice("text"), LONGEST))
        return None


def within(text: str, most: int) -> str:
    """The text, or as much of it as fits into ``most`` bytes without half a character."""
    encoded = text.encode()
    if len(encoded) <= most:
        return text
    return encoded[: most - len("…".encode())].decode(errors="ignore") + "…"
