"""Turns events into deliveries: oldest first, each event once, deliveries and mark in one transaction.

What waits is decided together, so that fifty events cost hardly more statements than one.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog

from domain.affairs import Happened, claim_routing, leave_unrouted, unrouted_events
from domain.approving import open_for
from domain.events import OrderHeld, StockFellShort
from domain.faults import fault
from domain.transaction import transact
from domain.values import Actor
from domain.watching import made_among
from notify.alerts.raising import Round, raise_alert
from notify.alerts.rules import shortage
from notify.alerts.telling import tell
from notify.deciding import Decided, Link, Page, Pages, Stumbled, decide, is_own, own_up
from notify.mutes import end_on, ends, muted
from notify.notices import Plan
from notify.outbox import OF_EVENT, put_all

log = structlog.get_logger()

AT_ONCE = 50


async def route_events(*, now: datetime, link: Link, page: Page | None = None) -> int:
    """Decide who hears of the oldest events of which nobody decided yet; the number of events dealt with."""
    pages, after = Pages(link, page), 0
    while waiting := await unrouted_events(AT_ONCE, after=after):
        if done := await _together(waiting, pages, now):
            return done
        # A bug met every one of them, and may for days: those behind them are told all the same.
        after = waiting[-1].id
    return 0


async def _together(waiting: Sequence[Happened], pages: Pages, now: datetime) -> int:
    if len(waiting) > 1:
        try:
            return await _route(waiting, pages, now)
        except Exception as bug:
            if not is_own(bug):
                raise
            # One event spoiled it for all, and none of them is marked.
            log.warning("events_routed_one_by_one", events=len(waiting), error=type(bug).__name__)
    return sum([await _alone(one, pages, now) for one in waiting])


async def _alone(happened: Happened, pages: Pages, now: datetime) -> int:
    try:
        return await _route([happened], pages, now)
    except Exception as bug:
        if not is_own(bug):
            raise
        own_up(happened, bug)
        return 0


async def _route(batch: Sequence[Happened], pages: Pages, now: datetime) -> int:
    """Decide these in one transaction; how many were decided, here or by another process meanwhile."""

    async def work() -> tuple[list[Decided], list[Stumbled]]:
        # Claimed first: another process that found the same events waits here and does none of this twice.
        ours = await claim_routing([one.id for one in batch], now=now)
        decided, spoiled = await decide([one for one in batch if one.id in ours], pages)
        await leave_unrouted([one.id for one, _ in spoiled])
        await _keep(decided, now)
        return decided, spoiled

    decided, spoiled = await transact(work)
    for happened, bug in spoiled:
        own_up(happened, bug)
    for one in decided:
        fault("events.routed")
        _tell_log(one)
    return len(batch) - len(spoiled)


def _tell_log(one: Decided) -> None:
    happened, people = one.happened, len(one.plans)
    if one.event is None:
        # Written by another version; it is kept in the ledger, and telling it wrongly would be worse.
        log.error("event_not_understood", event_id=happened.id, kind=happened.kind)
        return
    log.info("event_routed", event_id=happened.id, kind=happened.kind, order=happened.order, people=people)


async def _keep(decided: Sequence[Decided], now: datetime) -> None:
    """Everything that follows, in the order in which it happened; inside a transaction."""
    quiet = await muted({one.event.order for one in decided if one.event is not None and ends(one.event)})
    plans: list[tuple[str, Plan]] = []
    for one in decided:
        if one.event is not None and one.event.order in quiet and ends(one.event):
            # What was muted until now is told of after what came before this event, and before what comes with it.
            await put_all(plans, now=now)
            plans = []
            await end_on(one.event, now=now)
        plans += [(f"{OF_EVENT}{one.happened.id}", each) for each in one.plans]
    await put_all(plans, now=now)
    for one in decided:
        await _follow(one, now)


async def _follow(one: Decided, now: datetime) -> None:
    """What some kinds of event bring about beside their notices."""
    event, happened = one.event, one.happened
    if isinstance(event, OrderHeld) and event.order:
        await open_for(event.order, by=Actor(happened.by, identity=happened.identity), now=now)
    if isinstance(event, StockFellShort):
        await _alert(event, one, now)


async def _alert(event: StockFellShort, one: Decided, now: datetime) -> None:
    async def link(_: str) -> str:
        return one.url

    made = bool(await made_among({event.sku}))
    found = shortage(event, one.affair.customer_name, made=made, at=one.happened.at)
    alert = await raise_alert(found, now=now)
    # Only the first telling happens here; reminders and escalation belong to the watch.
    if alert.told == 0:
        await tell([alert], Round(now, one.affair.people, link=link))
