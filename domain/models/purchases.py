"""What was ordered from suppliers, and how much of it has come."""

from datetime import date, datetime
from decimal import Decimal

from tortoise import Model, fields

from domain.models.scaled import QuantityField


class PurchaseOrder(Model):
    """An order to a supplier (采购单), ``number`` is P and its id, ``expected_on`` the day the goods come to us."""

    id = fields.IntField(primary_key=True)
    supplier = fields.CharField(64)
    state = fields.CharField(16, default="open", db_index=True)
    expected_on: date = fields.DateField()
    first_expected: date = fields.DateField()
    cause = fields.CharField(160, unique=True)
    ordered_by = fields.CharField(64)
    ordered_at: datetime = fields.DatetimeField()

    items: fields.ReverseRelation["PurchaseItem"]

    @property
    def number(self) -> str:
        """What people call it."""
        return f"P{self.id}"


class PurchaseItem(Model):
    """One product of it, in base units, ``received`` is what has come so far."""

    id = fields.IntField(primary_key=True)
    order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField("gendan.PurchaseOrder", "items")
    order_id: int
    sku = fields.CharField(64, db_index=True)
    name = fields.CharField(128)
    unit = fields.CharField(16)
    qty: Decimal = QuantityField()
    received: Decimal = QuantityField(default=Decimal(0))

    @property
    def left(self) -> Decimal:
        """What has still to come."""
        return self.qty - self.received
