"""How goods are made, what is being made, and what was reported of it."""

from datetime import date, datetime
from decimal import Decimal

from tortoise import Model, fields

from domain.models.scaled import QuantityField, RatioField


class Recipe(Model):
    """That a product is made (配方): at which station, and how many base units of it in a working day at most."""

    id = fields.IntField(primary_key=True)
    sku = fields.CharField(64, unique=True)
    station = fields.CharField(32)
    per_day: Decimal = QuantityField()


class RecipePart(Model):
    """How much of a part goes into one base unit of a product, in base units of the part."""

    id = fields.IntField(primary_key=True)
    sku = fields.CharField(64)
    part = fields.CharField(64)
    qty: Decimal = RatioField()

    class Meta:
        unique_together = (("sku", "part"),)


class WorkOrder(Model):
    """An order to make goods (生产单), ``number`` is W and its id, state ready, running, paused or done.

    ``parts`` and ``per_day`` are those of the recipe when it was written. It should be finished by ``due``, and will
    be by ``forecast``.
    """

    id = fields.IntField(primary_key=True)
    sku = fields.CharField(64, db_index=True)
    name = fields.CharField(128)
    unit = fields.CharField(16)
    qty: Decimal = QuantityField()
    good: Decimal = QuantityField(default=Decimal(0))
    scrap: Decimal = QuantityField(default=Decimal(0))
    state = fields.CharField(16, default="ready", db_index=True)
    station = fields.CharField(32)
    per_day: Decimal = QuantityField()
    parts: dict[str, str] = fields.JSONField(default=dict)
    due: date | None = fields.DateField(null=True)
    forecast: date | None = fields.DateField(null=True)
    reason = fields.CharField(200, default="")
    cause = fields.CharField(160, unique=True)
    ordered_by = fields.CharField(64)
    ordered_at: datetime = fields.DatetimeField()
    begun_at: datetime | None = fields.DatetimeField(null=True)

    @property
    def number(self) -> str:
        """What people call it."""
        return f"W{self.id}"

    @property
    def left(self) -> Decimal:
        """What has still to be made."""
        return max(self.qty - self.good, Decimal(0))

    @property
    def per_one(self) -> dict[str, Decimal]:
        """How much of each part goes into one."""
        return {part: Decimal(qty) for part, qty in self.parts.items()}


class WorkHold(Model):
    """Materials kept for open work (留料), part of what is reserved of the product.

    ``short`` is what it still wants of it, and gets when it comes in.
    """

    id = fields.IntField(primary_key=True)
    work_id = fields.IntField()
    sku = fields.CharField(64)
    qty: Decimal = QuantityField(default=Decimal(0))
    short: Decimal = QuantityField(default=Decimal(0))

    class Meta:
        unique_together = (("sku", "work_id"),)


class WorkReport(Model):
    """What somebody reported of a work order (报工), once per ``cause``."""

    id = fields.IntField(primary_key=True)
    work: fields.ForeignKeyRelation[WorkOrder] = fields.ForeignKeyField("gendan.WorkOrder", "reports")
    work_id: int
    good: Decimal = QuantityField()
    scrap: Decimal = QuantityField()
    by = fields.CharField(64)
    at: datetime = fields.DatetimeField()
    cause = fields.CharField(160, unique=True)
