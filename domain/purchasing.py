"""What is missing, asked of purchasing: one request per short line, told to the people concerned."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from domain import lane
from domain.allocating import Shortage
from domain.events import StockFellShort
from domain.lane import Script
from domain.models import Order, OrderLine, PurchaseRequest
from domain.policy import shop_day
from domain.recording import recorded
from domain.rules.workdays import next_workday
from domain.values import plain

_ASKED_AGAIN = (
    "ON CONFLICT (number) DO UPDATE SET qty = excluded.qty, state = excluded.state, expected_on = excluded.expected_on"
)
"""A line asks once: when it lacks more than before, or lacks again, its request says so."""


def request_missing(
    order: Order, lines: Sequence[OrderLine], leads: Mapping[str, int], *, by: str, now: datetime
) -> Script[tuple[Shortage, ...]]:
    """Write a purchase request for every short line; part of the script that accepts the order."""
    today = shop_day(now)
    found = []
    for line in lines:
        if line.short <= 0:
            continue
        expected = next_workday(today + timedelta(days=leads.get(line.sku, 0)))
        number = f"R{line.id}"
        request = {"number": number, "sku": line.sku, "qty": line.short, "line_id": line.id, "at": now}
        wanted = {"order_number": order.number, "needed_by": order.requested_date, "expected_on": expected}
        yield lane.insert(PurchaseRequest, [request | wanted], then=_ASKED_AGAIN)
        short = Shortage(line.sku, line.name, line.short, line.base_unit, number, expected.isoformat())
        found.append(short)
        event = StockFellShort(
            order=order.number,
            sku=line.sku,
            name=line.name,
            missing=plain(line.short),
            unit=line.base_unit,
            request=number,
            expected=short.expected,
        )
        yield from recorded(event, by=by, at=now)
    return tuple(found)


async def still_missing(lines: Sequence[OrderLine]) -> tuple[Shortage, ...]:
    """What has been asked of purchasing for these lines and has not come yet."""
    named = {line.id: line for line in lines}
    rows = await PurchaseRequest.filter(line_id__in=list(named), state="open").order_by("line_id")
    return tuple(_shortage(named[row.line_id], row) for row in rows if row.line_id is not None)


def _shortage(line: OrderLine, request: PurchaseRequest) -> Shortage:
    expected = request.expected_on.isoformat() if request.expected_on else None
    return Shortage(line.sku, line.name, request.qty, line.base_unit, request.number, expected)
