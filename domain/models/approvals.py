"""Held orders and held changes on their way through the people who decide, and the levels in force."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from tortoise import Model, fields

from domain.models.scaled import MoneyField


class Approval(Model):
    """The approval (审批) of one order, ``step`` of ``levels`` waits for ``approver`` since ``asked_at``.

    ``given`` are the decisions so far, ``passed`` the staff who handed it on, ``instead_of`` the absent one.
    """

    id = fields.IntField(primary_key=True)
    order_number = fields.CharField(24, unique=True)
    levels: list[dict[str, Any]] = fields.JSONField(default=list)
    step = fields.IntField(default=0)
    approver_id = fields.IntField(null=True)
    approver = fields.CharField(64, default="")
    instead_of = fields.CharField(64, default="")
    why = fields.CharField(16, default="")
    given: list[dict[str, Any]] = fields.JSONField(default=list)
    passed: list[int] = fields.JSONField(default=list)
    placed_by = fields.IntField(null=True)
    live = fields.BooleanField(default=True, db_index=True)
    asked_at = fields.DatetimeField()
    reminded_at: datetime | None = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)


class ApprovalScheme(Model):
    """The levels of approval (审批级别) as somebody set them, the newest row is in force."""

    id = fields.IntField(primary_key=True)
    levels: list[dict[str, Any]] = fields.JSONField(default=list)
    by = fields.CharField(64)
    at = fields.DatetimeField()


class SubmittedChange(Model):
    """A change of an order that stands and that the review held (改单送审), the order stays as it is meanwhile.

    ``wish`` is what was wanted, ``was`` the content that it was wanted of, ``ahead`` what a yes would mean.
    One of an order waits at most, ``state`` is then waiting, later approved, rejected, replaced or overtaken.
    """

    id = fields.IntField(primary_key=True)
    order_number = fields.CharField(24)
    wish: dict[str, Any] = fields.JSONField(default=dict)
    was: list[str] = fields.JSONField(default=list)
    changes: list[str] = fields.JSONField(default=list)
    reasons: list[dict[str, Any]] = fields.JSONField(default=list)
    goods = fields.TextField(default="")
    total: Decimal = MoneyField(default=Decimal(0))
    ahead: dict[str, Any] = fields.JSONField(default=dict)
    by = fields.CharField(64)
    staff_id = fields.IntField(null=True)
    at = fields.DatetimeField()
    state = fields.CharField(12, default="waiting")
    decided_by = fields.CharField(64, null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    reason = fields.CharField(400, default="")

    class Meta:
        indexes = (("order_number", "state"), ("state",))
