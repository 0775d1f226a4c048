"""Customer-service messages (客服消息): a text or chart to who wrote lately; nothing tells a second one apart."""

from typing import Any

from connect.wechat.client import WeChat
from notify.channels import Outgoing
from notify.channels.charts import Charts
from notify.chart import as_text, bars_of
from notify.notices import CUSTOM

LONGEST = 2000
"""Bytes; the platform's own limit lies at 2047 or 2048, its sources differ."""


class CustomChannel:
    """Sends the text voice of a notice, or its chart where it brings one."""

    name = CUSTOM
    idempotent = False

    def __init__(self, wechat: WeChat, charts: Charts | None = None) -> None:
        self._wechat = wechat
        self._charts = charts

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send; the platform gives such messages no id and reports nothing about them."""
        if days := outgoing.facts.get("chart"):
            await self._send_chart(outgoing.to.openid, days)
        else:
            await self._wechat.send_text(outgoing.to.openid, within(outgoing.voice("text"), LONGEST))
        return None

    async def _send_chart(self, openid: str, days: list[dict[str, Any]]) -> None:
        chart = bars_of(days)
        medium = await self._charts.medium(chart) if self._charts is not None else None
        if medium is None:
            await self._wechat.send_text(openid, within(as_text(chart), LONGEST))
        else:
            await self._wechat.send_image(openid, medium)


def within(text: str, most: int) -> str:
    """The text, or as much of it as fits into ``most`` bytes without half a character."""
    encoded = text.encode()
    if len(encoded) <= most:
        return text
    return encoded[: most - len("…".encode())].decode(errors="ignore") + "…"
