"""Why parcels are refused; refusals like those of ``domain.errors``."""

from dataclasses import dataclass

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
