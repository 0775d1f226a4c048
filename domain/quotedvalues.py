"""What is to be ordered and what it would cost, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.allocating import Covered, Demand
from domain.commands import Details
from domain.models import Stock
from domain.rules.kits import KitPart
from domain.rules.promising import Supply, promise
from domain.rules.review import Reason, Review
from domain.values import DeliveryWish, plain


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line to be ordered; ``price`` per ``price_unit`` only when a rep names one."""

    sku: str
    qty: Decimal
    unit: str
    price: Decimal | None = None
    price_unit: str | None = None


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """What is to be ordered; ``key`` makes at most one order of it, ``customer`` is a code."""

    key: str
    customer: str
    lines: tuple[DraftLine, ...]
    details: Details
    channel: str = "chat"


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line with its price; ``ratio`` base units in one unit, ``free`` what is in stock and not promised.

    Of a kit with ``parts`` that is in whole kits. ``lacking`` is what is not in stock, by product.
    """

    sku: str
    name: str
    qty: Decimal
    unit: str
    base_qty: Decimal
    base_unit: str
    ratio: Decimal
    unit_price: Decimal
    price_unit: str
    price_source: str
    amount: Decimal
    free: Decimal
    lead_days: int
    below_floor: bool = False
    discount: Decimal = Decimal(0)
    price_facts: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[KitPart, ...] = ()
    lacking: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quote:
    """A draft worked out: ``promised`` is the day that can be named now, ``coming`` the days of goods on their way.

    ``leads`` are the days until more of a product can be had, also of the parts of kits.
    ``credit_part`` is how many percent of the customer's limit may be owed, None when no limit counts.
    ``po`` is the customer's own number, which ``po_once`` lets only one open order have.
    ``keep_minutes`` is how long its goods are kept once it is read back, None for not at all.
    """

    lines: tuple[QuotedLine, ...]
    total: Decimal
    promised: date
    review: Review
    customer_id: int
    customer_name: str
    today: date
    wish: DeliveryWish | None
    ship_to: dict[str, str]
    rep: int | None
    stock: dict[str, list[Stock]]
    coming: dict[str, date]
    leads: dict[str, int]
    credit_part: Decimal | None = None
    po: str = ""
    po_once: bool = True
    keep_minutes: Decimal | None = None

    @property
    def requested(self) -> date | None:
        """The last day that still fulfils the wish."""
        return self.wish.last_day if self.wish is not None else None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What the review has to say."""
        return self.review.reasons

    @property
    def goods(self) -> str:
        """The goods in a few words."""
        return "、".join(f"{line.sku} {plain(line.qty)}{line.unit}" for line in self.lines)

    @property
    def demands(self) -> tuple[Demand, ...]:
        """What has to be reserved."""
        return tuple(Demand(position, line.sku, line.base_qty, line.parts) for position, line in enumerate(self.lines))

    def promise(self, covered: tuple[Covered, ...]) -> date:
        """The day that can be named after this much was really reserved."""
        full = {c.position for c in covered if c.missing == 0}
        supplies = (
            Supply(position in full, line.lead_days, self.coming.get(line.sku))
            for position, line in enumerate(self.lines)
        )
        return promise(supplies, today=self.today, wish=self.wish)
