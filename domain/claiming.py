"""What a customer claims about goods that were sent, and what a person of ours decides about it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tortoise.expressions import Subquery

from domain import lane
from domain.claims import claimed_before
from domain.commands import Wanted
from domain.delivering import count_arrived
from domain.holding import held, held_as_read
from domain.models import Claim, ClaimLine, ClaimPhoto, Order, OrderLine
from domain.models.returns import ClaimKind, ClaimState, PhotoState
from domain.owing import owed_more
from domain.parcelerrors import ClaimNotFound, ClaimStands, NothingToReturn, OverReturned, OwnClaim
from domain.parcelevents import ClaimDecided, ClaimMade
from domain.recording import brought_about, record
from domain.rules.rights import CLAIMING, SETTLING, require
from domain.seeing import visible
from domain.transaction import transact
from domain.values import Actor, money
from domain.wording import entered, refuse_part, whole_kits

ZERO = Decimal(0)
GOES_BACK = frozenset({ClaimKind.RETURN, ClaimKind.EXCHANGE})


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim as people see it; ``credit`` is what it is worth."""

    claim: str
    order: str
    kind: str
    state: str
    goods: str
    credit: Decimal
    reason: str = ""
    by: str = ""
    photos: int = 0


async def ask_return(
    number: str, kind: ClaimKind, lines: Sequence[Wanted], reason: str, *, by: Actor, now: datetime, cause: str = ""
) -> Claimed:
    """Ask to send goods back that have arrived; the rep decides. No more than arrived and is not claimed yet.

    Once per ``cause``: a second call finds the first claim.
    """
    require(by, CLAIMING)

    async def work() -> Claimed:
        order = await held(number, by)
        for facts in await brought_about(number, ClaimMade, cause):
            return await _made_before(order, facts["claim"])
        rows = await OrderLine.filter(order_id=order.id).order_by("position")
        wanted = await _wanted(order, rows, lines)
        return await write_claim(order, rows, kind, wanted, reason, by=by, now=now, source=cause)

    return await transact(work)


async def decide(claim: str, refusal: str | None, *, by: Actor, now: datetime, cause: str = "") -> Claimed:
    """Say yes, or no with a reason; nobody decides on a claim of their own, and the first word counts.

    Once per ``cause``: a second call is answered as the first.
    """
    require(by, SETTLING)

    async def work() -> Claimed:
        row, order = await claim_held(claim, by)
        for facts in await brought_about(order.number, ClaimDecided, cause):
            before = await _made_before(order, row.number)
            return replace(before, state=facts["state"], credit=Decimal(facts["credit"]))
        return await _decide(row, order, refusal, by=by, now=now, source=cause)

    return await transact(work)


async def open_claims(actor: Actor, limit: int) -> list[Claimed]:
    """The claims that wait for somebody, of orders that this person may see, oldest first."""
    mine = Subquery(visible(actor).values("id"))
    rows = Claim.filter(state__in=(ClaimState.ASKED, ClaimState.APPROVED), order_id__in=mine).order_by("id")
    found = await rows.limit(limit).select_related("order").prefetch_related("lines__line")
    photos = await _photos([row.id for row in found])
    claims = [_claimed(row.order, row, {part.line: part.qty for part in row.lines}) for row in found]
    return [replace(one, photos=photos.get(row.id, 0)) for one, row in zip(claims, found, strict=True)]


async def write_claim(
    order: Order,
    lines: Sequence[OrderLine],
    kind: ClaimKind,
    amounts: Mapping[int, Decimal],
    reason: str,
    *,
    by: Actor,
    now: datetime,
    source: str = "",
) -> Claimed:
    """Keep a claim and let the rep know; inside a transaction that holds the order."""
    row = await Claim.create(
        order_id=order.id,
        kind=kind,
        state=ClaimState.ASKED,
        reason=reason[:400],
        credit=worth(lines, amounts),
        asked_by=by.name,
        asked_identity=by.identity,
        asked_at=now,
    )
    await ClaimLine.bulk_create([ClaimLine(claim_id=row.id, line_id=line, qty=qty) for line, qty in amounts.items()])
    claimed = _claimed(order, row, {line: amounts[line.id] for line in lines if line.id in amounts})
    event = ClaimMade(
        order=order.number,
        claim=row.number,
        kind=kind.value,
        goods=claimed.goods,
        reason=row.reason,
        credit=format(row.credit, "f"),
    )
    await record(event, by=by, at=now, source=source)
    return claimed


async def _made_before(order: Order, claim: str) -> Claimed:
    row = await Claim.get(id=int(claim[1:])).prefetch_related("lines__line")
    return _claimed(order, row, {part.line: part.qty for part in row.lines})


def worth(lines: Sequence[OrderLine], amounts: Mapping[int, Decimal]) -> Decimal:
    """What so much of each line (by id, in base units) cost the customer."""
    priced = ((line, amounts.get(line.id, ZERO), line.base_qty - line.cancelled) for line in lines)
    return money(sum((line.amount * qty / due for line, qty, due in priced if qty and due > 0), ZERO))


async def claim_held(claim: str, by: Actor) -> tuple[Claim, Order]:
    """A claim with its order held, until the end of the transaction nobody else's to change."""
    row = await Claim.get_or_none(id=int(claim[1:])).select_related("order") if claim[1:].isdecimal() else None
    if row is None or not await visible(by).filter(id=row.order_id).exists():
        raise ClaimNotFound(claim)
    order = await held_as_read(row.order.number, by)
    await row.refresh_from_db(fields=["state", "decided_by", "decided_at", "settled_by"])
    return row, order


async def _photos(claims: Sequence[int]) -> dict[int, int]:
    rows = ClaimPhoto.filter(claim_id__in=claims).exclude(state=PhotoState.REFUSED)
    return Counter(int(str(one)) for one in await rows.values_list("claim_id", flat=True)) if claims else {}


async def _decide(row: Claim, order: Order, refusal: str | None, *, by: Actor, now: datetime, source: str) -> Claimed:
    if row.state is not ClaimState.ASKED:
        raise ClaimStands(row.number, row.state, row.decided_by)
    if by.identity is not None and by.identity == row.asked_identity:
        raise OwnClaim(row.number)
    parts = await ClaimLine.filter(claim_id=row.id)
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id).order_by("position")}
    amounts = {part.line_id: part.qty for part in parts}
    if refusal is not None:
        state = ClaimState.REFUSED
    elif row.kind in GOES_BACK:
        state = ClaimState.APPROVED
    else:
        state = ClaimState.SETTLED
        if row.kind is ClaimKind.SHORT:
            # What never came is paid back: nobody waits for it any more.
            await count_arrived(order, amounts, by=by, now=now)
    done = {"settled_by": by.name, "settled_at": now} if state is ClaimState.SETTLED else {}
    await Claim.filter(id=row.id).update(
        state=state, decided_by=by.name, decided_at=now, answer=(refusal or "")[:400], **done
    )
    if state is ClaimState.SETTLED:
        await lane.within(owed_more(order.customer_id, -row.credit))
    row.state = state
    claimed = _claimed(order, row, {lines[line]: qty for line, qty in amounts.items()})
    event = ClaimDecided(
        order=order.number,
        claim=row.number,
        kind=row.kind.value,
        state=state.value,
        goods=claimed.goods,
        reason=refusal or "",
        credit=format(row.credit, "f"),
    )
    await record(event, by=by, at=now, source=source)
    return claimed


async def _wanted(order: Order, rows: Sequence[OrderLine], lines: Sequence[Wanted]) -> dict[int, Decimal]:
    before = await claimed_before(order)
    # What is short and not decided on has not been counted as arrived, where the receiver's own word counted.
    late = {line.id: min(before.missing.get(line.id, ZERO), line.shipped - line.delivered) for line in rows}
    room = {line.id: line.delivered + late[line.id] - before.claimed.get(line.id, ZERO) for line in rows}
    if not any(left > 0 for left in room.values()):
        raise NothingToReturn(order.number)
    found: dict[int, Decimal] = {}
    for one in lines:
        mine = [line for line in rows if line.sku == one.sku]
        left, most = one.base_qty or ZERO, sum((room[line.id] for line in mine), ZERO)
        if not mine:
            refuse_part(order.number, rows, one.sku)
        whole_kits(order.number, mine, left)
        if not mine or left <= 0 or left > most:
            raise OverReturned(order.number, one.sku or one.text, left, most, mine[0].base_unit if mine else "")
        for line in mine:
            part = min(room[line.id], left)
            if part > 0:
                found[line.id] = found.get(line.id, ZERO) + part
                room[line.id] -= part
                left -= part
    return found


def _claimed(order: Order, row: Claim, amounts: Mapping[OrderLine, Decimal]) -> Claimed:
    goods = "、".join(f"{line.sku} {entered(line, qty)}" for line, qty in amounts.items())
    return Claimed(row.number, order.number, row.kind, row.state, goods, row.credit, row.reason, row.asked_by)
