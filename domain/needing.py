"""What is missing for orders and for work, level by level: from it follow what has to be made and what to be bought."""

from dataclasses import dataclass, field
from decimal import Decimal

from domain import lane
from domain.forecasting import open_works
from domain.incoming import arrivals_of
from domain.materials import held_for
from domain.models import Product, PurchaseRequest
from domain.recipes import free_of, recipes_of
from domain.rules.making import explode, needed

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Missing:
    """In base units, beyond what is at hand or coming; ``orders`` are those that wait for it."""

    made: dict[str, Decimal] = field(default_factory=dict)
    bought: dict[str, Decimal] = field(default_factory=dict)
    orders: dict[str, list[str]] = field(default_factory=dict)


async def missing() -> Missing:
    """What short lines lack, what open work needs, and what goes into what has to be made, less what is coming."""
    wanted: dict[str, Decimal] = {}
    orders: dict[str, list[str]] = {}
    for row in await PurchaseRequest.filter(state="open").order_by("id"):
        wanted[row.sku] = wanted.get(row.sku, ZERO) + row.qty
        orders.setdefault(row.sku, []).append(row.order_number or "")
    recipes = await recipes_of()
    parts = {part for made in recipes.values() for part in made}
    # Of a kit that is short all parts are asked for, also those that lie ready.
    parts |= {str(part) for (part,) in await lane.rows("SELECT DISTINCT part FROM kituse")}
    works = await open_works()
    held = await held_for([work.id for work in works])
    for work in works:
        for part, each in work.per_one.items():
            kept = held.get(work.id, {}).get(part, ZERO)
            wanted[part] = wanted.get(part, ZERO) + max(needed(work.left, each) - kept, ZERO)
            parts.add(part)
    if not wanted:
        return Missing()
    at_hand = await free_of(parts) if parts else {}
    for arrival in await arrivals_of({*wanted, *parts}):
        at_hand[arrival.sku] = at_hand.get(arrival.sku, ZERO) + arrival.qty
    found = explode(wanted, recipes, at_hand)
    made = dict(found.made)
    # What is made without anybody having said how is for production to say, not for purchasing to buy.
    for sku in await Product.filter(sku__in=list(found.bought), make_or_buy="make").values_list("sku", flat=True):
        made[str(sku)] = found.bought.pop(str(sku))
    return Missing(made, found.bought, orders)
