"""What customers have paid."""

from decimal import Decimal

from tortoise import Model, fields

from domain.models.people import Customer
from domain.models.scaled import MoneyField


class Payment(Model):
    """Money that came in from a customer (收款), or was found not to have (``takes_back`` an earlier one).

    ``key`` is the message behind it: a message that is worked on twice books once.
    """

    id = fields.IntField(primary_key=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField("gendan.Customer", "payments")
    customer_id: int
    amount: Decimal = MoneyField()
    remark = fields.CharField(200, default="")
    key = fields.CharField(160, unique=True)
    takes_back = fields.IntField(null=True, unique=True)
    by = fields.CharField(64)
    at = fields.DatetimeField()

    class Meta:
        indexes = (("customer_id",),)
