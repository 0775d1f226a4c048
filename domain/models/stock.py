"""What lies in the warehouses, every move that made it so, and what has to be bought."""

from datetime import date, datetime
from decimal import Decimal

from tortoise import Model, fields

from domain.models.scaled import QuantityField


class Stock(Model):
    """The balance of one product in one warehouse, always the sum of its moves, never negative, reserved <= on hand.

    ``by_lot``: what is on hand lies there in lots, and their sum is the balance.
    """

    id = fields.IntField(primary_key=True)
    sku = fields.CharField(64)
    warehouse = fields.CharField(32, default="MAIN")
    on_hand: Decimal = QuantityField(default=Decimal(0))
    reserved: Decimal = QuantityField(default=Decimal(0))
    by_lot = fields.BooleanField(default=False, db_default=False)

    class Meta:
        unique_together = (("sku", "warehouse"),)

    @property
    def free(self) -> Decimal:
        """What may still be promised."""
        return self.on_hand - self.reserved


class StockLot(Model):
    """What is left of a lot (批次) in one warehouse, good until the end of the day ``expires_on``, None for always.

    ``expired`` is what nobody may sell any more: no part of ``on_hand``, and off the balance.
    """

    id = fields.IntField(primary_key=True)
    sku = fields.CharField(64)
    warehouse = fields.CharField(32)
    code = fields.CharField(32)
    expires_on: date | None = fields.DateField(null=True)
    received_at: datetime = fields.DatetimeField()
    on_hand: Decimal = QuantityField(default=Decimal(0))
    expired: Decimal = QuantityField(default=Decimal(0))

    class Meta:
        unique_together = (("sku", "warehouse", "code"),)
        indexes = (("expires_on",),)


class Warehouse(Model):
    """A place where goods lie (仓库), the one called MAIN is where they lie when nobody says anything else."""

    id = fields.IntField(primary_key=True)
    code = fields.CharField(32, unique=True)
    name = fields.CharField(64)


class StockMove(Model):
    """One signed change of a balance (出入库流水): kind receipt, issue, count, transfer or reversal, never altered.

    ``cause`` names what made it, so that nothing is booked twice, ``reverses`` the move that it takes back, ``lot`` the
    lot that it changed, empty for goods without. What has expired leaves by a move of kind expiry.
    """

    id = fields.IntField(primary_key=True)
    sku = fields.CharField(64, db_index=True)
    warehouse = fields.CharField(32)
    qty: Decimal = QuantityField()
    kind = fields.CharField(16)
    document = fields.CharField(64, default="")
    by = fields.CharField(64)
    at = fields.DatetimeField()
    cause = fields.CharField(200, null=True, unique=True)
    reverses: int | None = fields.IntField(null=True, unique=True)
    lot = fields.CharField(32, default="", db_default="")


class StockCount(Model):
    """What somebody counted (盘点单) against ``before`` on the books, waiting, booked or refused."""

    id = fields.IntField(primary_key=True)
    sku = fields.CharField(64)
    warehouse = fields.CharField(32)
    lot = fields.CharField(32, default="", db_default="")
    counted: Decimal = QuantityField()
    before: Decimal = QuantityField()
    state = fields.CharField(16)
    cause = fields.CharField(160, unique=True)
    asked_by = fields.CharField(64)
    asked_by_staff: int | None = fields.IntField(null=True)
    asked_at = fields.DatetimeField()
    decided_by = fields.CharField(64, null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    reason = fields.CharField(200, default="")

    @property
    def difference(self) -> Decimal:
        """What was found more than the books say, negative for less."""
        return self.counted - self.before


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


class Earmark(Model):
    """Goods kept for a read-back that waits for its yes (回读留货), part of what is reserved of the product.

    ``draft`` is the key of what was read back, ``owner`` the identity that it was read back to.
    """

    id = fields.IntField(primary_key=True)
    draft = fields.CharField(160)
    owner = fields.IntField()
    sku = fields.CharField(64)
    qty: Decimal = QuantityField()
    until = fields.DatetimeField()

    class Meta:
        indexes = (("draft",), ("owner",), ("until",))
