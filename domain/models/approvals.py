"""Held orders on their way through the people who decide, and the levels in force."""

from datetime import datetime
from typing import Any

from tortoise import Model, fields


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
