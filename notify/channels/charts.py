"""Charts of reports as pictures for one account: drawn beside the work, uploaded once for all who are sent the same."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from connect.wechat.client import WeChat
from domain.errors import DeliveryFailed
from notify.chart import Bars, picture

log = structlog.get_logger()

GOOD_FOR = timedelta(days=2)
"""Less than the three days for which the platform keeps what was uploaded."""
KEPT = 4
Draw = Callable[[Bars], bytes | None]
"""Draws a chart, in a thread of its own."""


class Charts:
    """Turns charts into media ids; a chart that cannot be drawn or uploaded has none, and is told as text."""

    def __init__(self, wechat: WeChat, clock: Callable[[], datetime], draw: Draw = picture) -> None:
        self._wechat = wechat
        self._clock = clock
        self._draw = draw
        self._made: dict[Bars, tuple[str, datetime]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def medium(self, chart: Bars) -> str | None:
        """The media id of a chart, of one and the same upload as long as it is good."""
        async with self._one_at_a_time:
            made, until = self._made.get(chart, ("", self._clock()))
            if made and until > self._clock():
                return made
            return await self._uploaded(chart)

    async def _uploaded(self, chart: Bars) -> str | None:
        drawn = await asyncio.to_thread(self._draw, chart)
        if drawn is None:
            return None
        try:
            medium = await self._wechat.upload_media("image", "report.png", drawn, "image/png")
        except DeliveryFailed as failure:
            log.warning("chart_not_uploaded", code=str(failure.code))
            return None
        self._made[chart] = (medium, self._clock() + GOOD_FOR)
        for old in list(self._made)[:-KEPT]:
            del self._made[old]
        return medium
