"""What is sold, in which units and at which price."""

from decimal import Decimal

from tortoise import Model, fields

from domain.models.people import Customer
from domain.models.scaled import PriceField, QuantityField


class Product(Model):
    """A product (商品), ``units`` maps a unit to base units in it, as decimal text, prices are per base unit.

    At least ``min_qty`` of it are sold at once, and only in multiples of ``pack_qty``, both in base units. Buyers who
    lack it are offered its ``substitute``, a code.
    One with a ``kit`` (套装) has no stock of its own: it is so much of other products, in their base units.
    With ``lots`` (批次) nothing of it comes in without the number of its lot.
    """

    id = fields.IntField(primary_key=True)
    sku = fields.CharField(64, unique=True)
    name = fields.CharField(128)
    aliases: list[str] = fields.JSONField(default=list)
    base_unit = fields.CharField(16)
    units: dict[str, str] = fields.JSONField(default=dict)
    list_price: Decimal = PriceField()
    floor_price: Decimal | None = PriceField(null=True)
    min_qty: Decimal | None = QuantityField(null=True)
    pack_qty: Decimal | None = QuantityField(null=True)
    cost: Decimal | None = PriceField(null=True)
    category = fields.CharField(64, null=True)
    lead_days = fields.IntField(default=7)
    make_or_buy = fields.CharField(8, default="buy")
    supplier = fields.CharField(64, default="", db_default="")
    substitute = fields.CharField(64, default="", db_default="")
    kit: dict[str, str] | None = fields.JSONField(null=True)
    lots = fields.BooleanField(default=False, db_default=False)
    active = fields.BooleanField(default=True)

    def ratio(self, unit: str) -> Decimal | None:
        """Base units in one ``unit``; None when the product is not sold in it."""
        text = self.units.get(unit)
        return Decimal(1) if unit == self.base_unit else Decimal(text) if text is not None else None


class KitUse(Model):
    """That a product is, or once was, in a kit: so goods that come find the orders that wait for them."""

    id = fields.IntField(primary_key=True)
    kit = fields.CharField(64)
    part = fields.CharField(64)

    class Meta:
        unique_together = (("part", "kit"),)


class GenericTerm(Model):
    """A word that means several products or customers (灯泡), to be asked about."""

    id = fields.IntField(primary_key=True)
    kind = fields.CharField(16)
    term = fields.CharField(64)
    members: list[str] = fields.JSONField(default=list)

    class Meta:
        unique_together = (("kind", "term"),)


class UnitSynonym(Model):
    """Other spellings of a unit, or (``factor`` set) a unit that converts into another for any product."""

    id = fields.IntField(primary_key=True)
    unit = fields.CharField(16, unique=True)
    spellings: list[str] = fields.JSONField(default=list)
    factor = fields.CharField(16, null=True)
    of = fields.CharField(16, null=True)


class CustomerAlias(Model):
    """What one customer calls a product (小红瓶), learnt from an order that was confirmed, and from whom."""

    id = fields.IntField(primary_key=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField("gendan.Customer", "aliases")
    alias = fields.CharField(32)
    sku = fields.CharField(64)
    learnt_at = fields.DatetimeField()
    learnt_by = fields.CharField(64)

    class Meta:
        unique_together = (("customer", "alias"),)


class CatalogueVersion(Model):
    """One row that counts the changes of everything that has a name."""

    id = fields.IntField(primary_key=True)
    version = fields.IntField(default=0)
