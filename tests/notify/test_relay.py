"""Events to deliveries: each event once, to the people of its order, all of it or nothing."""

import asyncio
from datetime import timedelta

import pytest

from domain.events import OrderAccepted, OrderCancelled, PersonJoined, StockFellShort
from domain.models import Event, Identity, Order, Staff
from domain.recording import record
from domain.telling import affair_of, listeners, note_unreachable
from domain.values import Address
from notify.models import Alert, Delivery
from notify.notices import Notice
from notify.relay import route_events
from tests.notify.company import an_order, company, openid
from tests.notify.samples import EVENTS, NOW


async def link(order: str) -> str:
    return f"https://shop.example/o/{order}"


async def test_an_event_becomes_one_delivery_per_person_and_is_marked(db):
    await company()
    await an_order()
    await record(EVENTS[OrderAccepted], by="小王", at=NOW)
    assert await route_events(now=NOW, link=link) == 1
    assert await route_events(now=NOW, link=link) == 0
    rows = {row.openid: row for row in await Delivery.all()}
    assert set(rows) == {openid("小王"), openid("老李")}
    row = rows[openid("小王")]
    assert (row.notice, row.cause, row.order_number) == (Notice.ORDER_CONFIRMED, "event:1", "SO1042K")
    assert (row.facts["customer_name"], row.facts["url"]) == ("华强电子", await link("SO1042K"))
    assert (row.facts["audience"], rows[openid("老李")].facts["audience"]) == ("customer", "staff")
    assert (await Event.get()).routed_at == NOW


async def test_two_processes_decide_once(db):
    await company()
    await an_order()
    for _ in range(5):
        await record(EVENTS[OrderAccepted], by="小王", at=NOW)
    await asyncio.gather(*(route_events(now=NOW, link=link) for _ in range(3)))
    assert await Delivery.all().count() == 10


async def test_events_are_decided_oldest_first(db):
    await company()
    await an_order()
    await record(EVENTS[OrderAccepted], by="小王", at=NOW)
    await record(EVENTS[OrderCancelled], by="系统", at=NOW)
    await route_events(now=NOW, link=link)
    rows = await Delivery.filter(openid=openid("小王")).order_by("id")
    assert [row.notice for row in rows] == [Notice.ORDER_CONFIRMED, Notice.ORDER_CANCELLED]


async def test_events_of_another_version_are_passed_over_aloud(db, caplog):
    await company()
    await Event.create(kind="OrderFlew", facts={}, by="系统", at=NOW)
    await Event.create(kind="OrderAccepted", facts={"goods": "A100"}, by="系统", at=NOW)
    await record(EVENTS[PersonJoined], by="系统", at=NOW)
    await route_events(now=NOW, link=link)
    assert not await Event.filter(routed_at__isnull=True).exists()
    assert {row.notice for row in await Delivery.all()} == {Notice.PERSON_JOINED}


async def test_a_shortage_becomes_an_alert_with_a_number_in_the_same_breath(db):
    await company()
    await an_order()
    await record(EVENTS[StockFellShort], by="系统", at=NOW)
    await record(EVENTS[StockFellShort], by="系统", at=NOW)
    await route_events(now=NOW, link=link)
    alert = await Alert.get()
    rows = await Delivery.all()
    assert {row.notice for row in rows} == {Notice.STOCK_SHORT}
    assert {row.facts["alert"] for row in rows} == {f"A{alert.id}"}
    assert len(rows) == 3


async def test_who_left_or_unfollowed_is_not_told(db):
    await company()
    await an_order()
    assert await note_unreachable(Address("main", openid("小王")))
    assert not await note_unreachable(Address("main", openid("小王")))
    await Staff.filter(name="老李").update(active=False)
    await record(EVENTS[OrderAccepted], by="系统", at=NOW)
    await route_events(now=NOW, link=link)
    assert not await Delivery.exists()


async def test_a_person_with_two_accounts_is_told_where_they_were_last(db):
    await company()
    staff = await Staff.get(name="老李")
    later = NOW + timedelta(hours=1)
    await Identity.create(account="second", openid="o-li-2", staff=staff, last_inbound_at=later)
    found = [person.address for person in await listeners() if person.name == "老李"]
    assert found == [Address("second", "o-li-2")]


async def test_an_affair_knows_its_customer_even_without_an_order(db):
    await company()
    order = await an_order()
    about = await affair_of(order.number)
    assert (about.customer_name, about.promised, about.total) == ("华强电子", "2026-11-27", "100.00")
    assert [person.name for person in about.reps] == ["老李"]
    assert [person.name for person in (await affair_of(None, "C001")).reps] == ["老李"]
    assert (await affair_of(None)).reps == ()
    assert (await affair_of("SO9999X", "C404")).customer_name == ""
    await Order.all().delete()


@pytest.mark.parametrize("kind", EVENTS)
async def test_every_kind_of_event_can_be_kept_and_decided(db, kind):
    await company()
    await an_order()
    await record(EVENTS[kind], by="系统", at=NOW)
    assert await route_events(now=NOW, link=link) == 1
    for row in await Delivery.all():
        from notify.tries import outgoing_of

        one = outgoing_of(row)
        assert one.voice("text")
        assert one.voice("number")
        assert one.voice("goods")


async def test_a_bug_with_one_event_keeps_no_other_from_being_told(db, caplog):
    await company()
    await an_order()
    await record(EVENTS[OrderAccepted], by="小王", at=NOW)
    await record(EVENTS[PersonJoined], by="系统", at=NOW)

    async def broken(order: str) -> str:
        raise ValueError(order)

    assert await route_events(now=NOW, link=broken) == 1
    assert {row.notice for row in await Delivery.all()} == {Notice.PERSON_JOINED}
    assert await Event.filter(routed_at__isnull=True).count() == 1
    assert await route_events(now=NOW, link=link) == 1
    assert await Delivery.filter(notice=Notice.ORDER_CONFIRMED).count() == 2
