"""Turns events into deliveries: oldest first, each event once, deliveries and mark in one transaction."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from domain.announcing import hearers
from domain.approving import open_for
from domain.events import BusinessEvent, OrderHeld, StockFellShort, event_kinds
from domain.faults import fault
from domain.officeevents import Announced
from domain.telling import Affair, Happened, affair_of, mark_routed, unrouted_events
from domain.transaction import transact
from domain.values import Actor
from notify.alerts.raising import Round, raise_alert
from notify.alerts.rules import shortage
from notify.alerts.telling import tell
from notify.mutes import end_on
from notify.outbox import OF_EVENT, put
from notify.routing import Occasion, plan, unhurried

log = structlog.get_logger()

Link = Callable[[str], Awaitable[str]]

AT_ONCE = 50


async def route_events(*, now: datetime, link: Link) -> int:
    """Decide who hears of the oldest events of which nobody decided yet; the number of events decided."""
    waiting = await unrouted_events(AT_ONCE)
    decided = 0
    for happened in waiting:
        try:
            await _route(happened, link, now)
            decided += 1
        except (TypeError, ValueError, KeyError, AttributeError):
            # A bug met one event; it stays undecided and in the log, and the others are told.
            log.exception("event_not_routed", event_id=happened.id, kind=happened.kind)
    return decided


async def _route(happened: Happened, link: Link, now: datetime) -> None:
    event = event_of(happened)
    if event is None:
        # Written by another version; it is kept in the ledger, and telling it wrongly would be worse.
        log.error("event_not_understood", event_id=happened.id, kind=happened.kind)
        await mark_routed(happened.id, now=now)
        return
    affair = await _affair(event)
    occasion = Occasion(happened.by, happened.at, await link(event.order) if event.order else "", happened.identity)
    plans = plan(event, affair, occasion)
    if isinstance(event, Announced):
        plans = unhurried(plans)

    async def work() -> None:
        if not await mark_routed(happened.id, now=now):
            return
        await end_on(event, now=now)
        await put(f"{OF_EVENT}{happened.id}", plans, now=now)
        if isinstance(event, OrderHeld) and event.order:
            await open_for(event.order, by=Actor(happened.by, identity=happened.identity), now=now)
        if isinstance(event, StockFellShort):
            await _alert(event, affair, happened.at, link=link, now=now)

    await transact(work)
    fault("events.routed")
    log.info("event_routed", event_id=happened.id, kind=happened.kind, order=happened.order, people=len(plans))


async def _affair(event: BusinessEvent) -> Affair:
    if isinstance(event, Announced):
        return Affair(people=await hearers(event.whom))
    return await affair_of(event.order, getattr(event, "customer", None))


def event_of(happened: Happened) -> BusinessEvent | None:
    """The typed event of a row of the ledger; None when this version does not know it."""
    kind = event_kinds().get(happened.kind)
    try:
        return kind.from_facts(happened.order, happened.facts) if kind else None
    except TypeError:
        return None


async def _alert(event: StockFellShort, affair: Affair, at: datetime, *, link: Link, now: datetime) -> None:
    alert = await raise_alert(shortage(event, affair.customer_name, at=at), now=now)
    # Only the first telling happens here; reminders and escalation belong to the watch.
    if alert.told == 0:
        await tell([alert], Round(now, affair.people, link=link))
