"""Alerts to where staff read besides WeChat: a group robot or a webhook; each takes text only."""

import re

from connect.workchat.forms import NOT_WANTED, WEBHOOK, Letter, Room, failed
from connect.workchat.rooms import Porter
from notify.channels import Outgoing
from notify.channels.custom import within
from templates import render

_LINK = re.compile(r'<a href="([^"<>]{1,2000})">([^<>]{1,20})</a>')


class RoomChannel:
    """Sends the text voice of a notice to a room; a webhook is told the key, so that a second one can be dropped."""

    def __init__(self, room: Room, porter: Porter) -> None:
        self.name = room.name or room.kind
        self.idempotent = room.kind == WEBHOOK
        self._room = room
        self._porter = porter

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send; rooms give no id and report nothing later."""
        if self._room.events and outgoing.facts.get("rule") not in self._room.events:
            raise failed(self._room.kind, NOT_WANTED)
        where = "\n" + render("room")
        text = within(plain(outgoing.voice("text")), self._room.longest - len(where.encode()))
        letter = Letter(outgoing.key, outgoing.notice.template, text + where)
        await self._porter.carry(self._room, letter)
        return None


def plain(text: str) -> str:
    """Links as their words and address: only WeChat shows the other form."""
    return _LINK.sub(r"\2 \1", text)
