"""What is open when duty changes hands (交班): told once to who takes over, and to whoever asks."""

from datetime import datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from domain import todo
from domain.handing import Change, changes_of_hands, note_handed
from domain.listing import to_review
from domain.queries import actor_of
from domain.rules.rights import DECIDING
from domain.telling import Listener, listeners
from domain.transaction import transact
from domain.values import Actor, Role
from notify.alerts.acting import open_alerts
from notify.alerts.rules import CUSTOMER_UNREACHED
from notify.alerts.troubles import UNTOLD, unreached_customers
from notify.models import AlertState
from notify.notices import Notice, Plan
from notify.outbox import put
from notify.route import STAFF

SHOWN = 2
_ALL_OF_THEM = frozenset({Role.MANAGER, Role.ADMIN})


async def hand_over(now: datetime) -> int:
    """Tell who takes over what is open, once for each change of hands; how many were told."""
    changes = await changes_of_hands(now=now)
    people = {one.staff: one for one in await listeners()} if changes else {}
    return sum([await _handed(change, people.get(change.staff), now) for change in changes])


async def _handed(change: Change, taker: Listener | None, now: datetime) -> bool:
    facts = await open_things(await actor_of(taker.address), now=now) if taker is not None else {}
    told = bool(facts.get("open"))

    async def work() -> None:
        await note_handed(change, now=now)
        if taker is not None and told:
            more = {**facts, "givers": "、".join(change.givers), "audience": STAFF}
            plan = Plan(taker.address, Notice.HANDOVER, more, "duty", wishes=taker.wishes)
            await put(f"handover:{change.turn}", [plan], now=now)

    try:
        await transact(work)
    except IntegrityError:
        return False
    return told


async def open_things(actor: Actor, *, now: datetime) -> dict[str, Any]:
    """What is open for this person, as the facts of a notice: alerts, decisions, tasks, customers who were not told."""
    live = [one for one in await open_alerts(actor, now=now) if one.state is not AlertState.TAKEN]
    # Who was not reached is named with the customers who were not told.
    alerts = [one for one in live if one.rule != CUSTOMER_UNREACHED.name]
    waiting = (await to_review(actor)).order_by("id") if actor.roles & DECIDING else None
    first = await waiting.first() if waiting is not None else None
    tasks = {one.kind: one.count for one in await todo.tasks(actor, now=now) if one.kind != "approve"}
    untold = await _untold(actor, now)
    decisions = await waiting.count() if waiting is not None and first is not None else 0
    return {
        "open": len(alerts) + decisions + sum(tasks.values()) + len(untold),
        "alerts": len(alerts),
        "firsts": [f"{one.number} {one.text}" for one in alerts[:SHOWN]],
        "decisions": decisions,
        "oldest": first.number if first is not None else "",
        "tasks": tasks,
        "untold": len(untold),
        "names": untold[:SHOWN],
        "givers": "",
        "at": now.isoformat(),
        "url": "",
    }


async def _untold(actor: Actor, now: datetime) -> list[str]:
    """The customers of this person, of a manager all, to whom something could not be told, or perhaps not."""
    if not actor.roles & (_ALL_OF_THEM | {Role.SALES}):
        return []
    found = await unreached_customers(now, UNTOLD)
    mine = [one for one in found if actor.roles & _ALL_OF_THEM or one.rep == actor.staff]
    return [" ".join(filter(None, (one.customer, one.facts["who"]))) for one in mine]
