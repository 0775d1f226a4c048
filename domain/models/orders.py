"""Orders and their lines; the counters of the lines are the truth, every shown state is derived from them."""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from tortoise import Model, fields

from domain.models.people import Contact, Customer, Staff
from domain.models.scaled import MoneyField, PriceField, QuantityField, RatioField
from domain.rules.kits import KitPart, parts_in, taken
from domain.rules.lifecycle import OrderState as OrderState
from domain.values import DeliveryWish

if TYPE_CHECKING:
    from domain.models.shipments import Shipment

_form = TypeAdapter(DeliveryWish)


class OrderNumber(Model):
    """The counter behind order numbers: one row per number, its id is the number."""

    id = fields.IntField(primary_key=True)
    asked_by = fields.CharField(160, unique=True)


class Order(Model):
    """A customer order (订单). ``asked_by`` names the draft that it came from: a second try finds the first order.

    ``first_promised`` is the day that was named when it was accepted: its place in the queue for goods, after it
    ``priority``. ``links`` is the generation of its links that is good, those of an older one were taken back.
    ``po`` is the customer's own number for it.
    Of one that is to be sent whole (``ship_whole``) nothing leaves while something lacks.
    """

    id = fields.IntField(primary_key=True)
    number = fields.CharField(24, unique=True)
    asked_by = fields.CharField(160, unique=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField("gendan.Customer", "orders")
    customer_id: int
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField("gendan.Contact", "orders", null=True)
    contact_id: int | None
    rep: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField("gendan.Staff", "orders", null=True)
    rep_id: int | None
    placed_by = fields.CharField(64)
    placed_by_staff_id = fields.IntField(null=True)
    channel = fields.CharField(16, default="chat")
    state = fields.CharEnumField(OrderState, max_length=24)
    review: dict[str, Any] = fields.JSONField(default=dict)
    wish: dict[str, Any] = fields.JSONField(default=dict)
    requested_date: date | None = fields.DateField(null=True)
    promised_date: date | None = fields.DateField(null=True)
    first_promised: date | None = fields.DateField(null=True)
    priority = fields.IntField(default=0, db_default=0)
    ship_to: dict[str, Any] = fields.JSONField(default=dict)
    remark = fields.TextField(default="")
    po = fields.CharField(64, null=True)
    tax = fields.CharField(8, null=True)
    currency = fields.CharField(3, default="CNY")
    total: Decimal = MoneyField(default=Decimal(0))
    version = fields.IntField(default=1)
    placed_at = fields.DatetimeField()
    decided_by = fields.CharField(64, null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    reason = fields.CharField(400, default="")
    hold_reason = fields.CharField(400, null=True)
    held_by = fields.CharField(64, null=True)
    held_at: datetime | None = fields.DatetimeField(null=True)
    chased_at: datetime | None = fields.DatetimeField(null=True)
    links = fields.IntField(default=0, db_default=0)
    ship_whole = fields.BooleanField(default=False, db_default=False)

    lines: fields.ReverseRelation["OrderLine"]
    shipments: fields.ReverseRelation["Shipment"]

    class Meta:
        indexes = (
            ("customer_id", "id"),
            ("state", "id"),
            ("placed_at",),
            ("placed_by_staff_id", "id"),
            ("placed_by_staff_id", "state"),
            ("customer_id", "state"),
            ("customer_id", "placed_at"),
            ("po",),
        )

    @property
    def delivery_wish(self) -> DeliveryWish | None:
        """When the customer wants the goods, as it was said."""
        return _form.validate_python(self.wish) if self.wish else None


def wish_facts(wish: DeliveryWish | None) -> dict[str, str]:
    """A wish as it is kept with the order: what was said of it, as text."""
    return {} if wish is None else {name: str(value) for name, value in asdict(wish).items() if value is not None}


class OrderLine(Model):
    """One product of an order. Counters and ``base_qty`` are in base units, the ratio of the unit is frozen here.

    Of a kit they are in whole kits, and ``parts`` is what is in one, as it was when it was ordered.
    """

    id = fields.IntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("gendan.Order", "lines")
    order_id: int
    position = fields.IntField()
    sku = fields.CharField(64)
    name = fields.CharField(128)
    qty: Decimal = QuantityField()
    unit = fields.CharField(16)
    base_unit = fields.CharField(16)
    ratio: Decimal = RatioField()
    base_qty: Decimal = QuantityField()
    unit_price: Decimal = PriceField()
    price_unit = fields.CharField(16)
    price_source = fields.CharField(32)
    price_facts: dict[str, str] | None = fields.JSONField(null=True)
    amount: Decimal = MoneyField()
    parts: list[dict[str, str]] | None = fields.JSONField(null=True)
    reserved: Decimal = QuantityField(default=Decimal(0))
    shipped: Decimal = QuantityField(default=Decimal(0))
    delivered: Decimal = QuantityField(default=Decimal(0))
    cancelled: Decimal = QuantityField(default=Decimal(0))
    promised_date: date | None = fields.DateField(null=True)

    class Meta:
        indexes = (("sku",), ("order_id",))

    @property
    def open(self) -> Decimal:
        """What still has to leave the house, in base units."""
        return self.base_qty - self.shipped - self.cancelled

    @property
    def short(self) -> Decimal:
        """What is open and not reserved, in base units."""
        return self.open - self.reserved

    @property
    def kit(self) -> tuple[KitPart, ...]:
        """What is in one kit; nothing when the product is none."""
        return parts_in(self.parts)

    def goods(self, qty: Decimal) -> dict[str, Decimal]:
        """What so much of the line takes from the shelves, by product."""
        return taken(self.sku, self.kit, qty)


class ShortageOffer(Model):
    """What a buyer was asked when goods lacked (缺货协商), ``choice`` is their answer, or ``fallback`` once time is up.

    ``swaps`` names for a product the one that could be sent in its place.
    """

    id = fields.IntField(primary_key=True)
    order_number = fields.CharField(24, unique=True)
    choices: list[str] = fields.JSONField(default=list)
    swaps: dict[str, str] = fields.JSONField(default=dict)
    fallback = fields.CharField(16)
    deadline: datetime = fields.DatetimeField(db_index=True)
    choice = fields.CharField(16, null=True)
    decided_by = fields.CharField(64, null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
