"""Alerts answered by chat: taken, put off, listed."""

from bot.replies import say
from bot.router import Answered, Ask, Router
from domain.commands import AcknowledgeAlert, ListAlerts, SnoozeAlert
from domain.values import STAFF_ROLES
from notify.alerts import acting


def register(router: Router) -> None:
    """What this room answers."""
    router.on(AcknowledgeAlert, roles=STAFF_ROLES)(acknowledge)
    router.on(SnoozeAlert, roles=STAFF_ROLES)(snooze)
    router.on(ListAlerts, roles=STAFF_ROLES)(listed)


async def acknowledge(ask: Ask) -> Answered:
    """收到 A7: the first wins."""
    alert = await acting.acknowledge(ask.given(AcknowledgeAlert).alert, by=ask.actor, now=ask.now)
    return say("alert_taken", alert=alert)


async def snooze(ask: Ask) -> Answered:
    """A7 2小时: told again afterwards if it is still true."""
    command = ask.given(SnoozeAlert)
    alert = await acting.snooze(command.alert, command.span, by=ask.actor, now=ask.now)
    return say("alert_snoozed", alert=alert, span=command.span)


async def listed(ask: Ask) -> Answered:
    """提醒: the open alerts that concern me."""
    return say("alerts", alerts=await acting.open_alerts(ask.actor))
