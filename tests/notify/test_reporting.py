"""Reports of a day and a week: to whom, when, once, with the figures of the questions behind them."""

from datetime import UTC, date, datetime

import pytest

from domain.commands import Report
from domain.figures import figures
from domain.models import Staff
from domain.rules.wishes import Way, Wishes
from domain.summary import summary, this_day, this_week
from domain.values import SYSTEM, Period
from notify.models import Delivery
from notify.notices import Notice
from notify.reporting import ends_a_week, send_reports
from tests.notify.company import a_line, a_parcel, an_order, company

CLOSING = datetime(2026, 11, 24, 10, tzinfo=UTC)
"""Six o'clock in the shop, on a Tuesday."""


async def wants(name: str, **ways: Way) -> None:
    await Staff.filter(name=name).update(wishes=Wishes(ways).kept())


async def told() -> list[tuple[str, str]]:
    return [(row.openid.removeprefix("o-"), row.notice) for row in await _reports()]


async def _reports() -> list[Delivery]:
    return await Delivery.filter(cause__startswith="report:").order_by("id")


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        (date(2026, 11, 26), False),
        (date(2026, 11, 27), True),
        (date(2026, 9, 30), True),
        (date(2026, 10, 9), False),
        (date(2026, 10, 10), True),
        (date(2026, 12, 31), True),
    ],
)
def test_the_last_workday_of_a_week(day: date, ends: bool):
    assert ends_a_week(day) is ends


async def test_who_has_set_nothing_is_sent_none(db):
    await company()
    assert await send_reports(CLOSING) == 0
    assert await told() == []


async def test_managers_who_want_it_have_it_once_a_workday(db):
    await company()
    await wants("老张", daily=Way.ON, weekly=Way.ON)
    await wants("老李", daily=Way.ON)
    assert await send_reports(CLOSING.replace(hour=9, minute=59)) == 0
    assert await send_reports(CLOSING) == 1
    assert await send_reports(CLOSING.replace(minute=5)) == 0
    assert await told() == [("老张", Notice.DAILY_REPORT)]
    assert await send_reports(CLOSING.replace(day=28)) == 0
    assert await send_reports(CLOSING.replace(day=27)) == 2
    assert (await told())[1:] == [("老张", Notice.DAILY_REPORT), ("老张", Notice.WEEKLY_REPORT)]


async def test_the_figures_are_those_of_the_questions(db):
    await company()
    first = await an_order()
    await a_line(first, wanted=10, reserved=10)
    await a_parcel(first)
    await an_order("SO1043M", promised_date=date(2026, 11, 20))
    await a_line(await an_order("SO1044N", placed_at=CLOSING.replace(day=23)), wanted=5)
    day, week = this_day(CLOSING), this_week(CLOSING)
    assert week == Period(date(2026, 11, 23), date(2026, 11, 24))
    found = await summary(week, SYSTEM, now=CLOSING)

    async def alone(metric: str) -> int:
        return int((await figures(Report(metric=metric, period=week), SYSTEM, now=CLOSING)).value)

    assert (found.worth, found.sent) == (await alone("sales"), await alone("shipments"))
    assert (found.to_review, found.to_ship) == (await alone("pending_approval"), await alone("pending_shipment"))
    assert (found.orders, found.sent) == (3, 1)
    assert (await summary(day, SYSTEM, now=CLOSING)).orders == 2
