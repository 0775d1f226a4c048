"""Why the way in which orders are judged cannot become what somebody wants it to be."""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal


@dataclass
class RuleNotFound(Refusal):
    """There is no rule of this number; ``most`` is the last one."""

    number: int
    most: int


@dataclass
class RuleValueRefused(Refusal):
    """A rule cannot have this threshold, or needs one; ``unit`` is empty for a rule that is only on or off."""

    number: int
    unit: str
    least: Decimal
    most: Decimal


@dataclass
class RulesMoved(Refusal):
    """Somebody else changed the rules since the change was read back."""
