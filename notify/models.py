"""The rows of the notification hub: what is to be told to whom, and what is wrong with the business right now."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import Model, fields


class DeliveryState(StrEnum):
    """The life of one notice to one person; the last six are ends.

    ``held`` waits for a word of the person, and is ``shown`` then together with all that waited. ``kept`` waits to be
    shown in one message with others, as the person set it, and ``quiet`` is what they do not want to be told.
    """

    DUE = "due"
    SENDING = "sending"
    FAILED = "failed"
    HELD = "held"
    KEPT = "kept"
    SENT = "sent"
    DELIVERED = "delivered"
    SHOWN = "shown"
    UNSURE = "unsure"
    GIVEN_UP = "given_up"
    QUIET = "quiet"


class Delivery(Model):
    """One notice to one person by one channel (通知). Unique by cause, person and notice, its id is the client_msg_id.

    ``cause`` is ``event:12``, ``alert:7:1`` or ``inbound:main:…``, ``facts`` are what the template needs. ``channels``
    are the ways still open, ``channel`` the present one, ``handed_at`` is set from just before a send to its end.
    ``kept_why`` says why it did not go at once, ``kept_until`` how long it waits for that.
    """

    id = fields.IntField(primary_key=True)
    cause = fields.CharField(200)
    account = fields.CharField(32)
    openid = fields.CharField(64)
    notice = fields.CharField(40)
    channel = fields.CharField(20)
    channels: list[str] = fields.JSONField(default=list)
    facts: dict[str, Any] = fields.JSONField(default=dict)
    why = fields.CharField(200, default="")
    order_number = fields.CharField(24, null=True, db_index=True)
    state = fields.CharEnumField(DeliveryState, max_length=12, default=DeliveryState.DUE)
    rank = fields.SmallIntField(default=2, db_default=2)
    attempts = fields.IntField(default=0)
    first_try_at: datetime | None = fields.DatetimeField(null=True)
    next_at = fields.DatetimeField()
    lease_until: datetime | None = fields.DatetimeField(null=True)
    lease_by = fields.CharField(80, null=True)
    handed_at: datetime | None = fields.DatetimeField(null=True)
    platform_id = fields.CharField(40, null=True, db_index=True)
    last_code = fields.CharField(40, default="")
    kept_why = fields.CharField(24, default="", db_default="")
    kept_until: datetime | None = fields.DatetimeField(null=True)
    tries: list[dict[str, Any]] = fields.JSONField(default=list)
    created_at = fields.DatetimeField()
    settled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        unique_together = (("cause", "account", "openid", "notice"),)
        indexes = (("state", "next_at"), ("state", "rank", "next_at"), ("openid", "id"))


UNTIL_SENT, UNTIL_TIME, BUT_TROUBLE = "sent", "time", "trouble"
"""How a mute ends: when goods leave, at a moment, when the order is over; the last lets pass what goes wrong."""


class Mute(Model):
    """One person wants quiet about one order (静音), ``live`` tells which while it lasts, so that there is one.

    It ends on an event, at ``until``, or lets pass what goes wrong until the order is over, by ``kind``.
    """

    id = fields.IntField(primary_key=True)
    account = fields.CharField(32)
    openid = fields.CharField(64)
    order_number = fields.CharField(24, db_index=True)
    kind = fields.CharField(12)
    live = fields.CharField(128, null=True, unique=True)
    until: datetime | None = fields.DatetimeField(null=True)
    begun_at = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        indexes = (("until", "id"),)


class Allowance(Model):
    """How many plain messages (客服消息额度) went to somebody on account of one sign of life, since then."""

    id = fields.IntField(primary_key=True)
    account = fields.CharField(32)
    openid = fields.CharField(64)
    sign = fields.CharField(12)
    since = fields.BigIntField()
    used = fields.IntField()

    class Meta:
        unique_together = (("account", "openid", "sign"),)


class SendCount(Model):
    """How many sends of one way the platform counted on one of its days (用量)."""

    id = fields.IntField(primary_key=True)
    account = fields.CharField(32)
    channel = fields.CharField(20)
    day = fields.CharField(10)
    used = fields.IntField()

    class Meta:
        table = "send_count"
        unique_together = (("account", "channel", "day"),)


class ChannelPause(Model):
    """A way out of one account that is shut (通道暂停) by a quota or a mistake in its setup, until the next success."""

    id = fields.IntField(primary_key=True)
    account = fields.CharField(32)
    channel = fields.CharField(20)
    kind = fields.CharField(16)
    code = fields.CharField(40)
    since = fields.DatetimeField()
    until = fields.DatetimeField()

    class Meta:
        unique_together = (("account", "channel"),)


class Receipt(Model):
    """The platform's word on a message that we cannot match yet: it may come before the answer to the send."""

    id = fields.IntField(primary_key=True)
    account = fields.CharField(32)
    platform_id = fields.CharField(40, db_index=True)
    status = fields.CharField(40)
    at = fields.DatetimeField()


class AlertState(StrEnum):
    """open (raised), taken (acknowledged), snoozed, dismissed (a false alarm, while it lasts), resolved."""

    OPEN = "open"
    TAKEN = "taken"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    RESOLVED = "resolved"


class Alert(Model):
    """One condition that somebody must look at (预警), ``live`` is its fingerprint while open, so that it is unique.

    People know it as ``A`` and its id. ``told`` counts how often it was told, ``told_at`` when last, ``level`` how far
    it was escalated, ``next_at`` ends a snooze, ``why`` is the reason of the last decision to tell it or not.
    """

    id = fields.IntField(primary_key=True)
    rule = fields.CharField(32)
    subject = fields.CharField(80)
    live = fields.CharField(120, null=True, unique=True)
    order_number = fields.CharField(24, null=True)
    facts: dict[str, Any] = fields.JSONField(default=dict)
    owner_roles: list[str] = fields.JSONField(default=list)
    owner_staff_id = fields.IntField(null=True)
    state = fields.CharEnumField(AlertState, max_length=12, default=AlertState.OPEN)
    level = fields.IntField(default=0)
    told = fields.IntField(default=0)
    told_at: datetime | None = fields.DatetimeField(null=True)
    next_at: datetime | None = fields.DatetimeField(null=True)
    why = fields.CharField(48, default="", db_default="")
    taken_by = fields.CharField(64, null=True)
    taken_at: datetime | None = fields.DatetimeField(null=True)
    raised_at = fields.DatetimeField()
    resolved_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        indexes = (("state", "next_at"),)


class TokenLease(Model):
    """The access token of one account for all processes, ``turn`` counts the tokens that lay here.

    ``lease_by`` fetches the next one. After ``strikes`` refusals of fresh ones nobody asks before ``shut_until``.
    """

    id = fields.IntField(primary_key=True)
    account = fields.CharField(32, unique=True)
    token = fields.TextField(default="")
    expires_at: datetime | None = fields.DatetimeField(null=True)
    lease_until: datetime | None = fields.DatetimeField(null=True)
    lease_by = fields.CharField(64, null=True)
    turn = fields.IntField(default=0, db_default=0)
    strikes = fields.IntField(default=0, db_default=0)
    shut_until: datetime | None = fields.DatetimeField(null=True)
    shut_why = fields.CharField(16, default="", db_default="")
