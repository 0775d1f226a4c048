"""Small frozen values that every room may speak: quantities, money, dates of delivery, people; no rows, no clock."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import overload

CENT = Decimal("0.01")
GRAIN = Decimal("0.001")


def money(amount: Decimal | int | str) -> Decimal:
    """Round half up to cents: the one rounding of money in the product."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def quantity(amount: Decimal | int | str) -> Decimal:
    """Round half up to thousandths of a unit, the finest quantity that is stored."""
    return Decimal(amount).quantize(GRAIN, ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """The shortest decimal text without exponent: ``Decimal("20.000")`` gives ``"20"``."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@overload
def day_of(value: dt.date | str) -> dt.date: ...
@overload
def day_of(value: None) -> None: ...
def day_of(value: dt.date | str | None) -> dt.date | None:
    """A day as a database gives it: SQLite keeps it as text."""
    return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value


class Role(StrEnum):
    """What a person may do; the first four are people of a customer (客户联系人), the rest are staff (员工)."""

    BUYER = "buyer"
    RECEIVER = "receiver"
    FINANCE_CONTACT = "finance_contact"
    BOSS = "boss"
    SALES = "sales"
    REVIEWER = "reviewer"
    WAREHOUSE = "warehouse"
    PURCHASING = "purchasing"
    PRODUCTION = "production"
    FINANCE = "finance"
    MANAGER = "manager"
    ADMIN = "admin"


CUSTOMER_ROLES = frozenset({Role.BUYER, Role.RECEIVER, Role.FINANCE_CONTACT, Role.BOSS})
STAFF_ROLES = frozenset(Role) - CUSTOMER_ROLES


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is reached on WeChat: one openid of one Official Account."""

    account: str
    openid: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is speaking or acting, with the rights that this gives; ``identity`` None is a stranger or the system.

    ``customer`` is the code of the contact's company; ``customers`` are the codes that a rep looks after.
    """

    name: str
    roles: frozenset[Role] = frozenset()
    identity: int | None = None
    staff: int | None = None
    contact: int | None = None
    customer: str | None = None
    customers: frozenset[str] = frozenset()
    address: Address | None = None

    @property
    def is_staff(self) -> bool:
        """Whether this person works for the shop."""
        return self.staff is not None

    @property
    def is_stranger(self) -> bool:
        """Whether nothing is known of this person."""
        return self.staff is None and self.contact is None

    @property
    def sees_everything(self) -> bool:
        """Whether every customer's orders may be seen: all staff but a plain sales rep."""
        return bool(self.roles & (STAFF_ROLES - {Role.SALES}))

    @property
    def sees_money(self) -> bool:
        """Whether prices and totals may be shown: not to receivers, nor to staff of warehouse and production alone."""
        return bool(self.roles - {Role.RECEIVER, Role.WAREHOUSE, Role.PRODUCTION})

    def may_see(self, customer: str) -> bool:
        """Whether orders of this customer code may be shown to this person."""
        return self.sees_everything or customer == self.customer or customer in self.customers


SYSTEM = Actor(name="系统")


class DeliveryKind(StrEnum):
    """How a delivery wish is meant: on a day, by a day, within a range, as soon as possible."""

    DATE = "date"
    BY = "by"
    RANGE = "range"
    ASAP = "asap"


@dataclass(frozen=True, slots=True)
class DeliveryWish:
    """When the customer wants the goods (交期): ``date`` for date/by, ``start``..``end`` for range, shop-local days."""

    kind: DeliveryKind
    date: dt.date | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    time: dt.time | None = None
    part: str | None = None

    @property
    def last_day(self) -> dt.date | None:
        """The last day on which a delivery still fulfils the wish; None when there is no day."""
        return self.date or self.end


@dataclass(frozen=True, slots=True)
class Period:
    """A run of shop-local days, both ends included."""

    start: dt.date
    end: dt.date


class ParcelState(StrEnum):
    """The unified status of a parcel, whichever service told it: a good journey, then the rest."""

    HANDED_OVER = "handed_over"
    COLLECTED = "collected"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    PROBLEM = "problem"
    RETURNING = "returning"
    RETURNED = "returned"
    ARRIVED_CITY = "arrived_city"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERY_FAILED = "delivery_failed"
    CUSTOMS = "customs"
    FORWARDED = "forwarded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Scan:
    """One line of a parcel's journey: what the service's own ``code`` means, and the ``reason`` behind it, if any."""

    at: dt.datetime
    state: ParcelState
    text: str
    place: str = ""
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A parcel's journey, oldest scan first.

    ``carrier`` is the service's code of the carrier, ``status`` its word on the watch (polling, shutdown, abort),
    ``message`` what it said about that; ``corrected`` is set when it found another carrier to be right. ``shipment`` is
    our own number of the shipment, from those who know it.
    """

    carrier: str
    waybill: str
    status: str
    scans: tuple[Scan, ...] = ()
    corrected: str | None = None
    eta: dt.date | None = None
    message: str = ""
    shipment: str = ""

    @property
    def final(self) -> bool:
        """Whether the service has stopped watching."""
        return self.status in ("shutdown", "abort")
