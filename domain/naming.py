"""What customers call our goods: names learnt from confirmed orders, listed, forgotten, never shared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain import lane
from domain.errors import NameNotFound
from domain.models import Customer, CustomerAlias
from domain.transaction import transact
from domain.values import Actor

MOST_NAMES = 500
HAS_NAMES = "EXISTS (SELECT 1 FROM customeralias n WHERE n.customer_id = k.id)"
"""Whether a customer ``k`` has any, for use inside another question."""


@dataclass(frozen=True, slots=True)
class LearntName:
    """One name, the product that it means to this customer, and since when by whose word."""

    alias: str
    sku: str
    learnt_at: datetime
    learnt_by: str


async def learn_aliases(customer: str, names: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    """Keep names, alias to sku, for the people of one customer; what was learnt last about a name holds."""
    await transact(lambda: _learn(customer, names, by, now))


async def _learn(customer: str, names: Mapping[str, str], by: Actor, now: datetime) -> None:
    row = await Customer.get(code=customer).only("id")
    await CustomerAlias.bulk_create(
        [
            CustomerAlias(customer_id=row.id, alias=alias, sku=sku, learnt_at=now, learnt_by=by.name)
            for alias, sku in names.items()
        ],
        on_conflict=["customer_id", "alias"],
        update_fields=["sku", "learnt_at", "learnt_by"],
    )


async def forget_alias(customer: str, alias: str) -> LearntName:
    """Forget one name of a customer and return what it meant; refuses a name that was never learnt."""
    row = await CustomerAlias.get_or_none(customer__code=customer, alias=alias)
    if row is None or not await CustomerAlias.filter(id=row.id).delete():
        raise NameNotFound(alias)
    return LearntName(row.alias, row.sku, row.learnt_at, row.learnt_by)


async def aliases_of(customer: str | None) -> list[LearntName]:
    """The names of one customer, the newest first."""
    if customer is None:
        return []
    mine = "WHERE customer_id = (SELECT id FROM customer WHERE code = ?) ORDER BY learnt_at DESC, id DESC LIMIT ?"
    rows = await lane.fetch(CustomerAlias, mine, customer, MOST_NAMES)
    return [LearntName(row.alias, row.sku, row.learnt_at, row.learnt_by) for row in rows]
