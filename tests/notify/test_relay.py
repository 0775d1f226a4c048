"""Events to deliveries: each event once, to the people of its order, all of it or nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tortoise.exceptions import DoesNotExist, OperationalError

from bench.statements import statements
from domain.affairs import affairs_of
from domain.dealevents import OrderAmended
from domain.errors import OrderNotFound
from domain.events import (
    BusinessEvent,
    OrderAccepted,
    OrderCancelled,
    OrderPlaced,
    OrderShipped,
    PersonJoined,
    StockFellShort,
)
from domain.linking import link_token, load_secret, token_at
from domain.models import Event, Identity, Order, Staff
from domain.recording import record
from domain.telling import Affair, listeners, note_unreachable
from domain.values import Address
from notify.models import UNTIL_SENT, Alert, Delivery, DeliveryState
from notify.mutes import mute
from notify.notices import Notice, Plan
from notify.outbox import put_all
from notify.relay import route_events
from tests.notify.company import an_order, company, openid
from tests.notify.samples import EVENTS, NOW


async def link(order: str) -> str:
    return f"https://shop.example/o/{order}"


def page(order: str, links: int) -> str:
    return f"https://shop.example/o/{order}-{links}"


async def about(order: str | None, customer: str | None = None) -> Affair:
    return (await affairs_of([(order, customer)]))[order, customer]


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
    affair = await about(order.number)
    assert (affair.customer_name, affair.promised, affair.total) == ("华强电子", "2026-11-27", "100.00")
    assert [person.name for person in affair.reps] == ["老李"]
    assert [person.name for person in (await about(None, "C001")).reps] == ["老李"]
    assert (await about(None)).reps == ()
    assert (await about("SO9999X", "C404")).customer_name == ""
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


on_postgres = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


async def happened(count: int, kind: type[BusinessEvent] = OrderAccepted) -> None:
    """As many events, each about an order of its own."""
    known = await Order.all().count()
    for n in range(known, known + count):
        number = f"SO{n:04d}K"
        await an_order(number)
        await record(replace(EVENTS[kind], order=number), by="小王", at=NOW)


@on_postgres
async def test_twenty_events_cost_no_more_statements_than_one(db):
    await company()
    found = {}
    for count in (0, 1, 20):
        await happened(count)
        async with statements() as seen:
            assert await route_events(now=NOW, link=link, page=page) == count
        found[count] = len(seen)
    assert found == {0: 1, 1: 8, 20: 8}, "\n".join(seen)
    assert await Delivery.all().count() == 42


@on_postgres
async def test_what_is_told_to_nobody_is_marked_and_nothing_is_read_for_it(db):
    await company()
    await happened(5, OrderPlaced)
    async with statements() as seen:
        assert await route_events(now=NOW, link=link) == 5
    assert len(seen) == 4, "\n".join(seen)


async def test_many_workers_route_each_event_once_and_in_order(db):
    await company()
    for number in ("SO1042K", "SO1043K", "SO1044K"):
        await an_order(number)
    story = [OrderAccepted, OrderAmended, OrderCancelled]
    for kind in story * 20:
        for number in ("SO1042K", "SO1043K", "SO1044K"):
            await record(replace(EVENTS[kind], order=number), by="系统", at=NOW)

    async def worker() -> None:
        while await route_events(now=NOW, link=link, page=page):
            pass

    await asyncio.gather(*(worker() for _ in range(4)))
    rows = await Delivery.filter(openid=openid("小王")).order_by("id")
    assert [row.cause for row in rows] == [f"event:{n}" for n in range(1, 181)]
    assert not await Event.filter(routed_at__isnull=True).exists()


async def test_one_poisoned_event_among_ten_stays_behind_alone(db, caplog):
    await company()
    await happened(10)

    def broken(order: str, links: int) -> str:
        if order == "SO0004K":
            raise KeyError(order)
        return page(order, links)

    assert await route_events(now=NOW, link=link, page=broken) == 9
    assert await Delivery.all().count() == 18
    assert [row.order_number for row in await Event.filter(routed_at__isnull=True)] == ["SO0004K"]
    assert await route_events(now=NOW, link=link, page=broken) == 0
    assert await route_events(now=NOW, link=link, page=page) == 1
    assert await Delivery.all().count() == 20


@pytest.mark.parametrize("bug", [AssertionError(), OrderNotFound("1042"), DoesNotExist(Order)])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_more_spoiled_events_than_are_looked_at_together_stop_nobody(db, caplog, monkeypatch, bug):
    monkeypatch.setattr("notify.relay.AT_ONCE", 2)
    await company()
    await happened(5)

    def broken(order: str, links: int) -> str:
        if order < "SO0003K":
            raise bug
        return page(order, links)

    assert [await route_events(now=NOW, link=link, page=broken) for _ in range(3)] == [1, 1, 0]
    assert await Event.filter(routed_at__isnull=True).count() == 3
    assert await Delivery.all().count() == 4


async def test_an_order_that_cannot_be_read_spoils_no_other_event(db, caplog):
    await company()
    await happened(9)
    await Order.filter(number="SO0003K").update(ship_to=[])
    assert await route_events(now=NOW, link=link, page=page) == 8
    assert [row.order_number for row in await Event.filter(routed_at__isnull=True)] == ["SO0003K"]
    assert await Delivery.all().count() == 16


async def too_large() -> None:
    await Order.filter(id=10**30).exists()


async def there_already() -> None:
    await Staff.create(code=(await Staff.get(name="老李")).code, name="又一个")


async def too_long() -> None:
    await put_all([("event:0" * 100, Plan(Address("main", "o"), Notice.ORDER_CONFIRMED, {}, "test"))], now=NOW)


@pytest.mark.parametrize("spoil", [too_large, there_already, too_long])
async def test_values_that_the_database_refuses_keep_back_their_own_event_only(db, monkeypatch, spoil):
    monkeypatch.setattr("notify.deciding._owned", [])
    await company()
    await happened(4)

    async def spoiled(order: str) -> str:
        if order == "SO0001K":
            await spoil()
        return await link(order)

    with capture_logs() as logged:
        assert [await route_events(now=NOW, link=spoiled) for _ in range(2)] == [3, 0]
    assert [row.order_number for row in await Event.filter(routed_at__isnull=True)] == ["SO0001K"]
    assert await Delivery.all().count() == 6
    met = [bool(one["exc_info"]) for one in logged if one["event"] == "event_not_routed"]
    assert met == [True, False]


@pytest.mark.parametrize("away", [ConnectionError("reset"), OperationalError("disk I/O error"), TimeoutError()])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_database_that_is_away_is_no_fault_of_one_event(db, away):
    await company()
    await happened(2)

    async def lost(order: str) -> str:
        raise away

    with pytest.raises(type(away)):
        await route_events(now=NOW, link=lost)
    assert await Event.filter(routed_at__isnull=True).count() == 2


async def test_what_was_muted_is_told_after_what_came_before_in_the_same_batch(db):
    await company()
    await an_order()
    to = Address("main", openid("小王"))
    await mute("SO1042K", UNTIL_SENT, None, to=to, now=NOW)
    for kind in (OrderAmended, OrderShipped, OrderAmended):
        await record(EVENTS[kind], by="系统", at=NOW)
    assert await route_events(now=NOW, link=link, page=page) == 3
    rows = await Delivery.filter(openid=to.openid).order_by("id")
    assert [(row.notice, row.state) for row in rows] == [
        (Notice.ORDER_AMENDED, DeliveryState.SHOWN),
        (Notice.MUTE_OVER, DeliveryState.DUE),
        (Notice.ORDER_SHIPPED, DeliveryState.DUE),
        (Notice.ORDER_AMENDED, DeliveryState.DUE),
    ]


async def test_the_address_in_a_notice_is_that_which_a_link_would_be(db):
    await company()
    await an_order(links=3)
    secret = await load_secret()
    await record(EVENTS[OrderAccepted], by="小王", at=NOW)
    await route_events(now=NOW, link=link, page=lambda order, links: token_at(order, links, secret, now=NOW))
    assert {row.facts["url"] for row in await Delivery.all()} == {await link_token("SO1042K", secret, now=NOW)}
