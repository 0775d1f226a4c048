"""Alerts: found by rules, told once to the right person, taken, put off, escalated, resolved."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.errors import AlertNotFound, AlertTaken
from domain.events import StockFellShort
from domain.models import Identity, Order, OrderLine, Shipment
from domain.models.shipments import ParcelState
from domain.recording import record
from domain.rules.lifecycle import OrderState
from domain.watching import Condition
from notify.alerts import rules
from notify.alerts.acting import acknowledge, open_alerts, snooze
from notify.alerts.gate import Patience, Standing, Verdict, Word, judge
from notify.alerts.rules import RULES, Thresholds, findings
from notify.alerts.watch import watch
from notify.models import Alert, AlertState, ChannelPause, Delivery, DeliveryState
from notify.notices import Notice
from notify.relay import route_events
from tests.notify.company import a_line, a_parcel, a_request, actor, ago, an_order, company
from tests.notify.samples import EVENTS, NOW

LIMITS = Thresholds()
STANDING = Standing(AlertState.OPEN, told=1, told_at=NOW, level=0)
TAKEN = replace(STANDING, state=AlertState.TAKEN, taken_at=NOW)
OFF = replace(STANDING, state=AlertState.SNOOZED, snoozed_until=NOW + timedelta(hours=2))


async def page_of(order: str) -> str:
    return f"https://shop/{order}"


@pytest.mark.parametrize(
    ("alert", "minutes", "word", "why"),
    [
        (replace(STANDING, told=0, told_at=None), 0, Word.TELL, "first"),
        (STANDING, 0, Word.QUIET, "told_lately"),
        (STANDING, 29.9, Word.QUIET, "told_lately"),
        (STANDING, 30, Word.ESCALATE, "unacknowledged"),
        (replace(STANDING, level=1), 300, Word.ESCALATE, "unacknowledged"),
        (replace(STANDING, level=2), 300, Word.QUIET, "escalated_before"),
        (replace(STANDING, level=2), 1440, Word.TELL, "repeated"),
        (replace(STANDING, parent="parcel_lost"), 30, Word.QUIET, "inhibited:parcel_lost"),
        (replace(STANDING, parent="parcel_lost", told=0, told_at=None), 0, Word.QUIET, "inhibited:parcel_lost"),
        (TAKEN, 300, Word.QUIET, "taken"),
        (TAKEN, 1440, Word.TELL, "still_true"),
        (replace(TAKEN, coming=True), 1440, Word.QUIET, "coming"),
        (replace(STANDING, coming=True), 30, Word.QUIET, "coming"),
        (replace(STANDING, told=0, told_at=None, coming=True), 0, Word.TELL, "first"),
        (replace(STANDING, state=AlertState.DISMISSED), 9999, Word.QUIET, "false_alarm"),
        (replace(STANDING, state=AlertState.RESOLVED), 300, Word.QUIET, "resolved"),
        (OFF, 119, Word.QUIET, "snoozed"),
        (OFF, 120, Word.TELL, "snooze_over"),
    ],
)  # fmt: skip
def test_gate(alert: Standing, minutes: float, word: Word, why: str):
    verdict = judge(alert, Patience(LIMITS.escalate, LIMITS.repeat), now=NOW + timedelta(minutes=minutes))
    assert verdict == Verdict(word, why)


@pytest.mark.parametrize(
    ("rule", "hours", "broken"),
    [
        (rules.ORDER_HELD, 1.99, False),
        (rules.ORDER_HELD, 2, True),
        (rules.NO_FIRST_SCAN, 23.9, False),
        (rules.NO_FIRST_SCAN, 24, True),
        (rules.CARRIER_SILENT, 11.9, False),
        (rules.CARRIER_SILENT, 12, True),
        (rules.PARCEL_TROUBLED, 0, True),
        (rules.STOCK_SHORT, 0, True),
        (rules.DELIVERY_OVERDUE, 0, True),
    ],
)
def test_thresholds(rule: rules.Rule, hours: float, broken: bool):
    condition = Condition("SO1", "SO1", "华强电子", 7, ago(hours=hours))
    found = findings(rule, [condition], LIMITS, now=NOW)
    assert bool(found) is broken
    assert all(one.owner_staff == (7 if rule.to_rep else None) and one.owner_roles == rule.roles for one in found)


def test_fingerprints_tell_conditions_apart_and_fit_their_column():
    made = [
        rules.finding(rule, Condition(subject, None, "", None, NOW))
        for rule in RULES.values()
        for subject in ("SO1", "SO2")
    ]
    assert len({one.fingerprint for one in made}) == len(made)
    assert len(rules.finding(rules.STOCK_SHORT, Condition("x" * 200, None, "", None, NOW)).fingerprint) <= 120


async def told() -> dict[str, list[str]]:
    """Who was told what so far, oldest first."""
    heard: dict[str, list[str]] = {}
    for row in await Delivery.all().order_by("id"):
        heard.setdefault(row.openid.removeprefix("o-"), []).append(row.notice)
    return heard


async def look(**later: float) -> int:
    return await watch(LIMITS, now=NOW + timedelta(**later), link=page_of)


async def held() -> Order:
    return await an_order(state=OrderState.AWAITING_APPROVAL, placed_at=ago(hours=2))


async def test_a_held_order_is_told_once_to_the_reviewer(db):
    await company()
    await held()
    assert await look() == 1
    assert await look(minutes=1) == 0
    assert await told() == {"陈姐": [Notice.ALERT_RAISED]}
    row = await Delivery.get()
    assert row.facts["alert"] == f"A{(await Alert.get()).id}"
    assert (row.order_number, row.facts["url"], row.why) == ("SO1042K", "https://shop/SO1042K", "order_held:first")


async def test_an_order_held_a_short_time_is_no_alert(db):
    await company()
    await an_order(state=OrderState.AWAITING_APPROVAL, placed_at=ago(hours=1.9))
    assert await look() == 0


async def test_a_decided_order_resolves_its_alert_and_a_new_condition_is_a_new_alert(db):
    await company()
    await held()
    await look()
    await Order.all().update(state=OrderState.ACCEPTED)
    assert await look(minutes=5) == 1
    alert = await Alert.get()
    assert (alert.state, alert.live, alert.resolved_at) == (AlertState.RESOLVED, None, NOW + timedelta(minutes=5))
    await Order.all().update(state=OrderState.AWAITING_APPROVAL)
    await look(minutes=10)
    assert await Alert.all().count() == 2
    assert (await told())["陈姐"] == [Notice.ALERT_RAISED, Notice.ALERT_SETTLED, Notice.ALERT_RAISED]


async def test_unanswered_goes_to_the_manager_once(db):
    await company()
    order = await an_order()
    await a_parcel(order, shipped=ago(hours=25))
    await look()
    assert await told() == {"阿强": [Notice.ALERT_RAISED]}
    await look(minutes=29)
    assert await told() == {"阿强": [Notice.ALERT_RAISED]}
    await look(minutes=30)
    await look(minutes=70)
    await look(hours=9)
    assert await told() == {"阿强": [Notice.ALERT_RAISED], "陈姐": [Notice.ALERT_ESCALATED]}


async def test_taken_is_quiet_until_it_has_passed(db):
    await company()
    order = await an_order()
    await a_parcel(order, shipped=ago(hours=25))
    await look()
    alert = await Alert.get()
    view = await acknowledge(f"a{alert.id}", by=await actor("阿强"), now=NOW)
    assert (view.number, view.state, view.taken_by) == (f"A{alert.id}", AlertState.TAKEN, "阿强")
    assert "1042K" in view.text
    assert "未揽收" in view.text
    await look(hours=2)
    assert await told() == {"阿强": [Notice.ALERT_RAISED]}
    again = await acknowledge(str(alert.id), by=await actor("阿强"), now=NOW + timedelta(hours=1))
    assert again == view
    await Shipment.all().update(state=ParcelState.COLLECTED, first_scan_at=NOW, last_news_at=NOW)
    await look(hours=3)
    assert (await Alert.get()).state is AlertState.RESOLVED


async def test_put_off_is_told_again_if_still_true(db):
    await company()
    order = await an_order()
    await a_parcel(order, shipped=ago(hours=25))
    await look()
    alert = await Alert.get()
    view = await snooze(f"A{alert.id}", timedelta(hours=2), by=await actor("阿强"), now=NOW)
    assert (view.state, view.snoozed_until) == (AlertState.SNOOZED, NOW + timedelta(hours=2))
    await look(hours=1.9)
    assert await told() == {"阿强": [Notice.ALERT_RAISED]}
    await look(hours=2)
    await look(hours=2.1)
    assert await told() == {"阿强": [Notice.ALERT_RAISED] * 2}
    await look(hours=2.6)
    assert (await told())["陈姐"] == [Notice.ALERT_ESCALATED]


async def test_put_off_and_past_by_then_is_told_to_nobody(db):
    await company()
    await held()
    await look()
    await snooze(f"A{(await Alert.get()).id}", timedelta(hours=2), by=await actor("陈姐"), now=NOW)
    await Order.all().update(state=OrderState.REJECTED)
    await look(hours=3)
    assert await told() == {"陈姐": [Notice.ALERT_RAISED]}


async def test_the_first_to_take_it_wins(db):
    await company()
    await held()
    await look()
    number = f"A{(await Alert.get()).id}"
    by = [await actor("陈姐"), await actor("老张")]
    results = await asyncio.gather(*(acknowledge(number, by=one, now=NOW) for one in by), return_exceptions=True)
    refused = [one for one in results if isinstance(one, AlertTaken)]
    assert len(refused) == 1
    assert refused[0].by == (await Alert.get()).taken_by
    with pytest.raises(AlertTaken):
        await snooze(number, timedelta(hours=1), by=next(p for p in by if p.name != refused[0].by), now=NOW)


@pytest.mark.parametrize("name", ["采妹", "小王", "路人"])
async def test_whom_it_does_not_concern_learns_nothing(db, name: str):
    await company()
    await held()
    await look()
    number = f"A{(await Alert.get()).id}"
    by = await actor(name)
    with pytest.raises(AlertNotFound):
        await acknowledge(number, by=by, now=NOW)
    assert await open_alerts(by, now=NOW) == []


@pytest.mark.parametrize("number", ["A999", "A", "", "B7", "A7 OR 1", "A99999999999999"])
async def test_no_such_alert(db, number: str):
    await company()
    with pytest.raises(AlertNotFound):
        await acknowledge(number, by=await actor("陈姐"), now=NOW)


async def test_resolved_alerts_cannot_be_taken(db):
    await company()
    await held()
    await look()
    number = f"A{(await Alert.get()).id}"
    await Order.all().update(state=OrderState.REJECTED)
    await look(minutes=1)
    with pytest.raises(AlertNotFound):
        await acknowledge(number, by=await actor("陈姐"), now=NOW)


async def test_full_width_numbers_are_read(db):
    await company()
    await held()
    await look()
    wide = f"Ａ{(await Alert.get()).id}".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert (await acknowledge(wide, by=await actor("陈姐"), now=NOW)).state is AlertState.TAKEN


async def test_a_silent_carrier_concerns_the_rep(db):
    await company()
    order = await an_order()
    await a_parcel(order, state=ParcelState.IN_TRANSIT, first_scan_at=ago(hours=60), last_news_at=ago(hours=49))
    await look()
    assert await told() == {"老李": [Notice.ALERT_RAISED]}
    assert [view.rule for view in await open_alerts(await actor("老李"), now=NOW)] == ["carrier_silent"]


@pytest.mark.parametrize("state", [ParcelState.DELIVERED, ParcelState.HANDED_OVER])
async def test_parcels_at_an_end_are_not_silent(db, state: ParcelState):
    await company()
    order = await an_order()
    await a_parcel(order, state=state, first_scan_at=ago(hours=90), last_news_at=ago(hours=80), shipped=ago(hours=95))
    assert await look() == 0


async def test_goods_without_a_waybill_are_not_awaited_by_a_carrier(db):
    await company()
    await a_parcel(await an_order(), waybill=None, carrier="自提", shipped=ago(hours=95))
    assert await look() == 0


async def test_an_overdue_delivery_concerns_the_rep_until_it_has_arrived(db):
    await company()
    order = await an_order(promised_date=date(2026, 11, 23))
    await a_line(order, shipped=100)
    await look()
    assert await told() == {"老李": [Notice.ALERT_RAISED]}
    await OrderLine.all().update(delivered=100_000)
    await look(minutes=1)
    assert (await Alert.get()).state is AlertState.RESOLVED


async def test_the_promised_day_itself_is_not_overdue(db):
    await company()
    order = await an_order(promised_date=date(2026, 11, 24))
    await a_line(order, shipped=100)
    assert await look() == 0
    assert await look(hours=6, minutes=1) == 1


async def test_without_a_rep_the_managers_are_told(db):
    await company()
    order = await an_order(promised_date=date(2026, 11, 20), rep=None)
    await a_line(order)
    await OrderLine.all().update(reserved=100_000)
    await look()
    assert set(await told()) == {"陈姐", "老张"}


async def test_a_shortage_is_told_at_once_by_its_event_and_not_again_by_the_watch(db):
    await company()
    order = await an_order()
    line = await a_line(order, wanted=100, reserved=40)
    await a_request(line)
    await record(EVENTS[StockFellShort], by="系统", at=NOW)
    await route_events(now=NOW, link=page_of)
    assert await told() == {"陈姐": [Notice.STOCK_SHORT], "老张": [Notice.STOCK_SHORT], "采妹": [Notice.STOCK_SHORT]}
    assert await look(minutes=1) == 0
    assert (await Alert.get()).rule == "stock_short"
    await acknowledge(f"A{(await Alert.get()).id}", by=await actor("采妹"), now=NOW)
    await OrderLine.all().update(reserved=100_000)
    await look(minutes=2)
    assert (await Alert.get()).state is AlertState.RESOLVED


async def test_a_shortage_found_by_the_watch_names_what_is_missing_and_when_it_comes(db):
    await company()
    order = await an_order()
    line = await a_line(order, wanted=100, reserved=40)
    await a_request(line)
    await look()
    (view,) = await open_alerts(await actor("采妹"), now=NOW)
    assert all(part in view.text for part in ("1042K", "LED驱动器", "60个", "11-30"))


async def test_a_shut_channel_is_one_alert_until_a_success(db):
    await company()
    await ChannelPause.create(
        account="main", channel="template", kind="config", code="40164", since=ago(minutes=9), until=ago(minutes=4)
    )
    await look()
    await look(minutes=1)
    assert await told() == {"陈姐": [Notice.ALERT_RAISED], "老张": [Notice.ALERT_RAISED]}
    await ChannelPause.all().delete()
    await look(minutes=2)
    assert (await Alert.get()).state is AlertState.RESOLVED


async def test_notices_that_fit_no_template_are_one_alert(db):
    await company()
    for n in range(3):
        await Delivery.create(
            cause=f"event:{n}", account="main", openid="o1", notice="ORDER_SHIPPED", channel="template", next_at=NOW,
            created_at=NOW, state=DeliveryState.GIVEN_UP, last_code="47003 content",
        )  # fmt: skip
    await look(minutes=1)
    (view,) = await open_alerts(await actor("老张"), now=NOW)
    assert "ORDER_SHIPPED" in view.text
    assert "47003" in view.text


async def test_two_watches_at_once_tell_once(db):
    await company()
    await held()
    await asyncio.gather(look(), look(), look())
    assert await told() == {"陈姐": [Notice.ALERT_RAISED]}
    assert await Alert.all().count() == 1


async def test_quiet_watches_use_up_no_numbers(db):
    await company()
    await held()
    for minute in range(5):
        await look(minutes=minute)
    await an_order("SO1043M", state=OrderState.AWAITING_APPROVAL, placed_at=ago(hours=3))
    await look(minutes=6)
    first, second = sorted([row.id for row in await Alert.all()])
    assert second == first + 1


async def test_nobody_bound_is_still_an_alert(db):
    await company()
    await Identity.all().update(following=False)
    await held()
    await look()
    assert (await Alert.get()).told == 1
    assert await told() == {}
