"""What is on offer and to whom: catalogue, prices and stock for answers, and the words of the shop for the grammar."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from domain import lane
from domain.errors import CustomerNotFound
from domain.models import CatalogueVersion, Customer, GenericTerm, Product, Stock, UnitSynonym
from domain.values import Actor


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A product with its price per base unit and the sizes of its units."""

    sku: str
    name: str
    price: Decimal
    base_unit: str
    units: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class StockRow:
    """What there is of a product, over all warehouses, in base units."""

    sku: str
    name: str
    unit: str
    on_hand: Decimal
    reserved: Decimal

    @property
    def free(self) -> Decimal:
        """What may still be promised."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class ShopWords:
    """Everything that the lexicon is built from."""

    products: tuple[Product, ...]
    customers: tuple[Customer, ...]
    terms: tuple[GenericTerm, ...]
    units: tuple[UnitSynonym, ...]


async def catalogue_version() -> str:
    """A text that changes whenever products, customers or their names do; cheap enough to ask all the time."""
    found = await lane.rows("SELECT version FROM catalogueversion WHERE id = 1")
    return str(found[0][0]) if found else "0"


async def touch_catalogue() -> None:
    """Say that the catalogue has changed; for use inside the transaction that changes it."""
    from tortoise.expressions import F

    if not await CatalogueVersion.filter(id=1).update(version=F("version") + 1):
        await CatalogueVersion.create(id=1, version=1)


async def shop_words() -> ShopWords:
    """The rows behind the lexicon."""
    return ShopWords(
        tuple(await Product.filter(active=True)),
        tuple(await Customer.filter(active=True)),
        tuple(await GenericTerm.all()),
        tuple(await UnitSynonym.all()),
    )


async def products_on_sale(*, limit: int) -> list[OfferRow]:
    """The first products by code."""
    return [_offer(row) for row in await Product.filter(active=True).order_by("sku").limit(limit)]


async def prices_of(skus: Collection[str], customer: str | None) -> list[OfferRow]:  # noqa: ARG001
    """The prices of products for a customer; today everybody has the list price."""
    return [_offer(row) for row in await Product.filter(sku__in=list(skus), active=True).order_by("sku")]


async def stock_of(skus: Collection[str]) -> list[StockRow]:
    """What there is of these products."""
    balances = await Stock.filter(sku__in=list(skus))
    found = []
    for row in await Product.filter(sku__in=list(skus), active=True).order_by("sku"):
        mine = [b for b in balances if b.sku == row.sku]
        on_hand = sum((b.on_hand for b in mine), Decimal(0))
        reserved = sum((b.reserved for b in mine), Decimal(0))
        found.append(StockRow(row.sku, row.name, row.base_unit, on_hand, reserved))
    return found


async def find_customer(text: str, actor: Actor) -> str:
    """The code of a customer given by code, that this person may see."""
    row = await Customer.get_or_none(code=text, active=True)
    if row is None or not actor.may_see(row.code):
        raise CustomerNotFound(text)
    return row.code


def _offer(row: Product) -> OfferRow:
    return OfferRow(
        row.sku, row.name, row.list_price, row.base_unit, {unit: Decimal(size) for unit, size in row.units.items()}
    )
