"""The automatic review: a list of rules, each of which finds a reason or nothing; pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.rules.credit import Credit
from domain.rules.places import deliverable
from domain.rules.rulebook import USUAL, Rulebook
from domain.values import plain


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an order needs attention; ``facts`` are what the words need, as text."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewedLine:
    """A line as the rules see it, in base units; ``usual`` is what this customer takes on average, if known.

    ``discount`` is the part of the usual price that whoever named the price left out.
    """

    sku: str
    base_qty: Decimal
    free: Decimal
    below_floor: bool
    usual: Decimal | None = None
    discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Case:
    """All that the rules look at; ``price_limit`` is how many percent its writer may leave out of a price.

    ``earliest`` is the day that can be promised, None where nobody has to know it. ``same_po`` is another open order of
    the customer under the same number of theirs, ``po``. ``place`` is where it goes, or all that is known of that;
    ``@last`` is the usual place.
    """

    lines: tuple[ReviewedLine, ...]
    total: Decimal
    today: date
    wanted_on: date | None = None
    blocked: bool = False
    block_reason: str = ""
    price_limit: Decimal | None = None
    credit: Credit = field(default_factory=Credit)
    place: str = "@last"
    earliest: date | None = None
    po: str = ""
    same_po: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """``passed``, or ``held`` for a person, by ``version`` of the rules; reasons that do not hold are told as well."""

    verdict: str
    reasons: tuple[Reason, ...] = ()
    version: int = 0


OWNERS: Mapping[str, str] = {
    "incomplete": "sales",
    "price_below_floor": "sales",
    "above_rep_limit": "sales",
    "unusual_quantity": "sales",
    "date_too_soon": "warehouse",
    "date_impossible": "sales",
    "duplicate_po": "sales",
    "above_limit": "manager",
    "customer_blocked": "finance",
    "over_credit": "finance",
    "overdue": "finance",
}
"""Who can do something about a reason, beside the one who decides in spite of it; every reason that holds has one."""

HOLDING = frozenset(OWNERS)
MORE = frozenset({"above_limit", "customer_blocked", "over_credit", "overdue"})
"""Reasons against taking more money on, however much was there before."""


def review(case: Case, book: Rulebook = USUAL) -> Review:
    """Apply every rule that is on; a shortage alone never holds an order, it leads to an honest date."""
    reasons = tuple(reason for rule in RULES for reason in rule(case, book) if _counts(reason, book))
    held = any(reason.code in HOLDING for reason in reasons)
    return Review("held" if held else "passed", reasons, book.version)


def worsened(before: Case, after: Case, book: Rulebook = USUAL) -> tuple[Reason, ...]:
    """What would hold a changed order and did not hold it as it was: an order once accepted is not judged again.

    A reason that was there before counts again when the change makes it worse.
    """
    known = {(reason.code, reason.facts.get("sku")) for reason in review(before, book).reasons}
    return tuple(
        reason
        for reason in review(after, book).reasons
        if reason.code in HOLDING
        and ((reason.code, reason.facts.get("sku")) not in known or _worse(reason, before, after))
    )


def outward(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """The same reasons for a customer: why the house takes no orders of theirs is its own business."""
    return tuple(Reason(one.code) if one.code == "customer_blocked" else one for one in reasons)


def _worse(reason: Reason, before: Case, after: Case) -> bool:
    if reason.code in MORE:
        return after.total > before.total
    sku = reason.facts.get("sku")
    was, then = (next((one for one in case.lines if one.sku == sku), None) for case in (before, after))
    if was is None or then is None:
        return reason.code == "date_too_soon" and _sooner(before.wanted_on, after.wanted_on)
    more = reason.code == "unusual_quantity" and then.base_qty > was.base_qty
    return more or (reason.code == "above_rep_limit" and then.discount > was.discount)


def _sooner(was: date | None, then: date | None) -> bool:
    return was is not None and then is not None and then < was


def _counts(reason: Reason, book: Rulebook) -> bool:
    return reason.code not in HOLDING or book.counts(reason.code)


def _complete(case: Case, _book: Rulebook) -> list[Reason]:
    if deliverable(case.place):
        return []
    return [Reason("incomplete", {"what": "address"} | ({"known": case.place} if case.place else {}))]


def _stock(case: Case, _book: Rulebook) -> list[Reason]:
    return [
        Reason("short", {"sku": line.sku, "missing": format(line.base_qty - max(line.free, Decimal(0)), "f")})
        for line in case.lines
        if line.free < line.base_qty
    ]


def _price(case: Case, _book: Rulebook) -> list[Reason]:
    return [Reason("price_below_floor", {"sku": line.sku}) for line in case.lines if line.below_floor]


def _discount(case: Case, book: Rulebook) -> list[Reason]:
    limit = book.threshold("above_rep_limit")
    if limit is None:
        return []
    most = limit if case.price_limit is None else case.price_limit
    # Below the floor more is wrong than a discount, and that is said already.
    return [
        Reason("above_rep_limit", {"sku": line.sku, "percent": _percent(line.discount), "most": plain(most)})
        for line in case.lines
        if line.discount * 100 > most and not line.below_floor
    ]


def _percent(part: Decimal) -> str:
    return plain((part * 100).quantize(Decimal("0.1")))


def _quantity(case: Case, book: Rulebook) -> list[Reason]:
    factor = book.threshold("unusual_quantity")
    return [
        Reason("unusual_quantity", {"sku": line.sku, "usual": format(line.usual, "f")})
        for line in case.lines
        if factor is not None and line.usual is not None and line.base_qty > line.usual * factor
    ]


def _customer(case: Case, _book: Rulebook) -> list[Reason]:
    return [Reason("customer_blocked", {"why": case.block_reason})] if case.blocked else []


def _credit(case: Case, book: Rulebook) -> list[Reason]:
    reason = over_limit(case.credit, case.total, book.threshold("over_credit"))
    return [reason] if reason is not None else []


def _overdue(case: Case, book: Rulebook) -> list[Reason]:
    grace = book.threshold("overdue")
    if grace is None or case.credit.overdue <= 0 or case.credit.days <= grace:
        return []
    return [Reason("overdue", {"amount": plain(case.credit.overdue), "days": str(case.credit.days)})]


def _amount(case: Case, book: Rulebook) -> list[Reason]:
    limit = book.threshold("above_limit")
    over = limit is not None and case.total > limit
    return [Reason("above_limit", {"total": format(case.total, "f")})] if over else []


def _day(case: Case, book: Rulebook) -> list[Reason]:
    # A day that is so near is no matter of stock but of whether somebody can still drive: a person has to say.
    notice = book.threshold("date_too_soon")
    if notice is None or case.wanted_on is None or (case.wanted_on - case.today).days >= notice:
        return []
    return [Reason("date_too_soon", {"wanted": case.wanted_on.isoformat()})]


def _possible(case: Case, book: Rulebook) -> list[Reason]:
    grace = book.threshold("date_impossible")
    if grace is None or case.wanted_on is None or case.earliest is None:
        return []
    if (case.earliest - case.wanted_on).days <= grace:
        return []
    facts = {"wanted": case.wanted_on.isoformat(), "earliest": case.earliest.isoformat()}
    return [Reason("date_impossible", facts)]


def _reference(case: Case, _book: Rulebook) -> list[Reason]:
    return [same_po(case.po, case.same_po)] if case.same_po else []


RULES: tuple[Callable[[Case, Rulebook], list[Reason]], ...] = (
    _complete, _stock, _price, _discount, _quantity, _customer, _credit, _overdue, _amount, _day, _possible, _reference,
)  # fmt: skip


def over_limit(credit: Credit, total: Decimal, part: Decimal | None) -> Reason | None:
    """What to say of an order of ``total`` when it goes beyond ``part`` percent of the limit; None within it."""
    if part is None or credit.limit is None or credit.owed + total <= credit.limit * part / 100:
        return None
    over = credit.owed + total - credit.limit * part / 100
    return Reason("over_credit", {"over": plain(over), "limit": plain(credit.limit)})


def same_po(po: str, other: str) -> Reason:
    """What to say of an order whose number of the customer's is that of ``other``."""
    return Reason("duplicate_po", {"po": po, "order": other})
