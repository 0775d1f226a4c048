"""What the warehouse says about goods that leave: which order, by whom, under which number."""

import re

from bot.grammar.amounts import wanted
from bot.grammar.decisions import asks
from bot.grammar.lines import pair
from bot.grammar.marks import CarrierMark, ProductMark, WaybillMark
from bot.grammar.parcels import RIGHTED
from bot.grammar.scene import Scene
from domain.commands import Command, ConfirmShipment

_SHIP = re.compile(
    r"(?:已经?|都|全部|刚|D)*(?:发货|发出|发走|发掉|寄出|出库|出货|发车|装车|已发|发了"
    r"|寄了|送出|发运|走(?:K|了)|给K|shipped|dispatched|sent out)|发(?=K)|K(?:W|发|已)|W"
)
_OWN_WHEELS = re.compile(r"自送|专车|司机|送货(?!单)")
_NOT_SHIP = re.compile(
    r"没发|未发|别发|不发|先不|不要发|暂停|什么时候|催|改到|改成|D再发|延|推迟|要发|能发|可以发吗"
    r"|准备发|发了?(?:一半|一部分)|(?<!P)发了?Q(?!P|的)|发不"
)


def ship(scene: Scene) -> list[Command] | None:
    """confirm_shipment: staff state that an order, or part of it, went out."""
    if not scene.context.staff or asks(scene) or scene.says(_NOT_SHIP) or not scene.says(_SHIP):
        return None
    if not scene.order_nos and not (
        scene.of(WaybillMark) or re.match(r"^(?:发货|已?发出|出库|已发货?)(?:了|吧)?$", scene.core)
    ):
        return None
    if not scene.order_nos and scene.of(ProductMark):
        return None
    lines = tuple(wanted(item, scene.lexicon) for item in pair(scene.text, scene.marks))
    numbers: list[str | None] = [*scene.order_nos] or [None]
    carriers, waybills = scene.of(CarrierMark), scene.of(WaybillMark)
    if len(waybills) > 1 and scene.says(RIGHTED):
        waybills = waybills[-1:]
    if len(numbers) > 1 and waybills:
        return _ship_each(numbers, [w.text for w in waybills], [c.text for c in carriers], goods=bool(lines))
    return [
        ConfirmShipment(
            order_no=number,
            carrier=carriers[-1].text if carriers else _own_wheels(scene),
            tracking_no=waybills[0].text if waybills else None,
            more_waybills=tuple(w.text for w in waybills[1:]),
            lines=lines,
            clarify=() if number or scene.context.last_order else ("order_no",),
        )
        for number in numbers
    ]


def _own_wheels(scene: Scene) -> str | None:
    """Goods that no carrier takes: our own people or a hired van bring them."""
    found = _OWN_WHEELS.search(scene.text) if not scene.of(WaybillMark) else None
    return found[0] if found else None


def _ship_each(numbers: list[str | None], waybills: list[str], carriers: list[str], *, goods: bool) -> list[Command]:
    """Several orders with waybills: with one they are in one box, with as many the first goes with the first and so on.

    Any other count is asked about.
    """
    if len(waybills) == 1 and len(carriers) < 2 and not goods:
        named = dict.fromkeys(filter(None, numbers))
        first, *others = named
        carrier = carriers[0] if carriers else None
        return [ConfirmShipment(order_no=first, carrier=carrier, tracking_no=waybills[0], with_orders=tuple(others))]
    if len(waybills) != len(numbers) or len(carriers) not in (0, 1, len(numbers)):
        return [ConfirmShipment(order_no=number, clarify=("order_no",)) for number in numbers]
    each = carriers if len(carriers) == len(numbers) else (carriers or [None]) * len(numbers)  # type: ignore[list-item]
    return [
        ConfirmShipment(order_no=number, carrier=carrier, tracking_no=waybill)
        for number, carrier, waybill in zip(numbers, each, waybills, strict=True)
    ]
