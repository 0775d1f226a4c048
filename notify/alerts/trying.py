"""What a rule of alerts finds at this moment, without telling anybody (规则 测试 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from domain.reviewerrors import RuleNotFound
from domain.rulemaking import Ruled
from domain.rules.rulebook import WATCHES, Rulebook
from domain.values import Role
from notify.alerts.families import explained
from notify.alerts.limits import limits_of, thresholds_of
from notify.alerts.rules import RULES, Finding, Thresholds
from notify.alerts.watch import look_around
from notify.models import Alert
from notify.notices import Notice
from templates import notice as words

NEW = "first"


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as people see it: its number, its limit and the usual one, who is told, how many alerts of it are open.

    ``unit`` is what its limit counts, empty for what is told at once; the limits that hold for several rules follow
    the rules themselves, and nobody is told of those.
    """

    number: int
    name: str
    unit: str
    limit: Decimal
    usual: Decimal
    roles: tuple[Role, ...] = ()
    to_rep: bool = False
    live: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that a rule finds: in words, the number of its alert if there is one, and why it is told or not."""

    text: str
    alert: str
    why: str


async def rules_now(installed: Thresholds) -> tuple[list[RuleView], int]:
    """All rules with their numbers, in the order in which people know them, and the version that is in force."""
    live: dict[str, int] = {}
    for row in await Alert.filter(live__isnull=False).only("id", "rule"):
        live[row.rule] = live.get(row.rule, 0) + 1
    limits = limits_of(installed)
    book = await limits.book()
    return [_view(n, limits, book, live.get(kind.code, 0)) for n, kind in enumerate(WATCHES, 1)], book.version


async def try_rule(number: int, installed: Thresholds, *, now: datetime) -> tuple[RuleView, list[Trial]]:
    """What this rule would tell now; writes nothing."""
    if not 1 <= number <= len(RULES):
        raise RuleNotFound(number, len(RULES), "alerts")
    rule, limits = list(RULES.values())[number - 1], limits_of(installed)
    book = await limits.book()
    everything = await look_around(thresholds_of(book, installed), now=now)
    found = [one for one in everything if one.rule == rule.name]
    live = {row.live or "": row for row in await Alert.filter(rule=rule.name, live__isnull=False)}
    hidden = explained(everything)
    trials = [_trial(one, live.get(one.fingerprint), hidden, now) for one in found]
    return _view(number, limits, book, len(live)), trials


def _view(number: int, limits: Ruled, book: Rulebook, live: int) -> RuleView:
    kind = WATCHES[number - 1]
    now, usual = (one.setting(kind.code).value or Decimal(0) for one in (book, limits.book_of(None)))
    view = RuleView(number, kind.code, kind.unit, now, usual, live=live)
    rule = RULES.get(kind.code)
    return view if rule is None else replace(view, roles=tuple(sorted(rule.roles)), to_rep=rule.to_rep)


def _trial(found: Finding, alert: Alert | None, hidden: Mapping[str, str], now: datetime) -> Trial:
    order = found.order or ""
    facts = {**found.facts, "rule": found.rule, "alert": "", "order": order, "at": now.isoformat(), "url": ""}
    text = words(Notice.ALERT_RAISED.template, "line", **facts)
    if alert is not None:
        return Trial(text, f"A{alert.id}", alert.why)
    cause = hidden.get(found.fingerprint)
    return Trial(text, "", f"inhibited:{cause}" if cause else NEW)
