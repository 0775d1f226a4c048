"""Goods that come back: looked at, on the shelf again or scrapped, and paid back as far as they came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain import lane
from domain.allocating import skus_of
from domain.claiming import GOES_BACK, claim_held, worth
from domain.commands import Fault
from domain.kin import locked_with_kits
from domain.lots import lots_back
from domain.models import Claim, ClaimLine, Order, OrderLine
from domain.models.returns import ClaimState
from domain.owing import owed_more
from domain.parcelerrors import ClaimStands, OverReturned
from domain.parcelevents import GoodsCameBack
from domain.recording import brought_about, record
from domain.restocking import fill_short
from domain.rules.lots import Batch
from domain.rules.rights import SHIPPING, require
from domain.shelving import Move, moved
from domain.transaction import transact
from domain.values import Actor
from domain.wording import base_of, entered, whole_kits

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CameBack:
    """What the warehouse found in a return: ``good`` is on the shelf, ``scrapped`` is not, ``missing`` never came."""

    claim: str
    order: str
    good: str
    scrapped: str
    missing: str
    credit: Decimal


async def take_back(claim: str, faults: Sequence[Fault], *, by: Actor, now: datetime, cause: str = "") -> CameBack:
    """Take an approved return in: everything is good but for the faults; what came is credited. Once per ``cause``."""
    require(by, SHIPPING)

    async def work() -> CameBack:
        row, order = await claim_held(claim, by)
        for facts in await brought_about(order.number, GoodsCameBack, cause):
            parts = await ClaimLine.filter(claim_id=row.id).select_related("line").order_by("id")
            good = _said([part.line for part in parts], {part.line_id: part.good for part in parts})
            credit = Decimal(facts["credit"])
            return CameBack(row.number, order.number, good, facts["scrapped"], facts["missing"], credit)
        return await _take_back(row, order, faults, by=by, now=now, source=cause)

    return await transact(work)


async def _take_back(
    row: Claim, order: Order, faults: Sequence[Fault], *, by: Actor, now: datetime, source: str
) -> CameBack:
    if row.state is not ClaimState.APPROVED or row.kind not in GOES_BACK:
        raise ClaimStands(row.number, row.state, row.settled_by or row.decided_by)
    parts = await ClaimLine.filter(claim_id=row.id).select_related("line").order_by("id")
    good, scrapped, missing = _sorted(order.number, parts, faults)
    lines = [part.line for part in parts]
    await locked_with_kits(skus_of(lines))
    for part in parts:
        await ClaimLine.filter(id=part.id).update(good=good[part.line_id], scrapped=scrapped[part.line_id])
        if good[part.line_id] > 0:
            await _shelved(part, good[part.line_id], row.number, by=by.name, now=now)
    for sku in sorted(skus_of(part.line for part in parts if good[part.line_id] > 0)):
        await fill_short(sku)
    credit = worth(lines, {line.id: good[line.id] + scrapped[line.id] for line in lines})
    await Claim.filter(id=row.id).update(state=ClaimState.SETTLED, credit=credit, settled_by=by.name, settled_at=now)
    await lane.within(owed_more(order.customer_id, -credit))
    back = CameBack(row.number, order.number, _said(lines, good), _said(lines, scrapped), _said(lines, missing), credit)
    event = GoodsCameBack(
        order=order.number,
        claim=row.number,
        kind=row.kind.value,
        goods="、".join(filter(None, (back.good, back.scrapped))),
        scrapped=back.scrapped,
        missing=back.missing,
        credit=format(credit, "f"),
    )
    await record(event, by=by, at=now, source=source)
    return back


async def _shelved(part: ClaimLine, good: Decimal, claim: str, *, by: str, now: datetime) -> None:
    lots = await lots_back(part.line_id, claim)
    for sku, qty in sorted(part.line.goods(good).items()):
        cause = f"return:{claim}:{part.line_id}" + (f":{sku}" if part.line.parts else "")
        await lane.within(
            moved(Move(sku, qty, "return", cause, document=claim, lot=lots.get(sku, Batch(claim))), by=by, now=now)
        )


def _sorted(
    number: str, parts: Sequence[ClaimLine], faults: Sequence[Fault]
) -> tuple[dict[int, Decimal], dict[int, Decimal], dict[int, Decimal]]:
    """By line: what is good, what is broken, what never came."""
    good = {part.line_id: part.qty for part in parts}
    scrapped, missing = dict.fromkeys(good, ZERO), dict.fromkeys(good, ZERO)
    for fault in faults:
        mine = [part for part in parts if fault.sku is None or part.line.sku == fault.sku]
        left = base_of(mine[0].line, fault.qty, fault.unit) if mine else fault.qty
        most = sum((good[part.line_id] for part in mine), ZERO)
        whole_kits(number, [part.line for part in mine], left)
        if left > most:
            unit = mine[0].line.base_unit if mine else ""
            raise OverReturned(number, fault.sku or (mine[0].line.sku if mine else ""), left, most, unit)
        sink = missing if fault.kind == "short" else scrapped
        for part in mine:
            amount = min(good[part.line_id], left)
            good[part.line_id] -= amount
            sink[part.line_id] += amount
            left -= amount
    return good, scrapped, missing


def _said(lines: Sequence[OrderLine], amounts: dict[int, Decimal]) -> str:
    return "、".join(f"{line.sku} {entered(line, amounts[line.id])}" for line in lines if amounts[line.id])
