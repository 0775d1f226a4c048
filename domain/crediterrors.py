"""Why the credit or a payment of a customer cannot be what somebody wants it to be."""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal


@dataclass
class AmountRefused(Refusal):
    """No amount of money that can be meant; ``most`` is the largest."""

    amount: Decimal
    most: Decimal


@dataclass
class DaysRefused(Refusal):
    """No term of payment that can be meant; ``most`` is the longest."""

    days: int
    most: int


@dataclass
class PaymentNotFound(Refusal):
    """No such payment, or it was taken back before (``done``)."""

    payment: int
    done: bool
