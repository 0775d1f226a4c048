"""Commands, contexts and catalogs as JSON: the form in which `gendan understand` reads and writes them."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from enum import Enum
from typing import Any

from bot.grammar.context import Context, Draft, DraftLine, Pending
from bot.grammar.lexicon import CustomerEntry, Lexicon, ProductEntry
from bot.grammar.understanding import understand
from bot.grammar.units import GenericUnit
from domain.commands import Change, Command, Details, ListReview, ListShipping, Op, Report, Wanted
from domain.values import DeliveryWish, Period

_INTENTS = {
    "PlaceOrder": "create_order", "Reorder": "reorder", "ModifyOrder": "modify_order", "CancelOrder": "cancel_order",
    "QueryOrder": "query_order", "QueryStock": "query_stock", "QueryPrice": "query_price", "Approve": "approve",
    "Reject": "reject", "Report": "report", "ConfirmShipment": "confirm_shipment", "ProvideInfo": "provide_info",
    "Confirm": "confirm", "Deny": "deny", "HandOff": "handoff", "Help": "help", "SmallTalk": "smalltalk",
    "NotUnderstood": "unknown", "Chase": "query_order",
}  # fmt: skip
_REAL_SKU_LIST = ("Report",)
_UNANNOTATED = {"QueryPrice": ("qty", "unit", "customer", "price_list"), "QueryOrder": ("why",)}
_UNANNOTATED |= {"NotUnderstood": ("order_no",)}
_UNANNOTATED |= dict.fromkeys(("PlaceOrder", "ModifyOrder", "Reorder"), ("bargain",))
_UNANNOTATED |= {"ReceiveGoods": ("faults",), "TakeBack": ("faults",)}


def to_json(command: Command) -> dict[str, Any]:
    """A command in the form of the annotated rows: the intent and the slots that are filled."""
    if isinstance(command, ListShipping | ListReview):
        metric = "pending_shipment" if isinstance(command, ListShipping) else "pending_approval"
        command = Report(metric=metric)
    name = type(command).__name__
    out: dict[str, Any] = {"intent": _INTENTS.get(name) or _snake(name)}
    for field in fields(command):
        value = getattr(command, field.name)
        if field.name in _UNANNOTATED.get(name, ()):
            continue
        if isinstance(value, Details):
            out |= _filled(value)
        elif value not in (None, (), ""):
            out[_slot(name, field.name)] = _plain(value)
    if out.get("customer_candidates"):
        out["customer"] = None
    return out


def _slot(command: str, name: str) -> str:
    return "sku" if name == "skus" and command in _REAL_SKU_LIST else name


def _snake(name: str) -> str:
    return "".join("_" + char.lower() if char.isupper() else char for char in name).lstrip("_")


def _filled(details: Details) -> dict[str, Any]:
    values = {field.name: getattr(details, field.name) for field in fields(details)}
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    for kind, turn in _TURNS:
        if isinstance(value, kind):
            return turn(value)
    return value


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _dated(value: DeliveryWish | Period) -> dict[str, Any]:
    out = {field.name: getattr(value, field.name) for field in fields(value)}
    return {
        name: item.strftime("%H:%M") if isinstance(item, clock_time) else _plain(item)
        for name, item in out.items()
        if item is not None
    }


def _line(line: Wanted | Change) -> dict[str, Any]:
    out: dict[str, Any] = {"sku": line.sku}
    if line.sku is None:
        out |= {"text": line.text, "candidates": list(line.candidates)}
    out |= {"qty": _plain(line.qty), "unit": line.unit, "base_qty": _plain(line.base_qty)}
    if line.price is not None:
        out |= {"price": _plain(line.price), "price_unit": line.price_unit}
    return out


def _change(change: Change) -> dict[str, Any]:
    line = _line(change)
    named: dict[str, Any] = {key: line[key] for key in ("sku", "text", "candidates") if key in line}
    if change.op is Op.REMOVE:
        return {"op": "remove", **named}
    if change.op is Op.PRICE:
        return {"op": "price", **named, "price": _plain(change.price), "price_unit": change.price_unit}
    if change.op is Op.MUL:
        return {"op": "mul", **named, "factor": _plain(change.factor)}
    if change.op is Op.REPLACE:
        return {
            "op": "replace",
            "sku": change.sku,
            "to": change.to,
            **{key: line[key] for key in ("qty", "unit", "base_qty")},
        }
    return {"op": change.op.value, **line}


def context_from_json(row: Mapping[str, Any] | None, sender: Mapping[str, Any] | None) -> Context:
    """The dialogue state of a row and its sender."""
    row, sender = row or {}, sender or {}
    return Context(
        role=sender.get("role") or "customer",
        customer=sender.get("customer"),
        draft=_draft(row.get("draft")),
        pending=_pending(row.get("pending")),
        focus_sku=row.get("focus_sku"),
        last_order=_last_order(row.get("last_order")),
    )


def _last_order(value: Any) -> str | None:
    return value.get("order_no") if isinstance(value, Mapping) else value


def _draft(row: Mapping[str, Any] | None) -> Draft | None:
    if row is None:
        return None
    lines = tuple(
        DraftLine(
            sku=line.get("sku"),
            qty=None if line.get("qty") is None else Decimal(str(line["qty"])),
            unit=line.get("unit"),
            text=line.get("text") or "",
        )
        for line in row.get("lines") or ()
    )
    return Draft(customer=row.get("customer"), lines=lines)


def _pending(row: Mapping[str, Any] | None) -> Pending | None:
    if not row:
        return None
    return Pending(
        kind=row.get("type") or row.get("kind") or "",
        sku=row.get("sku"),
        candidates=tuple(row.get("candidates") or ()),
        options=tuple(row.get("options") or ()),
        order_no=row.get("order_no"),
        intent=row.get("intent"),
    )


def lexicon_from_catalog(catalog: Mapping[str, Any]) -> Lexicon:
    """A lexicon from a catalog file in the import form."""
    products = [
        ProductEntry(
            sku=row["sku"],
            name=row["name"],
            aliases=tuple(row.get("aliases") or ()),
            base_unit=row["base_unit"],
            units={unit: Decimal(str(size)) for unit, size in (row.get("units") or {row["base_unit"]: 1}).items()},
        )
        for row in catalog.get("products") or ()
    ]
    customers = [
        CustomerEntry(
            code=row.get("id") or row["code"], name=row["name"], short_names=tuple(row.get("short_names") or ())
        )
        for row in catalog.get("customers") or ()
    ]
    return Lexicon.build(
        products,
        customers,
        catalog.get("generic_terms") or {},
        catalog.get("customer_generic_terms") or {},
        catalog.get("unit_synonyms") or {},
        {
            unit: GenericUnit(Decimal(str(row["factor"])), row.get("of"))
            for unit, row in (catalog.get("generic_units") or {}).items()
        },
    )


def understand_rows(
    lines: Iterable[str], lexicon: Lexicon, *, explain: bool = False, now: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Understand JSON lines one by one; each answer carries the milliseconds it took.

    ``now`` serves the rows that carry no ``reference_time`` of their own; without either a row is refused.
    """
    for line in lines:
        if not line.strip():
            continue
        row = json.loads(line)
        context = context_from_json(row.get("context"), row.get("sender"))
        moment = datetime.fromisoformat(row["reference_time"]) if row.get("reference_time") else now
        if moment is None:
            raise ValueError(f"row {row.get('id')!r} has no reference_time")
        started = time.perf_counter()
        found = understand(row.get("text") or "", lexicon, context, moment)
        taken = (time.perf_counter() - started) * 1000
        answer = {"id": row.get("id"), "commands": [to_json(c) for c in found.commands], "ms": round(taken, 3)}
        yield {**answer, "rules": list(found.fired)} if explain else answer


_TURNS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Decimal, _number),
    (date, date.isoformat),
    (timedelta, timedelta.total_seconds),
    (clock_time, lambda value: value.strftime("%H:%M")),
    (Enum, lambda value: value.value),
    (tuple, lambda value: [_plain(item) for item in value]),
    (Change, _change),
    (Wanted, _line),
    ((DeliveryWish, Period), _dated),
    (Command, to_json),
)
