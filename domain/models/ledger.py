"""What happened: one row per business event, written in the transaction that made it true."""

from datetime import datetime
from typing import Any

from tortoise import Model, fields


class Event(Model):
    """A fact of the past (事件), ``routed_at`` is set once who hears of it is decided, ``by_identity`` did it."""

    id = fields.IntField(primary_key=True)
    kind = fields.CharField(40)
    order_number = fields.CharField(24, null=True, db_index=True)
    facts: dict[str, Any] = fields.JSONField(default=dict)
    by = fields.CharField(64)
    source = fields.CharField(160, default="")
    at = fields.DatetimeField()
    routed_at: datetime | None = fields.DatetimeField(null=True, db_index=True)
    by_identity: int | None = fields.IntField(null=True)

    class Meta:
        indexes = (("at",),)


class InstanceSecret(Model):
    """A secret of this installation, such as the one behind links, it travels with the backup."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(32, unique=True)
    value = fields.CharField(128)
