"""Who is at work when: leave that was asked for and shifts of the duty roster."""

from datetime import date, datetime

from tortoise import Model, fields

from domain.models.people import Staff


class Leave(Model):
    """A leave (请假), ``first_day`` to ``last_day``, ``part`` am or pm for half a day, ``ended_at`` cuts it short."""

    id = fields.IntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("gendan.Staff", "leaves")
    staff_id: int
    first_day: date = fields.DateField()
    last_day: date = fields.DateField()
    part = fields.CharField(2, default="")
    start_at = fields.DatetimeField()
    end_at = fields.DatetimeField(db_index=True)
    reason = fields.CharField(100, default="")
    asked_by = fields.CharField(64)
    asked_at = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)
    ended_by = fields.CharField(64, default="")

    @property
    def until(self) -> datetime:
        """When it really ends."""
        return self.end_at if self.ended_at is None else min(self.end_at, self.ended_at)


class Shift(Model):
    """One turn of duty (排班) of somebody, ``day`` is the day on which it begins."""

    id = fields.IntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("gendan.Staff", "shifts")
    staff_id: int
    day: date = fields.DateField()
    start_at = fields.DatetimeField()
    end_at = fields.DatetimeField(db_index=True)
    by = fields.CharField(64)

    class Meta:
        unique_together = (("staff", "start_at"),)
