"""What an installation remembers of itself."""

from datetime import datetime

from tortoise import Model, fields


class Mark(Model):
    """One thing to remember under a name: the fingerprint of the key, the appid of an account, a sign of life."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(64, unique=True)
    value = fields.CharField(200)
    at = fields.DatetimeField()


class Leadership(Model):
    """Who runs the clock-driven jobs (领班), ``term`` counts the changes of hands.

    ``beat`` counts the signs of life in a term. An empty ``holder`` has given it back.
    """

    id = fields.IntField(primary_key=True)
    name = fields.CharField(32, unique=True)
    holder = fields.CharField(64, default="")
    term = fields.IntField(default=0)
    beat = fields.IntField(default=0)


class JobRun(Model):
    """One period of a clock-driven job, claimed by inserting it, so that no two processes run the same one."""

    id = fields.IntField(primary_key=True)
    job = fields.CharField(40)
    period = fields.BigIntField()
    term = fields.IntField()
    claimed_at = fields.DatetimeField(db_index=True)
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        unique_together = (("job", "period"),)
