"""The platform's word on what became of a message; it may come before the answer to the send, twice, or never."""

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog

from domain import lane
from notify.models import Delivery, DeliveryState, Receipt

log = structlog.get_logger()

KEPT = timedelta(days=1)
_SETTLED_BY = (DeliveryState.SENT, DeliveryState.UNSURE)


async def note_receipt(account: str, platform_id: str, status: str, *, now: datetime) -> None:
    """Settle the delivery that the platform speaks of, or keep its word until we know which one that is."""
    if not platform_id:
        return
    if await _settle(account, platform_id, status, now):
        return
    await Receipt.create(account=account, platform_id=platform_id, status=status[:40], at=now)
    # The send may have been settled between the look and the note.
    await match_receipts([(account, platform_id)], now=now)


async def match_receipts(sent: Collection[tuple[str, str]], *, now: datetime) -> None:
    """Settle deliveries, known by account and platform id, by receipts that came before they were known."""
    ids = [platform_id for _, platform_id in sent]
    kept = await lane.fetch(Receipt, "WHERE platform_id IN ? ORDER BY id", ids) if ids else []
    for receipt in kept:
        known = (receipt.account, receipt.platform_id) in sent
        if known and await _settle(receipt.account, receipt.platform_id, receipt.status, now):
            await Receipt.filter(id=receipt.id).delete()


async def forget_receipts(*, now: datetime) -> int:
    """Drop what nobody claimed within a day."""
    return await Receipt.filter(at__lt=now - KEPT).delete()


async def _settle(account: str, platform_id: str, status: str, now: datetime) -> bool:
    state, code = outcome(status)
    about = Delivery.filter(account=account, platform_id=platform_id)
    if await about.filter(state__in=_SETTLED_BY).update(state=state, last_code=code, settled_at=now):
        log.info("notice_receipt", account=account, outcome=code)
        return True
    return await about.filter(state__in=(DeliveryState.DELIVERED, DeliveryState.HELD, DeliveryState.SHOWN)).exists()


def outcome(status: str) -> tuple[DeliveryState, str]:
    """What a status says; its copies differ in the space after the colon. Who refuses cards may still read words."""
    said = status.lower().replace(" ", "")
    if not said.startswith("failed"):
        return DeliveryState.DELIVERED, "success"
    return DeliveryState.HELD, "user_block" if "block" in said else "system_failed"
