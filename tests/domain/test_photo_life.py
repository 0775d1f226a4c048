"""Photos of claims go when their claim has been closed long enough; the claim stays, and what is open keeps its own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

import rounds
from domain import photographing
from domain.models import Claim, ClaimPhoto, Order, PhotoBody
from domain.models.returns import ClaimKind, ClaimState, PhotoState
from domain.photographing import forget_photos, photo_of, photos_of
from domain.policy import Policy, current_policy, set_policy
from notify.models import Delivery
from tests.shop import NOW, Cast, a_product, an_order, line

YEAR = timedelta(days=365)


@dataclass
class Kept:
    """A claim with a photo."""

    claim: Claim
    photo: int


@pytest.fixture
def policy() -> Iterator[Policy]:
    before = current_policy()
    yield before
    set_policy(before)


async def a_claim(cast: Cast, state: ClaimState, *, closed: datetime | None = None) -> Kept:
    if not await Order.exists():
        await a_product(stock=100)
        await an_order(cast.wang, line(qty=2))
    (order,) = await Order.all()
    claim = await Claim.create(order=order, kind=ClaimKind.BROKEN, state=state, asked_by="小王", asked_at=NOW)
    if closed is not None:
        when = "decided_at" if state is ClaimState.REFUSED else "settled_at"
        await Claim.filter(id=claim.id).update(**{when: closed})
    photo = await ClaimPhoto.create(
        claim=claim, account="main", openid="o", medium=f"m{claim.id}", state=PhotoState.KEPT, kind="png",
        asked_at=NOW, told_at=NOW,
    )  # fmt: skip
    await PhotoBody.create(photo_id=photo.id, content=b"png")
    return Kept(claim, photo.id)


async def left() -> list[int]:
    bodies = {row.photo_id for row in await PhotoBody.all()}
    assert bodies == {row.id for row in await ClaimPhoto.all()}, "no bytes without a photo, no photo without bytes"
    return sorted(bodies)


async def test_a_year_after_the_claim_was_closed_its_photos_go_and_the_claim_stays(cast: Cast):
    settled = await a_claim(cast, ClaimState.SETTLED, closed=NOW)
    refused = await a_claim(cast, ClaimState.REFUSED, closed=NOW + timedelta(days=10))
    asked, approved = await a_claim(cast, ClaimState.ASKED), await a_claim(cast, ClaimState.APPROVED)
    everything = [one.photo for one in (settled, refused, asked, approved)]
    assert await forget_photos(now=NOW + YEAR) == 0
    assert await left() == everything
    assert await forget_photos(now=NOW + YEAR + timedelta(hours=1)) == 1
    assert await left() == everything[1:]
    assert await forget_photos(now=NOW + YEAR + timedelta(hours=1)) == 0
    assert await forget_photos(now=NOW + 9 * YEAR) == 1
    assert await left() == [asked.photo, approved.photo], "what is open keeps its photos, however old"
    assert await Claim.all().count() == 4
    (order,) = await Order.all()
    assert await photo_of(order.number, settled.photo) is None
    assert await photos_of([settled.claim.id]) == {}


async def test_how_long_is_the_shops_own_setting_and_may_be_for_ever(cast: Cast, policy: Policy):
    await a_claim(cast, ClaimState.SETTLED, closed=NOW)
    set_policy(replace(policy, photo_life=None))
    assert await forget_photos(now=NOW + 99 * YEAR) == 0
    set_policy(replace(policy, photo_life=timedelta(days=30)))
    assert await forget_photos(now=NOW + timedelta(days=29)) == 0
    assert await forget_photos(now=NOW + timedelta(days=31)) == 1


async def test_many_go_in_lots(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(photographing, "AT_ONCE", 2)
    for _ in range(3):
        await a_claim(cast, ClaimState.SETTLED, closed=NOW)
    assert [await forget_photos(now=NOW + 2 * YEAR) for _ in range(3)] == [2, 1, 0]
    assert await left() == []


async def test_what_could_not_be_kept_is_said_and_noted_together(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    kept = await a_claim(cast, ClaimState.ASKED)
    await ClaimPhoto.filter(id=kept.photo).update(state=PhotoState.REFUSED, why="kind", told_at=None)

    async def nothing(account: str, medium: str) -> bytes:
        raise AssertionError("nothing is to be fetched")

    async def died(*_: object, **__: object) -> None:
        raise ConnectionError

    later = NOW + timedelta(hours=1)
    with monkeypatch.context() as patch:
        patch.setattr(rounds, "regretted", died)
        with pytest.raises(ConnectionError):
            await rounds.fetch_photos(nothing, now=later)
    assert await Delivery.all().count() == 0, "else a photo that comes in between would have it said twice"
    assert [await rounds.fetch_photos(nothing, now=later) for _ in range(2)] == [1, 0]
    assert await Delivery.all().count() == 1
