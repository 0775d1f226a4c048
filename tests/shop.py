"""Builders of a small shop for tests of the business: rows made directly, people as actors, orders placed for real."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from connect.carriers.statuses import KUAIDI100, meaning
from domain import ordering
from domain.commands import NO_DETAILS, Details, Wanted
from domain.models import (
    Contact,
    Customer,
    Event,
    Identity,
    Order,
    OrderLine,
    Product,
    Shipment,
    Staff,
    Stock,
    StockMove,
)
from domain.ordering import Placed
from domain.queries import actor_of
from domain.quotedvalues import DraftLine, OrderDraft
from domain.values import Actor, Address, DeliveryKind, DeliveryWish, Role, Scan
from tests.checker import books

# A Tuesday, 18:00 in the shop.
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
TOMORROW = date(2026, 11, 25)

LU = Actor(name="", address=Address("main", "o-luren"))

_keys = count(1)


async def a_customer(code: str = "C001", **more: Any) -> Customer:
    """A customer with an address."""
    row: dict[str, Any] = {
        "name": f"{code}有限公司", "short_names": [code], "city": "深圳",
        "ship_to": {"address": "华强北路1号", "name": "王先生", "phone": "13800138000"},
    } | more  # fmt: skip
    return await Customer.create(code=code, **row)


async def a_product(sku: str = "A100", *, stock: int | str = 0, warehouse: str = "MAIN", **more: Any) -> Product:
    """A product in 个 and 箱 of 50, with so much of it on the shelf."""
    row: dict[str, Any] = {
        "name": f"{sku}货", "base_unit": "个", "units": {"个": "1", "箱": "50"}, "list_price": Decimal("18.5"),
        "floor_price": Decimal(16), "lead_days": 7,
    } | more  # fmt: skip
    product = await Product.create(sku=sku, **row)
    await shelved(sku, stock, warehouse=warehouse)
    return product


async def shelved(sku: str, qty: int | str, *, warehouse: str = "MAIN") -> None:
    """So much on the shelf, with the move that brought it there."""
    amount = Decimal(qty)
    await Stock.create(sku=sku, warehouse=warehouse, on_hand=amount)
    if amount:
        await StockMove.create(sku=sku, warehouse=warehouse, qty=amount, kind="count", by="test", at=NOW)


async def a_contact(name: str, customer: Customer, role: Role = Role.BUYER) -> Actor:
    """A bound person of a customer."""
    contact = await Contact.create(customer=customer, name=name, role=role)
    address = Address("main", f"o-{name}-{contact.id}")
    await Identity.create(account=address.account, openid=address.openid, contact=contact, bound_at=NOW)
    return await actor_of(address)


async def a_member(name: str, *roles: Role, customers: tuple[str, ...] = (), code: str | None = None) -> Actor:
    """A bound member of staff."""
    staff = await Staff.create(code=code or name, name=name, roles=[*roles], customers=[*customers])
    address = Address("main", f"o-{name}")
    await Identity.create(account=address.account, openid=address.openid, staff=staff, bound_at=NOW)
    return await actor_of(address)


class Cast:
    """小王 buys, 老板 owns, 小收 receives, 小财 pays, ``other`` elsewhere; 老李 sells, 陈姐 reviews, 阿强 ships."""

    wang: Actor
    boss: Actor
    receiver: Actor
    payer: Actor
    li: Actor
    chen: Actor
    manager: Actor
    qiang: Actor
    cai: Actor
    other: Actor
    lu: Actor = LU


async def the_cast() -> Cast:
    """Everybody, and two customers: C001 is 小王's and 老李's, C003 is 小周's (``other``) and nobody's."""
    cast = Cast()
    mine, theirs = await a_customer("C001"), await a_customer("C003")
    cast.wang = await a_contact("小王", mine)
    cast.boss = await a_contact("老板", mine, Role.BOSS)
    cast.receiver = await a_contact("小收", mine, Role.RECEIVER)
    cast.payer = await a_contact("小财", mine, Role.FINANCE_CONTACT)
    cast.other = await a_contact("小周", theirs)
    cast.li = await a_member("老李", Role.SALES, customers=("C001",), code="S001")
    cast.chen = await a_member("陈姐", Role.REVIEWER)
    cast.manager = await a_member("经理", Role.MANAGER)
    cast.qiang = await a_member("阿强", Role.WAREHOUSE)
    cast.cai = await a_member("采妹", Role.PURCHASING)
    return cast


def line(sku: str = "A100", qty: int | str = 1, unit: str = "个", price: str | None = None, per: str | None = None):
    """A line of a draft."""
    return DraftLine(sku, Decimal(qty), unit, Decimal(price) if price is not None else None, per)


def a_draft(*lines: DraftLine, customer: str = "C001", key: str | None = None, **details: Any) -> OrderDraft:
    """A draft with a key of its own."""
    wanted = replace(NO_DETAILS, **details) if details else Details()
    return OrderDraft(key or f"test:{next(_keys)}", customer, lines or (line(),), wanted)


def on(day: date) -> DeliveryWish:
    """Wanted on this day."""
    return DeliveryWish(DeliveryKind.DATE, day)


async def an_order(by: Actor, *lines: DraftLine, now: datetime = NOW, **more: Any) -> Placed:
    """An order, placed for real."""
    return await ordering.place_order(a_draft(*lines, **more), by=by, now=now)


def goods(
    sku: str | None = "A100", base: int | str | None = None, qty: int | str | None = None, unit: str | None = None
):
    """A line as somebody in the warehouse or at the door says it."""
    return Wanted(
        sku,
        qty=Decimal(qty if qty is not None else base or 0),
        unit=unit,
        base_qty=Decimal(base) if base is not None else None,
    )


def scan(at: datetime, code: str, text: str, place: str = "") -> Scan:
    """What 快递100 tells with this code."""
    state, reason = meaning(KUAIDI100, code)
    return Scan(at, state, text, place, code, reason)


async def lines_of(number: str) -> list[OrderLine]:
    """The lines as they are now."""
    return await OrderLine.filter(order__number=number).order_by("position")


async def events_of(number: str | None) -> list[str]:
    """The kinds of the events of an order, in order."""
    return [row.kind for row in await Event.filter(order_number=number).order_by("id")]


async def balance(sku: str = "A100") -> tuple[Decimal, Decimal]:
    """On hand and reserved, over all warehouses."""
    rows = await Stock.filter(sku=sku)
    return sum((r.on_hand for r in rows), Decimal(0)), sum((r.reserved for r in rows), Decimal(0))


async def check_the_books() -> None:
    """What must be true of every shop at every moment."""
    assert not (found := [*await books.balanced(), *await books.legal()]), "\n".join(found)


__all__ = [
    "LU", "NOW", "TODAY", "TOMORROW", "Cast", "Order", "Shipment", "a_contact", "a_customer", "a_draft", "a_member",
    "a_product", "an_order", "balance", "check_the_books", "events_of", "goods", "line", "lines_of", "on", "scan",
    "shelved", "the_cast",
]  # fmt: skip
