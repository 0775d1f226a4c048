"""Why production says no; refusals like those of ``domain.errors``."""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal


@dataclass
class RecipeUnknown(Refusal):
    """Nobody has said how this product is made."""

    sku: str


@dataclass
class NothingToMake(Refusal):
    """Nothing of this product is missing any more."""

    sku: str


@dataclass
class WorkNotFound(Refusal):
    """No such work order, or none that is open (``state`` done)."""

    number: str
    state: str


@dataclass
class WorkIdle(Refusal):
    """Work that has not begun, or stands still, cannot be reported on."""

    number: str
    state: str


@dataclass
class MaterialsMissing(Refusal):
    """There are no materials for even one; ``lacking`` names them."""

    number: str
    lacking: str


@dataclass
class OverMade(Refusal):
    """More was reported than is still to be made."""

    number: str
    good: Decimal
    left: Decimal
