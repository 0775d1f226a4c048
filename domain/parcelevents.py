"""What can happen to a parcel beside what its carrier scans, as typed facts."""

from dataclasses import dataclass

from domain.events import BusinessEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelQuiet(BusinessEvent):
    """Nothing was heard of a parcel for longer than usual; ``kind``: unscanned never at all, silent since ``since``."""

    shipment: str
    carrier: str
    waybill: str
    kind: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelRelabelled(BusinessEvent):
    """The warehouse put a parcel's waybill or carrier right; ``before`` is what was written first."""

    shipment: str
    carrier: str
    waybill: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsPacked(BusinessEvent):
    """Goods of an order stand in boxes; ``short`` was on the list and not on the shelf."""

    goods: str
    boxes: int
    short: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickStopped(BusinessEvent):
    """The lists of an order were dropped before it left; ``why``: cancelled, changed, closed, or unpicked by hand."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMade(BusinessEvent):
    """A customer says that goods came short or broken, or wants to return them; ``credit`` is what they are worth."""

    claim: str
    kind: str
    goods: str
    reason: str
    credit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDecided(BusinessEvent):
    """Somebody of ours said yes (``state`` approved or settled) or no (refused)."""

    claim: str
    kind: str
    state: str
    goods: str
    reason: str
    credit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsCameBack(BusinessEvent):
    """The warehouse looked at what was sent back; ``credit`` is what is paid back for it."""

    claim: str
    kind: str
    goods: str
    scrapped: str
    missing: str
    credit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptAssumed(BusinessEvent):
    """The receiver said nothing in time: the carrier's signature counts."""

    shipment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotosCame(BusinessEvent):
    """Photos that belong to a claim are there, ``count`` of them by now."""

    claim: str
    kind: str
    count: int
