"""The platform's word: early, late, twice, never, bad."""

from datetime import timedelta

import pytest

from notify.models import Delivery, DeliveryState, Receipt
from notify.receipts import forget_receipts, match_receipts, note_receipt, outcome
from tests.notify.samples import NOW


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        ("success", DeliveryState.DELIVERED, "success"),
        ("failed:user block", DeliveryState.HELD, "user_block"),
        ("failed: user block", DeliveryState.HELD, "user_block"),
        ("failed:system failed", DeliveryState.HELD, "system_failed"),
        ("failed: system failed", DeliveryState.HELD, "system_failed"),
    ],
)
def test_what_a_status_says(status: str, state: DeliveryState, code: str):
    assert outcome(status) == (state, code)


async def sent(state: DeliveryState = DeliveryState.SENT, platform_id: str | None = "77") -> Delivery:
    return await Delivery.create(
        cause="event:1", account="main", openid="o1", notice="ORDER_SHIPPED", channel="template", state=state,
        platform_id=platform_id, next_at=NOW, created_at=NOW,
    )  # fmt: skip


async def state_of(row: Delivery) -> tuple[DeliveryState, str]:
    await row.refresh_from_db()
    return row.state, row.last_code


async def test_a_receipt_settles_what_was_sent(db):
    row = await sent()
    await note_receipt("main", "77", "success", now=NOW)
    assert await state_of(row) == (DeliveryState.DELIVERED, "success")
    assert not await Receipt.exists()


async def test_the_first_receipt_counts(db):
    row = await sent()
    await note_receipt("main", "77", "success", now=NOW)
    await note_receipt("main", "77", "success", now=NOW)
    await note_receipt("main", "77", "failed:user block", now=NOW)
    assert await state_of(row) == (DeliveryState.DELIVERED, "success")
    assert not await Receipt.exists()


async def test_a_refusal_is_shown_with_its_reason(db):
    row = await sent()
    await note_receipt("main", "77", "failed:user block", now=NOW)
    assert await state_of(row) == (DeliveryState.HELD, "user_block")


async def test_an_early_receipt_waits_for_its_delivery(db):
    await note_receipt("main", "77", "success", now=NOW)
    await note_receipt("main", "77", "success", now=NOW)
    row = await sent()
    await match_receipts([("main", "77")], now=NOW)
    assert (await state_of(row))[0] is DeliveryState.DELIVERED
    assert not await Receipt.exists()


async def test_receipts_of_other_accounts_and_messages_are_left_alone(db):
    row = await sent()
    await note_receipt("other", "77", "success", now=NOW)
    await note_receipt("main", "78", "success", now=NOW)
    await note_receipt("main", "", "success", now=NOW)
    assert (await state_of(row))[0] is DeliveryState.SENT
    assert await Receipt.all().count() == 2


async def test_an_unsure_delivery_becomes_sure(db):
    row = await sent(DeliveryState.UNSURE)
    await note_receipt("main", "77", "success", now=NOW)
    assert (await state_of(row))[0] is DeliveryState.DELIVERED


async def test_receipts_that_nobody_claims_are_forgotten_after_a_day(db):
    await note_receipt("main", "1", "success", now=NOW)
    await note_receipt("main", "2", "success", now=NOW + timedelta(hours=20))
    assert await forget_receipts(now=NOW + timedelta(hours=25)) == 1
    assert [row.platform_id for row in await Receipt.all()] == ["2"]
