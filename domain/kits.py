"""Kits (套装): what is in one, as the catalogue says today; what was ordered keeps what it was ordered with."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from domain.errors import ProductNotFound
from domain.kiterrors import KitHasNoStock, KitRefused
from domain.models import KitUse, OrderLine, Product, Recipe, Stock
from domain.offering import touch_catalogue
from domain.rules.kits import KitPart, Surroundings, kit_fault
from domain.rules.lifecycle import FINAL
from domain.rules.rights import CORRECTING, require
from domain.transaction import transact
from domain.values import Actor, plain

Parts = Sequence[tuple[str, Decimal]]


def kit_of(product: Product, products: Mapping[str, Product]) -> tuple[KitPart, ...]:
    """What is in one of this product; ``products`` has its parts."""
    return tuple(
        KitPart(part, products[part].name, products[part].base_unit, Decimal(qty))
        for part, qty in (product.kit or {}).items()
    )


async def with_parts(products: dict[str, Product], more: Collection[str] = ()) -> dict[str, Product]:
    """These products, and besides them the parts of those that are kits and ``more``; no read when there are none."""
    wanted = {part for row in products.values() for part in row.kit or ()} | set(more)
    missing = wanted - products.keys()
    found = await Product.filter(sku__in=list(missing)) if missing else []
    return {**{row.sku: row for row in found}, **products}


async def kit(sku: str) -> tuple[KitPart, ...]:
    """What is in one of a product; nothing when it is no kit."""
    row = await Product.get_or_none(sku=sku)
    if row is None:
        raise ProductNotFound(sku)
    return kit_of(row, await with_parts({sku: row}))


async def set_kit(sku: str, parts: Parts, *, by: Actor) -> tuple[KitPart, ...]:
    """Let a product be a kit of others from now on; what was ordered before stays as it was."""
    require(by, CORRECTING)

    async def work() -> None:
        await Product.filter(sku=sku).select_for_update().first()
        fault = kit_fault(sku, parts, await surroundings({sku: [part for part, _ in parts]}))
        if fault is not None:
            raise KitRefused(sku, *fault)
        await Product.filter(sku=sku, pack_qty=None).update(pack_qty=1)
        await write_kit(sku, parts)
        await touch_catalogue()

    await transact(work)
    return await kit(sku)


async def write_kit(sku: str, parts: Parts) -> None:
    """Write what was checked, inside the transaction of the caller."""
    await Product.filter(sku=sku).update(kit={part: plain(qty) for part, qty in parts})
    for part, _ in parts:
        await KitUse.get_or_create(kit=sku, part=part)


async def surroundings(recipes: Mapping[str, Collection[str]]) -> Surroundings:
    """What these kits are judged by, ``recipes`` has the parts of each; as many statements however large the shop.

    The products that are to be kits may be anything but busy.
    """
    named = {*recipes, *(part for parts in recipes.values() for part in parts)}
    rows = {str(sku): kit for sku, kit in await Product.filter(sku__in=list(named)).values_list("sku", "kit")}
    return Surroundings(
        set(rows), {sku for sku, kit in rows.items() if kit}, await _parts_among(recipes), await _busy(recipes)
    )


async def _parts_among(skus: Collection[str]) -> set[str]:
    """Those of these products that are in a kit today, not only once."""
    uses = await KitUse.filter(part__in=list(skus)).values_list("kit", "part")
    kits = await Product.filter(sku__in=list({kit for kit, _ in uses})).values_list("sku", "kit") if uses else []
    inside = {str(sku): kit or {} for sku, kit in kits}
    return {str(part) for kit, part in uses if part in inside.get(kit, {})}


async def _busy(skus: Collection[str]) -> dict[str, str]:
    stocked = Stock.filter(sku__in=list(skus), on_hand__gt=Decimal(0)).values_list("sku", flat=True)
    made = Recipe.filter(sku__in=list(skus)).values_list("sku", flat=True)
    open_lines = OrderLine.filter(sku__in=list(skus), parts__isnull=True).exclude(order__state__in=list(FINAL))
    found = dict.fromkeys(map(str, await open_lines.values_list("sku", flat=True)), "ordered")
    found |= dict.fromkeys(map(str, await made), "made")
    return found | dict.fromkeys(map(str, await stocked), "stocked")


def refuse_kit(product: Product) -> None:
    """Goods move as parts: a kit itself has no stock to change."""
    if product.kit:
        raise KitHasNoStock(product.sku, "、".join(product.kit))
