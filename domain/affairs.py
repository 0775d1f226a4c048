"""What has happened and was not yet told, and what it is about, read for many at once: fifty cost as much as one."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain import lane
from domain.lane import Row, Script, Statement
from domain.models import Event
from domain.models.scaled import uncents
from domain.telling import Affair, Listener, listeners

About = tuple[str | None, str | None]
"""The order that an event names, and the customer."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as the ledger keeps it; ``identity`` is the person who did it, if it was one."""

    id: int
    kind: str
    order: str | None
    facts: dict[str, Any]
    by: str
    at: datetime
    identity: int | None = None


_ORDERS = """
SELECT o.number, k.code, k.name, k.short_names, o.state, o.total, o.promised_date, o.ship_to, o.rep_id, o.links
FROM "order" o JOIN customer k ON k.id = o.customer_id
WHERE o.number IN ?
"""
_CUSTOMERS = "SELECT code, name, short_names FROM customer WHERE code IN ?"


async def unrouted_events(limit: int, *, after: int = 0) -> list[Happened]:
    """The oldest events of which nobody decided yet who hears of them, behind the one with the id ``after``."""
    rows = await lane.fetch(Event, "WHERE routed_at IS NULL AND id > ? ORDER BY id LIMIT ?", after, limit)
    return [Happened(row.id, row.kind, row.order_number, row.facts, row.by, row.at, row.by_identity) for row in rows]


# Held in their order before they are marked: of two who claim the same ones, the second waits and takes the rest.
_CLAIM = (
    "UPDATE event SET routed_at = ? WHERE id IN"
    " (SELECT id FROM event WHERE id IN ? AND routed_at IS NULL ORDER BY id FOR UPDATE) RETURNING id"
)


async def claim_routing(events: Collection[int], *, now: datetime) -> set[int]:
    """Mark these events as decided; those that no other process took. For use inside a transaction, as its first."""

    def work() -> Script[set[int]]:
        claimed = yield Statement(_CLAIM, (now, list(events)))
        return {row[0] for row in claimed.rows}

    return await lane.within(work())


async def leave_unrouted(events: Collection[int]) -> None:
    """Take back the mark of these; for use inside the transaction that set it."""
    if events:
        await Event.filter(id__in=list(events)).update(routed_at=None)


async def affairs_of(abouts: Collection[About]) -> dict[About, Affair]:
    """The affair of each of these: its order, else its customer, with the contacts and staff who can be reached."""
    if not abouts:
        return {}
    orders = await _orders({order for order, _ in abouts if order})
    named = {customer for order, customer in abouts if customer and order not in orders}
    customers = await _customers(named) if named else {}
    found = {one: orders.get(one[0] or "") or customers.get(one[1] or "") or Affair() for one in abouts}
    people = await listeners({affair.customer for affair in found.values() if affair.customer})
    return {one: replace(affair, people=_concerned(people, affair.customer)) for one, affair in found.items()}


async def _orders(numbers: Collection[str]) -> Mapping[str, Affair]:
    rows = await lane.rows(_ORDERS, sorted(numbers)) if numbers else []
    return {row[0]: _affair(row) for row in rows}


def _affair(row: Row) -> Affair:
    _, customer, name, short_names, state, total, promised, ship_to, rep, links = row
    return Affair(
        customer=customer,
        customer_name=_called(name, short_names),
        state=state,
        total=format(uncents(total), "f"),
        promised=str(promised or ""),
        phone=str(json.loads(ship_to).get("phone") or ""),
        rep=rep,
        links=links,
    )


async def _customers(codes: Collection[str]) -> Mapping[str, Affair]:
    rows = await lane.rows(_CUSTOMERS, sorted(codes))
    return {code: Affair(customer=code, customer_name=_called(name, short)) for code, name, short in rows}


def _called(name: str, short_names: str) -> str:
    short = json.loads(short_names)
    return str(short[0]) if short else name


def _concerned(people: Collection[Listener], customer: str) -> tuple[Listener, ...]:
    """Everybody of the staff, and the contacts of this customer."""
    return tuple(one for one in people if one.staff is not None or one.customer == customer)
