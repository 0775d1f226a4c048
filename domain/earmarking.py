"""Goods kept for a read-back that waits for its yes (回读留货): not free until the yes, or until the time is up."""

from datetime import datetime, timedelta

from domain import lane
from domain.allocating import cover, wanted_by
from domain.earmarks import given_back
from domain.models import Earmark
from domain.quotedvalues import Quote
from domain.restocking import fill_short
from domain.transaction import transact

AT_ONCE = 200
"""So many products at most are let go of in one run."""


async def earmark(draft: str, offer: Quote, *, owner: int, now: datetime) -> datetime | None:
    """Keep the goods of what was read back for its person, in the place of what was kept before; until when.

    None when nothing is to be kept, or nothing is there. What is kept is taken as an order takes it, so that nothing is
    promised twice.
    """
    minutes = offer.keep_minutes
    if minutes is None:
        return None
    until = now + timedelta(minutes=float(minutes))

    async def work() -> bool:
        freed = await lane.within(given_back("owner = ?", owner, wanted=wanted_by(offer.demands)))
        covered = await lane.within(cover(offer.demands, offer.stock))
        wanted = {demand.position: demand for demand in offer.demands}
        kept = [
            Earmark(draft=draft, owner=owner, sku=sku, qty=qty, until=until)
            for one in covered
            for sku, qty in wanted[one.position].goods(one.reserved).items()
            if qty > 0
        ]
        await Earmark.bulk_create(kept)
        await _filled(freed)
        return bool(kept)

    return until if await transact(work) else None


async def let_go(owner: int) -> None:
    """Nothing is kept for this person any more: others may have it."""
    if not await lane.rows("SELECT 1 FROM earmark WHERE owner = ? LIMIT 1", owner):
        return

    async def work() -> None:
        await _filled(await lane.within(given_back("owner = ?", owner)))

    await transact(work)


async def end_earmarks(now: datetime) -> int:
    """Let go of what was kept long enough, for whoever waits for it; how many products. Harmless to run twice."""
    rows = await lane.rows("SELECT DISTINCT sku FROM earmark WHERE until <= ? ORDER BY sku LIMIT ?", now, AT_ONCE)

    async def work(sku: str) -> None:
        await _filled(await lane.within(given_back("sku = ? AND until <= ?", sku, now)))

    for (sku,) in rows:
        await transact(lambda sku=sku: work(sku))  # type: ignore[misc]
    return len(rows)


async def _filled(skus: set[str]) -> None:
    for sku in sorted(skus):
        await fill_short(sku)
