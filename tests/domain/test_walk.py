"""Random walks through the life of orders: whatever happens in whatever order, the books are right after every step."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from domain import chasing, ordering, receiving, reviewing, shipping, stocking, tracking
from domain.errors import Refusal
from domain.queries import order_view
from domain.rules.lifecycle import OrderState
from domain.stocking import Counted
from domain.values import Trace
from tests.shop import NOW, Cast, Order, Shipment, a_product, an_order, check_the_books, goods, line, scan, shelved

SKUS = ("A", "B", "C")
STEPS = 40


@dataclass
class Walk:
    """A shop in which things happen by chance."""

    cast: Cast
    chance: random.Random
    now: datetime = NOW
    numbers: list[str] = field(default_factory=list)
    refused: int = 0

    async def step(self) -> None:
        """One thing that somebody does; the business may say no."""
        self.now += timedelta(minutes=self.chance.randint(1, 300))
        actions = [self.place, self.place, self.place, self.ship, self.ship, self.bring, self.count, self.cancel]
        actions += [self.decide, self.scan, self.sign, self.chase]
        try:
            await self.chance.choice(actions)()
        except Refusal:
            self.refused += 1

    def some(self) -> str:
        return self.chance.choice(self.numbers) if self.numbers else "SO9999Z"

    async def place(self) -> None:
        lines = [
            line(sku, self.chance.randint(1, 30), price=self.chance.choice([None, None, "1"]))
            for sku in self.chance.choices(SKUS, k=self.chance.randint(1, 3))
        ]
        self.numbers.append((await an_order(self.cast.li, *lines, now=self.now)).number)

    async def ship(self) -> None:
        waybill = f"SF{self.chance.randint(0, 40):013}"
        parts = [goods(self.chance.choice(SKUS), self.chance.randint(1, 20))] if self.chance.random() < 0.5 else None
        await shipping.ship(self.some(), None, waybill, parts, by=self.cast.qiang, now=self.now)

    async def bring(self) -> None:
        qty = Decimal(self.chance.randint(1, 40))
        await stocking.receive_stock(self.chance.choice(SKUS), qty, by=self.cast.qiang, now=self.now)

    async def count(self) -> None:
        rows = [Counted(sku, Decimal(self.chance.randint(0, 60))) for sku in self.chance.sample(SKUS, 2)]
        await stocking.set_stock(rows, by=self.cast.qiang, now=self.now)

    async def cancel(self) -> None:
        await ordering.cancel_order(self.some(), "", by=self.cast.li, now=self.now)

    async def decide(self) -> None:
        waiting = await Order.filter(state=OrderState.AWAITING_APPROVAL).order_by("id").first()
        number = waiting.number if waiting else self.some()
        if self.chance.random() < 0.7:
            await reviewing.approve(number, by=self.cast.chen, now=self.now)
        else:
            await reviewing.reject(number, "", by=self.cast.chen, now=self.now)

    async def scan(self) -> None:
        parcel = await Shipment.filter(order__number=self.some()).first()
        if parcel is not None:
            code = self.chance.choice(["1", "0", "5", "3", "2", "6"])
            told = Trace("x", parcel.waybill or "", "polling", (scan(self.now, code, "…"),))
            await tracking.apply_trace(parcel.id, told, now=self.now)

    async def sign(self) -> None:
        parts = [goods(self.chance.choice(SKUS), self.chance.randint(1, 9))] if self.chance.random() < 0.5 else None
        await receiving.receive_goods(self.some(), parts, None, by=self.cast.li, now=self.now)

    async def chase(self) -> None:
        await chasing.chase(self.some(), by=self.cast.wang, now=self.now)


async def check_the_orders(states: dict[str, OrderState]) -> None:
    """An order that is over stays as it was, a closed one is all there, a waiting one says why."""
    for order in await Order.all():
        view = await order_view(order.number)
        before = states.get(order.number)
        assert before == order.state or before is None or before in (OrderState.ACCEPTED, OrderState.AWAITING_APPROVAL)
        if order.state is OrderState.CLOSED:
            assert view.axes.delivery == "full"
        if order.state is not OrderState.ACCEPTED:
            assert not any(row.reserved for row in view.lines)
        if order.state is OrderState.AWAITING_APPROVAL:
            assert view.reasons
        states[order.number] = order.state


@pytest.mark.parametrize("seed", range(5))
async def test_the_books_are_right_after_every_step(cast: Cast, seed: int):
    for sku in SKUS:
        await a_product(sku, stock=40)
    await shelved("B", 15, warehouse="NORTH")
    walk, states = Walk(cast, random.Random(seed)), dict[str, OrderState]()
    for _ in range(STEPS):
        await walk.step()
        await check_the_books()
        await check_the_orders(states)
    assert 0 < walk.refused < STEPS
    assert len(walk.numbers) > 3
