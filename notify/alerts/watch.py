"""Looks at the business by the rules: raises what is wrong, tells whom it concerns, resolves what has passed."""

from datetime import datetime, timedelta

import structlog

from domain import watching
from domain.faults import fault
from domain.telling import Listener, listeners
from domain.transaction import transact
from domain.watching import Condition
from notify.alerts import rules
from notify.alerts.gate import Word
from notify.alerts.raising import Link, raise_alert, tell_if_due, verdict_on
from notify.alerts.rules import Finding, Rule, Thresholds
from notify.alerts.troubles import shut_channels, unfit_notices, unreached_customers
from notify.models import Alert, AlertState
from notify.quotas import nearly_spent
from templates import zone

STALE = timedelta(days=30)
"""Trouble of which nothing was heard for so long is history."""

log = structlog.get_logger()


async def _no_link(_order: str) -> str:
    return ""


async def watch(thresholds: Thresholds, *, now: datetime, link: Link = _no_link) -> int:
    """Evaluate every rule once; the number of tellings and resolutions that came of it. Harmless to run twice."""
    found = {one.fingerprint: one for one in await _look(thresholds, now)}
    live = {alert.live: alert for alert in await Alert.filter(live__isnull=False)}
    told = await _resolve([alert for name, alert in live.items() if name not in found], now)
    pressing = [one for name, one in found.items() if _pressing(live.get(name), thresholds, now)]
    people = await listeners() if pressing else ()
    for one in pressing:
        told += await _raise(one, people, thresholds, link=link, now=now)
    return told


def _pressing(alert: Alert | None, thresholds: Thresholds, now: datetime) -> bool:
    return alert is None or verdict_on(alert, escalate=thresholds.escalate, now=now).word is not Word.QUIET


async def _raise(
    finding: Finding, people: tuple[Listener, ...], thresholds: Thresholds, *, link: Link, now: datetime
) -> int:
    async def work() -> int:
        alert = await raise_alert(finding, now=now)
        verdict = await tell_if_due(alert, people, escalate=thresholds.escalate, link=link, now=now)
        fault("alert.told")
        return int(verdict.word is not Word.QUIET)

    return await transact(work)


async def _look(thresholds: Thresholds, now: datetime) -> list[Finding]:
    seen: list[tuple[Rule, list[Condition]]] = [
        (rules.STOCK_SHORT, await watching.short_lines()),
        (rules.ORDER_HELD, await watching.held_orders(now - thresholds.held)),
        (rules.NO_FIRST_SCAN, await watching.unscanned_parcels(now - thresholds.parcels.first_scan)),
        (rules.CARRIER_SILENT, await watching.silent_parcels(thresholds.parcels, now=now)),
        (rules.PARCEL_UNKNOWN, await watching.given_up_parcels(scanned=False)),
        (rules.PARCEL_LOST, await watching.given_up_parcels(scanned=True)),
        (rules.PARCEL_TROUBLED, await watching.troubled_parcels(now - STALE)),
        (rules.DELIVERY_OVERDUE, await watching.overdue_orders(now.astimezone(zone()).date())),
        (rules.PURCHASE_LATE, await watching.late_purchases(now.astimezone(zone()).date())),
        (rules.WORK_LATE, await watching.late_works()),
        (rules.CHANNEL_SHUT, await shut_channels(now)),
        (rules.QUOTA_NEAR, await nearly_spent(thresholds.quotas, now=now)),
        (rules.NOTICE_UNFIT, await unfit_notices(now)),
        (rules.CUSTOMER_UNREACHED, await unreached_customers(now)),
    ]
    return [one for rule, conditions in seen for one in rules.findings(rule, conditions, thresholds, now=now)]


async def _resolve(gone: list[Alert], now: datetime) -> int:
    async def work() -> None:
        still = Alert.filter(id__in=[alert.id for alert in gone], live__isnull=False)
        await still.update(live=None, state=AlertState.RESOLVED, resolved_at=now)

    if gone:
        await transact(work)
    for alert in gone:
        log.info("alert_resolved", alert=alert.id, rule=alert.rule)
    return len(gone)
