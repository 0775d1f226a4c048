"""Who might be told of something is found by index, however many follow; the same people as ever."""

from collections.abc import Sequence
from typing import Any

import pytest
from tortoise import connections

from domain.engines import SqliteEngine
from domain.lane import Row
from domain.models import Contact, Customer, Identity, Staff
from domain.telling import listeners
from domain.values import Role

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def shop(customers: int) -> None:
    firms = [Customer(code=f"C{n:05}", name="x") for n in range(customers)]
    await Customer.bulk_create(firms)
    firms = await Customer.all().order_by("id")
    await Contact.bulk_create([Contact(customer=firm, name=firm.code, role=Role.BUYER) for firm in firms])
    people = await Contact.all().order_by("id")
    await Identity.bulk_create([Identity(account="main", openid=one.name, contact=one) for one in people])
    for name, active in (("阿强", True), ("旧人", False)):
        staff = await Staff.create(code=name, name=name, roles=["warehouse"], active=active)
        await Identity.create(account="main", openid=name, staff=staff)
    await Identity.create(account="main", openid="nobody")


async def test_everybody_concerned_and_nobody_else(db: str) -> None:
    await shop(5)
    await Contact.filter(name="C00003").update(active=False)
    await Identity.filter(openid="C00002").update(following=False)
    assert [one.name for one in await listeners()] == ["阿强"]
    assert [one.name for one in await listeners(["C00001", "C00002", "C00003", "C99999"])] == ["C00001", "阿强"]


async def test_many_followers_are_not_read_through(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop(2000)
    await connections.get("default").execute_query("ANALYZE")
    asked: list[tuple[str, Sequence[Any]]] = []
    real = SqliteEngine.read

    async def read(engine: SqliteEngine, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        asked.append((sql, values))
        return await real(engine, sql, values)

    monkeypatch.setattr(SqliteEngine, "read", read)
    assert len(await listeners(["C00007"])) == 2
    await listeners()
    monkeypatch.undo()
    for sql, values in asked:
        _, plan = await connections.get("default").execute_query(f"EXPLAIN QUERY PLAN {sql}", [*values])
        steps = [str(row["detail"]) for row in plan]
        assert not [step for step in steps if step.startswith(("SCAN i", "SCAN c"))], steps
