"""An order as it is now, as values for replies, pages and other programs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.rules.kits import KitPart
from domain.rules.lifecycle import FINAL, Axes, OrderState
from domain.rules.review import Reason
from domain.rules.tracking import ParcelState


@dataclass(frozen=True, slots=True)
class LineView:
    """A line; counters and ``base_qty`` in base units, the price per ``price_unit``."""

    sku: str
    name: str
    qty: Decimal
    unit: str
    base_qty: Decimal
    base_unit: str
    unit_price: Decimal
    price_unit: str
    price_source: str
    price_facts: Mapping[str, str]
    amount: Decimal
    reserved: Decimal
    shipped: Decimal
    delivered: Decimal
    cancelled: Decimal
    parts: tuple[KitPart, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanView:
    """A scan of a parcel."""

    at: datetime
    state: ParcelState
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """A parcel with its scans, oldest first."""

    number: str
    carrier: str
    waybill: str | None
    state: ParcelState
    shipped_at: datetime
    eta: date | None
    delivered_at: datetime | None
    events: tuple[ScanView, ...]

    @property
    def latest(self) -> ScanView | None:
        """The newest scan."""
        return self.events[-1] if self.events else None


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry of the order's history: the kind of event and its facts."""

    at: datetime
    event: str
    by: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as it is now; ``axes`` are folds of the lines' counters, ``rules`` the version it was judged by.

    ``wanted`` is a change of it that waits for a decision.
    """

    number: str
    customer: str
    customer_name: str
    state: OrderState
    placed_at: datetime
    placed_by: str
    channel: str
    requested: date | None
    promised: date | None
    currency: str
    total: Decimal
    verdict: str
    reasons: tuple[Reason, ...]
    axes: Axes
    lines: tuple[LineView, ...]
    shipments: tuple[ShipmentView, ...]
    history: tuple[Happening, ...]
    goods: str
    rest: str
    ship_to: dict[str, Any] = field(default_factory=dict)
    remark: str = ""
    po: str = ""
    wanted: tuple[str, ...] = ()
    reason: str = ""
    decided_by: str | None = None
    decided_at: datetime | None = None
    hold_reason: str = ""
    held_by: str = ""
    rules: int = 0

    @property
    def expected(self) -> date | None:
        """The day by which everything is there: the promise while goods are in the house, else the last parcel's."""
        if self.rest or not self.shipments:
            return self.promised
        return max((s.eta for s in self.shipments if s.eta is not None), default=self.promised)

    @property
    def done(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in FINAL
