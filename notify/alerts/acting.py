"""What people do about alerts by answering: take one, put one off, pass one on, call one false, see what is open."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import AlertNotFound, AlertTaken
from domain.officeerrors import ColleagueUnbound
from domain.rostering import find_member
from domain.telling import listeners
from domain.transaction import transact
from domain.values import Actor
from notify.alerts.raising import Round
from notify.alerts.rules import PURCHASE_LATE, WORK_LATE
from notify.alerts.telling import DISMISSED, LEADING, PASSED, TAKEN, bring_up_to_date, facts_of, plan_for, settled
from notify.models import Alert, AlertState, Delivery
from notify.notices import Notice
from notify.outbox import put
from templates import notice as words

LONGEST_SNOOZE = timedelta(days=7)
_NUMBER = re.compile(r"A?(\d{1,9})")


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert as people see it; ``text`` is one line that says what is wrong."""

    number: str
    text: str
    rule: str
    order: str | None
    state: AlertState
    raised_at: datetime
    taken_by: str | None = None
    snoozed_until: datetime | None = None
    why: str = ""


async def acknowledge(number: str, *, by: Actor, now: datetime) -> AlertView:
    """Take an alert: nobody is reminded of it for a day, and those who were told hear who has it.

    The first wins; taking one's own again changes nothing.
    """
    look = Round(now, await listeners())

    async def work() -> AlertView:
        alert = await _concerning(number, by)
        if alert.state is not AlertState.TAKEN:
            taken = {"state": AlertState.TAKEN, "taken_by": by.name, "taken_at": now, "next_at": None, "why": "taken"}
            await _change(alert, by, taken)
            await settled(alert, TAKEN, by.name, look)
        await bring_up_to_date([alert], now)
        return _view(alert)

    return await transact(work)


async def snooze(number: str, span: timedelta, *, by: Actor, now: datetime) -> AlertView:
    """Put an alert off: whom it concerns is told again afterwards if it is still true; at most a week."""

    async def work() -> AlertView:
        alert = await _concerning(number, by)
        off = {"state": AlertState.SNOOZED, "next_at": now + min(span, LONGEST_SNOOZE), "why": "snoozed"}
        await _change(alert, by, {**off, **_FREE})
        return _view(alert)

    return await transact(work)


async def dismiss(number: str, *, by: Actor, now: datetime) -> AlertView:
    """Call an alert false: quiet for as long as the condition lasts, whoever it concerns."""
    look = Round(now, await listeners())

    async def work() -> AlertView:
        alert = await _concerning(number, by)
        if alert.state is not AlertState.DISMISSED:
            false = {"state": AlertState.DISMISSED, "next_at": None, "why": "false_alarm"}
            await _change(alert, by, {**false, **_FREE})
            await settled(alert, DISMISSED, by.name, look)
        return _view(alert)

    return await transact(work)


async def pass_on(number: str, who: str, *, by: Actor, now: datetime, cause: str = "") -> AlertView:
    """Give an alert to a colleague, who is told at once and in whose name it goes further up if they do not answer.

    Once per ``cause``: a second call tells nobody again.
    """
    colleague, look = await find_member(who), Round(now, await listeners())
    taker = next((one for one in look.people if one.staff == colleague.id), None)
    if taker is None:
        raise ColleagueUnbound(colleague.name)

    async def work() -> AlertView:
        told = f"alert:{_id_of(number)}:{PASSED}:{cause or now.timestamp()}"[:200]
        if cause and await Delivery.filter(cause=told).exists():
            return _view(await Alert.get(id=_id_of(number)))
        alert = await _concerning(number, by)
        given = {"state": AlertState.OPEN, "owner_staff_id": colleague.id, "told": alert.told + 1, "told_at": now}
        await _change(alert, by, {**given, "level": 0, "next_at": None, "why": PASSED, **_FREE})
        facts = facts_of(alert) | {"passed_by": by.name}
        plan = plan_for(taker, Notice.ALERT_RAISED, facts, f"{alert.rule}:{PASSED}", alert.order_number)
        await put(told, [plan], now=now)
        return _view(alert)

    return await transact(work)


_FREE = {"taken_by": None, "taken_at": None}


async def kept_quiet(actor: Actor, order: str | None = None) -> list[AlertView]:
    """The live alerts of this person of which they were not told, because another one explains them."""
    rows = await Alert.filter(live__isnull=False, told=0, why__startswith="inhibited:").order_by("id")
    return [_view(row) for row in rows if _concerns(row, actor) and order in (None, row.order_number)]


async def open_alerts(actor: Actor, *, now: datetime) -> list[AlertView]:
    """The alerts that concern this person and are neither resolved nor false, oldest first."""
    rows = await Alert.filter(live__isnull=False).exclude(state=AlertState.DISMISSED).order_by("id")
    mine = [row for row in rows if _concerns(row, actor)]
    await bring_up_to_date(mine, now)
    return [_view(row) for row in mine]


async def alerts_on(subjects: Collection[str]) -> dict[str, AlertView]:
    """The live alerts about these purchases and works (P17, W3), by what they are about."""
    names = [f"{rule}:{subject}" for subject in subjects for rule in (PURCHASE_LATE.name, WORK_LATE.name)]
    rows = await Alert.filter(live__in=names).exclude(state=AlertState.DISMISSED) if names else []
    return {row.subject: _view(row) for row in rows}


def _id_of(number: str) -> int:
    given = _NUMBER.fullmatch(unicodedata.normalize("NFKC", number).strip().upper())
    return int(given[1]) if given else 0


async def _concerning(number: str, by: Actor) -> Alert:
    alert = await Alert.get_or_none(id=_id_of(number), live__isnull=False)
    if alert is None or not _concerns(alert, by):
        raise AlertNotFound(number)
    _refuse_if_taken(alert, by)
    return alert


async def _change(alert: Alert, by: Actor, changes: dict[str, object]) -> None:
    if await Alert.filter(id=alert.id, state=alert.state, live__isnull=False).update(**changes) == 0:
        await alert.refresh_from_db()
        _refuse_if_taken(alert, by)
        await Alert.filter(id=alert.id, live__isnull=False).update(**changes)
    await alert.refresh_from_db()


def _refuse_if_taken(alert: Alert, by: Actor) -> None:
    if alert.state is AlertState.TAKEN and alert.taken_by != by.name:
        raise AlertTaken(f"A{alert.id}", alert.taken_by or "", alert.taken_at or alert.raised_at)


def _concerns(alert: Alert, actor: Actor) -> bool:
    if not actor.is_staff:
        return False
    owns = alert.owner_staff_id is not None and alert.owner_staff_id == actor.staff
    return owns or bool(actor.roles & LEADING) or bool(actor.roles & frozenset(alert.owner_roles))


def _view(alert: Alert) -> AlertView:
    return AlertView(
        f"A{alert.id}",
        words(Notice.ALERT_RAISED.template, "line", **facts_of(alert)),
        alert.rule,
        alert.order_number,
        alert.state,
        alert.raised_at,
        alert.taken_by,
        alert.next_at if alert.state is AlertState.SNOOZED else None,
        alert.why,
    )


async def open_count(actor: Actor) -> int:
    """How many alerts wait for this person: those that nobody else took."""
    live = Alert.filter(live__isnull=False, state__in=(AlertState.OPEN, AlertState.SNOOZED))
    if actor.roles & LEADING:
        return await live.count()
    rows = await live.only("id", "owner_roles", "owner_staff_id")
    return sum(_concerns(row, actor) for row in rows)
