"""Stock promised to orders: reserved by a conditional update, so that it is never promised twice; given back whole."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tortoise.expressions import F

from domain import lane
from domain.lane import FOR_UPDATE, Script, Statement
from domain.lots import consume_lots
from domain.models import OrderLine, Stock
from domain.models.scaled import grains, ungrained
from domain.rules.kits import KitPart, taken, whole
from domain.rules.lots import Taken, Wish
from domain.tally import STOCK_CONFLICTS, count

ZERO = Decimal(0)
ONE = Decimal(1)
_BALANCES = "SELECT id, on_hand, reserved FROM stock"
_RESERVE = "UPDATE stock SET reserved = reserved + ? WHERE id = ? AND on_hand >= reserved + ?"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a line needs, in base units."""

    position: int
    sku: str
    qty: Decimal
    parts: tuple[KitPart, ...] = ()

    def goods(self, qty: Decimal) -> dict[str, Decimal]:
        """What so much of it takes from the shelves, by product."""
        return taken(self.sku, self.parts, qty)


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of a line is reserved; of a kit whole ones only."""

    position: int
    reserved: Decimal
    missing: Decimal


@dataclass(frozen=True, slots=True)
class Shortage:
    """A line that stock does not cover: ``missing`` in ``unit`` (the base unit), wanted by ``request``."""

    sku: str
    name: str
    missing: Decimal
    unit: str
    request: str
    expected: str | None


def cover(demands: Collection[Demand], stock: Mapping[str, Sequence[Stock]]) -> Script[tuple[Covered, ...]]:
    """Reserve what there is, in the order of the codes, so that two orders never wait for each other in a circle.

    ``stock`` is what was seen a moment ago; what others took or brought since is noticed, and less or more reserved.
    Kits take what single products left.
    """
    covered = []
    kits = [demand for demand in demands if demand.parts]
    if kits:
        # All at once and in the order of the codes: a kit would otherwise take them in an order of its own.
        yield Statement(f"{_BALANCES} WHERE sku IN ? ORDER BY sku, warehouse{FOR_UPDATE}", (wanted_by(demands),))
    for demand in sorted((d for d in demands if not d.parts), key=lambda d: (d.sku, d.position)):
        left = demand.qty
        for row in stock.get(demand.sku, ()):
            if left > 0:
                left -= yield from _take(row.id, left, row.free)
        if left > 0:
            # Before it is called short: who brings goods now waits until this line can be seen, and fills it.
            now = yield Statement(f"{_BALANCES} WHERE sku = ? ORDER BY sku, warehouse{FOR_UPDATE}", (demand.sku,))
            for stock_id, on_hand, reserved in now.rows:
                left -= yield from _take(stock_id, left, ungrained(on_hand - reserved))
        covered.append(Covered(demand.position, demand.qty - left, left))
    for demand in kits:
        got = yield from _take_kits(demand)
        covered.append(Covered(demand.position, got, demand.qty - got))
    return tuple(sorted(covered, key=lambda c: c.position))


def uncover(demands: Iterable[Demand], covered: Iterable[Covered]) -> Script[None]:
    """Give back what ``cover`` reserved a moment ago, in the same transaction."""
    wanted = {demand.position: demand for demand in demands}
    for one in covered:
        if one.reserved > 0:
            demand = wanted[one.position]
            for sku, qty in demand.goods(one.reserved).items():
                yield from _untake(sku, grains(qty))


def _untake(sku: str, left: int) -> Script[None]:
    rows = yield Statement(f"{_BALANCES} WHERE sku = ? ORDER BY warehouse", (sku,))
    for stock_id, _, reserved in rows.rows:
        part = min(left, reserved)
        yield Statement("UPDATE stock SET reserved = reserved - ? WHERE id = ?", (part, stock_id))
        left -= part


def _take_kits(demand: Demand) -> Script[Decimal]:
    """As many whole kits as the shelves hold, which nobody else can change here."""
    skus = wanted_by([demand])
    found = yield Statement("SELECT sku, id, on_hand - reserved FROM stock WHERE sku IN ? ORDER BY sku, id", (skus,))
    free: dict[str, Decimal] = defaultdict(Decimal)
    for sku, _, left in found.rows:
        free[sku] += ungrained(left)
    kits = min(whole(demand.parts, free), demand.qty)
    missing = demand.goods(kits)
    for sku, stock_id, left in found.rows:
        missing[sku] -= yield from _take(stock_id, missing[sku], ungrained(left))
    assert not any(missing.values()), f"{demand.sku}: locked goods vanished"
    return kits


def wanted_by(demands: Iterable[Demand]) -> list[str]:
    """The products that have to be reserved for these."""
    return sorted({sku for demand in demands for sku in demand.goods(demand.qty)})


def skus_of(lines: Iterable[OrderLine]) -> set[str]:
    """The products that these lines take from the shelves."""
    return {sku for line in lines for sku in line.goods(ONE)}


async def locked(skus: Iterable[str]) -> list[Stock]:
    """The balances of these products, nobody else's to change until the end of the transaction.

    Whoever changes what existing lines hold takes these first, after the order and before its lines: always in the
    same order, so that nobody waits in a circle. (SQLite has one writer and needs no such lock.)
    """
    rows = Stock.filter(sku__in=sorted(set(skus))).order_by("sku", "warehouse")
    return await rows.select_for_update()


def _take(stock_id: int, wanted: Decimal, seen: Decimal) -> Script[Decimal]:
    amount = min(wanted, seen)
    while amount > 0:
        g = grains(amount)
        done = yield Statement(_RESERVE, (g, stock_id, g))
        if done.count:
            return amount
        count(STOCK_CONFLICTS)
        now = yield Statement(f"{_BALANCES} WHERE id = ?", (stock_id,))
        ((_, on_hand, reserved),) = now.rows
        amount = min(wanted, ungrained(on_hand - reserved))
    return ZERO


async def reserve_lines(lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Reserve for lines that exist already, as far as they are short; the lines as they are then."""
    short = [line for line in lines if line.short > 0]
    stock: dict[str, list[Stock]] = {}
    for row in await locked(skus_of(short)):
        stock.setdefault(row.sku, []).append(row)
    demands = [Demand(line.id, line.sku, line.short, line.kit) for line in short]
    by_line = {c.position: c.reserved for c in await lane.within(cover(demands, stock))}
    for line in lines:
        gained = by_line.get(line.id, ZERO)
        if gained and await _hold(line, gained):
            line.reserved += gained
        elif gained:
            # The line was cancelled or covered by somebody else in the meantime: what was taken for it goes back.
            count(STOCK_CONFLICTS)
            await give_back_all(line.goods(gained))
    return list(lines)


async def _hold(line: OrderLine, amount: Decimal) -> bool:
    g = grains(amount)
    room = OrderLine.filter(id=line.id, base_qty__gte=F("reserved") + g + F("shipped") + F("cancelled"))
    return await room.update(reserved=F("reserved") + g) == 1


async def unhold(line: OrderLine) -> Decimal:
    """Take everything that a line holds away from it and call the rest of the line off; what was held, to give back."""
    while True:
        seen = OrderLine.filter(id=line.id, reserved=line.reserved, shipped=line.shipped)
        if await seen.update(reserved=ZERO, cancelled=F("base_qty") - F("shipped")):
            return line.reserved
        # Goods that came in were given to this line between reading and writing it.
        count(STOCK_CONFLICTS)
        await line.refresh_from_db(fields=["reserved", "shipped", "cancelled"])


async def give_back(sku: str, amount: Decimal) -> None:
    """Free a reservation of this much, warehouse by warehouse."""
    left = amount
    for row in await Stock.filter(sku=sku).order_by("warehouse"):
        part = min(row.reserved, left)
        if part > 0 and await Stock.filter(id=row.id, reserved__gte=part).update(reserved=F("reserved") - grains(part)):
            left -= part
    assert left == 0, f"{sku}: {left} reserved by a line but by no warehouse"


async def give_back_all(goods: Mapping[str, Decimal]) -> None:
    """Free reservations of several products."""
    for sku, amount in sorted(goods.items()):
        await give_back(sku, amount)


async def consume(sku: str, amount: Decimal, wish: Wish, *, today: date) -> tuple[Taken, ...]:
    """Take reserved goods off the shelf, warehouse by warehouse, or lot by lot; where they came from."""
    rows = await Stock.filter(sku=sku).order_by("warehouse")
    if any(row.by_lot for row in rows):
        return await consume_lots(sku, amount, rows, wish, today=today)
    taken = []
    left = amount
    for row in rows:
        part = min(row.reserved, left)
        if part > 0:
            g = grains(part)
            done = await Stock.filter(id=row.id, reserved__gte=part, on_hand__gte=part).update(
                reserved=F("reserved") - g, on_hand=F("on_hand") - g
            )
            assert done, f"{sku}: a reservation vanished"
            taken.append(Taken(sku, "", part, warehouse=row.warehouse))
            left -= part
    assert left == 0, f"{sku}: {left} reserved by a line but by no warehouse"
    return tuple(taken)
