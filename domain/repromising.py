"""Days that were promised and can no longer be kept, or can be bettered: found out here, kept, and told once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from tortoise.expressions import Subquery

from domain.allocating import skus_of
from domain.forecasting import reforecast
from domain.incoming import Waiting, waiting_lines
from domain.models import Event, Order, OrderLine, PurchaseRequest
from domain.policy import shop_day
from domain.recording import record
from domain.rules.lifecycle import OrderState
from domain.rules.promising import wished
from domain.rules.workdays import next_workday
from domain.stockevents import PromiseMoved
from domain.transaction import transact
from domain.values import SYSTEM
from domain.wording import goods_of

log = structlog.get_logger()

MOST = 500
EARLIER, LATER = "earlier", "later"


@dataclass(frozen=True, slots=True)
class Told:
    """A day that a customer was told (承诺台账): when, by whose doing, and why it changed."""

    on: date
    at: datetime
    by: str
    kind: str
    reason: str = ""


async def promises_of(number: str) -> list[Told]:
    """Every day ever told for an order, oldest first; the ledger of events is the ledger of promises."""
    rows = await Event.filter(order_number=number, facts__isnull=False).order_by("id")
    found: list[Told] = []
    for row in rows:
        day = row.facts.get("promised")
        if day and (not found or found[-1].on.isoformat() != day):
            kind = "first" if not found else LATER if day > found[-1].on.isoformat() else EARLIER
            found.append(Told(date.fromisoformat(day), row.at, row.by, kind, str(row.facts.get("reason") or "")))
    return found


async def repromise(now: datetime) -> int:
    """Look at every order that waited for goods, and move the day of those whose goods come on another; how many.

    What is being made is forecast anew first. Harmless to run twice: a day is moved, and told, only when it changes.
    """
    await reforecast(now)
    today = shop_day(now)
    waiting: dict[int, list[Waiting]] = {}
    for one in await waiting_lines(None, today=today):
        waiting.setdefault(one.order.id, []).append(one)
    moved = 0
    for lines in list(waiting.values())[:MOST]:
        moved += await _move(lines[0].order, *_day_of(lines, today), now=now)
    for order in await _served(waiting, today):
        moved += await _move(order, earliest_day(order, today), "arrived", now=now)
    return moved


async def last_of_it(order: Order, *, today: date) -> date | None:
    """The day on which the last of what an order lacks can be there, whatever was wished; None when nothing lacks."""
    lines = await OrderLine.filter(order_id=order.id)
    waiting = await waiting_lines(skus_of(lines), today=today)
    return max((one.served.on for one in waiting if one.order.id == order.id), default=None)


def _day_of(lines: Sequence[Waiting], today: date) -> tuple[date, str]:
    latest = max(lines, key=lambda one: one.served.on)
    return max(latest.served.on, earliest_day(latest.order, today)), latest.served.by or "not_ordered"


def earliest_day(order: Order, today: date) -> date:
    """The day on which an order can be there when nothing of it lacks."""
    return max(next_workday(today), wished(order.delivery_wish, today=shop_day(order.placed_at)))


async def _served(waiting: Iterable[int], today: date) -> list[Order]:
    """Orders that waited once and do not any more, with a day that may be too far off."""
    asked = Subquery(PurchaseRequest.filter(state="done").values("order_number"))
    later = Order.filter(state=OrderState.ACCEPTED, promised_date__gt=next_workday(today), number__in=asked)
    rows = await later.order_by("id").limit(MOST)
    ids = set(waiting)
    return [row for row in rows if row.id not in ids and earliest_day(row, today) < (row.promised_date or today)]


async def _move(order: Order, day: date, reason: str, *, now: datetime) -> bool:
    before = order.promised_date
    if before is None or day == before:
        return False

    async def work() -> bool:
        same = Order.filter(id=order.id, promised_date=before, state=OrderState.ACCEPTED)
        if not await same.update(promised_date=day):
            return False
        lines = await OrderLine.filter(order_id=order.id).order_by("position")
        event = PromiseMoved(
            order=order.number,
            goods=goods_of(lines),
            promised=day.isoformat(),
            before=before.isoformat(),
            later=day > before,
            reason=reason,
        )
        await record(event, by=SYSTEM, at=now)
        return True

    done = await transact(work)
    if done:
        log.info("promise_moved", order=order.number, before=str(before), promised=str(day), reason=reason)
    return done
