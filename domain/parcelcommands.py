"""What the warehouse and receivers say about parcels; values like those of ``domain.commands``."""

from dataclasses import dataclass

from domain.commands import Command, Fault, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectWaybill(Command):
    """更正 1042 [旧单号] [承运商] SF…: what really stands on the parcel; ``parcel`` is the old number."""

    order_no: str | None = None
    parcel: str | None = None
    carrier: str | None = None
    tracking_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PickGoods(Command):
    """拣货 1042: somebody begins to take its goods off the shelf; without a number, the next order in turn."""

    order_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackGoods(Command):
    """装箱 [1042] 2件 [A100 18箱]: what was picked stands in so many boxes; named goods as much as was found."""

    order_no: str | None = None
    boxes: int | None = None
    lines: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokePast(Command):
    """收回历史链接: no link to one's own past orders that was given out so far opens them any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintSlip(Command):
    """送货单 1042[-2]: the delivery note of what is packed, or of a parcel that left."""

    order_no: str | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpickGoods(Command):
    """取消拣货 1042: back on the shelf."""

    order_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskReturn(Command):
    """退货 1042 A100 2箱 原因 / 换货 …: goods that arrived are to go back, for others when ``kind`` is exchange."""

    order_no: str | None = None
    kind: str = ""
    lines: tuple[Wanted, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideClaim(Command):
    """同意 R12 / 驳回 R12 原因; ``refusal`` is set for a no."""

    claim: str
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintReturn(Command):
    """退货单 R12: the paper that goes with what is sent back."""

    claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack(Command):
    """收退 R12 [坏1箱] [少1箱]: what was sent back has come, and how it is."""

    claim: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListClaims(Command):
    """售后: claims that wait for somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp(Command):
    """动态: what has happened since I last looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachPhotos(Command):
    """照片 R12: the pictures that I send now, or sent just now, belong to this claim."""

    claim: str
