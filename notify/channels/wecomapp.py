"""Alerts and reports to one member of staff by the WeCom app (企业微信应用), where they chose it."""

from collections.abc import Awaitable, Callable

from connect.workchat.app import WecomApp
from connect.workchat.appforms import WECOM_APP, Letter, failed
from domain.values import Address
from notify.channels import Outgoing
from templates import render


class WecomAppChannel:
    """Sends the text voice of a notice; ``member`` tells the WeCom user id behind a chat identity."""

    name = WECOM_APP
    idempotent = True
    """The same text to the same member is shown once in half an hour."""

    def __init__(self, app: WecomApp, member: Callable[[Address], Awaitable[str]]) -> None:
        self._app = app
        self._member = member

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send; nothing is reported later about such a message."""
        to = await self._member(outgoing.to)
        if not to:
            raise failed("no_member")
        await self._app.carry(Letter(to, outgoing.voice("text"), render("room")))
        return None
