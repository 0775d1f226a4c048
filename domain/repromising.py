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
    days = [(lines[0].order, *_day_of(lines, today)) for lines in waiting.values()]
    days += [(order, earliest_day(order, today), "arrived") for order in await _served(waiting, today)]
    # All are looked at, however many there are; who was told the nearest day is told a new one first.
    for order, day, reason in sorted(days, key=lambda one: (one[0].promised_date or today, one[0].id)):
        if moved == MOST:
            break
        moved += await _move(order, day, reason, now=now)
    return moved


async def last_of_it(order: Order, *, today: date) -> date | None:
    """The day on which the last of what an order lacks can be there, whatever was wished; None when nothing lacks."""
    lines = await OrderLine.filter(order_id=order.id)
    waiting = await waiting_lines(skus_of(lines), today=today)
    return max((one.served.on for one in waiting if one.order.id == order.id), default=None)


def _day_of(lines: Sequence[Waiting], today: date) -> tuple[date, str]:
    on, reason = max((_honest(one, today), one.served.by or "not_ordered") for one in lines)
    return max(on, earliest_day(lines[0].order, today)), reason


def _honest(one: Waiting, today: date) -> date:
    """A day of which nobody is sure is not told anew each morning: the one that was told stands until it has come."""
    told = one.order.promised_date
    return told if not one.served.sure and told is not None and told > today else one.served.on


def earliest_day(order: Order, today: date) -> date:
    """The day on which an order can be there when nothing of it lacks."""
    return max(next_workday(today), wished(order.delivery_wish, today=shop_day(order.placed_at)))


async def _served(waiting: Iterable[int], today: date) -> list[Order]:
    """Orders that waited once and do not any more, with a day that may be too far off."""
    asked = Subquery(PurchaseRequest.filter(state="done").values("order_number"))
    later = Order.filter(state=OrderState.ACCEPTED, promised_date__gt=next_workday(today), number__in=asked)
    rows = await later.order_by("id")
    ids = set(waiting)
    return [row for row in rows if row.id not in ids and earliest_day(row, today) < (row.promised_date or today)]


async def catch_up(order: Order, *, now: datetime) -> None:
    """Name a new day for an order that goes on after its day has come; for use while the order is held."""
    today = shop_day(now)
    if order.promised_date is not None and order.promised_date <= today:
        day = max(earliest_day(order, today), await last_of_it(order, today=today) or today)
        await _moved(order, day, "resumed", now)


async def _move(order: Order, day: date, reason: str, *, now: datetime) -> bool:
    if order.promised_date in (None, day):
        return False
    done = await transact(lambda: _moved(order, day, reason, now))
    if done:
        before = str(order.promised_date)
        log.info("promise_moved", order=order.number, before=before, promised=str(day), reason=reason)
    return done


async def _moved(order: Order, day: date, reason: str, now: datetime) -> bool:
    before = order.promised_date
    same = Order.filter(id=order.id, promised_date=before, state=OrderState.ACCEPTED)
    if before is None or not await same.update(promised_date=day):
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
