"""The day or week of the shop in a few figures, each from the query that answers it when it is asked for alone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from domain.commands import Report
from domain.figures import figures
from domain.policy import shop_day
from domain.seeing import visible
from domain.values import Actor, Period
from domain.watching import overdue_orders

BEST, WEEK = 3, 7


@dataclass(frozen=True, slots=True)
class Summary:
    """What was ordered, sent and judged without a person in these days, and what waits now."""

    period: Period
    orders: int
    worth: Decimal
    sent: int
    untouched: Decimal | None
    best: tuple[str, ...]
    to_review: int
    to_ship: int
    overdue: int


@dataclass(frozen=True, slots=True)
class DayOfSales:
    """What was ordered on one day."""

    day: date
    worth: Decimal


def this_day(now: datetime) -> Period:
    """The day of the shop."""
    today = shop_day(now)
    return Period(today, today)


def this_week(now: datetime) -> Period:
    """From Monday to today."""
    today = shop_day(now)
    return Period(today - timedelta(days=today.weekday()), today)


async def last_days(last: date, actor: Actor, *, now: datetime) -> tuple[DayOfSales, ...]:
    """The week of days that ends with this one, over what this person may see."""
    days = [last - timedelta(days=back) for back in reversed(range(WEEK))]
    found = [await figures(Report(metric="sales", period=Period(day, day)), actor, now=now) for day in days]
    return tuple(DayOfSales(day, one.value) for day, one in zip(days, found, strict=True))


async def summary(period: Period, actor: Actor, *, now: datetime) -> Summary:
    """The figures of these days over what this person may see."""

    async def of(metric: str) -> Decimal:
        return (await figures(Report(metric=metric, period=period), actor, now=now)).value

    sold = await figures(Report(metric="sales", period=period), actor, now=now)
    judged = await figures(Report(metric="touchless", period=period), actor, now=now)
    best = await figures(Report(metric="top_products", period=period), actor, now=now)
    late = [one.order for one in await overdue_orders(shop_day(now)) if one.order]
    return Summary(
        period=period,
        orders=sold.count,
        worth=sold.value,
        sent=int(await of("shipments")),
        untouched=judged.value if judged.count else None,
        best=tuple(name for name, _ in best.rows[:BEST]),
        to_review=int(await of("pending_approval")),
        to_ship=int(await of("pending_shipment")),
        overdue=await visible(actor).filter(number__in=late).count() if late else 0,
    )
