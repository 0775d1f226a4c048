"""Quiet about one order: 静音 1042 直到发货, 到明早, 只要异常; ended by the event, the time, or its person."""

from datetime import datetime, time, timedelta

from bot.replies import say
from bot.router import BOUND, Answered, Ask, Router
from domain.policy import current_policy, shop_day
from domain.queries import find_order, order_view
from domain.wishcommands import MuteOrder
from notify.models import BUT_TROUBLE, UNTIL_SENT, UNTIL_TIME
from notify.mutes import mute, mutes_of, unmute

MORNING = time(8)


def register(router: Router) -> None:
    """What this room answers."""
    router.on(MuteOrder, roles=BOUND)(quiet_about)


async def quiet_about(ask: Ask) -> Answered:
    """静音 [1042] [直到发货]: what is muted, how to say it, or quiet from now on."""
    command, to = ask.given(MuteOrder), ask.actor.address
    assert to is not None
    if command.order_no is None:
        return say("mutes", rows=await mutes_of(to))
    number = await find_order(command.order_no, ask.actor)
    if command.until == "off":
        return say("unmuted", number=number, held=await unmute(number, to=to, now=ask.now))
    if command.until is None and command.span is None:
        return say("mute_how", number=number, sent=False)
    if command.until == UNTIL_SENT and (await order_view(number)).axes.fulfilment == "full":
        return say("mute_how", number=number, sent=True)
    kind = command.until if command.until in {UNTIL_SENT, BUT_TROUBLE} else UNTIL_TIME
    until = _moment(ask.now, command.span) if kind == UNTIL_TIME else None
    return say("muted", muted=await mute(number, kind, until, to=to, now=ask.now))


def _moment(now: datetime, span: timedelta | None) -> datetime:
    """After so long, or tomorrow morning in the shop."""
    if span is not None:
        return now + span
    return datetime.combine(shop_day(now) + timedelta(days=1), MORNING, current_policy().zone)
