"""Brings a finding to somebody's attention: one live alert per condition, told to the person responsible."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta

import structlog

from domain.telling import Listener
from domain.values import Role
from notify.alerts.gate import Standing, Verdict, Word, judge
from notify.alerts.rules import RULES, Finding
from notify.models import Alert, AlertState
from notify.notices import EVERY_WAY, Notice, Plan
from notify.outbox import put

log = structlog.get_logger()

Link = Callable[[str], Awaitable[str]]
_LEADING = frozenset({Role.MANAGER, Role.ADMIN})


async def raise_alert(finding: Finding, *, now: datetime) -> Alert:
    """The live alert of this condition, made if there is none; for use inside a transaction."""
    found = await Alert.get_or_none(live=finding.fingerprint)
    if found is not None:
        return found
    # Asked first, because a refused insert would still use up a number, and people read those.
    await Alert.bulk_create([_row(finding, now)], ignore_conflicts=True)
    return await Alert.get(live=finding.fingerprint)


def _row(finding: Finding, now: datetime) -> Alert:
    return Alert(
        rule=finding.rule,
        subject=finding.subject[:80],
        live=finding.fingerprint,
        order_number=finding.order,
        facts=finding.facts,
        owner_roles=sorted(finding.owner_roles),
        owner_staff_id=finding.owner_staff,
        raised_at=now,
    )


async def tell_if_due(
    alert: Alert, people: Sequence[Listener], *, escalate: timedelta, link: Link, now: datetime
) -> Verdict:
    """Ask the gate and act on its word: keep the deliveries and note that it was told; inside a transaction."""
    verdict = verdict_on(alert, escalate=escalate, now=now)
    if verdict.word is Word.QUIET or not await _mark(alert, verdict.word, now):
        return verdict
    if verdict.word is Word.ESCALATE:
        hearers, notice = _leaders(alert, people), Notice.ALERT_ESCALATED
    else:
        hearers, notice = _owners(alert, people), RULES[alert.rule].notice if alert.told == 0 else Notice.ALERT_RAISED
    url = await link(alert.order_number) if alert.order_number else ""
    plans = [_plan(alert, person, notice, verdict.why, url) for person in hearers]
    await put(f"alert:{alert.id}:{alert.told}:{alert.level}", plans, now=now)
    log.info("alert_told", alert=alert.id, rule=alert.rule, word=verdict.word, why=verdict.why, people=len(plans))
    return verdict


def verdict_on(alert: Alert, *, escalate: timedelta, now: datetime) -> Verdict:
    """What the gate says about this alert now."""
    standing = Standing(alert.state, alert.told, alert.told_at, alert.level, alert.next_at)
    return judge(standing, now=now, escalate=timedelta.max if RULES[alert.rule].once else escalate)


async def _mark(alert: Alert, word: Word, now: datetime) -> bool:
    """Note the telling before it is put, so that of two processes only one puts it."""
    changes = {"level": alert.level + 1} if word is Word.ESCALATE else {"told": alert.told + 1}
    same = Alert.filter(id=alert.id, told=alert.told, level=alert.level, state=alert.state)
    return await same.update(**changes, state=AlertState.OPEN, told_at=now, next_at=None) == 1


def _owners(alert: Alert, people: Sequence[Listener]) -> list[Listener]:
    own = [person for person in people if alert.owner_staff_id and person.staff == alert.owner_staff_id]
    return own or _with_roles(people, alert.owner_roles) or _with_roles(people, _LEADING)


def _leaders(alert: Alert, people: Sequence[Listener]) -> list[Listener]:
    """The manager of the one who did not answer, else all managers."""
    above = {person.manager for person in _owners(alert, people) if person.manager}
    named = [person for person in people if person.code and person.code in above]
    return named or _with_roles(people, {Role.MANAGER}) or _with_roles(people, {Role.ADMIN})


def _with_roles(people: Iterable[Listener], roles: Iterable[str]) -> list[Listener]:
    wanted = frozenset(roles)
    return [person for person in people if person.roles & wanted]


def _plan(alert: Alert, person: Listener, notice: Notice, why: str, url: str) -> Plan:
    facts = {
        **alert.facts,
        "rule": alert.rule,
        "alert": f"A{alert.id}",
        "order": alert.order_number or "",
        "at": alert.raised_at.isoformat(),
        "url": url,
    }
    ways = (person.way, *EVERY_WAY) if person.way else EVERY_WAY
    reason = f"{alert.rule}:{why}"
    return Plan(person.address, notice, facts, reason, alert.order_number, channels=ways, wishes=person.wishes)
