"""Alerts answered by chat: taken, put off, passed on, called false, listed; and the rules by which they are found."""

from bot.replies import say
from bot.router import Answered, Ask, Router
from domain.commands import AcknowledgeAlert, ListAlerts, SnoozeAlert
from domain.officecommands import AlertRules, DismissAlert, PassAlert
from domain.rules.rights import HIRING
from domain.values import STAFF_ROLES
from notify.alerts import acting, trying
from notify.alerts.rules import Thresholds


def register(router: Router, thresholds: Thresholds) -> None:
    """What this room answers; ``thresholds`` are those by which alerts are found."""

    async def rules(ask: Ask) -> Answered:
        """预警规则, 规则 测试 3: all of them, or what one finds now; nobody is told."""
        number = ask.given(AlertRules).number
        if number is None:
            return say("alert_rules", rows=await trying.rules_now(thresholds))
        rule, found = await trying.try_rule(number, thresholds, now=ask.now)
        return say("alert_trial", rule=rule, found=found)

    router.on(AcknowledgeAlert, roles=STAFF_ROLES)(acknowledge)
    router.on(SnoozeAlert, roles=STAFF_ROLES)(snooze)
    router.on(DismissAlert, roles=STAFF_ROLES)(dismiss)
    router.on(PassAlert, roles=STAFF_ROLES)(pass_on)
    router.on(ListAlerts, roles=STAFF_ROLES)(listed)
    router.on(AlertRules, roles=HIRING)(rules)


async def acknowledge(ask: Ask) -> Answered:
    """收到 A7: the first wins."""
    alert = await acting.acknowledge(ask.given(AcknowledgeAlert).alert, by=ask.actor, now=ask.now)
    return say("alert_taken", alert=alert)


async def snooze(ask: Ask) -> Answered:
    """A7 2小时: told again afterwards if it is still true."""
    command = ask.given(SnoozeAlert)
    alert = await acting.snooze(command.alert, command.span, by=ask.actor, now=ask.now)
    return say("alert_snoozed", alert=alert, span=command.span)


async def dismiss(ask: Ask) -> Answered:
    """A7 误报: quiet while it lasts."""
    return say("alert_dismissed", alert=await acting.dismiss(ask.given(DismissAlert).alert, by=ask.actor, now=ask.now))


async def pass_on(ask: Ask) -> Answered:
    """A7 转 阿强: a colleague is told and takes care of it."""
    command = ask.given(PassAlert)
    if command.who is None:
        return say("alert_pass_to", number=command.alert)
    alert = await acting.pass_on(command.alert, command.who, by=ask.actor, now=ask.now)
    return say("alert_passed", alert=alert, who=command.who)


async def listed(ask: Ask) -> Answered:
    """提醒: the open alerts that concern me."""
    return say("alerts", alerts=await acting.open_alerts(ask.actor))
