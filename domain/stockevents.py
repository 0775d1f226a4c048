"""What can happen to goods and to the days promised for them, as typed facts."""

from dataclasses import dataclass

from domain.events import BusinessEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsSwapped(BusinessEvent):
    """Goods that the order held went to another one, ``winner``, by the word of a manager."""

    goods: str
    winner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMoved(BusinessEvent):
    """Another day than the one told before can be kept; ``reason`` is the document waited for, or a code."""

    goods: str
    promised: str
    before: str
    later: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseMoved(BusinessEvent):
    """Goods were ordered from a supplier, or are expected on another day; None for never."""

    purchase: str
    supplier: str
    expected: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsArrived(BusinessEvent):
    """Goods of a purchase order came; ``gained`` lines that waited were served."""

    purchase: str
    goods: str
    gained: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountWaits(BusinessEvent):
    """Somebody counted far more or less than the books say: ``count`` waits for a manager."""

    count: int
    sku: str
    name: str
    counted: str
    books: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountDecided(BusinessEvent):
    """A manager decided on a count; ``booked`` or not."""

    count: int
    sku: str
    name: str
    counted: str
    unit: str
    booked: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotExpired(BusinessEvent):
    """What was left of a lot may not be sold any more; ``orders`` gave goods up for it."""

    sku: str
    name: str
    lot: str
    goods: str
    orders: str = ""
