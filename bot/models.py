"""The rows that the conversation keeps: messages that came in, and what we were talking about with whom."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import Model, fields


class Progress(StrEnum):
    """How far an inbound message is: in work, promised for later, or done."""

    WORKING = "working"
    DEFERRED = "deferred"
    SETTLED = "settled"


class InboundMessage(Model):
    """One message of the platform, the unique ``key`` makes every effect happen once.

    ``digest`` is the hash of the decrypted content: the same key with other content is refused. ``answer`` is the
    HTTP body that was given, kept so that a repeat gets the same bytes. Until ``lease_until`` it is taken for being in
    work, from its arrival or from when it was taken up after a process that died.
    """

    id = fields.IntField(primary_key=True)
    account = fields.CharField(32)
    key = fields.CharField(160)
    digest = fields.CharField(64)
    content: dict[str, Any] = fields.JSONField(default=dict)
    progress = fields.CharEnumField(Progress, max_length=12, default=Progress.WORKING)
    answer = fields.TextField(null=True)
    received_at = fields.DatetimeField(db_index=True)
    settled_at: datetime | None = fields.DatetimeField(null=True)
    lease_until: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        unique_together = (("account", "key"),)
        indexes = (("progress", "id"),)


class Dialogue(Model):
    """What we are talking about with one person: the open draft and the question asked last.

    ``version`` counts the changes: of two processes that answer this person at once, one sees that it was overtaken.
    """

    id = fields.IntField(primary_key=True)
    account = fields.CharField(32)
    openid = fields.CharField(64)
    state: dict[str, Any] = fields.JSONField(default=dict)
    touched_at = fields.DatetimeField()
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        unique_together = (("account", "openid"),)
