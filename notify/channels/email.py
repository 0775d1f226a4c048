"""Alerts and reports by e-mail, to members of staff who chose it."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from connect.mail.letters import EMAIL, Letter, failed
from connect.mail.postman import Postman
from domain.values import Address
from notify.channels import Outgoing
from notify.channels.workchat import plain
from templates import render


class EmailChannel:
    """Sends the text voice of a notice; ``mailbox`` tells the address behind a chat identity."""

    name = EMAIL
    idempotent = False

    def __init__(
        self, postman: Postman, mailbox: Callable[[Address], Awaitable[str]], clock: Callable[[], datetime]
    ) -> None:
        self._postman = postman
        self._mailbox = mailbox
        self._clock = clock

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send; a mail server gives no id that anybody reports on later."""
        to = await self._mailbox(outgoing.to)
        if not to:
            raise failed("no_address")
        text = plain(outgoing.voice("text")) + "\n\n" + render("room")
        await self._postman.carry(Letter(outgoing.key, to, text, self._clock()))
        return None
