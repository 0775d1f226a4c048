"""What has to be made and what is being made, as people look at it; reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from domain.forecasting import Lacking, lacking_parts, open_works
from domain.makeerrors import WorkNotFound
from domain.materials import held_for
from domain.models import Product, PurchaseRequest, WorkOrder
from domain.needing import missing
from domain.policy import shop_day
from domain.recipes import free_of, recipes_of
from domain.rules.blocking import Made
from domain.rules.making import GRAIN, ONE, makeable
from domain.sizing import MEASURES
from domain.values import plain

ZERO = Decimal(0)
READY, RUNNING, PAUSED, DONE = "ready", "running", "paused", "done"


@dataclass(frozen=True, slots=True)
class ToMake:
    """What has to be made of a product beyond what is being made; ``known`` when there is a recipe."""

    sku: str
    name: str
    unit: str
    qty: Decimal
    known: bool


@dataclass(frozen=True, slots=True)
class Work:
    """A work order as it is, the materials that it lacks, and those ``kept`` for it."""

    number: str
    sku: str
    name: str
    unit: str
    qty: Decimal
    good: Decimal
    scrap: Decimal
    state: str
    station: str
    due: date | None
    forecast: date | None
    reason: str = ""
    lacking: tuple[Lacking, ...] = ()
    can_make: Decimal = ZERO
    gained: int = 0
    repeated: bool = False
    kept: tuple[tuple[str, Decimal], ...] = ()


async def to_make() -> list[ToMake]:
    """What has to be made and is not being made, by product; parts of it as well."""
    made = (await missing()).made
    known = await recipes_of() if made else {}
    rows = await Product.filter(sku__in=list(made)).order_by("sku") if made else []
    return [ToMake(row.sku, row.name, row.base_unit, made[row.sku], row.sku in known) for row in rows]


async def unwanted() -> list[str]:
    """The numbers of work that was begun for somebody of whom nothing is left: no order and no other work wants it."""
    rows = [row for row in await open_works() if row.due is not None and row.state != PAUSED]
    if not rows:
        return []
    asked = await PurchaseRequest.filter(state="open", sku__in=[row.sku for row in rows]).values_list("sku", flat=True)
    wanted = {str(sku) for sku in asked} | {part for row in await open_works() for part in row.parts}
    return [row.number for row in rows if row.sku not in wanted]


async def works(*, now: datetime) -> list[Work]:
    """Everything that is being made, in the order in which it is done."""
    rows = await open_works()
    lacking = await lacking_parts(rows, today=shop_day(now))
    return [_view(row, lacking.get(row.id, ())) for row in rows]


async def work(number: str, *, now: datetime) -> Work:
    """One work order by number."""
    row = await WorkOrder.get_or_none(id=id_of(number))
    if row is None:
        raise WorkNotFound(number, "")
    return await seen(row, now)


async def seen(row: WorkOrder, now: datetime, *, gained: int = 0, repeated: bool = False) -> Work:
    """A work order with what it lacks, and how many can be made of the materials that are free."""
    lacking = await lacking_parts(await open_works(), today=shop_day(now)) if row.state != DONE else {}
    can = await makeable_now(row) if row.state != DONE else ZERO
    kept = tuple((await held_for([row.id])).get(row.id, {}).items())
    view = _view(row, lacking.get(row.id, ()), can=can, gained=gained, repeated=repeated)
    return replace(view, kept=tuple((sku, qty) for sku, qty in kept if qty))


async def makeable_now(row: WorkOrder) -> Decimal:
    """How many of a work order can be made of the materials that it may use; half a piece is none, half a kilo is."""
    fine = row.unit in MEASURES or row.qty % 1
    return makeable(row.per_one, await at_hand_for(row), row.left, GRAIN if fine else ONE)


async def at_hand_for(row: WorkOrder) -> dict[str, Decimal]:
    """What a work order may use of each of its materials: what is kept for it, and what is free."""
    free, held = await free_of(row.parts), (await held_for([row.id])).get(row.id, {})
    return {part: free.get(part, ZERO) + held.get(part, ZERO) for part in row.parts}


def _view(
    row: WorkOrder,
    lacking: Sequence[Lacking],
    *,
    can: Decimal = ZERO,
    gained: int = 0,
    repeated: bool = False,
) -> Work:
    return Work(
        row.number, row.sku, row.name, row.unit, row.qty, row.good, row.scrap, row.state, row.station, row.due,
        row.forecast, row.reason, tuple(lacking), can, gained, repeated,
    )  # fmt: skip


def id_of(number: str) -> int:
    """The id behind a number such as W12; 0 for none."""
    digits = number.upper().removeprefix("W")
    return int(digits) if digits.isdigit() and len(digits) < 10 else 0


async def made_of(skus: set[str], *, today: date) -> dict[str, Made]:
    """How those of these products that are made come: the work order that is first, and what it lacks."""
    if not skus:
        return {}
    found = {row.sku: Made() for row in await Product.filter(sku__in=list(skus), make_or_buy="make")}
    rows = await open_works() if found else []
    lacking = await lacking_parts(rows, today=today) if rows else {}
    for row in reversed([row for row in rows if row.sku in found]):
        done = f"{plain(row.good)}/{plain(row.qty)}"
        words = "、".join(_brought(one) for one in lacking.get(row.id, ()))
        found[row.sku] = Made(row.number, row.state, done, row.forecast, words)
    return found


def _brought(one: Lacking) -> str:
    return f"{one.part} {plain(one.qty)}" + (f" ← {one.by}" if one.by else "")
