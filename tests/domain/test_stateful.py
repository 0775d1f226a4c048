"""A small model of a shop beside the real one: whatever Hypothesis does to both, they agree after every step."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain import (
    amending,
    buying,
    closing,
    counting,
    kits,
    lotting,
    making,
    negotiating,
    ordering,
    prioritising,
    recipes,
    reviewing,
    shipping,
    stocking,
)
from domain.amendplan import Wish
from domain.commands import Change, Op
from domain.database import close_database, open_database
from domain.errors import Refusal
from domain.explaining import why
from domain.forecasting import reforecast
from domain.lots import in_lot
from domain.models import Order, OrderLine, PurchaseItem, Stock, StockMove, WorkOrder
from domain.policy import shop_day
from domain.queries import order_view
from domain.repromising import promises_of, repromise
from domain.rules.lifecycle import Extent, OrderState
from domain.rules.lots import Batch
from domain.rules.workdays import next_workday
from domain.shortages import CANCEL, SEND, WAIT
from domain.stocking import Counted
from tests.shop import NOW, Cast, a_product, an_order, check_the_books, line, the_cast

EXAMPLES = int(os.environ.get("GENDAN_TEST_EXAMPLES", "200"))
STEPS = int(os.environ.get("GENDAN_TEST_STEPS", "50"))
"""How many shops, and how long each lives; ``make properties`` asks for 2,000 of 100 steps."""
SHARES = 8
FILE = "shop.sqlite3"

SKUS = ("A", "B")
PART = "P"
"""A is made, of two of these each; B is bought."""
KIT = "K"
INSIDE = {"A": 1, "B": 2}
"""A kit of others."""
PLACES = ("MAIN", "NORTH")
pytestmark = pytest.mark.timeout(0 if EXAMPLES > 200 else 900)

skus, places = st.sampled_from((*SKUS, KIT)), st.sampled_from(PLACES)
stock = st.sampled_from((*SKUS, PART))
batches = st.sampled_from((Batch("L1", date(2031, 6, 30)), Batch("L2", date(2031, 3, 31)), Batch("L3")))
"""The lots of the last product; the days are never reached."""
amounts = st.integers(1, 12).map(Decimal)


@pytest.fixture(autouse=True)
def _begun_empty(blank: Path) -> None:
    """Every shop begins as a copy of this file."""
    Shop.blank = blank


@dataclass(frozen=True)
class Found:
    """What lies on each shelf, what each order has still to get, and per product what is free and what is short."""

    shelves: Counter[tuple[str, str]]
    open: dict[str, Counter[str]]
    free: Counter[str]
    short: Counter[str]


class Shop(RuleBasedStateMachine):
    """``shelves`` is what must lie where, ``open`` what each order has still to get, ``sent`` what left for it."""

    blank: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.mkdtemp()
        self.now = NOW
        self.cause = 0
        self.shelves: Counter[tuple[str, str]] = Counter()
        self.open: dict[str, Counter[str]] = {}
        self.sent: dict[str, Counter[str]] = {}
        self.cast: Cast = self.run(self.begin())
        self.beside = sqlite3.connect(Path(self.folder) / FILE)
        self.looked_at = 0
        self.found: Found | None = None

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    async def begin(self) -> Cast:
        file = Path(self.folder) / FILE
        shutil.copy(self.blank, file)
        await open_database(f"sqlite://{file}")
        cast = await the_cast()
        for sku in (*SKUS, PART, KIT):
            await a_product(sku, supplier="S", lead_days=4)
        await Stock.filter(warehouse="MAIN").delete()
        await kits.set_kit(KIT, [(part, Decimal(per)) for part, per in INSIDE.items()], by=cast.manager)
        await lotting.want_lots(SKUS[-1], True, by=cast.manager, now=NOW)
        made = {"sku": "A", "station": "S1", "per_day": 5, "parts": [{"sku": PART, "qty": 2}]}
        await recipes.import_recipes({"recipes": [made]}, now=NOW)
        return cast

    def teardown(self) -> None:
        self.beside.close()
        self.run(close_database())
        self.runner.close()
        shutil.rmtree(self.folder)

    def next_cause(self) -> str:
        self.cause += 1
        return f"step:{self.cause}"

    def tried(self, work: Coroutine[Any, Any, Any]) -> Any:
        """What came of it; None when the business said no, which must change nothing."""
        try:
            return self.run(work)
        except Refusal:
            return None

    @rule(wanted=st.lists(st.tuples(skus, amounts), min_size=1, max_size=3))
    def place(self, wanted: list[tuple[str, Decimal]]) -> None:
        placed = self.run(an_order(self.cast.manager, *(line(sku, str(qty)) for sku, qty in wanted), now=self.now))
        if placed.state is not OrderState.ACCEPTED:
            self.run(reviewing.approve(placed.number, by=self.cast.chen, now=self.now))
        lacking: Counter[str] = Counter()
        for sku, qty in wanted:
            lacking[sku] += int(qty)
        self.open[placed.number], self.sent[placed.number] = lacking, Counter()

    @rule(sku=stock, place=places, qty=amounts, batch=batches)
    def take_in(self, sku: str, place: str, qty: Decimal, batch: Batch) -> None:
        cause = self.next_cause()
        goods = Counted(sku, qty, place, batch if sku == SKUS[-1] else None)
        first = self.run(stocking.take_in(goods, cause, by=self.cast.qiang, now=self.now))
        assert self.run(stocking.take_in(goods, cause, by=self.cast.qiang, now=self.now)).move == first.move
        self.shelves[sku, place] += int(qty)

    @rule(sku=stock, qty=amounts, way=st.booleans())
    def carry(self, sku: str, qty: Decimal, way: bool) -> None:
        source, target = PLACES if way else PLACES[::-1]
        work = stocking.transfer(Counted(sku, qty, source), target, self.next_cause(), by=self.cast.qiang, now=self.now)
        if self.tried(work) is not None:
            self.shelves[sku, source] -= int(qty)
            self.shelves[sku, target] += int(qty)

    @rule(sku=stock, place=places, qty=st.integers(0, 20).map(Decimal), batch=batches)
    def count(self, sku: str, place: str, qty: Decimal, batch: Batch) -> None:
        lot = batch if sku == SKUS[-1] else None
        before = self.run(in_lot(sku, place, batch.code))[0] if lot else self.shelves[sku, place]
        counted = Counted(sku, qty, place, lot)
        self.run(counting.count_stock(counted, self.next_cause(), by=self.cast.manager, now=self.now))
        self.shelves[sku, place] += int(qty - before)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        if self.tried(ordering.cancel_order(number, "", by=self.cast.manager, now=self.now)) is not None:
            del self.open[number]

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def ship(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        before, sent = self.run(on_shelves()), self.run(shipped_by(number))
        waybill = f"SF{self.cause:013}"
        self.cause += 1
        if self.tried(shipping.ship(number, None, waybill, None, by=self.cast.qiang, now=self.now)) is None:
            return
        gone = before - self.run(on_shelves())
        assert gone, "a parcel takes something off a shelf"
        taken: Counter[str] = Counter()
        for sku, qty in (self.run(shipped_by(number)) - sent).items():
            self.open[number][sku] -= qty
            self.sent[number][sku] += qty
            for part, per in (INSIDE if sku == KIT else {sku: 1}).items():
                taken[part] += per * qty
        for (sku, place), qty in gone.items():
            self.shelves[sku, place] -= qty
            taken[sku] -= qty
        assert not any(taken.values()), taken

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def come_first(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        swap = self.tried(prioritising.preview(number, by=self.cast.manager, now=self.now))
        if swap is not None:
            self.run(prioritising.prioritise(number, swap.seal, by=self.cast.manager, now=self.now))

    @precondition(lambda self: self.open)
    @rule(data=st.data(), choice=st.sampled_from((SEND, WAIT, CANCEL)))
    def choose(self, data: st.DataObject, choice: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        if self.tried(negotiating.choose(number, choice, by=self.cast.manager, now=self.now)) is None:
            return
        if choice == CANCEL:
            for sku, held in self.run(held_by(number)).items():
                assert held <= self.open[number][sku]
                self.open[number][sku] = held

    @precondition(lambda self: self.open)
    @rule(data=st.data(), sku=skus, qty=amounts, op=st.sampled_from((Op.ADD, Op.SUB)))
    def amend(self, data: st.DataObject, sku: str, qty: Decimal, op: Op) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        rest = self.open[number][sku]
        qty = min(qty, Decimal(rest)) if op is Op.SUB else qty
        wish = Wish((Change(op, sku, qty=qty, unit="个", base_qty=qty),))
        seen = self.tried(amending.try_amendment(number, wish, by=self.cast.manager, now=self.now))
        if seen is not None:
            done = self.run(amending.amend(number, wish, version=seen.version, by=self.cast.manager, now=self.now))
            if done.reasons:
                return
            self.open[number][sku] += int(qty) if op is Op.ADD else -int(qty)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), on=st.booleans())
    def hold(self, data: st.DataObject, on: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        step = closing.resume(number, by=self.cast.manager, now=self.now)
        self.tried(closing.pause(number, "", by=self.cast.manager, now=self.now) if on else step)
        if on:
            step.close()

    @rule(qty=st.none() | amounts)
    def make(self, qty: Decimal | None) -> None:
        self.tried(making.release("A", qty, self.next_cause(), by=self.cast.qiang, now=self.now))

    @rule(data=st.data(), good=st.integers(0, 5), scrap=st.integers(0, 2))
    def report(self, data: st.DataObject, good: int, scrap: int) -> None:
        works = self.run(works_open())
        if not works:
            return
        work = data.draw(st.sampled_from(works))
        self.tried(making.start(work.number, by=self.cast.qiang, now=self.now))
        output = making.Output(Decimal(good), Decimal(scrap))
        cause, used = self.next_cause(), self.run(used_by(work.number))
        told = making.report(work.number, output, cause, by=self.cast.qiang, now=self.now)
        if self.tried(told) is not None:
            assert good <= work.left
            self.shelves["A", "MAIN"] += good
            # It takes what is kept for it, wherever that lies.
            used = self.run(used_by(work.number)) - used
            assert used.total() == 2 * (good + scrap)
            self.shelves.subtract({(PART, place): qty for place, qty in used.items()})

    @rule()
    def buy(self) -> None:
        self.tried(buying.buy("S", self.next_cause(), by=self.cast.cai, now=self.now))

    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        items = [item for item in self.run(items_coming()) if item.left > 0]
        if not items:
            return
        item = data.draw(st.sampled_from(items))
        qty = Decimal(data.draw(st.integers(1, int(item.left) + 1)))
        lots = {item.sku: Batch("L3")} if item.sku == SKUS[-1] else {}
        came = buying.Came({item.sku: qty}, lots=lots)
        work = buying.receive(f"P{item.order_id}", came, self.next_cause(), by=self.cast.qiang, now=self.now)
        if self.tried(work) is not None:
            assert qty <= item.left
            self.shelves[item.sku, "MAIN"] += int(qty)

    @rule(days=st.integers(0, 5))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.run(reforecast(self.now))
        self.run(repromise(self.now))
        assert self.run(repromise(self.now)) == 0, "a day is moved once"
        self.run(days_are_honest(self.now))
        for number, sent in self.sent.items():
            self.run(states_are_folded(number, sent, self.open.get(number, Counter()), self.now))

    def look(self) -> Found:
        """What is in the books now, read and checked again only when something was kept since the last look."""
        kept: int = self.beside.execute("PRAGMA data_version").fetchone()[0]
        if self.found is None or kept != self.looked_at:
            self.run(check_the_books())
            self.looked_at, self.found = kept, self.run(found())
        return self.found

    @invariant()
    def the_books_are_right(self) -> None:
        self.look()

    @invariant()
    def shelves_are_as_the_model_says(self) -> None:
        assert +self.look().shelves == +self.shelves

    @invariant()
    def orders_are_as_the_model_says(self) -> None:
        assert self.look().open == {number: +rest for number, rest in self.open.items() if +rest}

    @invariant()
    def nothing_lies_idle_while_somebody_waits(self) -> None:
        free, short = self.look().free, self.look().short
        assert not [sku for sku in SKUS if free[sku] and short[sku]], (free, short)
        assert not short[KIT] or min(free[part] // per for part, per in INSIDE.items()) == 0, (free, short)


async def found() -> Found:
    shelves, open_, free, short = Counter[tuple[str, str]](), dict[str, Counter[str]](), Counter[str](), Counter[str]()
    for shelf in await Stock.all():
        shelves[shelf.sku, shelf.warehouse] = int(shelf.on_hand)
        free[shelf.sku] += int(shelf.free)
    for row in await OrderLine.all().select_related("order"):
        assert row.shipped + row.cancelled <= row.base_qty
        if row.open > 0:
            open_.setdefault(row.order.number, Counter())[row.sku] += int(row.open)
        if row.order.state is OrderState.ACCEPTED:
            short[row.sku] += int(row.short)
    return Found(shelves, open_, free, short)


async def on_shelves() -> Counter[tuple[str, str]]:
    return Counter({(row.sku, row.warehouse): int(row.on_hand) for row in await Stock.all()})


async def items_coming() -> list[PurchaseItem]:
    return await PurchaseItem.filter(order__state="open").order_by("id")


async def used_by(work: str) -> Counter[str]:
    """How much of the material each warehouse has given to this work."""
    used: Counter[str] = Counter()
    for move in await StockMove.filter(document=work, sku=PART, kind="issue"):
        used[move.warehouse] -= move.qty  # type: ignore[assignment]
    return used


async def works_open() -> list[WorkOrder]:
    return await WorkOrder.exclude(state="done").order_by("id")


async def held_by(number: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in await OrderLine.filter(order__number=number):
        found[row.sku] += int(row.reserved)
    return found


async def shipped_by(number: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in await OrderLine.filter(order__number=number):
        found[row.sku] += int(row.shipped)
    return found


async def states_are_folded(number: str, sent: Counter[str], rest: Counter[str], now: Any) -> None:
    """What an order shows is what its lines say, and whoever still waits is told of an obstacle with an owner."""
    view = await order_view(number)
    gone, left = sum(sent.values()), sum((+rest).values())
    wanted = {Extent.NONE} if not gone else {Extent.PARTIAL} if left else {Extent.FULL}
    assert view.axes.fulfilment in wanted
    explained = await why(number, now=now)
    assert not left or explained.causes
    assert all(cause.code and cause.owner for cause in explained.causes)


async def days_are_honest(now: Any) -> None:
    """Who waits is never promised a day that has come; the ledger ends with the day that the order shows."""
    for order in await Order.filter(state=OrderState.ACCEPTED).prefetch_related("lines"):
        if any(row.short > 0 for row in order.lines):
            assert order.promised_date is not None
            assert order.promised_date >= next_workday(shop_day(now))
        told = await promises_of(order.number)
        assert told[0].on == order.first_promised
        assert told[-1].on == order.promised_date


@pytest.mark.parametrize("share", range(SHARES))
def test_a_shop_and_its_model_agree_after_every_step(share: int) -> None:
    """Each share draws its own shops, so that several processes can go through them side by side."""
    steps = settings(
        max_examples=EXAMPLES // SHARES,
        stateful_step_count=STEPS,
        derandomize=False,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(Shop, settings=steps)
