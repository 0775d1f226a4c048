"""Why an order that stands cannot become what somebody wants it to be."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.errors import Refusal
from domain.rules.review import Reason


@dataclass
class BelowShipped(Refusal):
    """Less than what has left the shelf: ``least`` in ``unit`` must stay, the rest would be a return."""

    number: str
    product: str
    least: str


@dataclass
class PartlySent(Refusal):
    """Goods of the order have left the house, so it is not taken back; ``rest`` has not, and may be called off."""

    number: str
    rest: str


@dataclass
class NothingLeft(Refusal):
    """The change would leave nothing of the order: that is a cancellation."""

    number: str


@dataclass
class NothingToHold(Refusal):
    """Everything of the order has left the house: there is nothing that could be held back."""

    number: str


@dataclass
class NothingToChange(Refusal):
    """The order is like that already, or nothing was said that could be changed."""

    number: str


@dataclass
class AmendmentHeld(Refusal):
    """The changed order would not pass the review: somebody has to decide."""

    number: str
    reasons: tuple[Reason, ...]


@dataclass
class ChangeOutdated(Refusal):
    """The order became another one after ``change`` (its id) was submitted: ``goods`` and ``total`` are what it is."""

    number: str
    goods: str
    total: Decimal
    change: int


@dataclass
class ChangeDecided(Refusal):
    """A change was decided on before; ``state`` is approved, rejected or overtaken."""

    number: str
    state: str
    by: str
    at: datetime


@dataclass
class OrderMoved(Refusal):
    """Something happened to the order since the change was read back."""

    number: str


@dataclass
class PriceNotYours(Refusal):
    """Only staff may change a price that was agreed."""

    product: str
    price: Decimal


@dataclass
class NothingLacks(Refusal):
    """Everything that is still to be sent of the order is there."""

    number: str


@dataclass
class NoSubstitute(Refusal):
    """Nothing can be sent in the place of what lacks, or too little of it is there."""

    number: str


@dataclass
class WaitsForAll(Refusal):
    """The buyer wants the order in one piece, and something of it lacks."""

    number: str
    lacking: str
