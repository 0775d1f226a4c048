"""Tells alerts to those who must act: the owners first, who stands in for them next, their manager last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from domain.attendance import members
from domain.incoming import days_expected
from domain.policy import current_policy, shop_day
from domain.rules.roster import PRESENT, Member, Presence, presence
from domain.telling import Listener
from domain.values import Role
from notify.alerts.gate import TOP, Verdict, Word
from notify.alerts.raising import MANY, Round, mark_reminded, mark_told, verdict_on
from notify.alerts.rules import RULES, STOCK_SHORT
from notify.models import Alert, AlertState
from notify.notices import EVERY_WAY, Notice, Plan
from notify.outbox import put

log = structlog.get_logger()

LEADING = frozenset({Role.MANAGER, Role.ADMIN})
RESOLVED, TAKEN, DISMISSED, PASSED = "resolved", "taken", "dismissed", "passed"
"""How an alert may be settled, as the words of it have it."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Telling:
    """One alert that is told now: why, under which notice, to whom."""

    alert: Alert
    verdict: Verdict
    notice: Notice
    hearers: tuple[Listener, ...]


async def tell(alerts: Sequence[Alert], look: Round) -> int:
    """Ask the gate about each and keep the deliveries that follow; how many were told. Inside a transaction."""
    groups: dict[tuple[object, ...], list[Telling]] = {}
    for alert in alerts:
        told = await _told(alert, look)
        if told is not None:
            kind = (alert.rule, told.notice)
            groups.setdefault((*kind, *(one.identity for one in told.hearers)), []).append(told)
    for group in groups.values():
        for part in [group] if len(group) >= MANY else [[one] for one in group]:
            await _put(part, look)
    return sum(map(len, groups.values()))


async def _told(alert: Alert, look: Round) -> Telling | None:
    verdict = verdict_on(alert, look)
    if verdict.word is Word.QUIET:
        return None
    taker = [one for one in look.people if one.staff is not None and one.name == alert.taken_by]
    if alert.state is AlertState.TAKEN and taker:
        reminded = await mark_reminded(alert, verdict, now=look.now)
        return Telling(alert, verdict, Notice.ALERT_RAISED, tuple(taker)) if reminded else None
    if verdict.word is Word.TELL:
        hearers, level = owners(alert, look.people), 0
        notice = RULES[alert.rule].notice if alert.told == 0 else Notice.ALERT_RAISED
    else:
        hearers, level = await _further(alert, look)
        notice = Notice.ALERT_ESCALATED
    marked = await mark_told(alert, verdict, level=level, now=look.now)
    return Telling(alert, verdict, notice, tuple(hearers)) if marked else None


async def _put(group: Sequence[Telling], look: Round) -> None:
    """One message for all of the group, under the number of the first, with the others named."""
    first, alert = group[0], group[0].alert
    url = await look.link(alert.order_number) if alert.order_number else ""
    rest = [f"A{one.alert.id}" for one in group[1:]]
    await bring_up_to_date([alert], look.now)
    facts = (
        facts_of(alert, url)
        | {"taker": (alert.taken_by or "") if alert.taken_by in {person.name for person in first.hearers} else ""}
        | ({"same": len(rest), "numbers": rest[:_SHOWN]} if rest else {})
    )
    reason = f"{alert.rule}:{first.verdict.why}{':grouped' if rest else ''}"
    plans = [plan_for(person, first.notice, facts, reason, alert.order_number) for person in first.hearers]
    await put(f"alert:{alert.id}:{alert.told}:{alert.level}", plans, now=look.now)
    for one in group:
        log.info(
            "alert_told",
            alert=one.alert.id,
            rule=one.alert.rule,
            why=one.verdict.why,
            under=alert.id,
            people=len(plans),
        )


async def bring_up_to_date(alerts: Sequence[Alert], now: datetime) -> None:
    """Let shortages say when the goods come by what is on its way now; nothing is written."""
    short = [alert for alert in alerts if alert.rule == STOCK_SHORT.name]
    if not short:
        return
    days = await days_expected({str(alert.facts["sku"]) for alert in short}, today=shop_day(now))
    for alert in short:
        day = days.get((alert.order_number or "", str(alert.facts["sku"])))
        if day is not None:
            alert.facts = alert.facts | {"expected": day.isoformat()}


def facts_of(alert: Alert, url: str = "") -> dict[str, object]:
    """What the words of an alert may speak of."""
    return {
        **alert.facts,
        "rule": alert.rule,
        "alert": f"A{alert.id}",
        "order": alert.order_number or "",
        "at": alert.raised_at.isoformat(),
        "url": url,
    }


def plan_for(person: Listener, notice: Notice, facts: dict[str, object], why: str, order: str | None) -> Plan:
    """Word of an alert to one person, first by the way that they chose for such."""
    ways = (person.way, *EVERY_WAY) if person.way else EVERY_WAY
    return Plan(person.address, notice, facts, why, order, channels=ways, wishes=person.wishes)


def owners(alert: Alert, people: Sequence[Listener]) -> list[Listener]:
    """Who must act on it: the one it belongs to, else those in its roles, else who leads."""
    own = [person for person in people if alert.owner_staff_id and person.staff == alert.owner_staff_id]
    return own or _with_roles(people, alert.owner_roles) or _with_roles(people, LEADING)


def hearers(alert: Alert, people: Sequence[Listener]) -> list[Listener]:
    """Who has been told of it so far."""
    if not alert.told:
        return []
    above = _leaders(alert, people) if alert.level >= TOP else []
    return list({person.identity: person for person in (*owners(alert, people), *above)}.values())


async def settled(alert: Alert, how: str, by: str, look: Round) -> None:
    """One word that nobody else has to act, to those who were told of it; ``by`` took it upon themselves and knows.

    What has passed by itself is told to the one who took it, when somebody did.
    """
    taker = [one for one in look.people if how == RESOLVED and one.staff is not None and one.name == alert.taken_by]
    told = taker or hearers(alert, look.people)
    facts = facts_of(alert) | {"how": how, "by": by, "at": look.now.isoformat()}
    reason = f"{alert.rule}:{how}"
    plans = [plan_for(one, Notice.ALERT_SETTLED, facts, reason, alert.order_number) for one in told if one.name != by]
    await put(f"alert:{alert.id}:{alert.told}:{how}:{by}"[:200], plans, now=look.now)


async def _further(alert: Alert, look: Round) -> tuple[list[Listener], int]:
    """Whom to tell when nobody answered, and how far up that is."""
    if alert.level == 0 and (next_ones := await _standing_in(alert, look)):
        return next_ones, 1
    return _leaders(alert, look.people), TOP


async def _standing_in(alert: Alert, look: Round) -> list[Listener]:
    """The deputies of the owners, if they are at work, and who has duty in their roles now; nobody twice."""
    told = owners(alert, look.people)
    codes, roles = {one.code for one in told}, {role for one in told for role in one.roles} - LEADING
    here = [(one, presence(one, look.now, current_policy().zone)) for one in await members(now=look.now)]
    deputies = {one.deputy for one, _ in here if one.code in codes}
    wanted = {one.code for one, where in here if _next(one, where, deputies, roles)} - codes
    return [person for person in look.people if person.staff is not None and person.code in wanted]


def _next(member: Member, where: Presence, deputies: set[str | None], roles: set[Role]) -> bool:
    on_duty = where is Presence.ON_SHIFT and bool(member.roles & roles)
    return where in PRESENT and (member.code in deputies or on_duty)


def _leaders(alert: Alert, people: Sequence[Listener]) -> list[Listener]:
    """The manager of the one who did not answer, else all managers; nobody who was told before."""
    told = owners(alert, people)
    above = {person.manager for person in told if person.manager}
    others = [person for person in people if person not in told]
    named = [person for person in others if person.code and person.code in above]
    return named or _with_roles(others, {Role.MANAGER}) or _with_roles(others, {Role.ADMIN})


def _with_roles(people: Iterable[Listener], roles: Iterable[str]) -> list[Listener]:
    wanted = frozenset(roles)
    return [person for person in people if person.roles & wanted]
