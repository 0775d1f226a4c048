"""The table of rules: what counts as wrong, after how long, and who must look at it; pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.events import StockFellShort
from domain.silence import Patience
from domain.values import Role
from domain.watching import Condition, short_subject
from notify.notices import Notice
from notify.quotas import WARN_AT

AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long is too long, from the settings; ``receipt``: after that the carrier's signature counts.

    ``repeat``: what is still true so long after it was told, or taken by somebody, is told once more.
    ``lots``: what expires within that time, or has, is looked at. ``counts``: so long a stock count may wait.
    ``quotas`` are the sends a day that the platform takes by each channel, ``quota_share`` the part of one that is
    near it; ``waits`` are the rules that wait although they could be told at once.
    """

    held: timedelta = timedelta(hours=2)
    parcels: Patience = field(default_factory=Patience)
    receipt: timedelta = timedelta(hours=72)
    escalate: timedelta = timedelta(minutes=30)
    repeat: timedelta = timedelta(hours=24)
    lots: timedelta = timedelta(days=30)
    counts: timedelta = timedelta(hours=24)
    quotas: Mapping[str, int] = field(default_factory=dict, hash=False)
    quota_share: float = WARN_AT
    waits: Mapping[str, timedelta] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``to_rep``: the rep of the order looks at it when there is one, ``roles`` otherwise.

    ``once``: it is a word in good time, which nobody has to answer.
    """

    name: str
    roles: frozenset[Role]
    after: Callable[[Thresholds], timedelta]
    to_rep: bool = False
    notice: Notice = Notice.ALERT_RAISED
    once: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition that breaks a rule; its fingerprint is the same as long as it is the same condition."""

    rule: str
    subject: str
    order: str | None
    facts: dict[str, str] = field(hash=False)
    owner_roles: frozenset[Role] = frozenset()
    owner_staff: int | None = None

    @property
    def fingerprint(self) -> str:
        """What tells this condition from every other."""
        return f"{self.rule}:{self.subject}"[:120]


def _wait(rule: str) -> Callable[[Thresholds], timedelta]:
    """At once, unless a manager wants it to wait."""
    return lambda limits: limits.waits.get(rule, AT_ONCE)


def _silent(limits: Thresholds) -> timedelta:
    """The shortest silence that may be unusual; how long is usual on the lane was asked before."""
    return min(limits.parcels.floor, limits.parcels.silence)


MAKERS = frozenset({Role.PRODUCTION, Role.MANAGER})
"""Who looks at what lacks of goods that are made here."""
STOCK_SHORT = Rule(
    "stock_short", frozenset({Role.PURCHASING, Role.MANAGER}), lambda _: AT_ONCE, notice=Notice.STOCK_SHORT
)
ORDER_HELD = Rule("order_held", frozenset({Role.REVIEWER}), lambda limits: limits.held)
NO_FIRST_SCAN = Rule("no_first_scan", frozenset({Role.WAREHOUSE}), lambda limits: limits.parcels.first_scan)
CARRIER_SILENT = Rule("carrier_silent", frozenset({Role.WAREHOUSE}), _silent, to_rep=True)
PARCEL_UNKNOWN = Rule("parcel_unknown", frozenset({Role.WAREHOUSE}), lambda _: AT_ONCE)
PARCEL_LOST = Rule("parcel_lost", frozenset({Role.WAREHOUSE}), lambda _: AT_ONCE, to_rep=True)
PARCEL_TROUBLED = Rule("parcel_troubled", frozenset({Role.WAREHOUSE}), lambda _: AT_ONCE, to_rep=True)
DELIVERY_OVERDUE = Rule("delivery_overdue", frozenset({Role.MANAGER}), _wait("delivery_overdue"), to_rep=True)
PURCHASE_LATE = Rule("purchase_late", frozenset({Role.PURCHASING, Role.MANAGER}), _wait("purchase_late"))
WORK_LATE = Rule("work_late", frozenset({Role.PRODUCTION, Role.MANAGER}), lambda _: AT_ONCE)
CHANNEL_SHUT = Rule("channel_shut", frozenset({Role.ADMIN, Role.MANAGER}), _wait("channel_shut"))
QUOTA_NEAR = Rule("quota_near", frozenset({Role.MANAGER}), lambda _: AT_ONCE, once=True)
NOTICE_UNFIT = Rule("notice_unfit", frozenset({Role.ADMIN, Role.MANAGER}), lambda _: AT_ONCE)
CUSTOMER_UNREACHED = Rule("customer_unreached", frozenset({Role.MANAGER}), _wait("customer_unreached"), to_rep=True)
LOT_EXPIRING = Rule("lot_expiring", frozenset({Role.WAREHOUSE, Role.MANAGER}), lambda _: AT_ONCE)
COUNT_WAITING = Rule("count_waiting", frozenset({Role.MANAGER}), lambda limits: limits.counts)

RULES = {
    rule.name: rule
    for rule in (
        STOCK_SHORT,
        ORDER_HELD,
        NO_FIRST_SCAN,
        CARRIER_SILENT,
        PARCEL_UNKNOWN,
        PARCEL_LOST,
        PARCEL_TROUBLED,
        DELIVERY_OVERDUE,
        PURCHASE_LATE,
        WORK_LATE,
        CHANNEL_SHUT,
        QUOTA_NEAR,
        NOTICE_UNFIT,
        CUSTOMER_UNREACHED,
        LOT_EXPIRING,
        COUNT_WAITING,
    )
}


def findings(rule: Rule, conditions: Iterable[Condition], thresholds: Thresholds, *, now: datetime) -> list[Finding]:
    """Those of the conditions that have lasted long enough to break the rule."""
    longest = rule.after(thresholds)
    return [finding(rule, condition) for condition in conditions if now - condition.since >= longest]


def finding(rule: Rule, condition: Condition) -> Finding:
    """The condition as somebody's task."""
    facts = {"customer_name": condition.customer, "since": condition.since.isoformat(), **condition.facts}
    rep = condition.rep if rule.to_rep else None
    roles = MAKERS if facts.get("made") else rule.roles
    return Finding(rule.name, condition.subject, condition.order, facts, roles, rep)


def shortage(event: StockFellShort, customer: str, *, made: bool, at: datetime) -> Finding:
    """The finding that the schedule would make of this event, made at once; ``made`` by us, so not to be bought."""
    order = event.order or ""
    facts = {
        "sku": event.sku,
        "name": event.name,
        "missing": event.missing,
        "unit": event.unit,
        "expected": event.expected or "",
        "made": "1" if made else "",
    }
    return finding(STOCK_SHORT, Condition(short_subject(order, event.sku), event.order, customer, None, at, facts))
