"""What is missing, asked of purchasing: one request per short line, told to the people concerned."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from domain import lane
from domain.allocating import Shortage
from domain.events import StockFellShort
from domain.lane import Script, Statement
from domain.models import Order, OrderLine, PurchaseRequest
from domain.models.scaled import ungrained
from domain.policy import shop_day
from domain.recording import recorded
from domain.rules.workdays import next_workday
from domain.values import plain

ZERO = Decimal(0)
_FREE = "SELECT sku, SUM(on_hand - reserved) FROM stock WHERE sku IN ? GROUP BY sku"
_ASKED_AGAIN = (
    "ON CONFLICT (number) DO UPDATE SET qty = excluded.qty, state = excluded.state, expected_on = excluded.expected_on"
)
"""A line asks once: when it lacks more than before, or lacks again, its request says so."""


def request_missing(
    order: Order, lines: Sequence[OrderLine], leads: Mapping[str, int], *, by: str, now: datetime, source: str = ""
) -> Script[tuple[Shortage, ...]]:
    """Write a purchase request for every short line; part of the script that accepts the order.

    For a kit every part is asked for, and called short as far as the shelves do not have it.
    """
    today = shop_day(now)
    short = [line for line in lines if line.short > 0]
    free = yield from _free([line for line in short if line.parts])
    found = []
    for line in short:
        for place, (sku, qty) in enumerate(line.goods(line.short).items(), start=1):
            expected = next_workday(today + timedelta(days=leads.get(sku, 0)))
            number = f"R{line.id}-{place}" if line.parts else f"R{line.id}"
            request = {"number": number, "sku": sku, "qty": qty, "line_id": line.id, "at": now}
            wanted = {"order_number": order.number, "needed_by": order.requested_date, "expected_on": expected}
            yield lane.insert(PurchaseRequest, [request | wanted], then=_ASKED_AGAIN)
            lacking = qty - (free.get(sku, ZERO) if line.parts else ZERO)
            if lacking > 0:
                name, unit = _called(line, sku)
                found.append(Shortage(sku, name, lacking, unit, number, expected.isoformat()))
    for one in found:
        event = StockFellShort(
            order=order.number,
            sku=one.sku,
            name=one.name,
            missing=plain(one.missing),
            unit=one.unit,
            request=one.request,
            expected=one.expected,
        )
        yield from recorded(event, by=by, at=now, source=source)
    return tuple(found)


def shortage_of(facts: Mapping[str, Any]) -> Shortage:
    """What was found to lack, from the event that told of it."""
    named = (facts["sku"], facts["name"], Decimal(facts["missing"]), facts["unit"])
    return Shortage(*named, facts["request"], facts["expected"])


def _free(kits: Sequence[OrderLine]) -> Script[dict[str, Decimal]]:
    """What is free of the parts of kits; nothing is asked when there are none."""
    if not kits:
        return {}
    found = yield Statement(_FREE, (sorted({sku for line in kits for sku in line.goods(line.short)}),))
    return {sku: ungrained(free) for sku, free in found.rows}


def _called(line: OrderLine, sku: str) -> tuple[str, str]:
    """The name and unit of a product that a line takes from the shelves."""
    return next(((part.name, part.unit) for part in line.kit if part.sku == sku), (line.name, line.base_unit))


async def still_missing(lines: Sequence[OrderLine]) -> tuple[Shortage, ...]:
    """What has been asked of purchasing for these lines and has not come yet."""
    named = {line.id: line for line in lines}
    rows = await PurchaseRequest.filter(line_id__in=list(named), state="open").order_by("id")
    kits = sorted({row.sku for row in rows if row.line_id is not None and named[row.line_id].parts})
    free = {sku: ungrained(left) for sku, left in await lane.rows(_FREE, kits)} if kits else {}
    found = (_shortage(named[row.line_id], row, free) for row in rows if row.line_id is not None)
    return tuple(one for one in found if one.missing > 0)


def _shortage(line: OrderLine, request: PurchaseRequest, free: Mapping[str, Decimal]) -> Shortage:
    name, unit = _called(line, request.sku)
    expected = request.expected_on.isoformat() if request.expected_on else None
    missing = request.qty - (free.get(request.sku, ZERO) if line.parts else ZERO)
    return Shortage(request.sku, name, missing, unit, request.number, expected)
