"""Photos with claims: kept with their claim, fetched from the platform afterwards, no picture twice."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from domain.claiming import claim_held
from domain.models import ClaimPhoto, PhotoBody
from domain.models.returns import ClaimState, PhotoState
from domain.parcelerrors import ClaimStands, PhotosFull
from domain.policy import current_policy
from domain.rules.rights import SIGNING, require
from domain.transaction import transact
from domain.values import Actor, Address

MOST = 9
LARGEST = 5 << 20
KEPT_FOR = timedelta(days=3)
"""So long the platform keeps what people send."""
AGAIN = timedelta(minutes=2)
AT_ONCE = 500
"""So many photos are dropped at a time, so that nobody waits for it."""
_OPEN = frozenset({ClaimState.ASKED, ClaimState.APPROVED})
_MEDIUM = re.compile(r"[\w\-]{1,128}", re.ASCII)
_KINDS = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF87a", "gif"), (b"GIF89a", "gif"))


@dataclass(frozen=True, slots=True)
class Attached:
    """A claim and how many photos it has, those that are still to be fetched included."""

    claim: str
    order: str
    count: int


@dataclass(frozen=True, slots=True)
class Errand:
    """A photo that is to be fetched: by which account, under which number."""

    photo: int
    account: str
    medium: str


async def attach(claim: str, media: Iterable[str], *, by: Actor, now: datetime) -> Attached:
    """Keep in mind that these belong to an open claim; they are fetched later. One that came before is no new one."""
    require(by, SIGNING)
    named = [medium for medium in dict.fromkeys(media) if _MEDIUM.fullmatch(medium)]

    async def work() -> Attached:
        row, order = await claim_held(claim, by)
        if row.state not in _OPEN:
            raise ClaimStands(row.number, row.state, row.settled_by or row.decided_by)
        there = ClaimPhoto.filter(claim_id=row.id).exclude(state=PhotoState.REFUSED)
        known = {str(medium) for medium in await there.values_list("medium", flat=True)}
        fresh = [medium for medium in named if medium not in known]
        if len(known) + len(fresh) > MOST:
            raise PhotosFull(row.number, MOST)
        sender = by.address or Address("", "")
        whose = {"claim_id": row.id, "account": sender.account, "openid": sender.openid}
        photos = [ClaimPhoto(**whose, medium=medium, asked_at=now, next_at=now) for medium in fresh]
        await ClaimPhoto.bulk_create(photos, ignore_conflicts=True)
        return Attached(row.number, order.number, len(known) + len(fresh))

    return await transact(work)


async def due_photos(*, now: datetime, limit: int = 20) -> list[Errand]:
    """The photos that have to be fetched; each is put off at once, so that one that hangs holds up no other."""

    async def work() -> list[Errand]:
        rows = await ClaimPhoto.filter(next_at__lte=now).order_by("next_at", "id").limit(limit)
        return [Errand(row.id, row.account, row.medium) for row in rows if await _put_off(row, now)]

    return await transact(work)


async def _put_off(row: ClaimPhoto, now: datetime) -> bool:
    """Of two processes one fetches it; the longer it has been in vain, the longer it waits."""
    again = now + max(AGAIN, (now - row.asked_at) / 2)
    return bool(await ClaimPhoto.filter(id=row.id, next_at=row.next_at).update(next_at=again))


async def keep_photo(photo: int, content: bytes, *, now: datetime) -> None:
    """Here it is: kept if it is a picture, not too large, and no other one of the claim is the same."""
    kind = next((kind for mark, kind in _KINDS if content.startswith(mark)), "")
    if not kind or len(content) > LARGEST:
        return await refuse_photo(photo, "large" if kind else "kind")
    digest = hashlib.sha256(content).hexdigest()

    async def work() -> None:
        row = await ClaimPhoto.get(id=photo)
        same = ClaimPhoto.filter(claim_id=row.claim_id, digest=digest, state=PhotoState.KEPT)
        if await same.exists():
            # Who sent it twice wanted it there once: nobody has to be told.
            await _refused(photo, "same", told_at=now)
        elif await ClaimPhoto.filter(id=photo, state=PhotoState.WANTED).update(
            state=PhotoState.KEPT, kind=kind, digest=digest, next_at=None
        ):
            await PhotoBody.create(photo_id=photo, content=content)

    return await transact(work)


async def refuse_photo(photo: int, why: str) -> None:
    """It cannot be kept: ``large``, no picture of a ``kind`` we know, or ``gone``."""
    await transact(lambda: _refused(photo, why))


async def photo_unheard(photo: int, *, now: datetime) -> None:
    """The platform did not answer: again later, as long as it keeps such things."""
    row = await ClaimPhoto.get(id=photo)
    if now - row.asked_at >= KEPT_FOR:
        await refuse_photo(photo, "gone")


async def photos_of(claims: Iterable[int]) -> dict[int, list[int]]:
    """By claim: the photos that are there, in order."""
    found: dict[int, list[int]] = {}
    rows = ClaimPhoto.filter(claim_id__in=list(claims), state=PhotoState.KEPT).order_by("id")
    for photo, claim in await rows.values_list("id", "claim_id"):
        found.setdefault(int(claim), []).append(int(photo))
    return found


async def photo_of(order: str, photo: int) -> tuple[str, bytes] | None:
    """The kind and the bytes of a photo of this order; None when there is none such."""
    row = await ClaimPhoto.get_or_none(id=photo, claim__order__number=order, state=PhotoState.KEPT)
    body = await PhotoBody.get_or_none(photo_id=photo) if row is not None else None
    return None if row is None or body is None else (row.kind, body.content)


async def forget_photos(*, now: datetime) -> int:
    """Drop the photos of claims that were closed so long ago that the shop needs them no more; how many.

    The claim itself stays. What is left after a lot is dropped at the next look.
    """
    life = current_policy().photo_life
    if life is None:
        return 0
    over = now - life
    settled = Q(claim__state=ClaimState.SETTLED, claim__settled_at__lt=over)
    refused = Q(claim__state=ClaimState.REFUSED, claim__decided_at__lt=over)
    old = ClaimPhoto.filter(settled | refused).order_by("id").limit(AT_ONCE)
    ids = [int(photo) for (photo,) in await old.values_list("id")]

    async def work() -> int:
        await PhotoBody.filter(photo_id__in=ids).delete()
        return await ClaimPhoto.filter(id__in=ids).delete()

    return await transact(work) if ids else 0


async def _refused(photo: int, why: str, **told: datetime) -> None:
    wanted = ClaimPhoto.filter(id=photo, state=PhotoState.WANTED)
    await wanted.update(state=PhotoState.REFUSED, why=why, next_at=None, **told)
