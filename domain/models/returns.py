"""What came short or broken, and what goes back."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tortoise import Model, fields

from domain.models.orders import Order, OrderLine
from domain.models.scaled import MoneyField, QuantityField


class ClaimKind(StrEnum):
    """What is claimed: not there, broken on arrival, to be taken back, to be taken back for something else."""

    SHORT = "short"
    BROKEN = "broken"
    RETURN = "return"
    EXCHANGE = "exchange"


class ClaimState(StrEnum):
    """Where a claim stands: asked, approved (goods are on their way back), refused, settled with a credit."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    SETTLED = "settled"


class Claim(Model):
    """A claim of a customer about goods that were sent (售后单), ``number`` is R and its id.

    ``credit`` is what it is worth at the prices of the order, once it is settled.
    """

    id = fields.IntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("gendan.Order", "claims")
    order_id: int
    kind = fields.CharEnumField(ClaimKind, max_length=16)
    state = fields.CharEnumField(ClaimState, max_length=16)
    reason = fields.CharField(400, default="")
    credit: Decimal = MoneyField(default=Decimal(0))
    asked_by = fields.CharField(64)
    asked_identity: int | None = fields.IntField(null=True)
    asked_at = fields.DatetimeField()
    decided_by = fields.CharField(64, default="")
    decided_at: datetime | None = fields.DatetimeField(null=True)
    answer = fields.CharField(400, default="")
    settled_by = fields.CharField(64, default="")
    settled_at: datetime | None = fields.DatetimeField(null=True)

    lines: fields.ReverseRelation["ClaimLine"]
    photos: fields.ReverseRelation["ClaimPhoto"]

    class Meta:
        indexes = (("order_id",), ("state", "id"))

    @property
    def number(self) -> str:
        """What people call it."""
        return f"R{self.id}"


class PhotoState(StrEnum):
    """Where a photo stands: wanted (to be fetched from the platform), kept, refused."""

    WANTED = "wanted"
    KEPT = "kept"
    REFUSED = "refused"


class ClaimPhoto(Model):
    """A photo that somebody sent with a claim (照片), ``medium`` is the platform's number of it.

    ``why`` it was refused: large, kind, gone, or same as another one of the claim, by ``digest``. ``told_at``: who
    decides, or for a refused one who sent it, has heard of it.
    """

    id = fields.IntField(primary_key=True)
    claim: fields.ForeignKeyRelation[Claim] = fields.ForeignKeyField("gendan.Claim", "photos")
    claim_id: int
    account = fields.CharField(32)
    openid = fields.CharField(64)
    medium = fields.CharField(128)
    state = fields.CharEnumField(PhotoState, max_length=16, default=PhotoState.WANTED)
    why = fields.CharField(16, default="")
    kind = fields.CharField(16, default="")
    digest = fields.CharField(64, default="")
    asked_at = fields.DatetimeField()
    next_at: datetime | None = fields.DatetimeField(null=True)
    told_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        unique_together = (("claim_id", "medium"),)
        indexes = (("next_at",), ("told_at", "id"))


class PhotoBody(Model):
    """The bytes of a photo, apart from it so that nobody reads them by the way, ``photo_id`` is its id."""

    photo_id = fields.IntField(primary_key=True, generated=False)
    content = fields.BinaryField()


class ClaimLine(Model):
    """How much of an order line a claim is about, in base units, ``good`` of what came back is on the shelf again."""

    id = fields.IntField(primary_key=True)
    claim: fields.ForeignKeyRelation[Claim] = fields.ForeignKeyField("gendan.Claim", "lines")
    claim_id: int
    line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField("gendan.OrderLine", "claimed_in")
    line_id: int
    qty: Decimal = QuantityField()
    good: Decimal = QuantityField(default=Decimal(0))
    scrapped: Decimal = QuantityField(default=Decimal(0))

    class Meta:
        indexes = (("claim_id",), ("line_id",))
