"""Why the business says no, and why the outside did; the class is the reason, the attributes are the facts.

The words for a ``Refusal`` are in ``templates/refusals.j2``, one block per class name.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal


class Refusal(Exception):
    """The business says no; nothing was changed."""


@dataclass
class NotAllowed(Refusal):
    """This person may not do that; ``roles`` are the words of the roles that may."""

    roles: tuple[str, ...] = ()


@dataclass
class CodeRefused(Refusal):
    """A binding code is wrong, expired or used: one reason on purpose, so that nobody learns which."""


@dataclass
class TooManyTries(Refusal):
    """Too many binding codes were tried from this openid; ``wait`` until the next try counts."""

    wait: timedelta


@dataclass
class AlreadyBound(Refusal):
    """This WeChat identity already belongs to somebody."""

    name: str


@dataclass
class OrderNotFound(Refusal):
    """No such order, or none that this person may see: the same words for both."""

    number: str


@dataclass
class OrderUnclear(Refusal):
    """The digits given fit several orders that this person may see."""

    given: str
    numbers: tuple[str, ...]


@dataclass
class CustomerNotFound(Refusal):
    """No such customer, or none that this rep looks after: the same words for both."""

    text: str


@dataclass
class NameNotFound(Refusal):
    """This customer has no such name for anything."""

    alias: str


@dataclass
class ProductNotFound(Refusal):
    """No product of this code is on sale."""

    text: str


@dataclass
class UnitUnknown(Refusal):
    """The product is not sold in this unit."""

    product: str
    unit: str
    units: tuple[str, ...]


@dataclass
class QuantityRefused(Refusal):
    """Zero, negative, too fine or absurdly large; ``most`` is the largest quantity of one line, in ``unit``."""

    product: str
    quantity: Decimal
    most: Decimal
    unit: str = ""


@dataclass
class PieceRefused(QuantityRefused):
    """Half a piece of what is counted by the piece."""


@dataclass
class PriceListNotFound(Refusal):
    """There is no price list of this code or name."""

    text: str


@dataclass
class PackRefused(Refusal):
    """Fewer than are sold at once, or no full packs; ``fits`` is the next quantity that would do, in ``unit``."""

    product: str
    asked: Decimal
    fits: Decimal
    unit: str
    minimum: Decimal | None = None
    multiple: Decimal | None = None


@dataclass
class DatePassed(Refusal):
    """The delivery day lies in the past."""

    day: date


@dataclass
class NothingOrdered(Refusal):
    """An order without lines."""


@dataclass
class StepRefused(Refusal):
    """The order's present state does not allow this step; ``state`` is the present one."""

    number: str
    state: str
    step: str


@dataclass
class AlreadyDecided(Refusal):
    """Somebody decided this order before."""

    number: str
    state: str
    by: str
    at: datetime


@dataclass
class OwnOrder(Refusal):
    """Nobody approves an order that they placed themselves."""

    number: str


@dataclass
class ShipmentRefused(Refusal):
    """More was to be shipped than is open and reserved; ``left`` is what may go now, in ``unit``."""

    number: str
    product: str
    wanted: Decimal
    left: Decimal
    unit: str


@dataclass
class NothingToShip(Refusal):
    """Nothing of this order is in stock and open."""

    number: str


@dataclass
class WaybillRefused(Refusal):
    """The text is no waybill number, or belongs to another shipment already (``taken``), or to ``maybe`` carriers."""

    waybill: str
    taken: bool
    maybe: tuple[str, ...] = ()


@dataclass
class NothingToReceive(Refusal):
    """No parcel of this order is on its way."""

    number: str


@dataclass
class AlertNotFound(Refusal):
    """No such alert, or none that concerns this person."""

    number: str


@dataclass
class AlertTaken(Refusal):
    """Somebody else acknowledged the alert before."""

    number: str
    by: str
    at: datetime


@dataclass
class ImportRefused(Refusal):
    """An import file has bad rows; ``problems`` are (row number from 1, field, what is wrong)."""

    problems: tuple[tuple[int, str, str], ...]


@dataclass
class PriceRefused(Refusal):
    """A manual price that this person may not give."""

    product: str
    price: Decimal
    lowest: Decimal


class DeliveryFailed(Exception):
    """The outside did not take a message, or did not say.

    ``permanent``: trying again cannot help. ``maybe_sent``: the other side may have processed it. ``code``: its own
    error code, ``retry_after``: how long to leave it alone, ``kind``: the class in the provider's code table.
    """

    def __init__(
        self,
        code: int | str,
        *,
        permanent: bool = False,
        maybe_sent: bool = False,
        retry_after: timedelta | None = None,
        kind: str = "transient",
        text: str = "",
    ) -> None:
        super().__init__(f"{code} {text}".strip())
        self.code = code
        self.permanent = permanent
        self.maybe_sent = maybe_sent
        self.retry_after = retry_after
        self.kind = kind
        self.text = text
