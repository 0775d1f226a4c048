"""What can happen in the business, as typed facts; ``record`` keeps them in the ledger of events.

Every class here has a notice or an explicit "nobody" in ``notify/routing.py``.
"""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessEvent:
    """The root of all events; ``order`` is the number of the order concerned, when there is one."""

    order: str | None = None

    def facts(self) -> dict[str, Any]:
        """The attributes as JSON values: decimals and dates as text."""
        return {name: _plain(value) for name, value in asdict(self).items() if name != "order"}

    @classmethod
    def from_facts(cls, order: str | None, facts: dict[str, Any]) -> Self:
        """The event again, from its stored facts; facts of an older version that are gone are left out."""
        known = {f.name for f in fields(cls)}
        return cls(order=order, **{name: value for name, value in facts.items() if name in known})


def event_kinds() -> dict[str, type[BusinessEvent]]:
    """Every kind of event by its stored name."""
    return {kind.__name__: kind for kind in BusinessEvent.__subclasses__()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(BusinessEvent):
    """An order was confirmed by the one who wrote it and waits for the outcome of the review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAccepted(BusinessEvent):
    """The order stands: reviewed by rule or approved by a person (``approved_by``)."""

    goods: str
    total: str
    promised: str | None
    approved_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHeld(BusinessEvent):
    """The review found reasons that a person must decide upon; ``reasons`` are codes, ``hints`` their facts."""

    goods: str
    total: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRejected(BusinessEvent):
    """A reviewer said no, perhaps ``instead_of`` one who is absent."""

    goods: str
    reason: str
    instead_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(BusinessEvent):
    """The order was taken back before anything left the house."""

    goods: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChased(BusinessEvent):
    """Somebody asked for speed."""

    goods: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFellShort(BusinessEvent):
    """A line of an accepted order is not covered; ``request`` is the purchase request written for the rest."""

    sku: str
    name: str
    missing: str
    unit: str
    request: str
    expected: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipped(BusinessEvent):
    """Goods left the house; ``rest`` tells what is still to come, ``more`` are the waybills of further parcels."""

    shipment: str
    goods: str
    carrier: str
    waybill: str | None
    eta: str | None
    rest: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelMoved(BusinessEvent):
    """A parcel entered a status for the first time; ``state`` is a value of ``ParcelState``."""

    shipment: str
    carrier: str
    waybill: str
    state: str
    text: str
    place: str = ""
    eta: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsReceived(BusinessEvent):
    """The receiver said that the goods are there, in so many ``boxes``; ``remark`` what was wrong with them."""

    shipment: str
    goods: str
    remark: str = ""
    boxes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonJoined(BusinessEvent):
    """A contact or member of staff bound their WeChat; ``identity`` is the row's id."""

    identity: int
    name: str
    roles: tuple[str, ...]
    customer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft(BusinessEvent):
    """A person unbound or unfollowed; nothing personal is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpWanted(BusinessEvent):
    """A customer wants a person; ``topic`` after_sales, finance or human."""

    identity: int | None
    name: str
    topic: str
    customer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksRevoked(BusinessEvent):
    """All links to the order's page that were given out so far were taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesGuessed(BusinessEvent):
    """So many binding codes were wrong within an hour that all codes are refused for a while; ``tries`` is how many."""

    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesChanged(BusinessEvent):
    """Prices were written into these lists; orders that stand keep theirs."""

    lists: tuple[str, ...]
    prices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierUnreachable(BusinessEvent):
    """A carrier service refused to watch a parcel; ``code`` is its word for why."""

    shipment: str
    carrier: str
    waybill: str
    code: str
