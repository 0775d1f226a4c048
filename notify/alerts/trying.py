"""What a rule of alerts finds at this moment, without telling anybody (规则 测试 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.officeerrors import AlertRuleNotFound
from domain.values import Role
from notify.alerts.families import explained
from notify.alerts.rules import RULES, Finding, Rule, Thresholds
from notify.alerts.watch import look_around
from notify.models import Alert
from notify.notices import Notice
from templates import notice as words

NEW = "first"


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as people see it: its number, how long it waits, who is told, how many alerts of it are open."""

    number: int
    name: str
    after: timedelta
    roles: tuple[Role, ...]
    to_rep: bool
    live: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that a rule finds: in words, the number of its alert if there is one, and why it is told or not."""

    text: str
    alert: str
    why: str


async def rules_now(thresholds: Thresholds) -> list[RuleView]:
    """All rules with their numbers, in the order in which people know them."""
    live: dict[str, int] = {}
    for row in await Alert.filter(live__isnull=False).only("id", "rule"):
        live[row.rule] = live.get(row.rule, 0) + 1
    return [_view(number, rule, thresholds, live.get(rule.name, 0)) for number, rule in enumerate(RULES.values(), 1)]


async def try_rule(number: int, thresholds: Thresholds, *, now: datetime) -> tuple[RuleView, list[Trial]]:
    """What this rule would tell now; writes nothing."""
    if not 1 <= number <= len(RULES):
        raise AlertRuleNotFound(number, len(RULES))
    rule = list(RULES.values())[number - 1]
    everything = await look_around(thresholds, now=now)
    found = [one for one in everything if one.rule == rule.name]
    live = {row.live or "": row for row in await Alert.filter(rule=rule.name, live__isnull=False)}
    hidden = explained(everything)
    trials = [_trial(one, live.get(one.fingerprint), hidden, now) for one in found]
    return _view(number, rule, thresholds, len(live)), trials


def _view(number: int, rule: Rule, thresholds: Thresholds, live: int) -> RuleView:
    return RuleView(number, rule.name, rule.after(thresholds), tuple(sorted(rule.roles)), rule.to_rep, live)


def _trial(found: Finding, alert: Alert | None, hidden: Mapping[str, str], now: datetime) -> Trial:
    order = found.order or ""
    facts = {**found.facts, "rule": found.rule, "alert": "", "order": order, "at": now.isoformat(), "url": ""}
    text = words(Notice.ALERT_RAISED.template, "line", **facts)
    if alert is not None:
        return Trial(text, f"A{alert.id}", alert.why)
    cause = hidden.get(found.fingerprint)
    return Trial(text, "", f"inhibited:{cause}" if cause else NEW)
