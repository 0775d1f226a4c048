"""Alerts by whatever Apprise reaches, for those of staff who chose it; text only, and nobody says when it was read."""

from connect.workchat.apprise import APPRISE, LONGEST, Messenger
from notify.channels import Outgoing
from notify.channels.custom import within
from notify.channels.workchat import plain
from templates import render


class AppriseChannel:
    """Sends the text voice of a notice."""

    name = APPRISE
    idempotent = False

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send; there is one word for all addresses, and it is yes or no."""
        where = "\n" + render("room")
        await self._messenger.carry(within(plain(outgoing.voice("text")), LONGEST - len(where.encode())) + where)
        return None
