"""The table of alerts: one row for each way an alert can go, and the reason that is stored with it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import AlertTaken
from domain.models import Identity, Order, Shift, Shipment, Staff
from domain.models.shipments import ParcelState
from domain.officeerrors import ColleagueUnbound, MemberNotFound
from domain.reviewerrors import RuleNotFound
from domain.rules.lifecycle import OrderState
from domain.telling import listeners
from domain.transaction import transact
from domain.values import Role
from notify.alerts.acting import acknowledge, dismiss, kept_quiet, open_alerts, pass_on, snooze
from notify.alerts.families import explained
from notify.alerts.raising import Round, raise_alert
from notify.alerts.rules import (
    CARRIER_SILENT,
    CHANNEL_SHUT,
    DELIVERY_OVERDUE,
    NOTICE_UNFIT,
    PARCEL_LOST,
    RULES,
    Finding,
    Thresholds,
)
from notify.alerts.telling import tell
from notify.alerts.trying import rules_now, try_rule
from notify.alerts.watch import SIGHTS, watch
from notify.models import Alert, AlertState, Delivery, DeliveryState
from notify.notices import Notice
from tests.notify.company import a_line, a_parcel, actor, ago, an_order, company
from tests.notify.samples import NOW

LIMITS = Thresholds()
RAISED, ESCALATED, SETTLED = Notice.ALERT_RAISED, Notice.ALERT_ESCALATED, Notice.ALERT_SETTLED
Step = Callable[[], Awaitable[Any]]


async def look(**later: float) -> int:
    return await watch(LIMITS, now=NOW + timedelta(**later))


async def unscanned(number: str = "SO1042K") -> None:
    await a_parcel(await an_order(number), shipped=ago(hours=25))


async def silent_and_late() -> None:
    await silent_and_late_order("SO1042K")


async def silent_and_late_order(number: str) -> None:
    """A parcel of which nothing is heard, of an order that is late for this very reason; both are the rep's."""
    order = await an_order(number, promised_date=ago(days=2).date())
    await a_line(order, shipped=100)
    await a_parcel(order, state=ParcelState.IN_TRANSIT, first_scan_at=ago(hours=60), last_news_at=ago(hours=49))


async def heard() -> list[tuple[str, str, str]]:
    """Who was told to act, on what, and the reason of it, oldest first."""
    rows = await Delivery.exclude(notice=SETTLED).order_by("id")
    return [(row.openid.removeprefix("o-"), row.notice, row.why) for row in rows]


async def settled() -> list[tuple[str, str, str]]:
    """Who was told that they need not act, why, and why that was put off."""
    rows = await Delivery.filter(notice=SETTLED).order_by("id")
    return [(row.openid.removeprefix("o-"), row.why.partition(":")[2], row.kept_why) for row in rows]


async def found() -> None:
    await Shipment.all().update(state=ParcelState.COLLECTED, first_scan_at=NOW, last_news_at=NOW)


async def taken() -> None:
    await acknowledge(f"A{(await Alert.get()).id}", by=await actor("阿强"), now=NOW)


async def put_off() -> None:
    await snooze(f"A{(await Alert.get()).id}", timedelta(hours=2), by=await actor("阿强"), now=NOW)


async def taken_by_two() -> None:
    number, both = f"A{(await Alert.get()).id}", [await actor("阿强"), await actor("陈姐")]
    results = await asyncio.gather(*(acknowledge(number, by=one, now=NOW) for one in both), return_exceptions=True)
    assert [type(one) for one in results if isinstance(one, Exception)] == [AlertTaken]
    assert await settled() == ([] if (await Alert.get()).taken_by == "阿强" else [("阿强", "taken", "")])
    await Delivery.filter(notice=SETTLED).delete()


async def taken_by_the_manager() -> None:
    await acknowledge(f"A{(await Alert.get()).id}", by=await actor("老张"), now=NOW)


async def called_false() -> None:
    view = await dismiss(f"A{(await Alert.get()).id}", by=await actor("阿强"), now=NOW)
    assert (view.state, await open_alerts(await actor("阿强"), now=NOW)) == (AlertState.DISMISSED, [])


async def passed_on() -> None:
    view = await pass_on(f"A{(await Alert.get()).id}", "老李", by=await actor("阿强"), now=NOW)
    assert [one.number for one in await open_alerts(await actor("老李"), now=NOW)] == [view.number]


async def with_a_deputy() -> None:
    await unscanned()
    await Staff.filter(name="阿强").update(deputy="S004")


async def at_night() -> None:
    await unscanned()
    await Staff.all().update(wishes={"quiet": ["00:00", "23:59"]})


FIRST = ("阿强", RAISED, "no_first_scan:first")


@dataclass(frozen=True)
class Row:
    """What there is, what is done about it at once, when is looked again, who was told and why, and what is stored."""

    name: str
    scene: Step
    hours: tuple[float, ...]
    heard: tuple[tuple[str, str, str], ...]
    why: str
    act: Step | None = None
    state: AlertState = AlertState.OPEN
    settled: tuple[tuple[str, str, str], ...] = ()


TABLE = (
    Row("first", unscanned, (), (FIRST,), "first"),
    Row("told lately", unscanned, (0.1,), (FIRST,), "told_lately"),
    Row("escalated", unscanned, (0.5,), (FIRST, ("陈姐", ESCALATED, "no_first_scan:unacknowledged")), "unacknowledged"),
    Row(
        "to the deputy, then to the manager", with_a_deputy, (0.5, 1),
        (FIRST, ("采妹", ESCALATED, "no_first_scan:unacknowledged"),
         ("陈姐", ESCALATED, "no_first_scan:unacknowledged")), "unacknowledged",
    ),
    Row(
        "escalated before", unscanned, (0.5, 9), (FIRST, ("陈姐", ESCALATED, "no_first_scan:unacknowledged")),
        "escalated_before",
    ),
    Row(
        "repeated after a day", unscanned, (0.5, 24.5),
        (FIRST, ("陈姐", ESCALATED, "no_first_scan:unacknowledged"), ("阿强", RAISED, "no_first_scan:repeated")),
        "repeated",
    ),
    Row("resolved", unscanned, (0.1,), (FIRST,), "resolved", found, AlertState.RESOLVED, (("阿强", "resolved", ""),)),
    Row(
        "resolved at night", at_night, (0.1,), (FIRST,), "resolved", found, AlertState.RESOLVED,
        (("阿强", "resolved", "quiet_hours"),),
    ),
    Row(
        "taken by somebody else", unscanned, (9,), (FIRST,), "taken", taken_by_the_manager, AlertState.TAKEN,
        (("阿强", "taken", ""),),
    ),
    Row("false alarm", unscanned, (0.5, 48), (FIRST,), "false_alarm", called_false, AlertState.DISMISSED),
    Row(
        "passed on, and not answered", unscanned, (0.4, 0.5),
        (FIRST, ("老李", RAISED, "no_first_scan:passed"), ("陈姐", ESCALATED, "no_first_scan:unacknowledged")),
        "unacknowledged", passed_on,
    ),
    Row("taken", unscanned, (9,), (FIRST,), "taken", taken, AlertState.TAKEN),
    Row("taken by two at once", unscanned, (9,), (FIRST,), "taken", taken_by_two, AlertState.TAKEN),
    Row(
        "still true a day after it was taken", unscanned, (24,), (FIRST, ("阿强", RAISED, "no_first_scan:still_true")),
        "still_true", taken, AlertState.TAKEN,
    ),
    Row(
        "taken by the manager, and still true", unscanned, (24, 30, 48),
        (FIRST, ("老张", RAISED, "no_first_scan:still_true"), ("老张", RAISED, "no_first_scan:still_true")),
        "still_true", taken_by_the_manager, AlertState.TAKEN, (("阿强", "taken", ""),),
    ),
    Row("silenced", unscanned, (1.9,), (FIRST,), "snoozed", put_off, AlertState.SNOOZED),
    Row(
        "silence over", unscanned, (2,), (FIRST, ("阿强", RAISED, "no_first_scan:snooze_over")), "snooze_over", put_off,
    ),
    Row("quiet hours do not hold it", at_night, (), (FIRST,), "first"),
)  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
async def test_table(db, row: Row):
    await company()
    await row.scene()
    await look()
    if row.act is not None:
        await row.act()
    for hours in row.hours:
        await look(hours=hours)
    alert = await Alert.get()
    assert (await heard(), alert.why, alert.state) == (list(row.heard), row.why, row.state)
    assert await settled() == list(row.settled)
    assert {one.state for one in await Delivery.all()} == {DeliveryState.DUE}
    assert {one.next_at for one in await Delivery.filter(why="no_first_scan:first")} == {NOW}


async def test_a_cause_hides_what_follows_from_it_until_it_has_passed(db):
    await company()
    await silent_and_late()
    await look()
    assert await heard() == [("老李", RAISED, "carrier_silent:first")]
    child = await Alert.get(rule="delivery_overdue")
    assert (child.why, child.told, child.state) == ("inhibited:carrier_silent", 0, AlertState.OPEN)
    assert [one.number for one in await kept_quiet(await actor("老李"), "SO1042K")] == [f"A{child.id}"]
    assert await kept_quiet(await actor("阿强")) == []
    await Shipment.all().update(last_news_at=NOW)
    await look(hours=1)
    assert (await heard())[1:] == [("老李", RAISED, "delivery_overdue:first")]
    assert (await Alert.get(rule="delivery_overdue")).why == "first"


async def test_many_of_a_kind_are_one_message_and_each_is_an_alert(db):
    await company()
    for n in range(4):
        await unscanned(f"SO200{n}K")
    await look()
    assert await heard() == [("阿强", RAISED, "no_first_scan:first:grouped")]
    alerts = await Alert.all().order_by("id")
    assert [(one.told, one.why) for one in alerts] == [(1, "first")] * 4
    facts = (await Delivery.get()).facts
    assert (facts["alert"], facts["same"], facts["numbers"]) == (
        f"A{alerts[0].id}", 3, [f"A{one.id}" for one in alerts[1:]],
    )  # fmt: skip
    await acknowledge(f"A{alerts[0].id}", by=await actor("阿强"), now=NOW)
    assert await settled() == []
    await look(minutes=31)
    assert (await heard())[1:] == [("陈姐", ESCALATED, "no_first_scan:unacknowledged:grouped")]


async def test_three_of_different_kinds_are_not_called_of_one_kind(db):
    await company()
    kinds = ("no_first_scan", "parcel_unknown", "parcel_lost")
    found = [Finding(kind, f"S{n}", None, {}, frozenset({Role.WAREHOUSE})) for n, kind in enumerate(kinds)]
    look = Round(NOW, await listeners())

    async def work() -> int:
        return await tell([await raise_alert(one, now=NOW) for one in found], look)

    assert await transact(work) == 3
    assert await heard() == [("阿强", RAISED, f"{kind}:first") for kind in kinds]


async def test_two_are_told_apart(db):
    await company()
    await unscanned()
    await unscanned("SO1043M")
    await look()
    assert len(await heard()) == 2


async def test_who_has_duty_in_the_role_comes_before_the_manager(db):
    await company()
    await unscanned()
    await Staff.filter(name="阿强").update(roles=["sales"])
    await Alert.create(
        rule="no_first_scan",
        subject="x",
        live="no_first_scan:FSO1042K",
        raised_at=NOW,
        told=1,
        told_at=NOW,
        owner_staff_id=(await Staff.get(name="阿强")).id,
    )
    keeper = await Staff.get(name="老李")
    await Shift.create(staff=keeper, day=NOW.date(), start_at=NOW, end_at=NOW + timedelta(hours=8), by="老张")
    await look(hours=0.5)
    await look(hours=1)
    assert await heard() == [
        ("老李", ESCALATED, "no_first_scan:unacknowledged"), ("陈姐", ESCALATED, "no_first_scan:unacknowledged")
    ]  # fmt: skip


async def test_a_new_condition_is_a_new_alert(db):
    await company()
    order = await an_order(state=OrderState.AWAITING_APPROVAL, placed_at=ago(hours=3))
    await look()
    await Order.filter(id=order.id).update(state=OrderState.ACCEPTED)
    await look(minutes=1)
    await Order.filter(id=order.id).update(state=OrderState.AWAITING_APPROVAL)
    await look(minutes=2)
    assert [one.why for one in await Alert.all().order_by("id")] == ["resolved", "first"]


async def test_a_trial_tells_what_would_be_told_and_writes_nothing(db):
    await company()
    await unscanned()
    await silent_and_late_order("SO1043M")
    rule, found = await try_rule(3, LIMITS, now=NOW)
    assert (rule.name, [(one.alert, one.why) for one in found]) == ("no_first_scan", [("", "first")])
    late = await try_rule(8, LIMITS, now=NOW)
    assert [one.why for one in late[1]] == ["inhibited:carrier_silent"]
    assert (await Alert.all().count(), await Delivery.all().count()) == (0, 0)
    await look()
    number = f"A{(await Alert.get(rule='no_first_scan')).id}"
    assert [(one.alert, one.why) for one in (await try_rule(3, LIMITS, now=NOW))[1]] == [(number, "first")]
    assert [one.live for one in (await rules_now(LIMITS))[0]][:4] == [0, 0, 1, 1]
    for wrong in (0, 99):
        with pytest.raises(RuleNotFound):
            await try_rule(wrong, LIMITS, now=NOW)


async def test_a_message_that_is_worked_on_again_passes_an_alert_on_once(db):
    await company()
    await unscanned()
    await look()
    for cause in ("main:1#0", "main:1#0"):
        view = await pass_on("A1", "老李", by=await actor("阿强"), now=NOW, cause=cause)
    assert view.number == "A1"
    assert await Delivery.filter(why__endswith=":passed").count() == 1
    assert (await Alert.get()).told == 2


async def test_nobody_unbound_is_given_an_alert(db):
    await company()
    await unscanned()
    await look()
    await Identity.filter(staff__name="老李").update(following=False)
    with pytest.raises(ColleagueUnbound):
        await passed_on()
    with pytest.raises(MemberNotFound):
        await pass_on("A1", "无名", by=await actor("阿强"), now=NOW)
    assert await heard() == [FIRST]


def test_every_rule_looks_somewhere():
    assert set(SIGHTS) == set(RULES.values())


LOST = Finding(PARCEL_LOST.name, "F1", "SO1K", {}, PARCEL_LOST.roles, 7)
SILENT = Finding(CARRIER_SILENT.name, "F1", "SO1K", {}, CARRIER_SILENT.roles, 7)
LATE = Finding(DELIVERY_OVERDUE.name, "SO1K", "SO1K", {}, DELIVERY_OVERDUE.roles, 7)
SHUT = Finding(CHANNEL_SHUT.name, "main:template", None, {}, CHANNEL_SHUT.roles)
UNFIT = Finding(NOTICE_UNFIT.name, "main:ORDER_SHIPPED", None, {}, NOTICE_UNFIT.roles)


@pytest.mark.parametrize(
    ("found", "dismissed", "hidden"),
    [
        ([LOST, SILENT, LATE], [], {SILENT.fingerprint: "parcel_lost", LATE.fingerprint: "parcel_lost"}),
        ([SILENT, LATE], [], {LATE.fingerprint: "carrier_silent"}),
        ([SILENT, LATE], [SILENT.fingerprint], {}),
        ([SILENT, replace(LATE, order="SO2K")], [], {}),
        ([SILENT, replace(LATE, owner_staff=8)], [], {}),
        ([replace(SILENT, owner_staff=None), replace(LATE, owner_staff=None)], [], {}),
        ([SHUT, UNFIT], [], {UNFIT.fingerprint: "channel_shut"}),
        ([SHUT, replace(UNFIT, subject="other:ORDER_SHIPPED")], [], {}),
        ([LATE], [], {}),
    ],
)  # fmt: skip
def test_families(found: list[Finding], dismissed: list[str], hidden: dict[str, str]):
    assert explained(found, dismissed=dismissed) == hidden
