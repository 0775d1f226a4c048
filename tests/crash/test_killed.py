"""Killed at the worst moments, as by a power cut: after the next start one order stands, and all hear of it once."""

import asyncio
from decimal import Decimal

import pytest

from bot.models import InboundMessage, Progress
from domain.database import close_database, open_database
from domain.models import Event, Order, OrderLine
from notify.models import Delivery, DeliveryState
from tests.crash.conftest import AFTER_LEASE, Street
from tests.harness import LI, WANG

TOLD = (WANG, LI)
ARRIVED = {DeliveryState.SENT, DeliveryState.DELIVERED}
POINTS = [
    "inbox.admitted:kill:2",
    "order.committed:kill",
    "message.answered:kill:2",
    "events.routed:kill",
    "delivery.claimed:kill",
    "delivery.handed:kill",
    "delivery.sent:kill",
]


async def order_and_be_killed(street: Street, point: str) -> None:
    """小王 orders, the process dies at ``point`` and is started again, when its leases have run out."""
    await street.child.start(failpoints=point)
    await street.account.say(WANG.openid, "下单 A100 20箱 明天送")
    yes = asyncio.create_task(street.account.say(WANG.openid, "确认"))
    assert await street.child.ended() == -9
    street.platform.clock.forward(AFTER_LEASE)
    await street.child.start(demo_ahead=str(AFTER_LEASE.total_seconds()))
    await yes
    await street.child.quiet(len(TOLD))
    await street.platform.settled()
    await street.child.quiet(len(TOLD))
    assert await street.child.stop() == 0


async def assert_nothing_lost_or_doubled(street: Street) -> None:
    """What the database holds in the end."""
    await open_database(f"sqlite://{street.file}")
    try:
        order = await Order.get()
        line = await OrderLine.get()
        assert (order.total, line.reserved, line.sku) == (Decimal(18500), Decimal(1000), "A100")
        assert await Event.filter(kind="OrderAccepted").count() == 1
        assert not await Event.filter(routed_at__isnull=True).count()
        cards = await Delivery.filter(notice__not="REPLY")
        assert {row.openid for row in cards} == {person.openid for person in TOLD}
        assert len(cards) == len(TOLD)
        assert {row.state for row in await Delivery.all()} <= ARRIVED
        assert {row.progress for row in await InboundMessage.all()} == {Progress.SETTLED}
        # One answer, whether it waited for the platform to ask again or went out as a message of its own.
        assert len(street.replies(WANG, order.number.removeprefix("SO"))) == 1
    finally:
        await close_database()


@pytest.mark.parametrize("point", POINTS)
async def test_killed_and_started_again_everything_happens_once(street: Street, point: str) -> None:
    await order_and_be_killed(street, point)
    await assert_nothing_lost_or_doubled(street)
    assert [len(street.cards(person)) for person in TOLD] == [1, 1]


async def test_only_a_card_that_was_sent_may_come_twice_and_only_from_a_forgetful_platform(street: Street) -> None:
    street.account.honours_client_msg_id = False
    await order_and_be_killed(street, "delivery.sent:kill")
    await assert_nothing_lost_or_doubled(street)
    copies = [len(street.cards(person)) for person in TOLD]
    assert max(copies) == 2
    assert min(copies) >= 1
