"""What a customer owes, and how long for: payments pay for the oldest goods first; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

NOTHING = Decimal(0)
A_FEW_CENTS = Decimal("0.05")
"""So much may be lost where the worth of a part of a line is rounded."""


@dataclass(frozen=True, slots=True)
class Credit:
    """Where a customer stands: ``owed`` is what stands of their orders less what they paid, perhaps below nothing.

    ``overdue`` is what should have been paid by now, ``days`` for how long the oldest of it. Without a ``limit`` they
    may owe anything.
    """

    limit: Decimal | None = None
    owed: Decimal = NOTHING
    overdue: Decimal = NOTHING
    days: int = 0

    def left(self, more: Decimal = NOTHING) -> Decimal | None:
        """What is left of the limit after ``more``; None without a limit."""
        return None if self.limit is None else self.limit - self.owed - more


@dataclass(frozen=True, slots=True)
class Sent:
    """Goods of this worth left the house on this day."""

    on: date
    worth: Decimal


def days_late(sent: Iterable[Sent], due: Decimal, term: int, today: date) -> int:
    """For how many days the oldest of what is overdue should have been paid.

    ``sent`` is what should have been paid by now, ``due`` the part of it that was not; payments paid for the oldest.
    """
    left, days = due, 0
    for goods in sorted(sent, key=lambda one: one.on, reverse=True):
        if left < A_FEW_CENTS and days:
            break
        left -= goods.worth
        days = (today - goods.on - timedelta(days=term)).days
    return max(days, 0)
