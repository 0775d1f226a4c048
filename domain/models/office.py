"""What was announced to many."""

from tortoise import Model, fields


class Announcement(Model):
    """An announcement (公告), ``key`` is the preview that was confirmed: a second yes to it sends nothing more."""

    id = fields.IntField(primary_key=True)
    key = fields.CharField(200, unique=True)
    audience = fields.CharField(48)
    text = fields.CharField(400)
    by = fields.CharField(64)
    people = fields.IntField()
    at = fields.DatetimeField(db_index=True)
