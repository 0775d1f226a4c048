"""What lies in the warehouses, every move that made it so, and what has to be bought."""

from datetime import date
from decimal import Decimal

from tortoise import Model, fields

from domain.models.scaled import QuantityField


class Stock(Model):
    """The balance of one product in one warehouse, always the sum of its moves, never negative, reserved <= on hand."""

    id = fields.IntField(primary_key=True)
    sku = fields.CharField(64)
    warehouse = fields.CharField(32, default="MAIN")
    on_hand: Decimal = QuantityField(default=Decimal(0))
    reserved: Decimal = QuantityField(default=Decimal(0))

    class Meta:
        unique_together = (("sku", "warehouse"),)

    @property
    def free(self) -> Decimal:
        """What may still be promised."""
        return self.on_hand - self.reserved


class StockMove(Model):
    """One signed change of a balance (出入库流水): kind receipt, issue, count, transfer or reversal, never altered."""

    id = fields.IntField(primary_key=True)
    sku = fields.CharField(64, db_index=True)
    warehouse = fields.CharField(32)
    qty: Decimal = QuantityField()
    kind = fields.CharField(16)
    document = fields.CharField(64, default="")
    by = fields.CharField(64)
    at = fields.DatetimeField()


class PurchaseRequest(Model):
    """What is missing for an order line (采购请求), shrinks when the line needs less."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(32, unique=True)
    sku = fields.CharField(64, db_index=True)
    qty: Decimal = QuantityField()
    line_id = fields.IntField(null=True, db_index=True)
    order_number = fields.CharField(32, null=True)
    state = fields.CharField(16, default="open")
    needed_by: date | None = fields.DateField(null=True)
    expected_on: date | None = fields.DateField(null=True)
    at = fields.DatetimeField()
