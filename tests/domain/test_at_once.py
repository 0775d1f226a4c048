"""Many people at once in one shop: whoever comes first, the books are right and nobody sees the database's troubles."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain import (
    amending,
    claiming,
    closing,
    counting,
    crediting,
    earmarking,
    making,
    negotiating,
    ordering,
    prioritising,
    receiving,
    repromising,
    reviewing,
    shipping,
    stocking,
)
from domain.amendplan import Wish
from domain.commands import Change, Op
from domain.errors import Refusal
from domain.kits import set_kit
from domain.models import Claim, Customer, Order, Warehouse, WorkOrder
from domain.models.returns import ClaimKind
from domain.recipes import import_recipes
from domain.shortages import CANCEL, SEND, SWAP, WAIT
from domain.stocking import Counted
from domain.values import Actor, Role
from tests.shop import (
    NOW,
    Cast,
    a_draft,
    a_member,
    a_product,
    an_order,
    check_the_books,
    goods,
    line,
    shelved,
    the_cast,
)

SEEDS = int(os.environ.get("GENDAN_TEST_CROWDS", "2"))
ROUNDS = 12
TOGETHER = 8
"""How many crowds, how often each of them comes, and how many people it is; ``make properties`` asks for more."""
SKUS, GOODS, PLACES = ("A", "B", "K", "M"), ("A", "B", "P"), ("MAIN", "NORTH")
"""K is a kit of A and B, M is made of A and P."""
LATER = NOW + timedelta(minutes=1)


class Crowd:
    """Draws what everybody does; each deed is one use-case, as its handler would call it."""

    def __init__(self, cast: Cast, cashier: Actor, seed: int) -> None:
        self.cast, self.cashier, self.draw, self.count = cast, cashier, random.Random(seed), 0
        self.done: Counter[str] = Counter()

    async def come(self) -> None:
        """One person does one thing; the business may say no. What went through is counted."""
        self.count += 1
        deed, cause, number = self.draw.choice(DEEDS), f"crowd:{self.count}", await self.some_order()
        try:
            await deed(self, number, cause)
        except Refusal:
            return
        self.done[deed.__name__] += 1

    async def some_order(self) -> str:
        newest = await Order.all().order_by("-id").limit(TOGETHER).values_list("number", flat=True)
        return str(self.draw.choice(newest)) if newest else ""

    def qty(self, least: int = 1, most: int = 12) -> Decimal:
        return Decimal(self.draw.randint(least, most))

    def some_goods(self, most: int = 20) -> Counted:
        return Counted(self.draw.choice(GOODS), self.qty(1, most), self.draw.choice(PLACES))

    async def place(self, _number: str, _cause: str) -> None:
        skus = self.draw.sample(SKUS, self.draw.randint(1, 3))
        await an_order(self.cast.wang, *(line(sku, int(self.qty())) for sku in skus))

    async def amend(self, number: str, cause: str) -> None:
        seen = await Order.get_or_none(number=number)
        drawn = [(self.draw.choice((Op.SET, Op.ADD, Op.SUB)), sku, self.qty()) for sku in self.draw.sample(SKUS, 2)]
        wish = Wish(tuple(Change(op, sku, qty, "个", qty) for op, sku, qty in drawn))
        if seen is not None:
            await amending.amend(number, wish, version=seen.version, by=self.cast.wang, now=NOW, cause=cause)

    async def cancel(self, number: str, cause: str) -> None:
        await ordering.cancel_order(number, "", by=self.cast.wang, now=NOW, cause=cause)

    async def ship(self, number: str, cause: str) -> None:
        await shipping.ship(number, "自提", None, None, by=self.cast.qiang, now=NOW, cause=cause)

    async def take_in(self, _number: str, cause: str) -> None:
        await stocking.take_in(self.some_goods(), cause, by=self.cast.qiang, now=NOW)

    async def carry(self, _number: str, cause: str) -> None:
        carried = Counted(self.draw.choice(GOODS), self.qty(), PLACES[0])
        await stocking.transfer(carried, PLACES[1], cause, by=self.cast.qiang, now=NOW)

    async def count_stock(self, _number: str, cause: str) -> None:
        await counting.count_stock(self.some_goods(25), cause, by=self.cast.manager, now=NOW)

    async def come_first(self, number: str, _cause: str) -> None:
        swap = await prioritising.preview(number, by=self.cast.manager, now=NOW)
        await prioritising.prioritise(number, swap.seal, by=self.cast.manager, now=NOW)

    async def choose(self, number: str, _cause: str) -> None:
        choice = self.draw.choice((SEND, WAIT, SWAP, CANCEL))
        await negotiating.choose(number, choice, by=self.cast.wang, now=NOW)

    async def close(self, number: str, cause: str) -> None:
        await closing.close_short(number, "", by=self.cast.wang, now=NOW, cause=cause)

    async def pause(self, number: str, cause: str) -> None:
        await closing.pause(number, "", by=self.cast.manager, now=NOW, cause=cause)

    async def resume(self, number: str, cause: str) -> None:
        await closing.resume(number, by=self.cast.manager, now=NOW, cause=cause)

    async def receive(self, number: str, cause: str) -> None:
        await receiving.receive_goods(number, None, None, by=self.cast.receiver, now=NOW, cause=cause)

    async def send_back(self, number: str, cause: str) -> None:
        back = [goods(self.draw.choice(SKUS), base=1)]
        await claiming.ask_return(number, ClaimKind.RETURN, back, "", by=self.cast.wang, now=NOW, cause=cause)

    async def settle(self, _number: str, cause: str) -> None:
        newest = await Claim.all().order_by("-id").first()
        if newest is not None:
            await claiming.decide(newest.number, None, by=self.cast.li, now=NOW, cause=cause)

    async def approve(self, number: str, _cause: str) -> None:
        await reviewing.approve(number, by=self.cast.manager, now=LATER)

    async def reject(self, number: str, _cause: str) -> None:
        await reviewing.reject(number, "没货", by=self.cast.manager, now=LATER)

    async def read_back(self, _number: str, cause: str) -> None:
        draft = a_draft(line(self.draw.choice(SKUS), int(self.qty())), key=cause)
        assert self.cast.wang.identity is not None
        quote = await ordering.quote(draft, by=self.cast.wang, now=NOW)
        await earmarking.earmark(cause, quote, owner=self.cast.wang.identity, now=NOW)

    async def work(self, _number: str, cause: str) -> None:
        begun = await making.release("M", self.qty(), cause, by=self.cast.manager, now=NOW)
        await making.start(begun.number, by=self.cast.manager, now=NOW)

    async def report(self, _number: str, cause: str) -> None:
        running = await WorkOrder.filter(state="running").order_by("-id").first()
        output = making.Output(self.qty(0, 3), self.qty(0, 1))
        if running is not None:
            await making.report(running.number, output, cause, by=self.cast.manager, now=NOW)

    async def finish(self, _number: str, cause: str) -> None:
        work = await WorkOrder.exclude(state="done").first()
        if work is not None:
            await making.finish(work.number, by=self.cast.manager, now=NOW, cause=cause)

    async def pay(self, _number: str, cause: str) -> None:
        await crediting.take_payment("C001", self.qty(50, 900), "", cause, by=self.cashier, now=NOW)

    async def look_at_days(self, _number: str, _cause: str) -> None:
        await repromising.repromise(NOW)


Deed = Callable[[Crowd, str, str], Coroutine[Any, Any, None]]
DEEDS: tuple[Deed, ...] = (
    *(Crowd.place,) * 4, *(Crowd.amend,) * 3, *(Crowd.ship,) * 2, *(Crowd.take_in,) * 2, Crowd.cancel, Crowd.carry,
    Crowd.count_stock, Crowd.come_first, Crowd.choose, Crowd.close, Crowd.pause, Crowd.resume, Crowd.receive,
    Crowd.send_back, Crowd.settle, Crowd.approve, Crowd.reject, Crowd.read_back, Crowd.work, Crowd.report,
    Crowd.finish, Crowd.pay, Crowd.look_at_days,
)  # fmt: skip


async def furnish() -> tuple[Cast, Actor]:
    cast, cashier = await the_cast(), await a_member("小财", Role.FINANCE)
    await Warehouse.create(code="NORTH", name="北仓")
    await a_product("A", stock=30, floor_price=None, substitute="B")
    await a_product("B", stock=30, floor_price=None)
    await shelved("A", 20, warehouse="NORTH")
    for sku in ("K", "M"):
        await a_product(sku, floor_price=None)
    await a_product("P", stock=60)
    await set_kit("K", [("A", Decimal(1)), ("B", Decimal(2))], by=cast.manager)
    parts = [{"sku": "P", "qty": 2}, {"sku": "A", "qty": 1}]
    await import_recipes({"recipes": [{"sku": "M", "station": "S1", "per_day": 10, "parts": parts}]}, now=NOW)
    await Customer.filter(code="C001").update(credit_limit=20_000)
    return cast, cashier


@pytest.mark.timeout(0 if SEEDS > 2 else 300)
@pytest.mark.parametrize("seed", range(SEEDS))
async def test_a_crowd_leaves_the_books_right(db: str, seed: int):
    crowd = Crowd(*await furnish(), seed)
    for _ in range(ROUNDS if SEEDS <= 2 else 4 * ROUNDS):
        await asyncio.gather(*(crowd.come() for _ in range(TOGETHER)))
        await check_the_books()
    assert crowd.done["place"], "nobody got an order in"
    assert crowd.done.total() > crowd.count // 4, f"hardly anything went through: {crowd.done}"
