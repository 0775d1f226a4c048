"""Leave and duty as rows: noted once, told to whom it concerns, ended, replaced; never one's own roster."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain import attendance, rostering
from domain.errors import DatePassed, ImportRefused, NotAllowed
from domain.importing import import_roster, import_staff
from domain.models import Event, Leave, Shift, Staff
from domain.officeerrors import LeaveOverlaps, MemberNotFound, MemberUnclear, NoLeave, NoShift, TooManyDays
from domain.policy import current_policy
from domain.rules.roster import Presence, presence
from domain.values import Role
from tests.shop import NOW, TODAY, TOMORROW, Cast, a_member

FRIDAY = date(2026, 11, 27)


async def where(name: str, now: datetime) -> Presence:
    one = next(one for one in await attendance.members(now=now) if one.name == name)
    return presence(one, now, current_policy().zone)


async def told() -> list[tuple[str, tuple[str, ...]]]:
    return [(row.kind, tuple(row.facts["hearers"])) for row in await Event.all().order_by("id")]


async def test_leave_is_noted_told_and_over(cast: Cast):
    await Staff.filter(name="阿强").update(manager="陈姐")
    kept = await rostering.take_leave(TOMORROW, FRIDAY, reason="回家", by=cast.qiang, now=NOW)
    assert (kept.days, kept.own, kept.told, kept.repeated) == (3, True, "陈姐", False)
    assert await where("阿强", NOW) is Presence.AT_WORK
    assert await where("阿强", NOW + timedelta(days=1)) is Presence.ON_LEAVE
    assert await where("阿强", NOW + timedelta(days=4)) is Presence.AT_WORK
    assert await told() == [("LeaveTaken", ("陈姐",))]
    assert [row.name for row in await attendance.away(since=TODAY)] == ["阿强"]


async def test_leave_said_twice_is_noted_once(cast: Cast):
    said = [rostering.take_leave(TOMORROW, FRIDAY, by=cast.qiang, now=NOW) for _ in range(4)]
    kept = await asyncio.gather(*said)
    assert sorted(one.repeated for one in kept) == [False, True, True, True]
    assert await Leave.all().count() == 1
    assert len(await told()) == 1


async def test_leave_that_overlaps_another_is_refused(cast: Cast):
    await rostering.take_leave(TOMORROW, FRIDAY, by=cast.qiang, now=NOW)
    with pytest.raises(LeaveOverlaps):
        await rostering.take_leave(FRIDAY, FRIDAY, by=cast.qiang, now=NOW)
    await rostering.end_leave(by=cast.qiang, now=NOW)
    assert not (await rostering.take_leave(FRIDAY, FRIDAY, by=cast.qiang, now=NOW)).repeated


async def test_two_halves_of_a_day_do_not_overlap(cast: Cast):
    await rostering.take_leave(TODAY, TODAY, "am", by=cast.qiang, now=NOW)
    await rostering.take_leave(TODAY, TODAY, "pm", by=cast.qiang, now=NOW)
    assert await Leave.all().count() == 2


async def test_a_running_leave_ends_at_once_and_one_to_come_never_begins(cast: Cast):
    await rostering.take_leave(TODAY, FRIDAY, by=cast.qiang, now=NOW)
    later = NOW + timedelta(days=1)
    await rostering.end_leave(by=cast.qiang, now=later)
    assert await where("阿强", later) is Presence.AT_WORK
    assert [(row.first, row.last) for row in await attendance.away(since=TODAY)] == [(TODAY, TOMORROW)]
    await rostering.take_leave(date(2026, 12, 7), date(2026, 12, 8), by=cast.qiang, now=later)
    await rostering.end_leave(by=cast.qiang, now=later)
    assert not await attendance.away(since=date(2026, 12, 1))
    with pytest.raises(NoLeave):
        await rostering.end_leave(by=cast.qiang, now=later)


async def test_past_days_and_half_years_are_refused(cast: Cast):
    with pytest.raises(DatePassed):
        await rostering.take_leave(date(2026, 11, 20), date(2026, 11, 23), by=cast.qiang, now=NOW)
    with pytest.raises(TooManyDays):
        await rostering.take_leave(TODAY, date(2027, 11, 24), by=cast.qiang, now=NOW)
    with pytest.raises(TooManyDays):
        await rostering.set_duty("阿强", TODAY, date(2027, 11, 24), by=cast.manager, now=NOW)
    assert not await Event.all().exists()


async def test_leave_of_others_is_a_managers_word(cast: Cast):
    with pytest.raises(NotAllowed):
        await rostering.take_leave(TOMORROW, FRIDAY, who="阿强", by=cast.li, now=NOW)
    kept = await rostering.take_leave(TOMORROW, FRIDAY, who="阿强", by=cast.manager, now=NOW)
    assert not kept.own
    assert await told() == [("LeaveTaken", ("阿强",))]
    with pytest.raises(NotAllowed):
        await rostering.end_leave(who="阿强", by=cast.li, now=NOW)
    await rostering.end_leave(who="阿强", by=cast.manager, now=NOW)


async def test_customers_have_neither_leave_nor_duty(cast: Cast):
    for by in (cast.wang, cast.lu):
        with pytest.raises(NotAllowed):
            await rostering.take_leave(TOMORROW, FRIDAY, by=by, now=NOW)
        with pytest.raises(NotAllowed):
            await rostering.set_duty("阿强", TODAY, TODAY, by=by, now=NOW)


async def test_names_must_be_known_and_clear(cast: Cast):
    await a_member("小李", Role.SALES, code="S101")
    await Staff.create(code="S102", name="小李", roles=["sales"])
    with pytest.raises(MemberNotFound):
        await rostering.set_duty("路人", TODAY, TODAY, by=cast.manager, now=NOW)
    with pytest.raises(MemberUnclear) as no:
        await rostering.set_duty("小李", TODAY, TODAY, by=cast.manager, now=NOW)
    assert no.value.codes == ("S101", "S102")
    assert (await rostering.set_duty("s102", TODAY, TODAY, by=cast.manager, now=NOW)).name == "小李"


async def test_a_new_turn_takes_the_place_of_the_old_one(cast: Cast):
    await rostering.set_duty("阿强", TODAY, TOMORROW, (time(8), time(20)), by=cast.manager, now=NOW)
    await rostering.set_duty("阿强", TODAY, TODAY, (time(20), time(8)), by=cast.manager, now=NOW)
    found = await attendance.board(TODAY, now=NOW)
    assert [(t.name, t.start, t.end) for t in found.turns] == [
        ("阿强", datetime(2026, 11, 24, 12, tzinfo=UTC), datetime(2026, 11, 25, 0, tzinfo=UTC))
    ]
    assert not (await attendance.board(TODAY, "sales", now=NOW)).turns
    await rostering.clear_duty("阿强", TODAY, TOMORROW, by=cast.manager, now=NOW)
    assert not await Shift.all().exists()
    with pytest.raises(NoShift):
        await rostering.clear_duty("阿强", TODAY, TODAY, by=cast.manager, now=NOW)


async def test_the_board_of_today_says_who_is_here(cast: Cast):
    await Staff.filter(name="老李").update(hours={"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "17:30"})
    await rostering.take_leave(TODAY, TODAY, by=cast.cai, now=NOW)
    found = await attendance.board(TODAY, now=NOW)
    assert {one.name for one in found.here} == {"陈姐", "经理", "阿强"}
    assert [one.name for one in found.away] == ["采妹"]
    assert not (await attendance.board(TOMORROW, now=NOW)).here


async def test_a_roster_comes_from_a_file_whole_or_not_at_all(cast: Cast):
    bad = {
        "roster": [
            {"staff": "阿强", "day": "2026-11-28", "from": "08:00", "to": "20:00"},
            {"staff": "nobody", "day": "28.11.", "from": "8 Uhr"},
        ]
    }
    with pytest.raises(ImportRefused) as no:
        await import_roster(bad, now=NOW)
    assert {(row, field) for row, field, _ in no.value.problems} == {(2, "staff"), (2, "day"), (2, "from")}
    assert not await Shift.all().exists()
    good = {"roster": [*bad["roster"][:1], {"staff": "陈姐", "day": "2026-11-28"}]}
    assert (await import_roster(good, now=NOW, dry_run=True)).created == 2
    assert not await Shift.all().exists()
    await import_roster(good, now=NOW)
    await import_roster(good, now=NOW)
    assert [t.name for t in (await attendance.board(date(2026, 11, 28), now=NOW)).turns] == ["陈姐", "阿强"]


async def test_hours_departments_and_deputies_come_with_the_staff_file(db):
    row = {"id": "S9", "name": "新人", "roles": ["reviewer"], "department": "客服", "deputy": "S8"}
    hours = {"days": [1, 2], "from": "09:00", "to": "18:00"}
    for wrong in ({"days": [8], "from": "09:00", "to": "18:00"}, "9-18", {"days": [1]}, {**hours, "to": "late"}):
        with pytest.raises(ImportRefused):
            await import_staff({"staff": [row | {"hours": wrong}]}, now=NOW)
    await import_staff({"staff": [row | {"hours": hours}]}, now=NOW)
    (one,) = await attendance.members(now=NOW)
    assert (one.department, one.deputy, one.reachable) == ("客服", "S8", False)
    assert presence(one, NOW, current_policy().zone) is Presence.OFF


async def test_a_message_that_is_worked_on_again_ends_one_leave_and_tells_of_duty_once(cast: Cast):
    await rostering.take_leave(TODAY, TODAY, "pm", by=cast.qiang, now=NOW)
    await rostering.take_leave(FRIDAY, FRIDAY, by=cast.qiang, now=NOW)
    first, again = [
        await rostering.end_leave(by=cast.qiang, now=NOW + timedelta(minutes=n), cause="main:1#0", heard_at=NOW)
        for n in (0, 5)
    ]
    assert first == again
    assert await Leave.filter(ended_at__isnull=False).count() == 1
    for n in (0, 5):
        at = NOW + timedelta(minutes=n)
        await rostering.set_duty("阿强", FRIDAY, FRIDAY, by=cast.manager, now=at, cause="main:2#0", heard_at=NOW)
    assert [kind for kind, _ in await told()].count("DutySet") == 1
