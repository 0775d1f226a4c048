"""Parcels, what is in them, and what their carriers say."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tortoise import Model, fields

from domain.models.orders import Order, OrderLine
from domain.models.scaled import QuantityField
from domain.rules.tracking import ParcelState as ParcelState


class Shipment(Model):
    """One parcel of an order (发货单). ``hook_token`` ties a carrier's push to it, ``tail`` ends the phone number.

    ``carrier_said``: a person named the carrier, and no service knows better. ``service`` watches it; ``asked_at`` is
    when one was last asked where it is, ``query_next_at`` when one may be asked next.

    ``lane`` is who carries it where to, ``longest_gap`` the longest time in seconds between two scans of a journey that
    ended well. Of a parcel that is silent: ``gave_up_at`` its service stopped watching, ``quiet_at`` the customer was
    told. ``relabelled_at``: its waybill or carrier was put right.

    Several parcels may take what left at once: the first has the goods, the others are ``part_of`` it. Several orders
    may be in one parcel: the first one's has the waybill, the others' ride with it (``rides_with``) and have it as
    ``shared``, for a waybill stands once.
    """

    id = fields.IntField(primary_key=True)
    number = fields.CharField(32, unique=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("gendan.Order", "shipments")
    order_id: int
    customer_id = fields.IntField(default=0, db_default=0)
    carrier = fields.CharField(32)
    waybill = fields.CharField(64, null=True, unique=True)
    tail = fields.CharField(8, default="")
    state = fields.CharEnumField(ParcelState, max_length=24, default=ParcelState.HANDED_OVER)
    hook_token = fields.CharField(64, unique=True)
    salt = fields.CharField(64)
    watched = fields.CharField(16, default="no")
    watch_tries = fields.IntField(default=0)
    watch_next_at: datetime | None = fields.DatetimeField(null=True)
    carrier_said = fields.BooleanField(default=False, db_default=False)
    service = fields.CharField(16, default="", db_default="")
    asked_at: datetime | None = fields.DatetimeField(null=True)
    query_next_at: datetime | None = fields.DatetimeField(null=True)
    shipped_by = fields.CharField(64)
    shipped_at = fields.DatetimeField()
    eta: date | None = fields.DateField(null=True)
    first_scan_at: datetime | None = fields.DatetimeField(null=True)
    last_news_at: datetime | None = fields.DatetimeField(null=True)
    delivered_at: datetime | None = fields.DatetimeField(null=True)
    received_by = fields.CharField(64, default="")
    boxes = fields.IntField(default=1, db_default=1)
    lane = fields.CharField(64, default="", db_default="")
    longest_gap: int | None = fields.IntField(null=True)
    gave_up_at: datetime | None = fields.DatetimeField(null=True)
    quiet_at: datetime | None = fields.DatetimeField(null=True)
    relabelled_at: datetime | None = fields.DatetimeField(null=True)
    part_of: int | None = fields.IntField(null=True)
    rides_with: int | None = fields.IntField(null=True)
    shared = fields.CharField(64, default="", db_default="")

    lines: fields.ReverseRelation["ShipmentLine"]
    events: fields.ReverseRelation["TrackingEvent"]

    class Meta:
        indexes = (
            ("state", "id"),
            ("watched", "watch_next_at"),
            ("order_id",),
            ("query_next_at",),
            ("lane", "delivered_at"),
            ("customer_id", "shipped_at"),
            ("part_of",),
            ("rides_with",),
            ("received_by", "delivered_at"),
            ("delivered_at", "gave_up_at"),
        )

    @property
    def label(self) -> str | None:
        """The waybill that stands on the parcel; None for one that no carrier takes."""
        return self.waybill or self.shared or None


class ShipmentLine(Model):
    """How much of an order line is in a parcel, in base units.

    ``lots`` are those that it was taken from, as ``domain.rules.lots.Taken`` writes them.
    """

    id = fields.IntField(primary_key=True)
    shipment: fields.ForeignKeyRelation[Shipment] = fields.ForeignKeyField("gendan.Shipment", "lines")
    shipment_id: int
    line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField("gendan.OrderLine", "shipped_in")
    line_id: int
    qty: Decimal = QuantityField()
    lots: list[dict[str, str]] | None = fields.JSONField(null=True)

    class Meta:
        indexes = (("shipment_id",), ("line_id",))


class TrackingEvent(Model):
    """One scan of a parcel, the digest of time and text keeps a re-push from being stored twice."""

    id = fields.IntField(primary_key=True)
    shipment: fields.ForeignKeyRelation[Shipment] = fields.ForeignKeyField("gendan.Shipment", "events")
    shipment_id: int
    digest = fields.CharField(64)
    at = fields.DatetimeField()
    state = fields.CharEnumField(ParcelState, max_length=24)
    code = fields.CharField(16)
    reason = fields.CharField(24, default="", db_default="")
    text = fields.CharField(400)
    place = fields.CharField(128, default="")
    first_in_state = fields.BooleanField(default=False)
    received_at = fields.DatetimeField()

    class Meta:
        unique_together = (("shipment_id", "digest"),)


class CarrierPush(Model):
    """What a carrier service sent us, as it came, before anything was done with it."""

    id = fields.IntField(primary_key=True)
    provider = fields.CharField(16)
    token = fields.CharField(64)
    body = fields.TextField()
    genuine = fields.BooleanField()
    received_at = fields.DatetimeField()
    processed_at: datetime | None = fields.DatetimeField(null=True, db_index=True)
    outcome: dict[str, Any] = fields.JSONField(default=dict)
