"""An order as JSON, in the form that other programs rely on: decimals as text, times as RFC 3339 in UTC."""

from datetime import UTC, date, datetime
from typing import Any

from domain.orderviews import Happening, LineView, OrderView, ShipmentView
from domain.values import plain


def order_json(view: OrderView) -> dict[str, Any]:
    """The order with its lines, shipments and history."""
    return {
        "number": view.number,
        "customer": view.customer,
        "state": view.state.value,
        "placed_at": _time(view.placed_at),
        "placed_by": view.placed_by,
        "channel": view.channel,
        "requested_date": _day(view.requested),
        "promised_date": _day(view.promised),
        "currency": view.currency,
        "total": format(view.total, "f"),
        "review": {
            "verdict": view.verdict,
            "reasons": [{"code": reason.code, **reason.facts} for reason in view.reasons],
            "rules": view.rules,
        },
        "axes": {
            "allocation": view.axes.allocation.value,
            "fulfilment": view.axes.fulfilment.value,
            "delivery": view.axes.delivery.value,
            "invoicing": view.axes.invoicing.value,
            "payment": view.axes.payment.value,
        },
        "lines": [_line(line) for line in view.lines],
        "shipments": [_shipment(shipment) for shipment in view.shipments],
        "history": [_entry(entry) for entry in view.history],
    }


def _line(line: LineView) -> dict[str, Any]:
    counted = ("reserved", "shipped", "delivered", "cancelled")
    return {
        "sku": line.sku,
        "name": line.name,
        "qty": plain(line.qty),
        "unit": line.unit,
        "base_qty": plain(line.base_qty),
        "unit_price": plain(line.unit_price),
        "price_source": line.price_source,
        "price_facts": dict(line.price_facts),
    } | {name: plain(getattr(line, name)) for name in counted}


def _shipment(shipment: ShipmentView) -> dict[str, Any]:
    return {
        "number": shipment.number,
        "carrier": shipment.carrier,
        "waybill": shipment.waybill,
        "state": shipment.state.value,
        "eta": _day(shipment.eta),
        "events": [
            {"at": _time(event.at), "state": event.state.value, "text": event.text, "place": event.place}
            for event in shipment.events
        ],
    }


def _entry(entry: Happening) -> dict[str, Any]:
    words = (str(value) for value in entry.facts.values() if isinstance(value, str) and value)
    return {"at": _time(entry.at), "event": entry.event, "by": entry.by, "text": "; ".join(words)}


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
