"""What stands on a picking list: goods, where they lie, and the lots to take them from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.allocating import skus_of
from domain.models import OrderLine, Stock, Warehouse
from domain.rules.lots import Taken, taken_of
from domain.values import plain
from domain.wording import entered

ZERO = Decimal(0)
Lots = Mapping[int, list[dict[str, str]]]
"""By order line: lots as ``Taken.kept`` writes them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a picking list; ``place`` is where the goods lie, empty when there is one place only.

    Of a kit what has to be taken are its ``parts``. ``lots`` are those to take it from.
    """

    sku: str
    name: str
    qty: str
    place: str = ""
    parts: tuple["Row", ...] = ()
    lots: tuple[Taken, ...] = ()


async def rows_of(lines: Sequence[OrderLine], wanted: Mapping[int, Decimal], lots: Lots) -> tuple[Row, ...]:
    """The lines of which something is wanted, with where it lies and in which lots."""
    mine = [line for line in lines if wanted.get(line.id)]
    shelves = await Stock.filter(sku__in=skus_of(mine), reserved__gt=ZERO).order_by("warehouse")
    names = dict(await Warehouse.all().values_list("code", "name"))
    places: dict[str, list[str]] = {}
    for shelf in shelves:
        places.setdefault(shelf.sku, []).append(names.get(shelf.warehouse, shelf.warehouse))
    several = len({shelf.warehouse for shelf in shelves}) > 1
    where = {sku: "、".join(found) for sku, found in places.items()} if several else {}
    return tuple(_row(line, wanted[line.id], where, taken_of(lots.get(line.id))) for line in mine)


def _row(line: OrderLine, qty: Decimal, where: Mapping[str, str], lots: Sequence[Taken]) -> Row:
    def row(sku: str, name: str, words: str, parts: tuple[Row, ...] = ()) -> Row:
        return Row(sku, name, words, where.get(sku, ""), parts, tuple(one for one in lots if one.sku == sku))

    parts = tuple(row(part.sku, part.name, f"{plain(part.qty * qty)}{part.unit}") for part in line.kit)
    return row(line.sku, line.name, entered(line, qty), parts)
