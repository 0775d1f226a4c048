"""Brings a finding to somebody's attention: one live alert per condition, asked of the gate whether to tell it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.telling import Listener
from notify.alerts.gate import NOT_AGAIN, Patience, Standing, Verdict, Word, judge
from notify.alerts.rules import RULES, Finding
from notify.models import Alert, AlertState

Link = Callable[[str], Awaitable[str]]
MANY = 3
"""So many alerts of one rule to the same people are told in one message."""


async def no_link(_order: str) -> str:
    """For those who have no pages to lead to."""
    return ""


@dataclass(frozen=True, slots=True)
class Round:
    """One look at the business: who can be told, how long is too long, which rule explains which alert."""

    now: datetime
    people: Sequence[Listener] = ()
    patience: Patience = NOT_AGAIN
    hidden: Mapping[str, str] = field(default_factory=dict)
    link: Link = no_link


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


def verdict_on(alert: Alert, look: Round) -> Verdict:
    """What the gate says about this alert now."""
    standing = Standing(
        alert.state,
        alert.told,
        alert.told_at,
        alert.level,
        alert.next_at,
        alert.taken_at,
        look.hidden.get(alert.live or "", ""),
        bool(alert.facts.get("coming")),
    )
    return judge(standing, NOT_AGAIN if RULES[alert.rule].once else look.patience, now=look.now)


async def note_quiet(alerts: Sequence[tuple[Alert, Verdict]]) -> None:
    """Keep why these are not told; only what has changed is written."""
    changed: dict[str, list[int]] = {}
    for alert, verdict in alerts:
        if verdict.word is Word.QUIET and alert.why != verdict.why:
            changed.setdefault(verdict.why, []).append(alert.id)
    for why, ids in changed.items():
        await Alert.filter(id__in=ids, live__isnull=False).update(why=why)


async def mark_reminded(alert: Alert, verdict: Verdict, *, now: datetime) -> bool:
    """The same of a word to the one who took it, and goes on to have it."""
    same = Alert.filter(id=alert.id, told=alert.told, state=AlertState.TAKEN, taken_by=alert.taken_by)
    return await same.update(told=alert.told + 1, why=verdict.why, taken_at=now, told_at=now) == 1


async def mark_told(alert: Alert, verdict: Verdict, *, level: int, now: datetime) -> bool:
    """Note the telling before it is put, so that of two processes only one puts it."""
    told = alert.told + (verdict.word is Word.TELL)
    same = Alert.filter(id=alert.id, told=alert.told, level=alert.level, state=alert.state)
    changes = {"told": told, "level": level, "why": verdict.why, "taken_by": None, "taken_at": None, "next_at": None}
    return await same.update(**changes, state=AlertState.OPEN, told_at=now) == 1
