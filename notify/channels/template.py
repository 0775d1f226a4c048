"""Template messages (模板消息): the account's own templates are read, and each notice is fitted into one."""

import asyncio
from collections.abc import Mapping

from connect.wechat.client import WeChat
from domain.errors import DeliveryFailed
from notify.channels import Outgoing
from notify.channels.fields import Chosen, Place, fill, places_of
from notify.notices import TEMPLATE

DEFAULT = "DEFAULT"
# The template is gone, or its fields are others than those we learnt.
_CHANGED = frozenset({"40036", "40037", "47003"})


def chosen_for(notice: str, mapping: Mapping[str, str], fields: Mapping[str, Chosen]) -> Chosen:
    """The choices for the template that carries a notice: its own, or those of the common one."""
    return fields.get(notice if notice in mapping else DEFAULT, {})


class TemplateChannel:
    """Sends cards; ``mapping`` names the template of a notice, ``DEFAULT`` that of all others.

    ``fields`` tells by notice (or ``DEFAULT``) which voice a field speaks, where that was chosen.
    """

    name = TEMPLATE
    idempotent = True

    def __init__(self, wechat: WeChat, mapping: Mapping[str, str], fields: Mapping[str, Chosen] | None = None) -> None:
        self._fields = fields or {}
        self._wechat = wechat
        self._mapping = mapping
        self._places: dict[str, tuple[Place, ...]] = {}
        self._lessons = 0
        self._learning = asyncio.Lock()

    async def send(self, outgoing: Outgoing) -> str | None:
        """Fit and send; fields that the platform finds wrong are learnt anew, and sent once more if they differ."""
        template = self._template_of(outgoing)
        places = await self._learnt(template)
        lessons = self._lessons
        try:
            return await self._send(outgoing, template, places)
        except DeliveryFailed as failure:
            if str(failure.code) not in _CHANGED or failure.maybe_sent:
                raise
            changed = await self._learn_again(template, lessons)
            if changed == places:
                raise
            return await self._send(outgoing, template, changed)

    def _template_of(self, outgoing: Outgoing) -> str:
        template = self._mapping.get(outgoing.notice) or self._mapping.get(DEFAULT)
        if not template:
            raise DeliveryFailed("no_template", permanent=True, kind="unmapped", text=outgoing.notice)
        return template

    async def _learnt(self, template: str) -> tuple[Place, ...]:
        lessons = self._lessons
        if template not in self._places:
            async with self._learning:
                if self._lessons == lessons:
                    await self._learn()
        return self._known(template)

    async def _learn_again(self, template: str, lessons: int) -> tuple[Place, ...]:
        async with self._learning:
            # Of many messages that fail together only the first asks the platform.
            if self._lessons == lessons:
                await self._learn()
        return self._known(template)

    async def _learn(self) -> None:
        self._places = {
            str(one["template_id"]): places_of(str(one.get("content", "")), str(one.get("example", "")))
            for one in await self._wechat.templates()
        }
        self._lessons += 1

    def _known(self, template: str) -> tuple[Place, ...]:
        if template not in self._places:
            raise DeliveryFailed(40037, permanent=True, kind="content", text="the account has no such template")
        return self._places[template]

    async def _send(self, outgoing: Outgoing, template: str, places: tuple[Place, ...]) -> str:
        data = fill(places, outgoing.voice, chosen_for(outgoing.notice, self._mapping, self._fields))
        return await self._wechat.send_template(
            outgoing.to.openid, template, data, url=outgoing.url or None, client_msg_id=outgoing.key
        )
