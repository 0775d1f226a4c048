"""Customers and their contacts, staff, and the WeChat identities that belong to them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from tortoise import Model, fields

from domain.models.scaled import MoneyField
from domain.values import Role


class Staff(Model):
    """A member of staff (员工), ``customers`` are the codes that a rep looks after.

    ``manager`` and ``deputy`` are codes of staff, ``hours`` the regular hours, empty for none that are fixed.
    ``price_limit`` is how many percent they may leave out of a price, null for what the rules say. ``wishes`` is how
    they want to be told, ``way`` where they hear alerts first, empty for WeChat, ``wecom`` their user id at WeCom.
    """

    id = fields.IntField(primary_key=True)
    code = fields.CharField(32, unique=True)
    name = fields.CharField(64)
    roles: list[str] = fields.JSONField(default=list)
    customers: list[str] = fields.JSONField(default=list)
    manager = fields.CharField(32, null=True)
    department = fields.CharField(32, default="", db_default="")
    deputy = fields.CharField(32, null=True)
    hours: dict[str, Any] | None = fields.JSONField(null=True)
    price_limit = fields.IntField(null=True)
    wishes: dict[str, Any] | None = fields.JSONField(null=True)
    way = fields.CharField(12, default="", db_default="")
    email = fields.CharField(254, default="", db_default="")
    wecom = fields.CharField(64, default="", db_default="")
    active = fields.BooleanField(default=True)

    @property
    def role_set(self) -> frozenset[Role]:
        """The roles as values."""
        return frozenset(Role(role) for role in self.roles)


class Customer(Model):
    """A company or person that buys (客户).

    They may owe ``credit_limit``, and for ``credit_days`` after dispatch; ``blocked`` holds all their orders.
    ``owed`` is what they owe, kept up by ``domain/owing.py``.
    """

    id = fields.IntField(primary_key=True)
    code = fields.CharField(32, unique=True)
    name = fields.CharField(128)
    short_names: list[str] = fields.JSONField(default=list)
    city = fields.CharField(64, null=True)
    price_list = fields.CharField(32, null=True)
    credit_limit = fields.BigIntField(null=True)
    credit_days = fields.IntField(null=True)
    owed: Decimal = MoneyField(default=Decimal(0), db_default=0)
    ship_to: dict[str, str] = fields.JSONField(default=dict)
    blocked = fields.BooleanField(default=False)
    block_reason = fields.CharField(200, null=True)
    blocked_by = fields.CharField(64, null=True)
    active = fields.BooleanField(default=True)


class Contact(Model):
    """A person of a customer (联系人), with the one role that decides what is told to them and what they may do.

    ``wishes`` is how they want to be told.
    """

    id = fields.IntField(primary_key=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField("gendan.Customer", "contacts")
    customer_id: int
    name = fields.CharField(64)
    role = fields.CharEnumField(Role, max_length=32)
    wishes: dict[str, Any] | None = fields.JSONField(null=True)
    active = fields.BooleanField(default=True)

    class Meta:
        indexes = (("customer_id",),)


class Identity(Model):
    """One openid of one Official Account: a follower, and perhaps a contact or a member of staff.

    ``last_inbound_at`` is the last sign of life, the four after it are the last of each kind (``domain/signs.py``).
    ``past_links`` is the generation of links to their past orders that is good.
    """

    id = fields.IntField(primary_key=True)
    account = fields.CharField(32)
    openid = fields.CharField(64)
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "gendan.Contact", "identities", null=True
    )
    contact_id: int | None
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField("gendan.Staff", "identities", null=True)
    staff_id: int | None
    following = fields.BooleanField(default=True)
    bound_at: datetime | None = fields.DatetimeField(null=True)
    last_inbound_at: datetime | None = fields.DatetimeField(null=True)
    wrote_at: datetime | None = fields.DatetimeField(null=True)
    tapped_at: datetime | None = fields.DatetimeField(null=True)
    followed_at: datetime | None = fields.DatetimeField(null=True)
    scanned_at: datetime | None = fields.DatetimeField(null=True)
    seen_event = fields.IntField(default=0, db_default=0)
    looked_at: datetime | None = fields.DatetimeField(null=True)
    past_links = fields.IntField(default=0, db_default=0)

    class Meta:
        unique_together = (("account", "openid"),)
        indexes = (("staff_id",), ("contact_id",))


class BindingCode(Model):
    """A one-time invitation: the hash of a code, and whom it makes of the one who sends it."""

    id = fields.IntField(primary_key=True)
    digest = fields.CharField(64, unique=True)
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField("gendan.Staff", "codes", null=True)
    staff_id: int | None
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField("gendan.Contact", "codes", null=True)
    contact_id: int | None
    issued_by = fields.CharField(64)
    expires_at = fields.DatetimeField()
    used_at: datetime | None = fields.DatetimeField(null=True)


class BindingTry(Model):
    """One attempt to redeem a code, kept to slow guessing down."""

    id = fields.IntField(primary_key=True)
    account = fields.CharField(32)
    openid = fields.CharField(64)
    at = fields.DatetimeField()

    class Meta:
        indexes = (("account", "openid", "at"),)
