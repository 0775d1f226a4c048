"""Everything that waits for one member of staff, counted by the database."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q, Subquery

from domain.counts import to_decide
from domain.listing import count_to_ship
from domain.models import Approval, Order, PurchaseRequest, SubmittedChange
from domain.policy import shop_day
from domain.rules.lifecycle import OrderState
from domain.rules.rights import CORRECTING, DECIDING, SHIPPING
from domain.seeing import visible
from domain.values import Actor, Role
from domain.works import to_make, unwanted

BUYING = frozenset({Role.PURCHASING, Role.MANAGER})
FOLLOWING = frozenset({Role.SALES, Role.MANAGER})


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of thing that waits, how many, and the order that has waited longest."""

    kind: str
    count: int
    oldest: str = ""


async def tasks(actor: Actor, *, now: datetime) -> list[Task]:
    """What waits for this person, most pressing kind first; kinds of which nothing waits are left out."""
    found = []
    if actor.roles & DECIDING:
        found.append(await _approvals(actor))
    if actor.roles & CORRECTING:
        found.append(await _counts(actor))
    if actor.roles & FOLLOWING:
        found.append(await _late(actor, now))
    if actor.roles & SHIPPING:
        found.append(Task("ship", await count_to_ship(actor)))
    if actor.roles & BUYING:
        found.append(Task("purchase", await PurchaseRequest.filter(state="open").count()))
    if Role.PRODUCTION in actor.roles:
        idle = await unwanted()
        found += [Task("make", len(await to_make())), Task("unwanted", len(idle), idle[0] if idle else "")]
    return [task for task in found if task.count]


async def _approvals(actor: Actor) -> Task:
    waiting = Subquery(Order.filter(state=OrderState.AWAITING_APPROVAL).values("number"))
    changes = Subquery(SubmittedChange.filter(state="waiting").values("order_number"))
    known = Q(order_number__in=waiting) | Q(order_number__in=changes)
    mine = Approval.filter(known, live=True, approver_id=actor.staff)
    oldest = await mine.order_by("asked_at", "id").first()
    return Task("approve", await mine.count(), oldest.order_number if oldest is not None else "")


async def _counts(actor: Actor) -> Task:
    mine = to_decide(actor)
    oldest = await mine.order_by("id").first()
    return Task("count", await mine.count(), f"{oldest.id}" if oldest is not None else "")


async def _late(actor: Actor, now: datetime) -> Task:
    late = visible(actor).filter(state=OrderState.ACCEPTED, promised_date__lt=shop_day(now))
    oldest = await late.order_by("promised_date", "id").first()
    return Task("late", await late.count(), oldest.number if oldest is not None else "")
