"""Alerts answered by chat: taken, put off, passed on, called false, listed; and the rules by which they are found."""

from decimal import Decimal

from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import rulemaking
from domain.commands import AcknowledgeAlert, ListAlerts, SnoozeAlert
from domain.officecommands import AlertRules, DismissAlert, PassAlert
from domain.rulemaking import Ruled
from domain.rules.rights import HIRING
from domain.rules.rulebook import counted_in, numbered
from domain.values import STAFF_ROLES
from notify.alerts import acting, trying
from notify.alerts.limits import limits_of
from notify.alerts.rules import Thresholds


def register(router: Router, thresholds: Thresholds) -> None:
    """What this room answers; ``thresholds`` are those by which alerts are found."""

    async def rules(ask: Ask) -> Answered:
        """预警规则, 规则 测试 3, 预警规则 3 48小时: all of them, what one finds now, or its limit set anew."""
        command = ask.given(AlertRules)
        if command.past:
            return say("alert_rules_past", versions=await rulemaking.versions(ruled=limits_of(thresholds)))
        if command.number is None:
            rows, version = await trying.rules_now(thresholds)
            return say("alert_rules", rows=rows, version=version)
        if command.value is not None or command.usual:
            return await set_limit(ask, command.number, limits_of(thresholds))
        rule, found = await trying.try_rule(command.number, thresholds, now=ask.now)
        return say("alert_trial", rule=rule, found=found)

    router.on(AcknowledgeAlert, roles=STAFF_ROLES)(acknowledge)
    router.on(SnoozeAlert, roles=STAFF_ROLES)(snooze)
    router.on(DismissAlert, roles=STAFF_ROLES)(dismiss)
    router.on(PassAlert, roles=STAFF_ROLES)(pass_on)
    router.on(ListAlerts, roles=STAFF_ROLES)(listed)
    router.on(AlertRules, roles=HIRING)(rules)


async def set_limit(ask: Ask, number: int, limits: Ruled) -> Answered:
    """预警规则 3 48小时: in force from the next look on, at every process."""
    kind, command = numbered(number, limits.kinds), ask.given(AlertRules)
    value = command.value
    if kind is not None and command.usual:
        value = limits.book_of(None).setting(kind.code).value or Decimal(0)
    elif kind is not None and value is not None:
        value = counted_in(kind, value, command.unit)
    change = await rulemaking.try_rule(number, value=value, by=ask.actor, ruled=limits)
    if change.was == change.now:
        return say("alert_rule_same", change=change)
    version = await rulemaking.set_rule(change, by=ask.actor, now=ask.now, ruled=limits)
    return say("alert_rule_set", change=change, version=version)


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
    alert = await acting.pass_on(command.alert, command.who, by=ask.actor, now=ask.now, cause=ask.key)
    return say("alert_passed", alert=alert, who=command.who)


async def listed(ask: Ask) -> Answered:
    """提醒: the open alerts that concern me."""
    return say("alerts", alerts=await acting.open_alerts(ask.actor, now=ask.now))
