"""Orders from files: every row checked as a person's order would be, all placed in one go or none, each only once."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.commands import Details
from domain.errors import (
    CustomerNotFound,
    DatePassed,
    ImportRefused,
    PackRefused,
    PriceRefused,
    ProductNotFound,
    QuantityRefused,
    Refusal,
    UnitUnknown,
)
from domain.importing import Imported, checked, rows_of
from domain.models import Order
from domain.ordering import place_orders, quote
from domain.quotedvalues import DraftLine, OrderDraft
from domain.rules.rows import Row, order_problems
from domain.values import SYSTEM, DeliveryKind, DeliveryWish, plain

CHANNEL = "import"


async def import_orders(document: Row, *, now: datetime, dry_run: bool = False) -> Imported:
    """``{"orders": [{"customer", "ref", "lines": [{"sku", "qty", "unit", "price"}], "date", "address", …}]}``.

    ``ref`` is the customer's own number for it: a row whose ``ref`` was placed before is counted as known and not
    placed again, so that a file may be given twice.
    """
    rows = rows_of(document, "orders")
    checked(rows, order_problems, lambda row: f"{row.get('customer')} {row.get('ref')}")
    drafts = [_draft(row) for row in rows]
    placed = await Order.filter(asked_by__in=[d.key for d in drafts]).values_list("asked_by", flat=True)
    known = {str(key) for key in placed}
    problems: list[tuple[int, str, str]] = []
    for number, draft in enumerate(drafts, start=1):
        try:
            if draft.key not in known:
                await quote(draft, by=SYSTEM, now=now)
        except Refusal as no:
            problems.append((number, *_told(no)))
    if problems:
        raise ImportRefused(tuple(problems))
    fresh = [draft for draft in drafts if draft.key not in known]
    if not dry_run:
        await place_orders(fresh, by=SYSTEM, now=now)
    return Imported(len(fresh), len(drafts) - len(fresh))


def _draft(row: Mapping[str, Any]) -> OrderDraft:
    customer, ref = str(row["customer"]), str(row["ref"])
    day = date.fromisoformat(str(row["date"])) if row.get("date") else None
    details = Details(
        delivery=DeliveryWish(DeliveryKind.DATE, day) if day else None,
        address=row.get("address"),
        contact_name=row.get("contact"),
        contact_phone=row.get("phone"),
        remark=row.get("remark"),
        po=ref,
        tax=row.get("tax"),
    )
    lines = tuple(_line(line) for line in row["lines"])
    return OrderDraft(f"{CHANNEL}:{customer}:{ref}"[:160], customer, lines, details, CHANNEL)


def _line(line: Mapping[str, Any]) -> DraftLine:
    price = Decimal(str(line["price"])) if line.get("price") is not None else None
    unit = str(line.get("unit") or "")
    return DraftLine(str(line["sku"]), Decimal(str(line["qty"])), unit, price, unit or None if price else None)


def _told(no: Refusal) -> tuple[str, str]:
    """The field at fault and what is wrong with it, for whoever wrote the file."""
    match no:
        case CustomerNotFound():
            return "customer", f"no such customer: {no.text}"
        case ProductNotFound():
            return "lines", f"no such product: {no.text}"
        case UnitUnknown():
            return "lines", f"{no.product} is not sold in {no.unit}, only in {no.units}"
        case PackRefused():
            return "lines", f"{no.product}: {plain(no.asked)} is too few or no full packs, {plain(no.fits)} would do"
        case DatePassed():
            return "date", f"has passed: {no.day}"
        case QuantityRefused() | PriceRefused():
            return "lines", f"{no.product}: impossible quantity or price"
        case _:
            return "lines", type(no).__name__
