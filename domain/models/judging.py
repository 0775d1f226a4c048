"""How orders are judged: every version of the rules of review."""

from typing import Any

from tortoise import Model, fields


class ReviewScheme(Model):
    """The rules of review (审核规则) as somebody set them, the newest row is in force until the next one.

    ``follows`` is the version that it was made from: of two changes to one version only the first counts.
    """

    id = fields.IntField(primary_key=True)
    follows = fields.IntField(unique=True)
    settings: dict[str, Any] = fields.JSONField(default=dict)
    rule = fields.CharField(32)
    by = fields.CharField(64)
    at = fields.DatetimeField()
