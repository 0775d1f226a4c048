"""What a customer owes, and how long for: payments pay for the oldest goods first; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

NOTHING = Decimal(0)


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


def overdue(sent: Iterable[Sent], paid: Decimal, term: int, today: date) -> tuple[Decimal, int]:
    """What is overdue when goods are to be paid within ``term`` days, and since how many days the oldest of it."""
    left, total, oldest = paid, NOTHING, 0
    for goods in sorted(sent, key=lambda one: one.on):
        unpaid = goods.worth - min(max(left, NOTHING), goods.worth)
        left -= goods.worth
        late = (today - goods.on - timedelta(days=term)).days
        if unpaid > 0 and late > 0:
            total += unpaid
            oldest = max(oldest, late)
    return total, oldest
