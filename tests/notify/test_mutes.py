"""Quiet about one order: what is held, what passes, how it ends, and that what was held is told once."""

import asyncio
from datetime import timedelta

import pytest

from domain.events import BusinessEvent, OrderCancelled, OrderShipped
from domain.transaction import transact
from domain.values import Address
from notify.models import BUT_TROUBLE, UNTIL_SENT, UNTIL_TIME, Delivery, DeliveryState, Mute
from notify.mutes import end_on, mute, mutes_of, tell_kept, unmute
from notify.notices import Notice
from tests.notify.fakes import ORDER, PERSON, Post
from tests.notify.samples import EVENTS, NOW

ORDER_NO = "SO1042K"
ANOTHER = Address("main", "o2")
MOVED = {**ORDER, "carrier": "顺丰", "waybill": "SF1", "text": "", "place": "", "reason": "", "eta": None}


@pytest.fixture
def post(db) -> Post:
    return Post()


async def states() -> list[tuple[str, str]]:
    return [(row.state.value, row.kept_why) for row in await Delivery.all().order_by("id")]


async def happens(kind: type[BusinessEvent]) -> None:
    event = EVENTS[kind]

    async def work() -> None:
        await end_on(event, now=NOW)

    await Mute.all().update(order_number=event.order)
    await Delivery.all().update(order_number=event.order)
    await transact(work)


@pytest.mark.parametrize(
    ("kind", "notice", "facts", "state"),
    [
        (UNTIL_SENT, Notice.ORDER_AMENDED, {}, DeliveryState.KEPT),
        (UNTIL_SENT, Notice.ORDER_CONFIRMED, {}, DeliveryState.DUE),
        (UNTIL_SENT, Notice.ALERT_RAISED, {"audience": "staff"}, DeliveryState.DUE),
        (UNTIL_SENT, Notice.ORDER_HELD, {"audience": "staff"}, DeliveryState.DUE),
        (BUT_TROUBLE, Notice.ORDER_SHIPPED, {}, DeliveryState.KEPT),
        (BUT_TROUBLE, Notice.PROMISE_MOVED, {}, DeliveryState.DUE),
        (BUT_TROUBLE, Notice.PARCEL_MOVED, {"state": "in_transit"}, DeliveryState.KEPT),
        (BUT_TROUBLE, Notice.PARCEL_MOVED, {"state": "problem"}, DeliveryState.DUE),
        (UNTIL_TIME, Notice.PARCEL_MOVED, {"state": "problem"}, DeliveryState.KEPT),
    ],
)
async def test_what_is_held(post: Post, kind: str, notice: Notice, facts: dict[str, str], state: DeliveryState):
    await mute(ORDER_NO, kind, NOW + timedelta(hours=1) if kind == UNTIL_TIME else None, to=PERSON, now=NOW)
    row = await post.put(notice, facts={**ORDER, **facts}, order=ORDER_NO)
    assert (row.state, row.kept_why) == (state, "muted" if state is DeliveryState.KEPT else "")


async def test_others_and_other_orders_are_told(post: Post):
    await mute(ORDER_NO, UNTIL_SENT, None, to=PERSON, now=NOW)
    await post.put(order=ORDER_NO, to=ANOTHER)
    await post.put(order="SO1043M")
    assert await states() == [("due", ""), ("due", "")]


async def test_it_ends_at_its_time_and_tells_what_was_held_once(post: Post):
    await mute(ORDER_NO, UNTIL_TIME, NOW + timedelta(hours=2), to=PERSON, now=NOW)
    for _ in range(3):
        await post.put(order=ORDER_NO)
    assert await tell_kept(NOW + timedelta(hours=1)) == 0
    over = NOW + timedelta(hours=2)
    assert sum(await asyncio.gather(*(tell_kept(over) for _ in range(4)))) == 1
    post.clock.now = over
    await post.send()
    (told,) = [*post.custom.shown, *post.template.shown]
    assert "静音时间到了，期间 3 条" in told.voice("text")
    assert (await states())[:3] == [("shown", "muted")] * 3
    assert await mutes_of(PERSON) == []
    await post.put(order=ORDER_NO)
    assert (await states())[-1] == ("due", "")


@pytest.mark.parametrize(
    ("kind", "event", "ends"),
    [
        (UNTIL_SENT, OrderShipped, True),
        (UNTIL_SENT, OrderCancelled, True),
        (BUT_TROUBLE, OrderShipped, False),
        (BUT_TROUBLE, OrderCancelled, True),
        (UNTIL_TIME, OrderCancelled, True),
    ],
)
async def test_it_ends_on_its_event(post: Post, kind: str, event: type[BusinessEvent], ends: bool):
    until = NOW + timedelta(days=1) if kind == UNTIL_TIME else None
    await mute(ORDER_NO, kind, until, to=PERSON, now=NOW)
    await post.put(Notice.ORDER_SHIPPED, facts=MOVED | {"rest": ""}, order=ORDER_NO)
    await happens(event)
    assert (await mutes_of(PERSON) == []) is ends
    assert await Delivery.filter(notice=Notice.MUTE_OVER).count() == ends


async def test_what_never_happens_ends_it_after_a_month(post: Post):
    await mute(ORDER_NO, UNTIL_SENT, None, to=PERSON, now=NOW)
    await post.put(order=ORDER_NO)
    assert await tell_kept(NOW + timedelta(days=29)) == 0
    assert await tell_kept(NOW + timedelta(days=30)) == 1


async def test_said_again_it_is_set_anew_and_taken_back_it_tells_at_once(post: Post):
    await mute(ORDER_NO, UNTIL_SENT, None, to=PERSON, now=NOW)
    await mute(ORDER_NO, BUT_TROUBLE, None, to=PERSON, now=NOW)
    assert [one.kind for one in await mutes_of(PERSON)] == [BUT_TROUBLE]
    await post.put(Notice.ORDER_SHIPPED, facts=MOVED | {"rest": ""}, order=ORDER_NO)
    assert await unmute(ORDER_NO, to=ANOTHER, now=NOW) is None
    assert await unmute(ORDER_NO, to=PERSON, now=NOW) == 1
    assert await unmute(ORDER_NO, to=PERSON, now=NOW) is None
    assert await Delivery.filter(notice=Notice.MUTE_OVER).count() == 1
