"""How many statements the usual work takes; a figure that must not creep up."""

import pytest

from bench.statements import statements
from domain.models import Customer
from domain.queries import actor_of
from domain.values import Address
from tests.shop import TOMORROW, Cast, a_product, an_order, line, on


@pytest.fixture
def database_url(request: pytest.FixtureRequest, blank, tmp_path) -> str:
    """SQLite only: the budget is counted at its driver."""
    file = tmp_path / "shop.sqlite3"
    file.write_bytes(blank.read_bytes())
    return f"sqlite://{file}"


async def test_an_order_of_three_lines_takes_few_statements(cast: Cast):
    for sku in ("A", "B", "C"):
        await a_product(sku, stock=100)
    async with statements() as seen:
        placed = await an_order(cast.wang, line("A", 2), line("B", 3), line("C", 1, "箱"), delivery=on(TOMORROW))
    assert placed.state == "accepted"
    assert not placed.short
    assert 10 <= len(seen) <= 15, "\n".join(seen)


async def test_the_credit_of_a_customer_costs_no_statement_more(cast: Cast):
    await Customer.filter(code="C001").update(credit_limit=10**6, credit_days=30)
    for sku in ("A", "B", "C"):
        await a_product(sku, stock=100)
    await an_order(cast.wang, line("A", 1))
    async with statements() as seen:
        placed = await an_order(cast.wang, line("A", 2), line("B", 3), line("C", 1, "箱"), delivery=on(TOMORROW))
    assert placed.state == "accepted"
    assert len(seen) <= 15, "\n".join(seen)


async def test_who_somebody_is_takes_one_statement(cast: Cast):
    assert cast.wang.address is not None
    for address in (cast.wang.address, Address("main", "o-阿强"), Address("main", "o-nobody")):
        async with statements() as seen:
            await actor_of(address)
        assert len(seen) == 1
