"""A company in rows, for tests that read them: people with phones, an order, a parcel."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.models import Contact, Customer, Identity, Order, OrderLine, PurchaseRequest, Shipment, Staff
from domain.models.shipments import ParcelState
from domain.queries import actor_of
from domain.rules.lifecycle import OrderState
from domain.values import Actor, Address, Role
from tests.notify.samples import NOW

STAFF = {
    "老李": ("S001", ["sales"], ["C001"], "S002"),
    "陈姐": ("S002", ["reviewer", "manager"], [], None),
    "阿强": ("S003", ["warehouse"], [], "S002"),
    "采妹": ("S004", ["purchasing"], [], None),
    "老张": ("S005", ["manager"], [], None),
}


def openid(name: str) -> str:
    return f"o-{name}"


async def hire(name: str) -> Staff:
    code, roles, customers, manager = STAFF[name]
    staff = await Staff.create(code=code, name=name, roles=roles, customers=customers, manager=manager)
    await Identity.create(account="main", openid=openid(name), staff=staff, last_inbound_at=NOW)
    return staff


async def company() -> Customer:
    """华强电子 with 小王 who buys, and everybody of the shop."""
    customer = await Customer.create(code="C001", name="深圳市华强电子有限公司", short_names=["华强电子"])
    contact = await Contact.create(customer=customer, name="小王", role=Role.BUYER)
    await Identity.create(account="main", openid=openid("小王"), contact=contact, last_inbound_at=NOW)
    for name in STAFF:
        await hire(name)
    return customer


async def actor(name: str) -> Actor:
    return await actor_of(Address("main", openid(name)))


async def an_order(number: str = "SO1042K", **changes: Any) -> Order:
    customer = await Customer.get(code="C001")
    usual: dict[str, Any] = {
        "rep": await Staff.get_or_none(name="老李"),
        "state": OrderState.ACCEPTED,
        "placed_at": NOW,
        "placed_by": "小王",
        "promised_date": date(2026, 11, 27),
        "total": Decimal(100),
    }
    return await Order.create(number=number, asked_by=number, customer=customer, **{**usual, **changes})


async def a_line(order: Order, *, wanted: int = 100, **counters: int) -> OrderLine:
    amounts: dict[str, Any] = {name: Decimal(value) for name, value in counters.items()}
    return await OrderLine.create(
        order=order, position=1, sku="B200", name="LED驱动器", qty=Decimal(wanted), unit="个", base_unit="个",
        ratio=Decimal(1), base_qty=Decimal(wanted), unit_price=Decimal(1), price_unit="个", price_source="list",
        amount=Decimal(wanted), **amounts,
    )  # fmt: skip


async def a_request(line: OrderLine) -> PurchaseRequest:
    return await PurchaseRequest.create(
        number="PR1", sku=line.sku, qty=line.short, line_id=line.id, expected_on=date(2026, 11, 30), at=NOW
    )


async def a_parcel(order: Order, *, shipped: datetime = NOW, **changes: Any) -> Shipment:
    usual: dict[str, Any] = {
        "number": f"F{order.number}", "carrier": "顺丰", "waybill": f"SF{order.id:013d}", "hook_token": order.number,
        "salt": "s", "shipped_by": "阿强", "shipped_at": shipped, "state": ParcelState.HANDED_OVER,
    }  # fmt: skip
    return await Shipment.create(order=order, **{**usual, **changes})


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)
