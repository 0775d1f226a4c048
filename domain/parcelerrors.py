"""Why parcels are refused; refusals like those of ``domain.errors``."""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal


@dataclass
class NoParcel(Refusal):
    """No parcel of this order is on its way, or none under this ``waybill``."""

    number: str
    waybill: str = ""


@dataclass
class ParcelUnclear(Refusal):
    """Several parcels of this order are on their way: one of these numbers has to be named."""

    number: str
    waybills: tuple[str, ...]


@dataclass
class OtherPlace(Refusal):
    """An order goes to another customer or address than the ``first`` one, so not in one parcel with it."""

    number: str
    first: str


@dataclass
class SharedParcel(Refusal):
    """The parcel bears the waybill as one of another order, under which it has to be put right."""

    number: str
    first: str


@dataclass
class ParcelArrived(Refusal):
    """The parcel has arrived: its waybill is history."""

    number: str
    waybill: str


@dataclass
class NothingPicked(Refusal):
    """Nobody is picking for this order, or nothing was found."""

    number: str


@dataclass
class PickOutdated(Refusal):
    """The order holds less than the list says: it was changed, or its goods went to another one."""

    number: str


@dataclass
class ClaimNotFound(Refusal):
    """No such claim, or none that this person may see."""

    claim: str


@dataclass
class ClaimStands(Refusal):
    """The claim is not where this step would take it from; ``by`` took it there."""

    claim: str
    state: str
    by: str


@dataclass
class OwnClaim(Refusal):
    """Nobody decides on a claim that they made themselves."""

    claim: str


@dataclass
class AlreadyClaimed(Refusal):
    """The goods were claimed before; ``left`` is what may still be, in words, empty for nothing."""

    number: str
    goods: str
    claims: str
    left: str = ""


@dataclass
class NothingToReturn(Refusal):
    """Nothing of this order has arrived, or all of it was claimed before."""

    number: str


@dataclass
class OverReturned(Refusal):
    """More was to go back than arrived and is not claimed yet; ``left`` is what is, in ``unit``."""

    number: str
    product: str
    wanted: Decimal
    left: Decimal
    unit: str


@dataclass
class PhotosFull(Refusal):
    """The claim has as many photos as one may have."""

    claim: str
    most: int
