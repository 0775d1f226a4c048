"""What an installation remembers of itself."""

from tortoise import Model, fields


class Mark(Model):
    """One thing to remember under a name: the fingerprint of the key, the appid of an account, a sign of life."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(64, unique=True)
    value = fields.CharField(200)
    at = fields.DatetimeField()
