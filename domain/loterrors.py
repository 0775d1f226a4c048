"""Why a lot is refused; refusals like those of ``domain.errors``."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.errors import Refusal


@dataclass
class LotNeeded(Refusal):
    """The product lies in lots, and none was named."""

    sku: str


@dataclass
class LotUnwanted(Refusal):
    """A lot was named of a product that lies in none."""

    sku: str
    code: str


@dataclass
class LotDiffers(Refusal):
    """The lot is known with another day, ``known``, None for a lot that never expires."""

    sku: str
    code: str
    known: date | None


@dataclass
class LotOver(Refusal):
    """Goods that may not be sold any more are not taken in."""

    sku: str
    code: str
    expired_on: date


@dataclass
class LotsExpired(Refusal):
    """Of what an order holds only ``left`` may still be sold: the rest has expired a moment ago."""

    sku: str
    wanted: Decimal
    left: Decimal


@dataclass
class LotsInUse(Refusal):
    """Lots cannot be given up while expired goods, ``left``, lie there."""

    sku: str
    left: Decimal
