"""Daily and weekly reports (日报、周报): told to the managers who want them, when the shop's day is over."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from domain.choosing import OWN_ADDRESS
from domain.policy import current_policy, shop_day
from domain.rules.wishes import Way
from domain.rules.workdays import is_workday, next_workday
from domain.summary import Summary, last_days, summary, this_day, this_week
from domain.telling import Listener, listeners
from domain.transaction import transact
from domain.values import SYSTEM
from notify.allowances import reachable
from notify.handover import hand_over
from notify.kinds import REPORTING, kind_of
from notify.models import Delivery
from notify.mutes import tell_kept
from notify.notices import CUSTOM, EVERY_WAY, Notice, Plan
from notify.outbox import put
from notify.route import STAFF
from notify.windows import GRANTS

CLOSING = time(18)


async def tell_in_time(now: datetime) -> int:
    """What is told by the clock: mutes that end, what is gathered, duty that changes hands, reports; to how many."""
    return await tell_kept(now) + await hand_over(now) + await send_reports(now)


async def send_reports(now: datetime) -> int:
    """Put the reports that are due on this day and that nobody put yet; how many were put."""
    today = shop_day(now)
    if now.astimezone(current_policy().zone).time() < CLOSING or not is_workday(today):
        return 0
    due = [Notice.DAILY_REPORT, *([Notice.WEEKLY_REPORT] if ends_a_week(today) else [])]
    return sum([await _report(notice, today, now) for notice in due])


def ends_a_week(day: date) -> bool:
    """Whether it is the last day of its week on which the shop works."""
    return next_workday(day).isocalendar()[:2] != day.isocalendar()[:2]


async def _report(notice: Notice, today: date, now: datetime) -> int:
    cause = f"report:{notice.template}:{today}"
    if await Delivery.filter(cause=cause).exists():
        return 0
    kind = kind_of(notice, STAFF)
    assert kind is not None
    wanted = [one for one in await listeners() if one.roles & REPORTING and kind.way(one.wishes) is not Way.OFF]
    if not wanted:
        return 0
    period = this_day(now) if notice is Notice.DAILY_REPORT else this_week(now)
    facts = facts_of(await summary(period, SYSTEM, now=now), now)
    charts = await _charts(wanted, notice, facts, now=now)

    async def work() -> None:
        await put(cause, [_plan(one, notice, facts) for one in wanted], now=now)
        await put(f"chart:{notice.template}:{today}", charts, now=now)

    await transact(work)
    return len(wanted)


def _plan(person: Listener, notice: Notice, facts: dict[str, Any]) -> Plan:
    # A report is for one person: of the ways for alerts only some are one's own.
    ways = (person.way, *EVERY_WAY) if person.way in OWN_ADDRESS else EVERY_WAY
    told = {**facts, "audience": STAFF}
    return Plan(person.address, notice, told, notice.template, channels=ways, wishes=person.wishes)


async def _charts(wanted: Sequence[Listener], notice: Notice, facts: dict[str, Any], *, now: datetime) -> list[Plan]:
    """A chart beside the card, for those who read in WeChat, at once, and may be sent a plain message now."""
    here = [one for one in wanted if one.way not in OWN_ADDRESS and _chart_with(one) is notice]
    near = await reachable([one.address for one in here], GRANTS, now=now) if here else frozenset()
    if not near:
        return []
    days = await last_days(shop_day(now), SYSTEM, now=now)
    chart = [{"day": one.day.isoformat(), "worth": format(one.worth, "f")} for one in days]
    told = {**facts, "audience": STAFF, "chart": chart}
    return [
        Plan(one.address, notice, told, "chart", channels=(CUSTOM,), wishes=one.wishes)
        for one in here
        if one.address in near
    ]


def _chart_with(person: Listener) -> Notice | None:
    """With which report a chart goes to them: with the daily one, if they want both."""
    reports = ((notice, kind_of(notice, STAFF)) for notice in (Notice.DAILY_REPORT, Notice.WEEKLY_REPORT))
    return next((notice for notice, kind in reports if kind and kind.way(person.wishes) is Way.ON), None)


def facts_of(found: Summary, now: datetime) -> dict[str, Any]:
    """A report as the facts of a notice."""
    return {
        "first": found.period.start.isoformat(),
        "last": found.period.end.isoformat(),
        "orders": found.orders,
        "worth": format(found.worth, "f"),
        "sent": found.sent,
        "untouched": "" if found.untouched is None else format(found.untouched, "f"),
        "best": list(found.best),
        "to_review": found.to_review,
        "to_ship": found.to_ship,
        "overdue": found.overdue,
        "at": now.isoformat(),
        "url": "",
    }
