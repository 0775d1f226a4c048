"""The fast lane: one result on both databases, one commit for many, each unit whole or not at all."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest
from tortoise.exceptions import IntegrityError

from domain import lane
from domain.lane import Result, Script, Statement
from domain.models import Customer, Order, Product, Stock
from domain.models.orders import OrderState
from domain.transaction import transact, transact_script

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def _stock(sku: str, on_hand: int) -> Script[int]:
    done: Result = yield lane.insert(Stock, [{"sku": sku, "on_hand": Decimal(on_hand)}], then="RETURNING id")
    return int(done.rows[0][0])


async def test_what_is_inserted_is_what_the_models_read(db: str) -> None:
    customer = await Customer.create(code="C1", name="宏达")

    def script() -> Script[None]:
        row = {
            "number": "SO1",
            "asked_by": "k",
            "customer_id": customer.id,
            "placed_by": "小王",
            "state": OrderState.ACCEPTED,
            "review": {"verdict": "passed", "reasons": []},
            "promised_date": date(2026, 11, 27),
            "ship_to": {"address": "深圳?"},
            "total": Decimal("19.98"),
            "placed_at": NOW,
        }
        yield lane.insert(Order, [row])

    await transact_script(script)
    (by_lane,) = await lane.fetch(Order, "WHERE number = ? AND state IN ?", "SO1", [OrderState.ACCEPTED])
    by_orm = await Order.get(number="SO1")
    assert by_lane.__dict__ | {"_partial": 0} == by_orm.__dict__ | {"_partial": 0}
    assert (by_orm.total, by_orm.placed_at, by_orm.ship_to) == (Decimal("19.98"), NOW, {"address": "深圳?"})


async def test_scripts_that_wait_together_are_each_done_once(db: str) -> None:
    ids = await asyncio.gather(*(transact_script(partial(_stock, f"P{n}", n)) for n in range(100)))
    assert len(set(ids)) == 100
    assert await Stock.all().count() == 100


async def test_one_that_fails_takes_nobody_with_it(db: str) -> None:
    await transact_script(lambda: _stock("P1", 1))

    def bad() -> Script[None]:
        yield from _stock("P2", 5)
        yield from _stock("P1", 1)

    ends = await asyncio.gather(
        transact_script(lambda: _stock("P3", 3)), transact_script(bad), transact_script(lambda: _stock("P4", 4)),
        return_exceptions=True,
    )  # fmt: skip
    assert isinstance(ends[1], IntegrityError)
    assert sorted(await Stock.all().values_list("sku", flat=True)) == ["P1", "P3", "P4"]


async def test_a_cancelled_caller_leaves_a_whole_unit(db: str) -> None:
    callers = [asyncio.create_task(transact_script(partial(_stock, f"P{n}", n))) for n in range(20)]
    await asyncio.sleep(0)
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    await transact_script(lambda: _stock("last", 1))
    assert await Stock.filter(sku="last").count() == 1


async def test_reads_inside_a_transaction_see_what_it_wrote(db: str) -> None:
    async def work() -> list[Product]:
        await Product.create(sku="A1", name="灯", base_unit="个", units={}, list_price=Decimal("1.5"))
        return await lane.fetch(Product, "WHERE sku IN ? AND active", ["A1", "A2"])

    (product,) = await transact(work)
    assert (product.sku, product.list_price) == ("A1", Decimal("1.5"))
    assert len(await lane.fetch(Product, "WHERE sku IN ? AND active", ["A1", "A2"])) == 1


async def test_what_goes_through_much_leaves_the_loop_free(db: str) -> None:
    counted = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < ?) SELECT COUNT(*) FROM t"
    work = asyncio.create_task(lane.rows_aside(counted, 300_000))
    turns = 0
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
    assert [tuple(row) for row in work.result()] == [(300_000,)]
    assert turns > 50


async def test_a_guard_in_a_script_undoes_all_of_it(db: str) -> None:
    class Changed(Exception):
        """The guard found something else."""

    def script() -> Script[None]:
        yield from _stock("P1", 1)
        found = yield Statement("UPDATE stock SET on_hand = ? WHERE sku = ? AND on_hand >= ?", (5, "P1", 10_000))
        if not found.count:
            raise Changed

    with pytest.raises(Changed):
        await transact_script(script)
    assert await Stock.all().count() == 0


def test_question_marks_become_numbers() -> None:
    assert lane.numbered("a = ? AND b = ?") == "a = $1 AND b = $2"
    assert lane.spread(Statement("a IN ? AND b = ?", ([1, 2], 3))) == ("a IN (?, ?) AND b = ?", [1, 2, 3])
    assert lane.spread(Statement("a IN ?", ([],)))[0] == "a IN (NULL)"
