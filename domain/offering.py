"""What is on offer and to whom: catalogue, prices and stock for answers, and the words of the shop for the grammar."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from domain import lane
from domain.errors import CustomerNotFound
from domain.incoming import arrivals_of, lacking_of
from domain.models import CatalogueVersion, Customer, GenericTerm, Product, Stock, UnitSynonym, Warehouse
from domain.rules.kits import kits_by_day, kits_in
from domain.rules.pricing import Market, Priced, PricedLine, Rate, next_break, price
from domain.rules.supplying import Arrival, Available, promisable
from domain.terms import rates_of
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
    """What there is of a product, over all warehouses, in base units; ``places`` when it lies in several.

    ``incoming`` is on its way to us, ``promisable`` what may be promised by day, beginning with what is free now.
    """

    sku: str
    name: str
    unit: str
    on_hand: Decimal
    reserved: Decimal
    places: tuple[tuple[str, Decimal], ...] = ()
    incoming: Decimal = Decimal(0)
    promisable: tuple[Available, ...] = ()

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


@dataclass(frozen=True, slots=True)
class PriceRow:
    """What a product costs a customer when they take this much of it, and from where it costs less."""

    sku: str
    name: str
    base_unit: str
    units: dict[str, Decimal]
    priced: PricedLine
    qty: Decimal
    cheaper: Rate | None = None


async def prices_of(wanted: Mapping[str, Decimal], customer: str | None, *, today: date) -> list[PriceRow]:
    """The prices of products for a customer, for the base quantities that were asked about."""
    products = await Product.filter(sku__in=list(wanted), active=True).order_by("sku")
    buyer = await Customer.get_or_none(code=customer) if customer else None
    rates = await rates_of(buyer, list(wanted))
    return [_price_row(row, Market(today, wanted[row.sku], rates.get(row.sku, ()))) for row in products]


def _price_row(row: Product, market: Market) -> PriceRow:
    known = Priced(row.sku, row.base_unit, row.list_price, row.floor_price)
    sizes = {unit: Decimal(size) for unit, size in row.units.items()}
    cheaper = next_break(market.rates, market.ordered, market.today)
    qty = market.ordered
    return PriceRow(row.sku, row.name, row.base_unit, sizes, price(known, qty, market), qty, cheaper)


async def stock_of(skus: Collection[str]) -> list[StockRow]:
    """What there is of these products; of a kit as many whole ones as its parts allow."""
    rows = await Product.filter(sku__in=list(skus), active=True).order_by("sku")
    named = {*skus, *(part for row in rows for part in row.kit or ())}
    balances = await Stock.filter(sku__in=list(named)).order_by("warehouse")
    names = dict(await Warehouse.all().values_list("code", "name"))
    arrivals, lacking = await arrivals_of(named), await lacking_of(named)
    shelves = {sku: _shelf(sku, balances, names, arrivals, lacking) for sku in named}
    return [_kit_row(row, shelves) if row.kit else _stock_row(row, shelves[row.sku]) for row in rows]


def _stock_row(row: Product, shelf: StockRow) -> StockRow:
    return replace(shelf, name=row.name, unit=row.base_unit)


def _shelf(
    sku: str,
    balances: Sequence[Stock],
    names: Mapping[str, str],
    arrivals: Sequence[Arrival],
    lacking: Mapping[str, Decimal],
) -> StockRow:
    mine = [b for b in balances if b.sku == sku]
    on_hand = sum((b.on_hand for b in mine), Decimal(0))
    reserved = sum((b.reserved for b in mine), Decimal(0))
    lying = tuple((names.get(b.warehouse, ""), b.on_hand) for b in mine if b.on_hand > 0)
    coming = [arrival for arrival in arrivals if arrival.sku == sku]
    return StockRow(
        sku=sku,
        name="",
        unit="",
        on_hand=on_hand,
        reserved=reserved,
        places=lying if len(lying) > 1 else (),
        incoming=sum((arrival.qty for arrival in coming), Decimal(0)),
        promisable=promisable(on_hand - reserved, lacking.get(sku, Decimal(0)), coming),
    )


def _kit_row(row: Product, shelves: Mapping[str, StockRow]) -> StockRow:
    """As many whole kits as the parts on hand come to; those that are not free for one are as good as reserved."""
    parts = {sku: Decimal(qty) for sku, qty in (row.kit or {}).items()}
    on_hand = kits_in(parts, {sku: shelves[sku].on_hand for sku in parts})
    free = kits_in(parts, {sku: shelves[sku].free for sku in parts})
    coming = kits_by_day(parts, {sku: shelves[sku].promisable for sku in parts})
    return StockRow(row.sku, row.name, row.base_unit, on_hand, on_hand - free, promisable=coming)


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
