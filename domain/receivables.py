"""Who owes us, how much, and what of it is overdue; reads only."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.credit import credit_of, due_by_customer
from domain.models import Customer
from domain.rules.credit import Credit
from domain.rules.rights import may_see
from domain.values import Actor

SHOWN = 3
NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer who owes."""

    name: str
    credit: Credit


@dataclass(frozen=True, slots=True)
class Receivables:
    """What is owed: by how many, what of it is overdue (``late`` customers), and ``worst``, the most overdue first."""

    total: Decimal
    customers: int
    overdue: Decimal
    late: int
    worst: tuple[Debtor, ...]


async def receivables(*, by: Actor, now: datetime) -> Receivables:
    """What the customers owe whom this person may see."""
    rows = [row for row in await Customer.filter(owed__gt=0, active=True) if may_see(by, row.code)]
    due: dict[int, Decimal] = {}
    for days in sorted({row.credit_days for row in rows if row.credit_days is not None}):
        due |= await due_by_customer(days, now=now)
    late = {row.id: due[row.id] for row in rows if row.id in due}
    rows.sort(key=lambda row: (-late.get(row.id, NONE), -row.owed, row.id))
    return Receivables(
        total=sum((row.owed for row in rows), NONE),
        customers=len(rows),
        overdue=sum(late.values(), NONE),
        late=len(late),
        worst=tuple([await _debtor(row, now) for row in rows[:SHOWN]]),
    )


async def _debtor(row: Customer, now: datetime) -> Debtor:
    return Debtor(row.short_names[0] if row.short_names else row.name, await credit_of(row, now=now))
