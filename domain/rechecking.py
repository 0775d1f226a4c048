"""A held order looked at once more when somebody says yes: what the people of money have said since counts as well."""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.approving import GRACE
from domain.asking import approval_of, ask, restart
from domain.credit import credit_of
from domain.holding import held_as_read
from domain.judging import rulebook
from domain.models import Order
from domain.policy import shop_day
from domain.reviewerrors import MoreAgainst
from domain.rules.lifecycle import OrderState
from domain.rules.review import OWNERS, Case, Reason, review
from domain.values import Actor, Role


async def come_up(order: Order, *, now: datetime) -> tuple[Reason, ...]:
    """What would hold a held order today and was not known of it: its customer was stopped, or owes too much."""
    customer = order.customer
    case = Case(lines=(), total=order.total, today=shop_day(now), credit=await credit_of(customer, now=now))
    case = replace(case, blocked=customer.blocked, block_reason=customer.block_reason or "")
    known = {reason["code"] for reason in order.review.get("reasons", ())}
    found = review(case, await rulebook()).reasons
    return tuple(one for one in found if OWNERS.get(one.code) == Role.FINANCE and one.code not in known)


async def added(no: MoreAgainst, *, by: Actor, now: datetime) -> None:
    """Let the next yes be about this as well: an older one does not count, and whoever is asked hears of it.

    The one who was just refused has been told.
    """
    order = await held_as_read(no.number, by)
    known = order.review.get("reasons", [])
    new = [{"code": one.code, "facts": dict(one.facts)} for one in no.reasons]
    new = [one for one in new if one["code"] not in {reason["code"] for reason in known}]
    if order.state is not OrderState.AWAITING_APPROVAL or not new:
        return
    order.review = order.review | {"reasons": [*known, *new]}
    await Order.filter(id=order.id).update(review=order.review)
    approval = await approval_of(order, now=now)
    # The answer that met this was written before it, and may come again: here no second of grace is left to it.
    restart(approval, approval.why, now.replace(microsecond=0) + GRACE + timedelta(seconds=1))
    await approval.save(update_fields=["asked_at", "reminded_at", "version"])
    if approval.approver_id != by.staff:
        await ask(approval, order, by, now)
