"""What is said of photos with claims: to who decides that they are there, to who sent them that some are not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from domain.models import Claim, ClaimPhoto
from domain.models.returns import PhotoState
from domain.parcelevents import PhotosCame
from domain.photographing import AGAIN
from domain.recording import record
from domain.transaction import transact
from domain.values import Address

SERIES = timedelta(seconds=20)
"""People send several in a row: they are told of together, when no more has come for so long."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Regret:
    """Photos of one claim that were not kept, by reason, and to whom that has to be said; ``last`` is their last id."""

    to: Address
    claim: str
    reasons: Mapping[str, int]
    last: int


async def tell_of_photos(*, now: datetime) -> int:
    """Let who decides know of the photos that are there, a series at once; how many claims. Safe to run twice."""
    rows = await ClaimPhoto.filter(told_at__isnull=True, state=PhotoState.KEPT).order_by("id").limit(AT_ONCE)
    waiting = await _in_series([row.claim_id for row in rows], now)
    claims = sorted({row.claim_id for row in rows} - waiting)
    return sum([await _tell(claim, now) for claim in claims])


async def regrets(*, now: datetime) -> list[Regret]:
    """What could not be kept and has not been said yet, a series of one sender at once."""
    rows = ClaimPhoto.filter(told_at__isnull=True, state=PhotoState.REFUSED).order_by("id").limit(AT_ONCE)
    series: dict[tuple[int, str, str], list[ClaimPhoto]] = {}
    for row in await rows.select_related("claim"):
        series.setdefault((row.claim_id, row.account, row.openid), []).append(row)
    waiting = await _in_series([claim for claim, *_ in series], now)
    return [
        Regret(
            Address(account, openid),
            photos[0].claim.number,
            {why: sum(one.why == why for one in photos) for why in dict.fromkeys(one.why for one in photos)},
            photos[-1].id,
        )
        for (claim, account, openid), photos in series.items()
        if claim not in waiting
    ]


async def regretted(one: Regret, *, now: datetime) -> None:
    """It has been said; inside the transaction that says so, for what comes in between is another series."""
    mine = ClaimPhoto.filter(claim_id=int(one.claim[1:]), account=one.to.account, openid=one.to.openid)
    said = mine.filter(state=PhotoState.REFUSED, told_at__isnull=True, id__lte=one.last)
    await said.update(told_at=now)


async def _in_series(claims: Iterable[int], now: datetime) -> set[int]:
    """Of these claims those to which photos are still coming; one that cannot be fetched holds up nothing for long."""
    coming = Q(asked_at__gt=now - SERIES) | Q(state=PhotoState.WANTED, asked_at__gt=now - AGAIN * 2)
    rows = ClaimPhoto.filter(coming, claim_id__in=list(claims))
    return {int(str(claim)) for claim in await rows.values_list("claim_id", flat=True)}


async def _tell(claim: int, now: datetime) -> bool:
    async def work() -> bool:
        fresh = await ClaimPhoto.filter(claim_id=claim, state=PhotoState.KEPT, told_at__isnull=True).update(told_at=now)
        if not fresh:
            return False
        row = await Claim.get(id=claim).select_related("order")
        count = await ClaimPhoto.filter(claim_id=claim, state=PhotoState.KEPT).count()
        event = PhotosCame(order=row.order.number, claim=row.number, kind=row.kind.value, count=count)
        await record(event, by=row.asked_by, at=now)
        return True

    return await transact(work)
