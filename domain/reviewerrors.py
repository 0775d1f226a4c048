"""Why the rules of review, or those of alerts (``about`` tells which), cannot become what somebody wants."""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.rules.review import Reason


@dataclass
class RuleNotFound(Refusal):
    """There is no rule of this number; ``most`` is the last one."""

    number: int
    most: int
    about: str = "review"


@dataclass
class RuleValueRefused(Refusal):
    """A rule cannot have this threshold, or needs one; ``unit`` is empty for a rule that has none."""

    number: int
    unit: str
    least: Decimal
    most: Decimal
    about: str = "review"


@dataclass
class RulesMoved(Refusal):
    """Somebody else changed the rules since the change was read back."""

    about: str = "review"


@dataclass
class MoreAgainst(Refusal):
    """Since the order was held more has come up against it, which whoever says yes has to know of."""

    number: str
    reasons: tuple[Reason, ...]
