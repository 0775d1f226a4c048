"""What can happen to the credit of customers, as typed facts."""

from dataclasses import dataclass

from domain.events import BusinessEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditSet(BusinessEvent):
    """What a customer may owe (``what`` limit), or for how long (days), was set; empty is without end."""

    customer: str
    what: str
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerBlocked(BusinessEvent):
    """Orders of this customer are held from now on."""

    customer: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUnblocked(BusinessEvent):
    """Orders of this customer pass again, as far as the other rules go."""

    customer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTaken(BusinessEvent):
    """Money came in from a customer; ``payment`` is the number of the entry."""

    customer: str
    payment: int
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTakenBack(BusinessEvent):
    """A payment was noted by mistake and is taken back by an entry against it."""

    customer: str
    payment: int
    amount: str


OF_CREDIT: tuple[type[BusinessEvent], ...] = (
    CreditSet, CustomerBlocked, CustomerUnblocked, PaymentTaken, PaymentTakenBack,
)  # fmt: skip
"""All of them."""
