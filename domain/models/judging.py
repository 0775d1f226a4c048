"""How orders are judged and what is watched for: every version of the rules that managers set."""

from typing import Any

from tortoise import Model, fields


class Scheme(Model):
    """The columns of a version of rules.

    ``follows`` is the version that it was made from: of two changes to one version only the first counts.
    """

    id = fields.IntField(primary_key=True)
    follows = fields.IntField(unique=True)
    settings: dict[str, Any] = fields.JSONField(default=dict)
    rule = fields.CharField(32)
    by = fields.CharField(64)
    at = fields.DatetimeField()

    class Meta:
        abstract = True


class ReviewScheme(Scheme):
    """The rules of review (审核规则) as somebody set them, the newest row is in force until the next one.

    ``follows`` is the version that it was made from: of two changes to one version only the first counts.
    """


class AlertScheme(Scheme):
    """The limits of alerts (预警规则) as somebody set them, the newest row is in force until the next one."""
