"""Why the warehouse and purchasing say no; refusals like those of ``domain.errors``."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.errors import Refusal


@dataclass
class StockRefused(Refusal):
    """More was to leave a shelf than is free on it; ``left`` is what is, in base units."""

    sku: str
    wanted: Decimal
    left: Decimal


@dataclass
class WarehouseUnknown(Refusal):
    """No warehouse of this name; ``names`` are those that there are."""

    text: str
    names: tuple[str, ...]


@dataclass
class CountNotFound(Refusal):
    """No such count waits for a decision."""

    number: int


@dataclass
class CountDecided(Refusal):
    """Somebody decided on this count before; ``state`` booked or refused."""

    number: int
    state: str
    by: str
    at: datetime


@dataclass
class CountOutdated(Refusal):
    """The same goods were counted again since, as ``newer``; that one ``counted`` so much and is in this ``state``."""

    number: int
    newer: int
    counted: Decimal
    unit: str
    state: str


@dataclass
class OwnCount(Refusal):
    """Nobody approves what they counted themselves."""

    number: int


@dataclass
class MoveNotReversible(Refusal):
    """No such entry of the stock ledger, or one that cannot be taken back.

    ``done``: it was already; ``document``: the purchase or the work order that brought ``sku`` in.
    """

    number: int
    done: bool
    document: str = ""
    sku: str = ""


@dataclass
class NothingToBuy(Refusal):
    """Nothing of this supplier's goods is missing any more."""

    supplier: str


@dataclass
class PurchaseNotFound(Refusal):
    """No such purchase order, or none that is open (``state`` received or closed)."""

    number: str
    state: str


@dataclass
class OverReceived(Refusal):
    """More came than was ordered and is still to come; ``left`` is what is, in base units."""

    number: str
    sku: str
    wanted: Decimal
    left: Decimal


@dataclass
class NothingToGain(Refusal):
    """Nobody holds what this order lacks, or it lacks nothing."""

    number: str


@dataclass
class SwapOutdated(Refusal):
    """What was shown is not what would happen any more."""

    number: str
