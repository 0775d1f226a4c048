"""Stock counts that wait for a manager: who may decide on which, and which have waited too long."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.models import Product, StockCount
from domain.rules.rights import CORRECTING
from domain.values import Actor, plain
from domain.watching import MOST, Condition

WAITING, OUTDATED = "waiting", "outdated"


@dataclass(frozen=True, slots=True)
class CountRow:
    """A count in a list; ``before`` is what the books said."""

    number: int
    sku: str
    name: str
    unit: str
    counted: Decimal
    before: Decimal
    by: str


def to_decide(actor: Actor) -> QuerySet[StockCount]:
    """The counts that this person may decide on; nobody decides on their own."""
    waiting = StockCount.filter(state=WAITING)
    if not actor.roles & CORRECTING:
        return waiting.filter(id__in=())
    return waiting.filter(Q(asked_by_staff__isnull=True) | ~Q(asked_by_staff=actor.staff))


async def waiting_counts(actor: Actor) -> list[CountRow]:
    """What waits for this person's word, oldest first."""
    return await _filled(await to_decide(actor).order_by("id").limit(MOST)) if actor.roles & CORRECTING else []


async def overdue(before: datetime) -> list[Condition]:
    """Counts that have waited since ``before`` or longer."""
    rows = await StockCount.filter(state=WAITING, asked_at__lte=before).order_by("id").limit(MOST)
    since = {row.id: row.asked_at for row in rows}
    return [
        Condition(f"{one.number}", None, "", None, since[one.number], {
            "count": f"{one.number}", "sku": one.sku, "name": one.name, "unit": one.unit,
            "counted": plain(one.counted), "books": plain(one.before), "by": one.by,
        })
        for one in await _filled(rows)
    ]  # fmt: skip


async def _filled(rows: list[StockCount]) -> list[CountRow]:
    known = {one.sku: one for one in await Product.filter(sku__in=[row.sku for row in rows])} if rows else {}
    return [
        CountRow(row.id, row.sku, known[row.sku].name, known[row.sku].base_unit, row.counted, row.before, row.asked_by)
        for row in rows
    ]
