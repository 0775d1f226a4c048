"""Looks at the business by the rules: raises what is wrong, tells whom it concerns, resolves what has passed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from domain import counts, watching
from domain.faults import fault
from domain.telling import listeners
from domain.transaction import transact
from domain.watching import Condition
from notify.alerts import rules
from notify.alerts.families import explained
from notify.alerts.gate import Patience, Verdict, Word
from notify.alerts.raising import Link, Round, no_link, note_quiet, raise_alert, verdict_on
from notify.alerts.rules import Finding, Rule, Thresholds
from notify.alerts.telling import RESOLVED, settled, tell
from notify.alerts.troubles import shut_channels, unfit_notices, unreached_customers
from notify.models import Alert, AlertState
from notify.quotas import nearly_spent
from templates import zone

STALE = timedelta(days=30)
"""Trouble of which nothing was heard for so long is history."""
AT_ONCE = 50

log = structlog.get_logger()


async def watch(thresholds: Thresholds, *, now: datetime, link: Link = no_link) -> int:
    """Evaluate every rule once; the number of tellings and resolutions that came of it. Harmless to run twice."""
    found = {one.fingerprint: one for one in await look_around(thresholds, now=now)}
    live = {alert.live or "": alert for alert in await Alert.filter(live__isnull=False)}
    told = await _resolve([alert for name, alert in live.items() if name not in found], now)
    await _refresh([(live[name], one.facts) for name, one in found.items() if name in live])
    look = Round(now, patience=Patience(thresholds.escalate, thresholds.repeat), hidden=_hidden(found, live), link=link)
    verdicts = [(live[name], verdict_on(live[name], look)) for name in found if name in live]
    quiet = {alert.live for alert, verdict in verdicts if verdict.word is Word.QUIET}
    await _note(verdicts)
    pressing = [one for name, one in found.items() if name not in quiet]
    if not pressing:
        return told
    look = replace(look, people=await listeners())
    for start in range(0, len(pressing), AT_ONCE):
        told += await _raise(pressing[start : start + AT_ONCE], look)
    return told


def _hidden(found: Mapping[str, Finding], live: Mapping[str, Alert]) -> dict[str, str]:
    dismissed = {name for name, alert in live.items() if alert.state is AlertState.DISMISSED}
    return explained(found.values(), dismissed=dismissed)


async def _refresh(known: Sequence[tuple[Alert, dict[str, str]]]) -> None:
    """Keep what is true of a condition now: how much lacks, what is coming for it and when."""
    changed = [(alert, facts) for alert, facts in known if alert.facts != facts]

    async def work() -> None:
        for alert, facts in changed:
            await Alert.filter(id=alert.id, live__isnull=False).update(facts=facts)
            alert.facts = facts

    if changed:
        await transact(work)


async def _note(verdicts: Sequence[tuple[Alert, Verdict]]) -> None:
    if any(alert.why != verdict.why and verdict.word is Word.QUIET for alert, verdict in verdicts):
        await transact(lambda: note_quiet(verdicts))


async def _raise(findings: Sequence[Finding], look: Round) -> int:
    async def work() -> int:
        alerts = [await raise_alert(one, now=look.now) for one in findings]
        told = await tell(alerts, look)
        await note_quiet([(alert, verdict_on(alert, look)) for alert in alerts])
        fault("alert.told")
        return told

    return await transact(work)


async def look_around(thresholds: Thresholds, *, now: datetime) -> list[Finding]:
    """Everything that breaks a rule now; writes nothing."""
    return [one for rule in SIGHTS for one in await look_at(rule, thresholds, now=now)]


async def look_at(rule: Rule, thresholds: Thresholds, *, now: datetime) -> list[Finding]:
    """Everything that breaks this rule now; writes nothing."""
    return rules.findings(rule, await SIGHTS[rule](thresholds, now), thresholds, now=now)


Sight = Callable[[Thresholds, datetime], Awaitable[list[Condition]]]

SIGHTS: Mapping[Rule, Sight] = {
    rules.STOCK_SHORT: lambda _, now: watching.short_lines(today=now.astimezone(zone()).date()),
    rules.ORDER_HELD: lambda limits, now: watching.held_orders(now - limits.held),
    rules.NO_FIRST_SCAN: lambda limits, now: watching.unscanned_parcels(now - limits.parcels.first_scan),
    rules.CARRIER_SILENT: lambda limits, now: watching.silent_parcels(limits.parcels, now=now),
    rules.PARCEL_UNKNOWN: lambda _, __: watching.given_up_parcels(scanned=False),
    rules.PARCEL_LOST: lambda _, __: watching.given_up_parcels(scanned=True),
    rules.PARCEL_TROUBLED: lambda _, now: watching.troubled_parcels(now - STALE),
    rules.DELIVERY_OVERDUE: lambda _, now: watching.overdue_orders(now.astimezone(zone()).date()),
    rules.PURCHASE_LATE: lambda _, now: watching.late_purchases(now.astimezone(zone()).date()),
    rules.WORK_LATE: lambda _, __: watching.late_works(),
    rules.CHANNEL_SHUT: lambda _, now: shut_channels(now),
    rules.QUOTA_NEAR: lambda limits, now: nearly_spent(limits.quotas, now=now, share=limits.quota_share),
    rules.NOTICE_UNFIT: lambda _, now: unfit_notices(now),
    rules.CUSTOMER_UNREACHED: lambda _, now: unreached_customers(now),
    rules.COUNT_WAITING: lambda limits, now: counts.overdue(now - limits.counts),
    rules.LOT_EXPIRING: lambda limits, now: watching.expiring_lots(limits.lots, today=now.astimezone(zone()).date()),
}
"""How each rule looks at the business; a test holds that none is missing."""


async def _resolve(gone: list[Alert], now: datetime) -> int:
    people = await listeners() if any(map(_worth_a_word, gone)) else ()
    look = Round(now, people)

    async def work() -> None:
        still = Alert.filter(id__in=[alert.id for alert in gone], live__isnull=False)
        await still.update(live=None, state=AlertState.RESOLVED, resolved_at=now, why="resolved")
        for alert in filter(_worth_a_word, gone):
            await settled(alert, RESOLVED, "", look)

    if gone:
        await transact(work)
    for alert in gone:
        log.info("alert_resolved", alert=alert.id, rule=alert.rule)
    return len(gone)


def _worth_a_word(alert: Alert) -> bool:
    """Whether somebody was told and may still be about to act; not who put it off, nor who called it false."""
    waiting = alert.state in (AlertState.OPEN, AlertState.TAKEN)
    return waiting and alert.told > 0 and not rules.RULES[alert.rule].once
