"""The automatic review: a list of rules, each of which finds a reason or nothing; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an order needs attention; ``facts`` are what the words need, as text."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewedLine:
    """A line as the rules see it, in base units; ``usual`` is what this customer takes on average, if known."""

    sku: str
    base_qty: Decimal
    free: Decimal
    below_floor: bool
    usual: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """All that the rules look at."""

    lines: tuple[ReviewedLine, ...]
    total: Decimal
    today: date
    wanted_on: date | None = None
    blocked: bool = False
    has_ship_to: bool = True
    limit: Decimal | None = None
    unusual_factor: Decimal = Decimal(5)


@dataclass(frozen=True, slots=True)
class Review:
    """``passed``, or ``held`` for a person; the reasons that do not hold are told as well."""

    verdict: str
    reasons: tuple[Reason, ...] = ()


HOLDING = frozenset(
    {"price_below_floor", "unusual_quantity", "customer_blocked", "above_limit", "incomplete", "date_too_soon"}
)


def review(case: Case) -> Review:
    """Apply every rule; a shortage alone never holds an order, it leads to an honest date."""
    reasons = tuple(reason for rule in RULES for reason in rule(case))
    held = any(reason.code in HOLDING for reason in reasons)
    return Review("held" if held else "passed", reasons)


def _complete(case: Case) -> list[Reason]:
    return [] if case.has_ship_to else [Reason("incomplete", {"what": "address"})]


def _stock(case: Case) -> list[Reason]:
    return [
        Reason("short", {"sku": line.sku, "missing": format(line.base_qty - max(line.free, Decimal(0)), "f")})
        for line in case.lines
        if line.free < line.base_qty
    ]


def _price(case: Case) -> list[Reason]:
    return [Reason("price_below_floor", {"sku": line.sku}) for line in case.lines if line.below_floor]


def _quantity(case: Case) -> list[Reason]:
    return [
        Reason("unusual_quantity", {"sku": line.sku, "usual": format(line.usual, "f")})
        for line in case.lines
        if line.usual is not None and line.base_qty > line.usual * case.unusual_factor
    ]


def _customer(case: Case) -> list[Reason]:
    return [Reason("customer_blocked")] if case.blocked else []


def _amount(case: Case) -> list[Reason]:
    over = case.limit is not None and case.total > case.limit
    return [Reason("above_limit", {"total": format(case.total, "f")})] if over else []


def _day(case: Case) -> list[Reason]:
    # The same day is no matter of stock but of whether somebody can still drive: a person has to say.
    soon = case.wanted_on is not None and case.wanted_on <= case.today
    return [Reason("date_too_soon", {"wanted": case.wanted_on.isoformat()})] if soon and case.wanted_on else []


RULES: tuple[Callable[[Case], list[Reason]], ...] = (_complete, _stock, _price, _quantity, _customer, _amount, _day)
