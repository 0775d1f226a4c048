"""The checker itself: a sound shop passes, and each thing that can be wrong is found by its name."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tortoise import connections

from bot.models import InboundMessage, Progress
from domain.models import Event, Order, OrderLine, OrderNumber, Stock, StockMove
from domain.rules.lifecycle import OrderState
from notify.models import Delivery, DeliveryState, TokenLease
from simulator.journal import Entry
from tests.checker import Ack, Evidence, violations
from tests.harness import LI, WANG, Chat
from tests.shop import NOW

KEY = "m:o1:17"
OLD = timedelta(minutes=2)


@pytest.fixture
async def seen(chat: Chat) -> Evidence:
    """A shop in which an order was placed and told, and what its platform has seen."""
    await chat.say(WANG, "下单 A100 20箱 明天送")
    await chat.say(WANG, "确认")
    chat.skip(WANG, LI)
    return Evidence(chat.platform.clock(), chat.platform.journal.entries())


@pytest.fixture
def database_url(tmp_path: Any, request: pytest.FixtureRequest) -> str:
    """One kind of database is enough here."""
    import shutil

    shutil.copy(request.getfixturevalue("blank"), tmp_path / "shop.sqlite3")
    return f"sqlite://{tmp_path / 'shop.sqlite3'}"


async def test_a_sound_shop_has_no_violations(seen: Evidence) -> None:
    assert await violations(seen) == []


async def more_reserved_than_there_is() -> None:
    await Stock.filter(sku="A100").update(reserved=Decimal(9999))


async def a_move_is_missing() -> None:
    await StockMove.filter(sku="B200").delete()


async def a_line_holds_what_no_shelf_has() -> None:
    await OrderLine.all().update(reserved=Decimal(999))


async def an_order_jumped() -> None:
    await Order.all().update(state=OrderState.REJECTED)


async def an_order_was_accepted_twice() -> None:
    event = await Event.filter(kind="OrderAccepted").get()
    await Event.create(
        kind=event.kind, order_number=event.order_number, facts=event.facts, by="x", at=NOW, routed_at=NOW
    )


async def an_order_has_no_number_of_its_own() -> None:
    await OrderNumber.all().delete()


async def a_message_is_not_done() -> None:
    await InboundMessage.filter(id=1).update(progress=Progress.WORKING)


async def an_event_was_not_routed() -> None:
    await Event.filter(kind="OrderAccepted").update(routed_at=None)


async def a_notice_waits() -> None:
    await Delivery.filter(notice__not="REPLY").update(state=DeliveryState.DUE, next_at=NOW)


async def a_notice_died() -> None:
    await Delivery.filter(id=1).update(state=DeliveryState.UNSURE)


async def a_lease_is_dead() -> None:
    await Delivery.filter(id=1).update(state=DeliveryState.SENDING, lease_until=NOW - OLD)


async def a_token_is_held_by_nobody() -> None:
    await TokenLease.all().update(lease_until=NOW - OLD, lease_by="somebody")


async def a_notice_was_never_sent() -> None:
    row = await Delivery.filter(channel="template").first()
    assert row is not None
    row.pk, row._saved_in_db, row.cause, row.openid = None, False, "event:99", "o-nobody"
    await row.save()


async def a_line_belongs_to_no_order() -> None:
    database = connections.get("default")
    await database.execute_script("PRAGMA foreign_keys=OFF; UPDATE orderline SET order_id = 77; PRAGMA foreign_keys=ON")


PLANTED = [
    ("I3", more_reserved_than_there_is),
    ("I3", a_move_is_missing),
    ("I3", a_line_holds_what_no_shelf_has),
    ("I8", an_order_jumped),
    ("I8", an_order_was_accepted_twice),
    ("I7", an_order_has_no_number_of_its_own),
    ("I10", a_message_is_not_done),
    ("I10", an_event_was_not_routed),
    ("I10", a_notice_waits),
    ("I10", a_notice_died),
    ("I9", a_lease_is_dead),
    ("I9", a_token_is_held_by_nobody),
    ("I5", a_notice_was_never_sent),
    ("I12", a_line_belongs_to_no_order),
]


@pytest.mark.parametrize(("name", "harm"), PLANTED, ids=[harm.__name__ for _, harm in PLANTED])
async def test_harm_in_the_database_is_found(
    name: str, harm: Callable[[], Awaitable[None]], seen: Evidence, chat: Chat
) -> None:
    chat.spoilt = True
    await harm()
    found = await violations(seen)
    assert any(one.startswith(f"{name} ") for one in found), found


async def test_an_acknowledged_message_that_is_lost_is_found(seen: Evidence) -> None:
    assert await violations(replace(seen, acks=[Ack(KEY, "好")])) == [f"I1 {KEY} was acknowledged and is not kept"]


async def test_that_nothing_was_kept_is_no_acknowledgement(seen: Evidence) -> None:
    from templates import render

    assert await violations(replace(seen, acks=[Ack(KEY, render("not_kept"))])) == []


async def test_two_answers_to_one_message_are_found(seen: Evidence) -> None:
    key = (await InboundMessage.filter(key__startswith="m:").first()).key  # type: ignore[union-attr]
    found = await violations(replace(seen, acks=[Ack(key, "好"), Ack(key, "不好")]))
    assert found == [f"I2 {key} was answered in 2 ways: ['不好', '好']"]


def again(entry: Entry, seq: int) -> Entry:
    """The same call once more, taken as another message."""
    return replace(entry, seq=seq, outcome=entry.outcome | {"msgid": seq})


async def test_a_second_copy_on_a_phone_is_found_unless_an_outcome_was_unknown(seen: Evidence) -> None:
    card = next(entry for entry in seen.journal if str(entry.request.get("path")).endswith("template/send"))
    twice = replace(seen, journal=[*seen.journal, again(card, 9999)])
    assert [one[:2] for one in await violations(twice)] == ["I5"]
    assert [one[:2] for one in await violations(replace(twice, dedupe=False))] == ["I5"]
    await Delivery.all().update(tries=[{"at": NOW.isoformat(), "channel": "template", "code": "lost", "maybe": "yes"}])
    assert await violations(replace(twice, dedupe=False)) == []


async def test_a_secret_in_a_log_is_found(seen: Evidence) -> None:
    texts = {"log": "token=geheim", "page": "nothing"}
    assert await violations(replace(seen, texts=texts, secrets=["geheim"])) == ["I11 a secret stands in log"]
