"""At which prices we sell to whom: price lists, for everybody, for a level of customers or for one of them."""

from datetime import date
from decimal import Decimal

from tortoise import Model, fields

from domain.models.scaled import PriceField, QuantityField, RatioField


class PriceList(Model):
    """A price list (价格表), its code is that of a customer, of their level, or ``BASE`` for everybody.

    ``taxed`` says whether its prices include tax of ``tax_rate``, null when nobody said.
    """

    id = fields.IntField(primary_key=True)
    code = fields.CharField(32, unique=True)
    name = fields.CharField(64)
    taxed = fields.BooleanField(null=True)
    tax_rate: Decimal | None = RatioField(null=True)


class PriceEntry(Model):
    """One price of a list, per base unit, from a quantity on and within its days, both of them included."""

    id = fields.IntField(primary_key=True)
    list_code = fields.CharField(32)
    sku = fields.CharField(64)
    from_qty: Decimal = QuantityField(default=Decimal(0))
    price: Decimal = PriceField()
    starts: date | None = fields.DateField(null=True)
    ends: date | None = fields.DateField(null=True)

    class Meta:
        indexes = (("sku", "list_code"),)
