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
