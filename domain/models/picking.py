"""What the warehouse takes off the shelf for an order before it leaves."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tortoise import Model, fields

from domain.models.orders import Order, OrderLine
from domain.models.scaled import QuantityField


class PickState(StrEnum):
    """Where a picking list stands; what is gone or dropped is history."""

    PLANNED = "planned"
    PICKING = "picking"
    PACKED = "packed"
    GONE = "gone"
    DROPPED = "dropped"


UNDER_WAY = (PickState.PLANNED, PickState.PICKING, PickState.PACKED)


class PickList(Model):
    """What is to be taken off the shelf for one parcel or several (拣货单), in ``boxes`` once it is packed."""

    id = fields.IntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("gendan.Order", "picks")
    order_id: int
    state = fields.CharEnumField(PickState, max_length=16)
    boxes = fields.IntField(default=0)
    picker = fields.CharField(64, default="")
    picker_identity: int | None = fields.IntField(null=True)
    begun_at: datetime | None = fields.DatetimeField(null=True)
    packed_at: datetime | None = fields.DatetimeField(null=True)
    shipment = fields.CharField(40, null=True)

    lines: fields.ReverseRelation["PickLine"]

    class Meta:
        indexes = (("order_id", "state"), ("picker_identity", "state"))


class PickLine(Model):
    """How much of an order line a list asks for, in base units, and after packing how much there was.

    ``lots`` are those to take it from, as ``domain.rules.lots.Taken`` writes them.
    """

    id = fields.IntField(primary_key=True)
    pick: fields.ForeignKeyRelation[PickList] = fields.ForeignKeyField("gendan.PickList", "lines")
    pick_id: int
    line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField("gendan.OrderLine", "picked_in")
    line_id: int
    qty: Decimal = QuantityField()
    lots: list[dict[str, str]] | None = fields.JSONField(null=True)

    class Meta:
        indexes = (("pick_id",), ("line_id",))
